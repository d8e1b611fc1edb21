//! statusguard is down: nothing unchecked gets in, and nobody has to mend anything when it is back.
use serde_json::json;

use crate::{
    elastic_cloud::{complete, pending, spec},
    guard::Guard,
    promise::{Promise, Writer},
    until::until,
};

#[test]
fn nothing_gets_past_while_it_is_down_and_all_is_well_when_it_is_back() {
    let Some(promise) = Promise::install("outage-cloud") else {
        return;
    };
    let mut guard = Guard::start(&promise, &spec());
    promise.request("example");
    promise.put("example", &pending()).accepted();
    let before = promise.stored("example");

    guard.stop();
    for writer in Writer::ALL {
        let answer = promise.write(writer, "example", &complete());
        let message = answer.body["message"].as_str().unwrap_or_default();
        assert_eq!(answer.code, 500, "{writer:?}: {message}");
        assert!(
            message.contains("failed calling webhook \"enforce.statusguard.dev\""),
            "{message}"
        );
    }
    assert_eq!(promise.stored("example"), before);
    // All but status goes on.
    let label = promise.kubectl(&["label", "outage-cloud/example", "team=search"]);
    assert_eq!(label.code, 0, "{}", label.stderr);

    guard.start_again();
    until("a good write passes again", || {
        match promise.put("example", &complete()) {
            answer if answer.code == 200 => Ok(()),
            answer => Err(answer.body.to_string()),
        }
    });
    let bad = promise.put("example", &json!({"endpoint": "https://example.com"}));
    assert_eq!(bad.refused(), ["schema/additionalProperties"]);
}

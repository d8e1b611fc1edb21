//! The tutorial's way through: its status is accepted, and its commands show it.
use serde_json::json;

use crate::{
    elastic_cloud::{complete, pending, spec, with},
    guard::Guard,
    promise::{Promise, Writer},
};

#[test]
fn its_status_is_accepted_in_every_way_and_shown() {
    let Some(promise) = Promise::install("tutored-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    for (name, writer) in ["put", "merge", "json", "example"]
        .into_iter()
        .zip(Writer::ALL)
    {
        promise.request(name);
        promise.put(name, &pending()).accepted();
        let answer = promise.write(writer, name, &complete());
        assert_eq!(answer.warnings, [""; 0], "{writer:?}");
        answer.accepted();
        assert_eq!(promise.stored(name)["status"], complete(), "{writer:?}");
    }
    let shown = promise.kubectl(&["get", "tutored-clouds", "example"]);
    assert_eq!(
        shown.stdout,
        "NAME      STATUS\nexample   Instance example provisioned with preconfigured system metrics\n"
    );
}

#[test]
fn its_wait_returns_for_the_old_condition_and_the_new() {
    let Some(promise) = Promise::install("awaited-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    let old = json!({
        "type": "PipelineCompleted", "status": "True", "reason": "PipelineExecutedSuccessfully",
        "message": "Pipeline completed", "lastTransitionTime": "2023-06-20T15:00:41Z",
    });
    let new = complete()["conditions"][0].clone();
    for (name, condition) in [("old", old), ("new", new)] {
        promise.request(name);
        promise
            .put(name, &with(complete(), &json!({"conditions": [condition]})))
            .accepted();
        let object = format!("awaited-cloud/{name}");
        let condition = format!(
            "--for=condition={}",
            condition["type"].as_str().unwrap_or_default()
        );
        let waited = promise.kubectl(&["wait", &object, &condition, "--timeout=60s"]);
        assert_eq!(
            waited.stdout,
            format!("awaited-cloud.workshop.kratix.io/{name} condition met\n")
        );
        assert_eq!((waited.stderr.as_str(), waited.code), ("", 0));
    }
}

#[test]
fn its_status_yaml_completes_the_request() {
    let Some(promise) = Promise::install("written-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    promise.put("example", &pending()).accepted();
    let yaml = "message: Instance example provisioned with preconfigured system metrics\n\
                username: elastic\n\
                passwordSecretName: example-es-elastic-user\n";
    let Some(output) = promise.status_writer("example", yaml, &["--last"]) else {
        return;
    };
    assert_eq!((output.stderr.as_str(), output.code), ("", 0));
    let status = promise.stored("example")["status"].take();
    assert_eq!(status["username"], "elastic");
    assert_eq!(status["conditions"][0]["status"], "True");
}

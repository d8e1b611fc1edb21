//! A status on its way is not refused, an old fault does not refuse a new write, and Kratix can always do its
//! bookkeeping.
use serde_json::json;

use crate::{
    elastic_cloud::{complete, condition, pending, spec, with},
    guard::Guard,
    promise::Promise,
};

#[test]
fn required_keys_may_be_missing_until_the_write_that_completes() {
    let Some(promise) = Promise::install("partial-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    let partial = with(pending(), &json!({"size": "small"}));
    promise.put("example", &partial).accepted();
    let too_early = with(partial.clone(), &json!({"conditions": [condition("True")]}));
    let answer = promise.put("example", &too_early);
    assert_eq!(answer.refused(), ["schema/required", "schema/required"]);
    let fields: Vec<_> = (0..2)
        .map(|i| answer.body["details"]["causes"][i]["field"].clone())
        .collect();
    assert_eq!(fields, ["status.passwordSecretName", "status.username"]);
    assert_eq!(promise.stored("example")["status"], partial);
    promise.put("example", &complete()).accepted();
    // A later run begins, and the old keys stay.
    let again = with(complete(), &json!({"conditions": [condition("False")]}));
    promise.put("example", &again).accepted();
}

#[test]
fn an_old_fault_is_forgiven_and_a_new_one_beside_it_is_not() {
    let Some(promise) = Promise::install("old-cloud") else {
        return;
    };
    promise.request("example");
    let faulty = with(
        complete(),
        &json!({"endpoint": "https://example.com", "username": 5}),
    );
    promise.put("example", &faulty).accepted();
    let _guard = Guard::start(&promise, &spec());

    let touched = with(faulty.clone(), &json!({"size": "small"}));
    let answer = promise.put("example", &touched);
    assert_eq!(answer.warnings.len(), 2, "{:?}", answer.warnings);
    assert!(
        answer
            .warnings
            .iter()
            .all(|warning| warning.contains("already there"))
    );
    answer.accepted();

    let beside = with(touched.clone(), &json!({"size": "medium"}));
    assert_eq!(promise.put("example", &beside).refused(), ["schema/enum"]);
    let other_value = with(touched.clone(), &json!({"username": 6}));
    assert_eq!(
        promise.put("example", &other_value).refused(),
        ["schema/type"]
    );
    let second_key = with(touched.clone(), &json!({"url": "https://example.com"}));
    assert_eq!(
        promise.put("example", &second_key).refused(),
        ["schema/additionalProperties"]
    );
    assert_eq!(promise.stored("example")["status"], touched);

    promise.put("example", &complete()).accepted();
    assert_eq!(
        promise.put("example", &faulty).refused(),
        ["schema/additionalProperties", "schema/type"],
        "what was mended is not forgiven again"
    );
}

#[test]
fn bookkeeping_passes_over_a_status_that_a_tightened_schema_refuses() {
    let Some(promise) = Promise::install("tightened-cloud") else {
        return;
    };
    let guard = Guard::start(&promise, &spec());
    promise.request("example");
    promise.put("example", &complete()).accepted();

    let mut tightened = spec();
    tightened["schema"]["required"] = json!(["message", "username", "passwordSecretName", "url"]);
    tightened["schema"]["properties"]["username"] = json!({"type": "string", "minLength": 20});
    guard.replace_schema(&tightened, &json!({"username": "elastic"}));

    let counted = with(
        complete(),
        &json!({"observedGeneration": 1, "workflowsSucceeded": 1}),
    );
    let answer = promise.put("example", &counted);
    assert_eq!(answer.warnings, [""; 0]);
    answer.accepted();
    let health = json!({"state": "healthy", "healthRecords": []});
    let counted = with(
        counted,
        &json!({"healthStatus": health, "promiseVersion": "v2"}),
    );
    promise.put("example", &counted).accepted();
    let running = with(
        counted,
        &json!({"conditions": [condition("False")], "message": "Pending"}),
    );
    promise.put("example", &running).accepted();

    let done = with(
        running,
        &json!({"conditions": [condition("True")], "message": "done"}),
    );
    assert_eq!(
        promise.put("example", &done).refused(),
        ["schema/required"],
        "a run that completes is judged by the new schema, and what it did not bring in is forgiven"
    );
}

#[test]
fn a_request_that_is_being_deleted_is_only_warned_about() {
    let Some(promise) = Promise::install("deleted-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    promise.put("example", &complete()).accepted();
    let finalizer = json!({"metadata": {"finalizers": ["kratix.io/delete-workflows"]}}).to_string();
    let object = "deleted-cloud/example";
    for arguments in [
        &["patch", object, "--type=merge", "--patch", &finalizer][..],
        &["delete", object, "--wait=false"],
    ] {
        let output = promise.kubectl(arguments);
        assert_eq!(output.code, 0, "{}", output.stderr);
    }
    let faulty = with(complete(), &json!({"username": 5, "endpoint": "gone"}));
    let answer = promise.put("example", &faulty);
    assert_eq!(answer.warnings.len(), 2, "{:?}", answer.warnings);
    answer.accepted();
    let health = json!({"healthStatus": "healthy"});
    let rules = promise.put("example", &with(faulty, &health));
    assert_eq!(
        rules.refused(),
        ["kratix/shape"],
        "Kratix cannot live with this one"
    );
}

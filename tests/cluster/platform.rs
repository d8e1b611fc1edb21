//! The ground that the other tests stand on: a Promise without statusguard.
use serde_json::{Value, json};

use crate::promise::{Promise, Writer};

#[test]
fn a_status_can_be_written_in_every_way() {
    let Some(promise) = Promise::install("plain-cloud") else {
        return;
    };
    for (name, writer) in ["a", "b", "c", "d"].into_iter().zip(Writer::ALL) {
        promise.request(name);
        let status = json!({"message": "done", "anything": [1, {"at": "all"}]});
        promise.write(writer, name, &status).accepted();
        assert_eq!(promise.stored(name)["status"], status, "{writer:?}");
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let Some(promise) = Promise::install("dry-cloud") else {
        return;
    };
    promise.request("example");
    promise
        .dry_run("example", &json!({"message": "done"}))
        .accepted();
    assert_eq!(promise.stored("example")["status"], Value::Null);
}

#[test]
fn kubectl_shows_what_is_there() {
    let Some(promise) = Promise::install("shown-cloud") else {
        return;
    };
    promise.request("example");
    promise
        .put(
            "example",
            &json!({"message": "Instance example provisioned"}),
        )
        .accepted();
    let shown = promise.kubectl(&["get", "shown-clouds"]);
    assert_eq!(
        shown.stdout,
        "NAME      STATUS\nexample   Instance example provisioned\n"
    );
    assert_eq!((shown.stderr.as_str(), shown.code), ("", 0));
}

#[test]
fn the_status_writer_merges_as_kratix_does() {
    let Some(promise) = Promise::install("merged-cloud") else {
        return;
    };
    promise.request("example");
    let condition = |kind, status| json!({"type": kind, "status": status});
    promise
        .put(
            "example",
            &json!({
                "message": "Pending",
                "stays": true,
                "nested": {"lost": 1},
                "conditions": [condition("Reconciled", "Unknown"), condition("Mine", "False")],
            }),
        )
        .accepted();
    let yaml = "message: done\nnested: {found: 2}\nconditions: [{type: Mine, status: 'True'}]\n";
    let Some(output) = promise.status_writer("example", yaml, &["--last"]) else {
        return;
    };
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str(), output.code),
        ("", "", 0)
    );
    let mut status = promise.stored("example")["status"].take();
    let conditions = status["conditions"].take();
    assert_eq!(
        status,
        json!({"message": "done", "stays": true, "nested": {"found": 2}, "conditions": null})
    );
    assert_eq!(conditions[0], condition("Reconciled", "Unknown"));
    assert_eq!(conditions[1], condition("Mine", "True"));
    assert_eq!(conditions[2]["type"], "ConfigureWorkflowCompleted");
    assert_eq!(conditions[2]["reason"], "PipelinesExecutedSuccessfully");
}

#[test]
fn the_status_writer_refuses_the_key_that_is_kratix_own() {
    let Some(promise) = Promise::install("own-cloud") else {
        return;
    };
    promise.request("example");
    let Some(output) = promise.status_writer("example", "kratix: {}\n", &[]) else {
        return;
    };
    assert_eq!(
        output.stderr,
        "Error: status.yaml may not write the key kratix\n"
    );
    assert_eq!(output.code, 1);
}

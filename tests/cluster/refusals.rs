//! Each kind of bad write is refused, in every way of writing, and leaves nothing behind.
use serde_json::{Value, json};

use crate::{
    elastic_cloud::{condition, pending, spec},
    guard::Guard,
    promise::{Promise, Writer, custom_resource_definition},
};

/// What is written over the status that Kratix begins with, and the rules that refuse it.
fn bad_writes() -> Vec<(Value, &'static [&'static str])> {
    let complete = condition("True");
    let ready = |status: &str| json!({"type": "Ready", "status": status});
    let deep = json!({"facts": {"a": {"b": {"c": {"d": {"e": {}}}}}}});
    vec![
        (
            json!({"endpoint": "https://example.com"}),
            &["schema/additionalProperties"],
        ),
        (json!({"username": 5}), &["schema/type"]),
        (
            json!({"nodes": [{"host": "a", "port": "9200"}]}),
            &["schema/type"],
        ),
        (json!({"nodes": [{"port": 9200}]}), &["schema/required"]),
        (json!({"size": "medium"}), &["schema/enum"]),
        (json!({"approvalIssue": "issue 12"}), &["schema/format"]),
        (
            json!({"message": "done", "username": "elastic", "conditions": [complete]}),
            &["schema/required"],
        ),
        (
            json!({"conditions": [{"type": "Ready"}]}),
            &["condition/status"],
        ),
        (json!({"conditions": [ready("yes")]}), &["condition/status"]),
        (
            json!({"conditions": [{"status": "True"}]}),
            &["condition/type"],
        ),
        (
            json!({"conditions": [ready("True"), ready("False")]}),
            &["condition/duplicate"],
        ),
        (
            json!({"facts": {"text": "x".repeat(2000)}}),
            &["budget/bytes"],
        ),
        (json!({"facts": {"list": vec![1; 100]}}), &["budget/items"]),
        (deep, &["budget/depth"]),
        (json!({"healthStatus": "healthy"}), &["kratix/shape"]),
        (json!({"healthStatus": ["healthy"]}), &["kratix/shape"]),
        (
            json!({"username": 5, "endpoint": "https://example.com", "healthStatus": 1}),
            &["schema/additionalProperties", "kratix/shape", "schema/type"],
        ),
    ]
}

#[test]
fn each_bad_write_is_refused_and_changes_nothing() {
    let Some(promise) = Promise::install("refused-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    promise.put("example", &pending()).accepted();
    let before = promise.stored("example");
    for (status, rules) in bad_writes() {
        for writer in Writer::ALL {
            let answer = promise.write(writer, "example", &status);
            assert_eq!(answer.refused(), rules, "{writer:?} of {status}");
            assert_eq!(promise.stored("example"), before, "{writer:?} of {status}");
        }
    }
}

#[test]
fn what_no_pipeline_wrote_is_refused_on_an_empty_status_too() {
    let Some(promise) = Promise::install("empty-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    let before = promise.stored("example");
    for (status, rules) in bad_writes() {
        for writer in Writer::ALL {
            let answer = promise.write(writer, "example", &status);
            assert_eq!(answer.refused(), rules, "{writer:?} of {status}");
        }
    }
    assert_eq!(promise.stored("example"), before);
}

#[test]
fn a_status_that_is_no_object_is_refused_where_the_crd_allows_it() {
    let mut definition = custom_resource_definition("untyped-cloud");
    let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    schema["properties"]["status"] = json!({"x-kubernetes-preserve-unknown-fields": true});
    let Some(promise) = Promise::install_with("untyped-cloud", &definition) else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    for status in [json!("done"), json!(["done"]), json!(1), json!(true)] {
        assert_eq!(
            promise.put("example", &status).refused(),
            ["schema/type"],
            "{status}"
        );
    }
    assert_eq!(promise.stored("example")["status"], Value::Null);
}

#[test]
fn a_status_that_is_null_or_absent_is_empty() {
    let Some(promise) = Promise::install("null-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    promise.put("example", &pending()).accepted();
    promise.put("example", &Value::Null).accepted();
}

#[test]
fn a_key_with_any_characters_is_refused_and_told() {
    let Some(promise) = Promise::install("odd-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    for key in ["a.b", "a b", "ключ", "line\nbreak", "\u{202e}", "", "x\"y"] {
        let answer = promise.put("example", &json!({key: 1}));
        assert_eq!(answer.refused(), ["schema/additionalProperties"], "{key:?}");
        let field = answer.body["details"]["causes"][0]["field"]
            .as_str()
            .unwrap_or_default();
        assert!(
            field.starts_with("status[\"") && field.ends_with("\"]"),
            "{field}"
        );
        assert!(!field.contains(['\n', '\u{202e}']), "{field:?}");
    }
}

//! `statusguard audit`, as its users run it.
use serde_json::{Value, json};

use crate::program::Folder;

fn request(name: &str, status: &Value) -> Value {
    json!({"apiVersion": "marketplace.kratix.io/v1alpha1", "kind": "Runtime", "metadata": {"name": name}, "status": status})
}

fn requests() -> String {
    let nodes = json!([{"password": "zq7canary"}, {"password": "zq7canary"}]);
    let items = [
        request(
            "a",
            &json!({"url": "https://example.com", "promiseVersion": "v1.10.0"}),
        ),
        request(
            "b",
            &json!({"url": "zq7canary", "promiseVersion": "v1.9.0"}),
        ),
        request(
            "c",
            &json!({"url": "zq7canary", "nodes": nodes, "promiseVersion": "v1.9.0"}),
        ),
        request("d", &json!({"message": "Pending"})),
        request("e", &Value::Null),
        json!({"apiVersion": "example.org/v1", "kind": "Other", "metadata": {"name": "o"}, "status": {"conditions": [{"type": "A"}]}}),
    ];
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

#[test]
fn what_enforcing_would_refuse_is_counted() {
    let folder = Folder::new().with_schemas();
    let ran = folder.pipe("audit -", requests());
    assert_eq!(ran.code, 1);
    assert!(!ran.stdout.contains("zq7canary"), "{}", ran.shown());
    insta::assert_snapshot!(ran.shown());
    let ran = folder.pipe("audit - --as Warn", requests());
    assert_eq!(ran.code, 0, "{}", ran.shown());
}

#[test]
fn every_format_says_the_same() {
    let folder = Folder::new().with_schemas();
    let report = folder.pipe("audit - --format json", requests()).json();
    assert_eq!(
        report["summary"],
        json!({"requests": 6, "refused": 3, "withoutStatus": 1})
    );
    let junit = folder.pipe("audit - --format junit", requests());
    let document = roxmltree::Document::parse(&junit.stdout).unwrap();
    assert_eq!(
        document.root_element().attribute("failures"),
        Some("3"),
        "{}",
        junit.shown()
    );
    assert_eq!(
        folder.pipe("audit - --format sarif", requests()).json()["version"],
        "2.1.0"
    );
    for format in ["json", "junit", "sarif", "github"] {
        let ran = folder.pipe(&format!("audit - --format {format}"), requests());
        assert!(!ran.stdout.contains("zq7canary"), "{}", ran.shown());
    }
    assert_eq!(folder.pipe("audit -", "url: zq7canary\n").code, 2);
    assert_eq!(folder.run("audit").code, 2);
}

//! `statusguard init`, as its users run it.
use serde_json::{Value, json};

use crate::program::Folder;

fn object(name: &str, status: &Value) -> Value {
    json!({"apiVersion": "workshop.kratix.io/v1alpha1", "kind": "elastic-cloud",
        "metadata": {"name": name, "labels": {"kratix.io/promise-name": "elastic"}}, "status": status})
}

fn requests() -> Value {
    let complete = json!([{"type": "ConfigureWorkflowCompleted", "status": "True"}]);
    let items = [
        object(
            "one",
            &json!({"conditions": complete, "message": "zq7canary one", "url": "https://zq7canary.example.com/x",
            "port": 731_400_073, "state": "Ready", "createdAt": "2026-01-02T03:04:05Z", "nodes": [{"ip": "192.0.2.7", "on": true}],
            "on": "zq7canary", "017": 1, "odd key": {"a": null, "b": 1.5}, "workflows": 1}),
        ),
        object(
            "two",
            &json!({"conditions": complete, "message": "zq7canary two", "url": "http://zq7canary.example.com",
            "port": null, "state": "Failed", "createdAt": "2026-11-12T13:14:15Z", "nodes": [],
            "on": "x", "odd key": {"b": 2}, "A1b2C3d4zq7canaryE5f6G7h8": 1}),
        ),
        object("three", &json!({"message": "Pending", "state": "Ready"})),
        object("four", &json!({"state": "Ready", "extra": "zq7canary"})),
        object("five", &json!({"state": "Failed"})),
        object("six", &json!({"state": "Ready"})),
        object("new", &Value::Null),
    ];
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

#[test]
fn a_schema_is_made_of_requests_and_accepts_them() {
    let folder = Folder::new();
    let requests = requests().to_string();
    let made = folder.pipe("init - --resource elastic-clouds", &requests);
    assert_eq!(made.code, 0, "{}", made.shown());
    for value in ["zq7canary", "731400073", "Ready"] {
        assert!(!made.shown().contains(value), "{}", made.shown());
    }
    insta::assert_snapshot!(made.shown());
    folder.write("schema.yaml", &made.stdout);
    let lint = folder.run("lint schema.yaml");
    assert_eq!(lint.code, 0, "{}", lint.shown());
    let check = folder.pipe("check - --schemas schema.yaml --as Enforce", &requests);
    assert_eq!(check.code, 0, "{}", check.shown());
}

#[test]
fn small_sets_of_words_are_listed_where_that_is_asked_for() {
    let folder = Folder::new();
    let made = folder.pipe("init - --enum", requests().to_string());
    assert!(
        made.stdout.contains("enum: [Failed, Ready]"),
        "{}",
        made.shown()
    );
    assert!(!made.stdout.contains("zq7canary"), "{}", made.shown());
}

#[test]
fn a_status_file_and_a_promise_are_enough() {
    let folder = Folder::new();
    folder.write(
        "status.yaml",
        "url: https://example.com\nport: 017\ntags: [a, 1]\n",
    );
    let made = folder.run("init status.yaml --name db --group example.org --resource dbs");
    folder.write("schema.yaml", &made.stdout);
    let check = folder.run("check status.yaml --schemas schema.yaml --as Enforce");
    assert_eq!(check.code, 0, "{}", check.shown());
    folder.write(
        "promise.yaml",
        "apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\nmetadata: {name: db}\n\
        spec: {api: {spec: {group: example.org, names: {plural: databases}}}}\n",
    );
    let made = folder.run("init promise.yaml");
    assert!(
        made.stdout.contains("name: db\n") && made.stdout.contains("resource: databases\n"),
        "{}",
        made.shown()
    );
    folder.write("schema.yaml", &made.stdout);
    assert_eq!(folder.run("lint schema.yaml").code, 0);
    let both = folder.run("init promise.yaml status.yaml");
    assert!(both.stdout.contains("url:"), "{}", both.shown());
}

#[test]
fn what_cannot_be_used_is_told() {
    let folder = Folder::new();
    folder.write("list.yaml", "- zq7canary\n");
    for arguments in ["init", "init none.yaml", "init list.yaml"] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.shown());
        assert!(!ran.stderr.contains("zq7canary"));
    }
}

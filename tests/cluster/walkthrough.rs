//! The tutorial from end to end in an installation by the chart: under its RBAC, reached by its Service.
use serde_json::{Value, json};

use crate::{
    http::Answer,
    installed::{Installed, installed},
    plain::holds,
    promise::Promise,
    reviews::recordings,
    until::until,
};

const NAME: &str = "walked-cloud";

/// What the author of the Promise wrote of its status.
fn authored() -> Value {
    json!({"type": "object", "properties": {
        "message": {"type": "string"}, "username": {"type": "string"}, "passwordSecretName": {"type": "string"},
    }})
}

fn strict(kind: &str) -> Value {
    json!({"schema": {"type": "object", "additionalProperties": false, "properties": {
        "message": {"type": "string"}, "username": {"type": kind}, "passwordSecretName": {"type": "string"},
    }}})
}

/// Waits until a write that changes nothing is answered like this.
fn answered(promise: &Promise, status: &Value, is_right: impl Fn(&Answer) -> bool) {
    until(&format!("{status} is answered otherwise"), || {
        let answer = promise.dry_run("example", status);
        if is_right(&answer) {
            Ok(())
        } else {
            Err(format!("{answer:?}"))
        }
    });
}

fn code(code: u16) -> impl Fn(&Answer) -> bool {
    move |answer| answer.code == code
}

fn warns(answer: &Answer) -> bool {
    answer.code == 200 && !answer.warnings.is_empty()
}

#[test]
fn a_promise_from_its_first_request_to_its_end() {
    let Some(cluster) = installed() else { return };
    let promise = cluster.promise(NAME, &authored());
    until("it is guarded", || holds(cluster.guards(&promise)));
    answered(&promise, &json!({"username": 1}), warns);
    kratix_does_its_work(&promise);
    a_bad_write_is_refused_told_and_mended(&promise);
    a_warning_is_told_once(&promise);
    its_status_schema_comes_and_goes(cluster, &promise);
    the_promise_changes_and_goes(cluster, &promise);
}

fn kratix_does_its_work(promise: &Promise) {
    for (name, review) in &recordings("walked-clouds")[..8] {
        let status = &review["request"]["object"]["status"];
        let answer = promise.put("example", status);
        assert_eq!(answer.warnings, [""; 0], "{name}");
        answer.accepted();
        assert_eq!(&promise.stored("example")["status"], status, "{name}");
    }
}

/// By the status-writer, as a pipeline does; it tries again with other bytes.
fn a_bad_write_is_refused_told_and_mended(promise: &Promise) {
    let before = promise.stored("example")["status"].take();
    for password in ["zq7canary-a", "zq7canary-b"] {
        let yaml = format!("message: done\npassword: {password}\n");
        let Some(output) = promise.status_writer("example", &yaml, &["--last"]) else {
            return;
        };
        assert_eq!(output.code, 1);
        assert!(
            output
                .stderr
                .contains("status.password: looks like a literal"),
            "{}",
            output.stderr
        );
    }
    assert_eq!(promise.stored("example")["status"], before);
    let described = until("kubectl describe says why", || {
        let text = promise
            .kubectl(&["describe", "walked-clouds", "example"])
            .stdout;
        if text.contains("StatusRejected") {
            Ok(text)
        } else {
            Err(text)
        }
    });
    assert!(described.contains("Warning"), "{described}");
    assert!(
        described.contains("status.password: looks like a literal"),
        "{described}"
    );
    assert!(!described.contains("zq7canary"), "{described}");
    let mended = "message: done\npasswordSecretName: example-es-elastic-user\n";
    let Some(output) = promise.status_writer("example", mended, &["--last"]) else {
        return;
    };
    assert_eq!((output.stderr.as_str(), output.code), ("", 0));
    assert_eq!(
        events(promise, "StatusRejected"),
        1,
        "other bytes, the same fault"
    );
}

fn a_warning_is_told_once(promise: &Promise) {
    for username in [1, 2] {
        let mut status = promise.stored("example")["status"].take();
        status["username"] = json!(username);
        let answer = promise.put("example", &status);
        assert_eq!(answer.warnings.len(), 1, "{:?}", answer.warnings);
        answer.accepted();
    }
    until("it is told", || holds(events(promise, "StatusWarned") == 1));
}

fn events(promise: &Promise, reason: &str) -> usize {
    let printed = promise.kubectl(&["get", "events", "--output=json"]).stdout;
    let printed: Value = serde_json::from_str(&printed).expect("kubectl prints JSON");
    let items = printed["items"].as_array().expect("it is a list");
    items
        .iter()
        .filter(|event| event["reason"] == reason)
        .count()
}

fn its_status_schema_comes_and_goes(cluster: &Installed, promise: &Promise) {
    let (unknown, wrong) = (json!({"user": "x"}), json!({"username": "x"}));
    cluster.schema(NAME, &strict("string")).accepted();
    answered(promise, &unknown, code(422));
    cluster.condition(NAME, "Enforced", "True", "Enforced");
    the_table_is_as_shown(cluster);
    answered(promise, &wrong, code(200));
    cluster.schema(NAME, &strict("integer")).accepted();
    answered(promise, &wrong, code(422));
    let refused = cluster.schema(NAME, &strict("number of letters"));
    assert_eq!(refused.code, 422, "{refused:?}");
    answered(promise, &wrong, code(422));
    cluster.delete_schema(NAME);
    answered(promise, &unknown, warns_not_refuses);
}

/// As the README shows it, which also says how to save what is in it.
fn the_table_is_as_shown(cluster: &Installed) {
    let words = |line: &str| -> Vec<String> {
        let words = line.split_whitespace();
        words.map(str::to_owned).collect()
    };
    let readme = include_str!("../../README.md");
    let (_, shown) = readme
        .split_once("$ kubectl get statusschemas\n")
        .expect("the README shows it");
    let table = cluster.kubectl(&["get", "statusschemas"]);
    let head = |table: &str| table.lines().next().map(words);
    assert_eq!(head(&table), head(shown));
    let row = table.lines().map(words).find(|row| row[0] == NAME);
    let row = row.unwrap_or_else(|| panic!("{NAME} is not in {table}"));
    let shown = shown.lines().nth(1).map(words).expect("it has a row");
    assert_eq!(row[1..4], shown[1..4], "{table}");
    let saved = cluster.kubectl(&["get", "statusschemas", "-o", "yaml"]);
    assert!(saved.contains(&format!("name: {NAME}")), "{saved}");
}

fn warns_not_refuses(answer: &Answer) -> bool {
    answer.code == 200
}

fn the_promise_changes_and_goes(cluster: &Installed, promise: &Promise) {
    let wrong = json!({"username": {"a": 1}});
    cluster.replace_promise(NAME, &authored(), Some("Enforce"));
    answered(promise, &wrong, code(422));
    cluster.replace_promise(NAME, &json!({"type": "object"}), Some("Enforce"));
    answered(promise, &wrong, code(200));
    let broken = json!({"type": "object", "properties": {"username": {"pattern": "("}}});
    cluster.replace_promise(NAME, &broken, None);
    until("its author is told", || {
        let events = cluster.kubectl(&["get", "events", "--namespace=default", "--output=json"]);
        holds(events.contains("InvalidStatusSchema") && events.contains(NAME))
    });
    cluster.delete_promise(NAME);
    until("it is guarded no more", || holds(!cluster.guards(promise)));
    promise
        .put("example", &json!({"password": "hunter2"}))
        .accepted();
}

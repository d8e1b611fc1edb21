//! StatusSchemas and Promises in a cluster: which of them is in force, and what their authors are told.
use serde_json::{Value, json};

use crate::{
    http::Answer,
    installed::{Installed, installed},
    promise::Promise,
    until::until,
};

fn url() -> Value {
    json!({"type": "object", "properties": {"url": {"type": "string"}}})
}

/// Waits until a write of `status` is answered as `is_right` says.
fn answered(promise: &Promise, status: &Value, is_right: impl Fn(&Answer) -> bool) -> Answer {
    until(
        &format!("a write of {status} is answered otherwise"),
        || {
            let answer = promise.dry_run("example", status);
            if is_right(&answer) {
                Ok(answer)
            } else {
                Err(format!("{answer:?}"))
            }
        },
    )
}

fn is_refused(answer: &Answer) -> bool {
    answer.code == 422
}

fn warns(answer: &Answer) -> bool {
    answer.code == 200 && !answer.warnings.is_empty()
}

fn is_silent(answer: &Answer) -> bool {
    answer.code == 200 && answer.warnings.is_empty()
}

/// A Promise with a `StatusSchema` that is enforced.
fn enforced(cluster: &Installed, name: &'static str) -> Promise {
    let promise = cluster.promise(name, &url());
    let spec = json!({"schema": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}}});
    cluster.schema(name, &spec).accepted();
    cluster.condition(name, "Enforced", "True", "Enforced");
    promise
}

#[test]
fn the_schema_that_kratix_throws_away_warns_until_its_annotation_says_otherwise() {
    let Some(cluster) = installed() else { return };
    let promise = cluster.promise("authored-cloud", &url());
    let wrong = json!({"url": 1});
    let warned = answered(&promise, &wrong, warns);
    assert_eq!(warned.warnings.len(), 1, "{:?}", warned.warnings);
    cluster.replace_promise(promise.name, &url(), Some("Enforce"));
    let refused = answered(&promise, &wrong, is_refused);
    assert_eq!(refused.refused(), ["schema/type"]);
    assert!(
        refused.body["message"]
            .as_str()
            .unwrap_or_default()
            .contains("(Promise authored-cloud)")
    );
    let unknown = promise.dry_run("example", &json!({"uri": "x"}));
    assert!(warns(&unknown), "{unknown:?}");
    cluster.replace_promise(promise.name, &url(), Some("Off"));
    answered(&promise, &wrong, is_silent);
    let leak = promise.dry_run("example", &json!({"password": "hunter2"}));
    assert_eq!(leak.refused(), ["secret/credential-key"]);
}

#[test]
fn a_promise_without_a_schema_is_guarded_for_secrets() {
    let Some(cluster) = installed() else { return };
    let promise = cluster.promise(
        "open-cloud",
        &json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
    );
    let refused = answered(&promise, &json!({"password": "hunter2"}), is_refused);
    assert!(
        refused.body["message"]
            .as_str()
            .unwrap_or_default()
            .contains("(built-in policy)")
    );
    assert!(is_silent(
        &promise.dry_run("example", &json!({"anything": 1}))
    ));
}

#[test]
fn a_changed_promise_is_enforced_in_its_new_form() {
    let Some(cluster) = installed() else { return };
    let promise = cluster.promise("changed-cloud", &url());
    answered(&promise, &json!({"url": 1}), warns);
    cluster.replace_promise(
        promise.name,
        &json!({"type": "object", "properties": {"url": {"type": "integer"}}}),
        None,
    );
    answered(&promise, &json!({"url": 1}), is_silent);
    answered(&promise, &json!({"url": "x"}), warns);
}

#[test]
fn a_status_schema_comes_changes_and_goes() {
    let Some(cluster) = installed() else { return };
    let promise = enforced(cluster, "lived-cloud");
    let message = cluster.condition(promise.name, "Accepted", "True", "Accepted");
    assert_eq!(message, "guards lived-clouds.workshop.kratix.io");
    let wrong = json!({"url": 1});
    assert_eq!(
        answered(&promise, &wrong, is_refused).refused(),
        ["schema/type"]
    );
    let looser = json!({"schema": {"type": "object", "properties": {"url": {"type": "integer", "default": 1}}}});
    cluster.schema(promise.name, &looser).accepted();
    answered(&promise, &wrong, is_silent);
    cluster.condition(promise.name, "Accepted", "True", "Accepted");
    cluster.delete_schema(promise.name);
    answered(&promise, &wrong, warns);
}

#[test]
fn a_status_schema_without_a_schema_keeps_that_of_its_promise() {
    let Some(cluster) = installed() else { return };
    let promise = cluster.promise("kept-cloud", &url());
    cluster
        .schema(promise.name, &json!({"enforcement": "Enforce"}))
        .accepted();
    let message = cluster.condition(promise.name, "Accepted", "True", "Accepted");
    assert_eq!(
        message,
        "guards kept-clouds.workshop.kratix.io, by the schema of the Promise"
    );
    let refused = answered(&promise, &json!({"url": 1}), is_refused);
    assert!(
        refused.body["message"]
            .as_str()
            .unwrap_or_default()
            .contains("(StatusSchema kept-cloud)")
    );
}

#[test]
fn a_schema_that_does_not_compile_is_refused_when_it_is_applied() {
    let Some(cluster) = installed() else { return };
    let promise = enforced(cluster, "checked-cloud");
    let bad =
        json!({"schema": {"properties": {"url": {"pattern": "["}, "host": {"pattern": "("}}}});
    let refused = until("StatusSchemas are judged", || {
        let answer = cluster.schema(promise.name, &bad);
        if answer.code == 422 {
            Ok(answer)
        } else {
            Err(format!("{answer:?}"))
        }
    });
    let causes = refused.body["details"]["causes"]
        .as_array()
        .map_or(0, Vec::len);
    assert_eq!(causes, 2, "{:#}", refused.body);
    assert_eq!(
        answered(&promise, &json!({"url": 1}), is_refused).refused(),
        ["schema/type"]
    );
    let noted = json!({"schema": {"type": "object", "propertys": {}}});
    let accepted = cluster.schema("noted-cloud", &noted);
    assert_eq!(
        (accepted.code, accepted.warnings.len()),
        (201, 3),
        "{accepted:?}"
    );
}

#[test]
fn who_cannot_be_accepted_is_told_why() {
    let Some(cluster) = installed() else { return };
    let promise = enforced(cluster, "fought-cloud");
    cluster.schema("lonely-cloud", &json!({})).accepted();
    let message = cluster.condition("lonely-cloud", "Accepted", "False", "UnknownPromise");
    assert!(
        message.starts_with("there is no Promise lonely-cloud"),
        "{message}"
    );
    cluster.condition("lonely-cloud", "Enforced", "False", "NotAccepted");
    cluster
        .schema("other-fought-cloud", &json!({"promise": promise.name}))
        .accepted();
    let message = cluster.condition("other-fought-cloud", "Accepted", "False", "Conflict");
    assert!(
        message.contains("StatusSchema fought-cloud, which is older"),
        "{message}"
    );
    let request = json!({"group": "workshop.kratix.io", "resource": "somethings"});
    cluster
        .schema(promise.name, &json!({"request": request}))
        .accepted();
    let message = cluster.condition(promise.name, "Accepted", "False", "RequestMismatch");
    assert!(message.contains("resource: fought-clouds"), "{message}");
    cluster.condition("other-fought-cloud", "Accepted", "True", "Accepted");
}

#[test]
fn a_deleted_promise_is_guarded_no_more_after_half_a_minute() {
    let Some(cluster) = installed() else { return };
    let promise = cluster.promise("removed-cloud", &url());
    until("it is guarded", || {
        cluster
            .guards(&promise)
            .then_some(())
            .ok_or_else(String::new)
    });
    cluster.delete_promise(promise.name);
    until("it is guarded no more", || {
        (!cluster.guards(&promise))
            .then_some(())
            .ok_or_else(String::new)
    });
}

#[test]
fn what_can_be_known_early_is_refused_by_the_definition() {
    let Some(cluster) = installed() else { return };
    let both = json!({"schema": {}, "versions": {"v1": {"schema": {}}}});
    let message = cluster.schema("early-cloud", &both).body["message"].to_string();
    assert!(
        message.contains("schema and versions cannot both stand here"),
        "{message}"
    );
    let message = cluster
        .schema("early-cloud", &json!({"enforcement": "Deny"}))
        .body["message"]
        .to_string();
    assert!(message.contains("Unsupported value"), "{message}");
}

#[test]
fn kubectl_explains_every_field() {
    let Some(cluster) = installed() else { return };
    let explained = cluster.kubectl(&["explain", "statusschema.spec", "--recursive"]);
    for field in [
        "promise",
        "request",
        "enforcement",
        "schema",
        "versions",
        "secrets",
        "budgets",
        "allow",
        "messageLength",
    ] {
        assert!(
            explained.contains(&format!("{field}\t")),
            "{field}: {explained}"
        );
    }
    let explained = cluster.kubectl(&["explain", "ss.spec"]);
    let explained: Vec<&str> = explained.split_whitespace().collect();
    let explained = explained.join(" ");
    for words in [
        "What is guarded, and how.",
        "metadata.name unless",
        "refuse the write",
        "JSON Schema of the whole status",
    ] {
        assert!(explained.contains(words), "{words}: {explained}");
    }
}

#[test]
fn a_refused_write_is_told_where_its_requester_looks() {
    let Some(cluster) = installed() else { return };
    let promise = enforced(cluster, "told-cloud");
    let leak = json!({"password": "zq7canary"});
    answered(&promise, &leak, is_refused);
    // Of another request and with another fault, so that it merges with nothing; what is told before is written before.
    promise.request("quiet");
    promise.dry_run("quiet", &json!({"url": 1})).refused();
    promise.put("example", &leak).refused();
    let described = until("the request has an Event", || {
        let described = promise
            .kubectl(&["describe", "told-clouds", "example"])
            .stdout;
        described
            .contains("StatusRejected")
            .then(|| described.clone())
            .ok_or(described)
    });
    assert!(
        described.contains("status.password: looks like a literal password"),
        "{described}"
    );
    assert!(!described.contains("zq7canary"), "{described}");
    let events = promise.kubectl(&["get", "events", "--output=json"]).stdout;
    let events: Value = serde_json::from_str(&events).expect("kubectl prints JSON");
    assert_eq!(
        events["items"].as_array().map(Vec::len),
        Some(1),
        "a dry run leaves none: {events:#}"
    );
    assert_eq!(events["items"][0]["involvedObject"]["name"], "example");
    assert_eq!(events["items"][0]["related"]["name"], "told-cloud");
}

#[test]
fn a_schema_of_a_promise_that_does_not_compile_is_told_on_the_promise() {
    let Some(cluster) = installed() else { return };
    let promise = cluster.promise("faulty-cloud", &url());
    answered(&promise, &json!({"url": 1}), warns);
    let broken =
        json!({"type": "object", "properties": {"url": {"type": "string", "pattern": "("}}});
    cluster.replace_promise(promise.name, &broken, None);
    until("the Promise has an Event", || {
        let events = promise
            .kubectl(&["get", "events", "--namespace=default", "--output=json"])
            .stdout;
        let is_told = events.contains("InvalidStatusSchema") && events.contains("faulty-cloud");
        is_told.then_some(()).ok_or(events)
    });
    assert!(
        warns(&promise.dry_run("example", &json!({"url": 1}))),
        "the last good one stays"
    );
}

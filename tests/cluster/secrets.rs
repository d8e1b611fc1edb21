//! A literal credential is refused wherever a pipeline writes it, with a schema and without one; a status that only says
//! where it is passes.
use serde_json::{Value, json};

use crate::{
    elastic_cloud::{complete, condition, pending, spec, with},
    guard::Guard,
    planted::planted,
    promise::{Promise, Writer},
};

/// Statuses that leak, and the rules that refuse them.
fn leaks() -> Vec<(Value, &'static [&'static str])> {
    let ready =
        |message: &str| json!({"type": "Ready", "status": "False", "message": planted(message)});
    let records = json!([{"state": "healthy", "details": {"log": planted("connected to «link»")}}]);
    let outputs = json!({"colour": {"sensitive": true, "type": "string", "value": "red"}});
    vec![
        (json!({"password": "hunter2"}), &["secret/credential-key"]),
        (
            json!({"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}),
            &["secret/credential-key"],
        ),
        (
            json!({"message": "login with elastic / changeme123"}),
            &["secret/prose"],
        ),
        (
            json!({"message": planted("the link is «link»")}),
            &["secret/url-password"],
        ),
        (
            json!({"conditions": [ready("could not log in with «slack»")]}),
            &["secret/vendor-token"],
        ),
        (
            json!({"healthStatus": {"state": "healthy", "healthRecords": records}}),
            &["secret/url-password"],
        ),
        (
            json!({"access": planted("«base64 «kubeconfig»»")}),
            &["secret/kubeconfig"],
        ),
        (json!({"outputs": outputs}), &["secret/sensitive-output"]),
        (
            json!({"tokens": {planted("«access key»"): "build"}}),
            &["secret/key-name"],
        ),
    ]
}

/// A status that says where everything is.
fn clean() -> Value {
    with(
        complete(),
        &json!({
            "vault-secrets": "run 'vault kv list kv/team-a' to see the secrets",
            "iam": {"user": "admin", "password": "<vault-ref>"},
            "adminUserCredentials": {"name": "admin-credentials", "namespace": "team-a"},
            "connectionString": "postgres://db-x.svc:5432",
            "outputs": {"host": {"sensitive": false, "type": "string", "value": "db.example.com"}},
        }),
    )
}

#[test]
fn no_leak_gets_past_a_policy_without_a_schema_in_any_way_of_writing() {
    let Some(promise) = Promise::install("leaky-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &json!({"enforcement": "Audit"}));
    promise.request("example");
    promise.put("example", &pending()).accepted();
    let before = promise.stored("example");
    for (status, rules) in leaks() {
        for writer in Writer::ALL {
            let answer = promise.write(writer, "example", &status);
            assert_eq!(answer.refused(), rules, "{writer:?} of {status}");
            let told = answer.body.to_string();
            assert!(!told.contains("hunter2"), "{told}");
            assert!(!told.contains("changeme123"), "{told}");
        }
    }
    assert_eq!(promise.stored("example"), before);
    let answer = promise.put("example", &clean());
    assert_eq!(answer.warnings, [""; 0]);
    answer.accepted();
}

#[test]
fn no_leak_gets_past_where_the_schema_cannot_be_used() {
    let Some(promise) = Promise::install("broken-cloud") else {
        return;
    };
    let mut guard = Guard::start(&promise, &spec());
    guard.stop();
    guard.break_schema(&json!({"schema": {"type": "nonsense"}}));
    guard.start_again();
    promise.request("example");
    for (status, rules) in leaks() {
        let answer = promise.put("example", &status);
        assert_eq!(answer.refused(), rules, "{status}");
    }
    promise.put("example", &clean()).accepted();
}

#[test]
fn the_tutorials_promise_takes_the_name_of_a_secret_and_no_password() {
    let Some(promise) = Promise::install("named-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    promise.put("example", &pending()).accepted();
    let literal = with(complete(), &json!({"password": "hunter2"}));
    assert_eq!(
        promise.put("example", &literal).refused(),
        ["secret/credential-key"]
    );
    promise.put("example", &complete()).accepted();
    assert_eq!(
        promise.put("example", &literal).refused(),
        ["secret/credential-key"],
        "nor where it is complete already"
    );
}

#[test]
fn what_was_there_before_stays_until_it_is_set_to_null() {
    let Some(promise) = Promise::install("leaked-cloud") else {
        return;
    };
    promise.request("example");
    let leaked = with(
        complete(),
        &json!({"iam": {"password": "hunter2"}, "token": "Zk3-pW9vqT1xYm8s"}),
    );
    promise.put("example", &leaked).accepted();
    let _guard = Guard::start(&promise, &json!({}));

    // Kratix counts on, and says nothing.
    let counted = with(leaked.clone(), &json!({"workflowsSucceeded": 1}));
    let answer = promise.put("example", &counted);
    assert_eq!(answer.warnings, [""; 0]);
    answer.accepted();
    // Its author is told how to remove it.
    let answer = promise.put(
        "example",
        &with(counted.clone(), &json!({"url": "https://example.com"})),
    );
    assert_eq!(
        answer.warnings,
        [
            "statusguard: status.iam.password: already there: looks like a literal password; write iam again without it \
             [secret/credential-key]",
            "statusguard: status.token: already there: looks like a literal token; token: null in status.yaml removes it \
             [secret/credential-key]",
        ]
    );
    answer.accepted();
    let moved = with(counted.clone(), &json!({"accessToken": "Zk3-pW9vqT1xYm8s"}));
    assert_eq!(
        promise.put("example", &moved).refused(),
        ["secret/credential-key"]
    );

    let yaml = "token: null\niam: {user: admin}\n";
    let Some(output) = promise.status_writer("example", yaml, &[]) else {
        return;
    };
    assert_eq!((output.stderr.as_str(), output.code), ("", 0));
    let again = with(
        promise.stored("example")["status"].clone(),
        &json!({"token": "Zk3-pW9vqT1xYm8s"}),
    );
    assert_eq!(
        promise.put("example", &again).refused(),
        ["secret/credential-key"],
        "what was removed does not come back"
    );
}

#[test]
fn deletion_lets_a_leak_through_only_where_kratix_copies_it() {
    let Some(promise) = Promise::install("gone-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &json!({}));
    promise.request("example");
    promise.put("example", &complete()).accepted();
    let finalizer = json!({"metadata": {"finalizers": ["kratix.io/delete-workflows"]}}).to_string();
    let object = "gone-cloud/example";
    for arguments in [
        &["patch", object, "--type=merge", "--patch", &finalizer][..],
        &["delete", object, "--wait=false"],
    ] {
        let output = promise.kubectl(arguments);
        assert_eq!(output.code, 0, "{}", output.stderr);
    }
    let leak = json!({"message": planted("the link is «link»"), "conditions": [condition("True")]});
    assert_eq!(
        promise.put("example", &leak).refused(),
        ["secret/url-password"]
    );
    let records = json!([{"details": {"log": planted("connected to «link»")}}]);
    let health = json!({"healthStatus": {"state": "healthy", "healthRecords": records}});
    let answer = promise.put("example", &with(complete(), &health));
    assert_eq!(answer.warnings.len(), 1, "{:?}", answer.warnings);
    answer.accepted();
}

#[test]
fn what_the_schema_declares_decides_beside_the_keys() {
    let Some(promise) = Promise::install("declared-cloud") else {
        return;
    };
    let schema = json!({"properties": {
        "handles": {"items": {"type": "string", "format": "password"}},
        "demoPassword": {"x-statusguard-public": "the login of the demo"},
    }});
    let _guard = Guard::start(&promise, &json!({"schema": schema}));
    promise.request("example");
    let literal = json!({"handles": ["vault:secret/data/example#a", "red"]});
    assert_eq!(
        promise.put("example", &literal).refused(),
        ["secret/declared"]
    );
    let leak = json!({"demoPassword": planted("«access key»")});
    assert_eq!(
        promise.put("example", &leak).refused(),
        ["secret/vendor-token"]
    );
    let public = json!({"demoPassword": "hunter2", "handles": ["vault:secret/data/example#a"]});
    let answer = promise.put("example", &public);
    assert_eq!(answer.warnings, [""; 0]);
    answer.accepted();
}

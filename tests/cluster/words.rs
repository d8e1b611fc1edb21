//! What people read: the words of a refusal and of warnings, as kubectl and programs on client-go print them.
use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{
    elastic_cloud::{condition, pending, spec},
    guard::Guard,
    promise::{GROUP, Output, Promise, VERSION},
};

/// Three faults at once: a key of another name, a wrong type, and a value that is not in the list.
fn faulty() -> Value {
    json!({"user": "elastic", "passwordSecretName": ["a"], "size": "medium"})
}

/// All that a command shows; kubectl leaves a space at the end of a line.
fn shown(output: &Output) -> String {
    let Output {
        stdout,
        stderr,
        code,
    } = output;
    format!("{stdout}{stderr}exit code {code}").replace(" \n", "\n")
}

/// Writes a status with kubectl.
fn patch(promise: &Promise, status: &Value) -> String {
    let object = format!("{}/example", promise.name);
    let patch = json!({"status": status}).to_string();
    shown(&promise.kubectl(&[
        "patch",
        &object,
        "--subresource=status",
        "--type=merge",
        "--patch",
        &patch,
    ]))
}

/// A manifest of a request with this status.
fn manifest(promise: &Promise, status: &Value) -> String {
    let object = json!({
        "apiVersion": format!("{GROUP}/{VERSION}"),
        "kind": promise.name,
        "metadata": {"name": "example"},
        "status": status,
    });
    let file = promise.directory.join("object.json");
    fs::write(&file, object.to_string()).expect("the directory can be written");
    file.to_string_lossy().into_owned()
}

#[test]
fn kubectl() {
    let Some(promise) = Promise::install("typed-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    let patched = patch(&promise, &faulty());
    assert_snapshot!(patched, @r#"
    The typed-cloud "example" is invalid:
    * status.passwordSecretName: must be a string, is a list [schema/type]
    * status.size: must be one of small, large [schema/enum]
    * status.user: unknown key; did you mean username? [schema/additionalProperties]
    * status: refused by statusguard (StatusSchema typed-cloud); more: statusguard explain schema/type
    exit code 1
    "#);

    let file = manifest(&promise, &faulty());
    for command in [&["replace"][..], &["apply", "--server-side"]] {
        let file = ["--subresource=status", "--filename", &file];
        assert_eq!(
            shown(&promise.kubectl(&[command, &file].concat())),
            patched,
            "{command:?}"
        );
    }
}

#[test]
fn status_writer() {
    let Some(promise) = Promise::install("piped-cloud") else {
        return;
    };
    let mut guard = Guard::start(&promise, &spec());
    promise.request("example");
    promise.put("example", &pending()).accepted();
    let write = |yaml| promise.status_writer("example", yaml, &["--last"]);
    let Some(incomplete) = write("message: done\nuser: elastic\n") else {
        return;
    };
    assert_snapshot!(shown(&incomplete), @r#"
    Error: failed to update status: admission webhook "enforce.statusguard.dev" denied the request: piped-cloud team-piped-cloud/example: 3 problems in status (StatusSchema piped-cloud)
    * status.passwordSecretName: missing; required once the request is complete [schema/required]
    * status.user: unknown key; did you mean username? [schema/additionalProperties]
    * status.username: missing; required once the request is complete [schema/required]
    exit code 1
    "#);

    guard.stop();
    let Some(down) = write("message: done\n") else {
        return;
    };
    let port = guard.port();
    assert_snapshot!(shown(&down).replace(&port, "PORT"), @r#"
    Error: failed to update status: Internal error occurred: failed calling webhook "enforce.statusguard.dev": failed to call webhook: Post "https://127.0.0.1:PORT/validate?timeout=3s": dial tcp 127.0.0.1:PORT: connect: connection refused
    exit code 1
    "#);
}

#[test]
fn more_problems_than_anyone_reads() {
    let Some(promise) = Promise::install("many-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    let nodes: Vec<_> = (0..25).map(|_| json!({"port": "a"})).collect();
    assert_snapshot!(patch(&promise, &json!({"nodes": nodes})), @r#"
    The many-cloud "example" is invalid:
    * status.nodes[0].host: missing; required [schema/required]
    * status.nodes[0].port: must be an integer, is a string [schema/type]
    * status.nodes[1].host: missing; required [schema/required]
    * status.nodes[1].port: must be an integer, is a string [schema/type]
    * status.nodes[2].host: missing; required [schema/required]
    * status.nodes[2].port: must be an integer, is a string [schema/type]
    * status.nodes[3].host: missing; required [schema/required]
    * status.nodes[3].port: must be an integer, is a string [schema/type]
    * status.nodes[4].host: missing; required [schema/required]
    * status.nodes[4].port: must be an integer, is a string [schema/type]
    * status.nodes[5].host: missing; required [schema/required]
    * status.nodes[5].port: must be an integer, is a string [schema/type]
    * status.nodes[6].host: missing; required [schema/required]
    * status.nodes[6].port: must be an integer, is a string [schema/type]
    * status.nodes[7].host: missing; required [schema/required]
    * status.nodes[7].port: must be an integer, is a string [schema/type]
    * status.nodes[8].host: missing; required [schema/required]
    * status.nodes[8].port: must be an integer, is a string [schema/type]
    * status.nodes[9].host: missing; required [schema/required]
    * status.nodes[9].port: must be an integer, is a string [schema/type]
    * status: and 30 more
    * status: refused by statusguard (StatusSchema many-cloud); more: statusguard explain schema/required
    exit code 1
    "#);
}

#[test]
fn warnings() {
    let Some(promise) = Promise::install("warned-cloud") else {
        return;
    };
    let mut spec = spec();
    spec["enforcement"] = "Warn".into();
    let _guard = Guard::start(&promise, &spec);
    promise.request("example");
    let mut status = faulty();
    status["conditions"] = json!([condition("True"), {"type": "Ready"}]);
    assert_snapshot!(patch(&promise, &status), @r"
    warned-cloud.workshop.kratix.io/example patched
    Warning: statusguard: status.conditions[1].status: missing; write True, False or Unknown [condition/status]
    Warning: statusguard: status.message: missing; required once the request is complete [schema/required]
    Warning: statusguard: status.passwordSecretName: must be a string, is a list [schema/type]
    Warning: statusguard: status.size: must be one of small, large [schema/enum]
    Warning: statusguard: status.user: unknown key; did you mean username? [schema/additionalProperties]
    Warning: statusguard: status.username: missing; required once the request is complete [schema/required]
    exit code 0
    ");
    assert_eq!(promise.stored("example")["status"], status);
}

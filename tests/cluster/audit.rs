//! `statusguard audit` and `explain` of the cluster of a kubeconfig, on the real API server.
use std::{env, fs, process::Command, thread};

use hyper::Method;
use serde_json::{Value, json};

use crate::{
    guard::STATUSGUARD,
    installed::{Installed, installed},
    promise::{GROUP, Output, Promise, VERSION, custom_resource_definition},
    until::until,
};

/// Requests for the test of many: three pages of 500, and a rest. A variable asks for more, to be measured.
const MANY: usize = 1_100;

fn schema() -> Value {
    json!({"type": "object", "properties": {
        "url": {"type": "string"}, "port": {"type": "integer"}, "message": {"type": "string"},
    }})
}

/// Runs statusguard with the kubeconfig of a Promise.
fn run(promise: &Promise, arguments: &[&str]) -> Output {
    let mut command = Command::new(STATUSGUARD);
    command
        .args(arguments)
        .current_dir(&promise.directory)
        .env_remove("STATUSGUARD_SCHEMAS");
    promise.run(&mut command)
}

/// A Promise with requests that were written before anything guarded them.
fn promise(cluster: &Installed, name: &'static str) -> Promise {
    let promise = Promise::install_in(cluster.plane, name, &custom_resource_definition(name));
    let statuses = [
        (
            "done",
            json!({"url": "https://example.com", "promiseVersion": "v2.0.0"}),
        ),
        ("port", json!({"port": "80", "promiseVersion": "v1.0.0"})),
        (
            "leak",
            json!({"url": "https://example.com", "password": "zq7canary"}),
        ),
    ];
    for (request, status) in statuses {
        promise.request(request);
        promise.put(request, &status).accepted();
    }
    promise.request("new");
    cluster.replace_promise(name, &schema(), None);
    promise
}

#[test]
fn what_enforcing_would_refuse_is_said_before_it_does() {
    let Some(cluster) = installed() else {
        return;
    };
    let name = "audited-cloud";
    let promise = promise(cluster, name);
    let audit = ["audit", "--promise", name];
    let output = run(&promise, &audit);
    assert_eq!(output.stderr, "");
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (
            1,
            "enforcing now would refuse 2 of 4 requests, each judged as if its pipelines completed just now\n\
             \n\
             Promise audited-cloud: 2 of 3 refused\n       \
             1  status.password [secret/credential-key] (refused already; what is stored is forgiven until it changes): \
             team-audited-cloud/leak\n       \
             1  status.port [schema/type]: team-audited-cloud/port\n       \
             1  of another status.promiseVersion than v2.0.0, the newest: team-audited-cloud/port\n\
             \n\
             without a status yet: 1\n\
             \n\
             more about a rule: statusguard explain secret/credential-key\n"
        )
    );
    the_same_is_said_of_what_kubectl_prints(&promise);
    let warned = run(&promise, &["audit", "--promise", name, "--as", "warn"]);
    assert_eq!(warned.code, 0, "{}", warned.stdout);
    a_schema_is_tried_before_it_is_installed(&promise);
    cluster
        .schema(name, &json!({"schema": schema()}))
        .accepted();
    cluster.condition(name, "Accepted", "True", "Accepted");
    let report = json_of(&run(
        &promise,
        &["audit", "--promise", name, "--format", "json"],
    ));
    let policy = &report["policies"][0];
    assert_eq!(policy["policy"], "StatusSchema audited-cloud");
    let findings = policy["findings"].as_array().expect("it is a list");
    assert!(
        findings.iter().all(|finding| finding["forgiven"] == true),
        "{report:#}"
    );
    // The same cluster as a whole, in which other tests make what they like.
    let whole = json_of(&run(&promise, &["audit", "--format", "json"]));
    let policies = whole["policies"].as_array().expect("it is a list");
    assert!(policies.contains(policy), "{whole:#}");
    let asked = run(&promise, &["explain", "--promise", name]);
    assert_eq!(asked.code, 0, "{}", asked.stderr);
    assert!(
        asked.stdout.contains("port") && asked.stdout.contains("\nFrom: the cluster https://"),
        "{}",
        asked.stdout
    );
    cluster.delete_schema(name);
}

fn json_of(output: &Output) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{}", output.stderr))
}

fn the_same_is_said_of_what_kubectl_prints(promise: &Promise) {
    let listed = promise.kubectl(&["get", &promise.plural(), "-o", "json"]);
    fs::write(promise.directory.join("requests.json"), listed.stdout).expect("it can be written");
    let manifest = json!({
        "apiVersion": "statusguard.dev/v1alpha1", "kind": "StatusSchema", "metadata": {"name": "own"},
        "spec": {"request": {"group": GROUP, "resource": promise.plural()}, "schema": schema()},
    });
    fs::write(promise.directory.join("own.json"), manifest.to_string()).expect("it can be written");
    let arguments = [
        "audit",
        "requests.json",
        "--schemas",
        "own.json",
        "--format",
        "json",
    ];
    let report = json_of(&run(promise, &arguments));
    assert_eq!(
        report["summary"],
        json!({"requests": 4, "refused": 2, "withoutStatus": 1})
    );
}

fn a_schema_is_tried_before_it_is_installed(promise: &Promise) {
    let manifest = json!({
        "apiVersion": "statusguard.dev/v1alpha1", "kind": "StatusSchema", "metadata": {"name": "tried"},
        "spec": {
            "request": {"group": GROUP, "resource": promise.plural()},
            "schema": {"type": "object", "required": ["host"]},
        },
    });
    fs::write(promise.directory.join("tried.json"), manifest.to_string())
        .expect("it can be written");
    let arguments = [
        "audit",
        "--promise",
        promise.name,
        "--schemas",
        "tried.json",
        "--format",
        "json",
    ];
    let report = json_of(&run(promise, &arguments));
    let finding = json!({
        "path": "status.host", "rule": "schema/required", "effect": "deny", "forgiven": false, "requests": 3,
        "examples": ["team-audited-cloud/done", "team-audited-cloud/leak", "team-audited-cloud/port"],
    });
    assert_eq!(report["policies"][0]["findings"][0], finding, "{report:#}");
}

#[test]
fn who_may_not_list_requests_is_told_so() {
    let Some(cluster) = installed() else {
        return;
    };
    let promise = promise(cluster, "hidden-cloud");
    // The rights of the chart are for Promises and StatusSchemas, and not for requests.
    let mut command = Command::new(STATUSGUARD);
    command.args(["audit", "--promise", "hidden-cloud"]);
    command.env("KUBECONFIG", cluster.kubeconfig("statusguard"));
    let output = command.output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    let expected = "error: may not list hidden-clouds.workshop.kratix.io: ";
    assert!(told.starts_with(expected), "{told}");
    assert!(
        told.ends_with("; have the verb list on it granted to you\n"),
        "{told}"
    );
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    drop(promise);
}

/// A definition with which a request is stored together with its status.
fn without_subresource(name: &str) -> Value {
    let mut definition = custom_resource_definition(name);
    definition["spec"]["versions"][0]["subresources"] = json!({});
    definition
}

#[test]
fn many_requests_are_read_page_by_page() {
    let Some(cluster) = installed() else {
        return;
    };
    let name = "many-requests";
    let count = env::var("STATUSGUARD_TEST_REQUESTS")
        .map_or(MANY, |count| count.parse().expect("it is a number"));
    let promise = Promise::install_in(cluster.plane, name, &without_subresource(name));
    let path = format!("/apis/{GROUP}/{VERSION}/namespaces/team-{name}/{name}s");
    let make = |index: usize| {
        let url = if index.is_multiple_of(10) {
            json!(index)
        } else {
            json!("https://example.com")
        };
        let object = json!({
            "apiVersion": format!("{GROUP}/{VERSION}"), "kind": name,
            "metadata": {"name": format!("request-{index}")},
            "status": {"url": url, "log": "a line of a log. ".repeat(100)},
        });
        let body = object.to_string().into_bytes();
        let api = &promise.plane.api;
        let made = api.call(Method::POST, &path, "application/json", body);
        made.expect("the API server answers").accepted();
    };
    thread::scope(|scope| {
        for worker in 0..4 {
            scope.spawn(move || (worker..count).step_by(4).for_each(make));
        }
    });
    cluster.replace_promise(name, &schema(), None);
    until("the Promise is there", || {
        let output = run(&promise, &["audit", "--promise", name, "--format", "json"]);
        let report: Value = serde_json::from_str(&output.stdout).map_err(|_| output.stderr)?;
        let expected =
            json!({"requests": count, "refused": count.div_ceil(10), "withoutStatus": 0});
        (report["summary"] == expected)
            .then_some(())
            .ok_or_else(|| report["summary"].to_string())
    });
    if let Ok(program) = env::var("STATUSGUARD_TEST_MEASURED") {
        measure(&promise, &program);
    }
}

/// Prints what an audit by another build takes.
fn measure(promise: &Promise, program: &str) {
    for format in ["human", "sarif"] {
        let mut command = Command::new("/usr/bin/time");
        command.args([
            "-v",
            program,
            "audit",
            "--promise",
            promise.name,
            "--format",
            format,
        ]);
        let output = promise.run(&mut command);
        let lines = output.stderr.lines();
        let told = lines.filter(|line| {
            line.contains("Maximum resident")
                || line.contains("Elapsed")
                || line.contains("User time")
        });
        crate::tools::say(&format!(
            "{format}: {}",
            told.collect::<Vec<_>>().join(", ")
        ));
    }
}

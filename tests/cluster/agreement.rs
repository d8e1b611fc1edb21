//! The same write has the same findings, judged by `check` and through a real API server.
use std::{fs, process::Command};

use hyper::Method;
use proptest::{
    collection::vec,
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::{Map, Value, json};
use statusguard::core::schema::{Dialect, Schema};

use crate::{
    elastic_cloud::spec,
    generate,
    guard::{Guard, STATUSGUARD},
    http::Answer,
    promise::{GROUP, Promise, VERSION, custom_resource_definition},
    reviews::recordings,
};

/// Generated schemas, each for a version of its own, and writes by each of them.
const SCHEMAS: usize = 16;
const WRITES: usize = 4;

/// A write of a version, from one status to another.
struct Write {
    version: String,
    name: String,
    old: Value,
    new: Value,
}

impl Write {
    fn object(&self, promise: &Promise, status: &Value) -> Value {
        json!({
            "apiVersion": format!("{GROUP}/{}", self.version), "kind": promise.name,
            "metadata": {"name": self.name}, "status": status,
        })
    }

    /// Stores what was there before, which nothing judges yet.
    fn prepare(&self, promise: &Promise) {
        promise.request(&self.name);
        promise.put(&self.name, &self.old).accepted();
    }

    /// What the API server says to the write, which it then forgets.
    fn send(&self, promise: &Promise) -> Answer {
        let Promise { name, plane, .. } = promise;
        let path = format!(
            "/apis/{GROUP}/{}/namespaces/team-{name}/{name}s/{}/status?dryRun=All",
            self.version, self.name
        );
        let operations = json!([{"op": "add", "path": "/status", "value": self.new}]);
        let body = operations.to_string().into_bytes();
        let answer = plane
            .api
            .call(Method::PATCH, &path, "application/json-patch+json", body);
        answer.expect("the API server answers")
    }
}

/// The findings of `check` about these writes, in their order.
fn checked(promise: &Promise, writes: &[Write]) -> Vec<Vec<Value>> {
    let list = |status: fn(&Write) -> &Value| {
        let items = writes
            .iter()
            .map(|write| write.object(promise, status(write)));
        json!({"apiVersion": "v1", "kind": "List", "items": items.collect::<Value>()}).to_string()
    };
    for (file, list) in [
        ("old.json", list(|write| &write.old)),
        ("new.json", list(|write| &write.new)),
    ] {
        fs::write(promise.directory.join(file), list).expect("it can be written");
    }
    let mut command = Command::new(STATUSGUARD);
    command.current_dir(&promise.directory).args([
        "check",
        "new.json",
        "--old",
        "old.json",
        "--schemas",
        "schemas",
        "--format",
        "json",
    ]);
    let output = promise.run(&mut command);
    let report: Value =
        serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("check: {}", output.stderr));
    let objects = report["objects"].as_array().expect("it is a list").iter();
    objects
        .map(|object| object["findings"].as_array().expect("it is a list").clone())
        .collect()
}

/// What of the findings of `check` a refusal says: a cause each, with path and words.
fn refusal(findings: &[Value]) -> Vec<(String, String)> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let denials = findings
        .iter()
        .filter(|finding| finding["effect"] == "deny");
    denials
        .map(|finding| {
            let words = format!("{} [{}]", text(finding, "message"), text(finding, "rule"));
            (text(finding, "path"), words)
        })
        .collect()
}

fn sorted(mut causes: Vec<(String, String)>) -> Vec<(String, String)> {
    causes.sort();
    causes
}

/// Compares what `check` and the API server say to each write, and counts those that are refused.
fn agree(promise: &Promise, writes: &[Write]) -> usize {
    let mut refused = 0;
    for (write, findings) in writes.iter().zip(checked(promise, writes)) {
        let what = format!(
            "{} {}: {} -> {}",
            write.version, write.name, write.old, write.new
        );
        let answer = write.send(promise);
        let expected = refusal(&findings);
        if expected.is_empty() {
            let warned: Vec<&Value> = findings
                .iter()
                .filter(|finding| finding["effect"] == "warn")
                .map(|finding| &finding["rule"])
                .collect();
            let told = |rule: &&Value| {
                let end = format!("[{}]", rule.as_str().unwrap_or_default());
                answer
                    .warnings
                    .iter()
                    .any(|warning| warning.ends_with(&end))
            };
            assert!(
                warned.iter().all(told),
                "{what}: {warned:?}, {:?}",
                answer.warnings
            );
            answer.accepted();
            continue;
        }
        refused += 1;
        assert_eq!(answer.code, 422, "{what}: {:#}", answer.body);
        let causes = answer.body["details"]["causes"]
            .as_array()
            .expect("it has causes");
        let mut causes: Vec<(String, String)> = causes
            .iter()
            .map(|cause| {
                let text = |key: &str| cause[key].as_str().unwrap_or_default().to_owned();
                (text("field"), text("message"))
            })
            .collect();
        // The last says who refused.
        causes.pop();
        // A refusal names secrets first.
        causes.sort();
        assert_eq!(causes, sorted(expected), "{what}");
    }
    refused
}

/// Schemas that compile, and writes by each.
fn generated() -> (Map<String, Value>, Vec<Write>) {
    let mut runner = TestRunner::deterministic();
    let part = || {
        (
            generate::authors(),
            generate::bookkeeping(),
            generate::conditions(),
        )
    };
    let strategy = (generate::schema(), vec((part(), part()), WRITES));
    let (mut schemas, mut writes) = (Map::new(), Vec::new());
    while schemas.len() < SCHEMAS {
        let tree = strategy.new_tree(&mut runner).expect("it can be generated");
        let (schema, pairs) = tree.current();
        if Schema::compile(&schema, Dialect::JsonSchema).is_err() {
            continue;
        }
        let version = format!("v{}", schemas.len() + 1);
        let status = |(authors, bookkeeping, conditions): (_, _, Vec<Value>)| {
            generate::status(&authors, &bookkeeping, &conditions)
        };
        for (index, (old, new)) in pairs.into_iter().enumerate() {
            writes.push(Write {
                name: format!("{version}-{index}"),
                version: version.clone(),
                old: status(old),
                new: status(new),
            });
        }
        schemas.insert(version, json!({"schema": schema}));
    }
    (schemas, writes)
}

/// A definition that leaves the status to statusguard, with these versions beside the usual one.
fn open_definition(name: &str, versions: &Map<String, Value>) -> Value {
    let mut definition = custom_resource_definition(name);
    let usual = &mut definition["spec"]["versions"][0];
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    usual["schema"]["openAPIV3Schema"]["properties"]["status"] = open;
    let usual = usual.clone();
    let others = versions.keys().map(|version| {
        let mut other = usual.clone();
        other["name"] = version.as_str().into();
        other["storage"] = false.into();
        other
    });
    let all: Vec<Value> = [usual.clone()].into_iter().chain(others).collect();
    definition["spec"]["versions"] = all.into();
    definition
}

#[test]
fn generated_writes_have_the_findings_of_check() {
    let name = "generated-cloud";
    let (mut schemas, writes) = generated();
    let Some(promise) = Promise::install_with(name, &open_definition(name, &schemas)) else {
        return;
    };
    for write in &writes {
        write.prepare(&promise);
    }
    schemas.insert(VERSION.to_owned(), json!({"schema": {}}));
    let _guard = Guard::start(&promise, &json!({"versions": schemas}));
    let refused = agree(&promise, &writes);
    assert!(refused > writes.len() / 8, "only {refused} were refused");
    assert!(refused < writes.len(), "all were refused");
}

#[test]
fn recorded_writes_have_the_findings_of_check() {
    let name = "agreed-cloud";
    let Some(promise) = Promise::install(name) else {
        return;
    };
    let status = |review: &Value, side: &str| {
        let status = review["request"][side]["status"].clone();
        if status.is_null() { json!({}) } else { status }
    };
    let writes: Vec<Write> = recordings(&promise.plural())
        .iter()
        .map(|(file, review)| Write {
            version: VERSION.to_owned(),
            name: file.trim_end_matches(".json").to_owned(),
            old: status(review, "oldObject"),
            new: status(review, "object"),
        })
        .collect();
    assert_eq!(writes.len(), 14);
    for write in &writes {
        write.prepare(&promise);
    }
    let _guard = Guard::start(&promise, &spec());
    assert_eq!(agree(&promise, &writes), 2);
}

//! The same write has the same findings, judged by `check` as a review or as files, and by the function that the server calls.
use std::{fs, sync::Arc};

use proptest::{
    collection::vec,
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use statusguard::core::{
    catalog::Catalog,
    gate::{self, Verdict},
    policy::{Enforcement, Policy},
    review::Review,
};

use super::findings;
use crate::{
    canary::{self, Planting},
    cases::{self, Case},
    generate,
    program::Folder,
};

fn told(verdict: &Verdict) -> Value {
    let findings = verdict.findings.iter().map(|finding| {
        let mut told = json!({
            "path": finding.path.to_string(),
            "rule": finding.rule.id(),
            "effect": finding.effect.as_str(),
            "message": finding.message,
        });
        if let Some(confidence) = finding.confidence {
            told["confidence"] = json!(confidence.as_str());
        }
        told
    });
    findings.collect()
}

/// A case, its review, and what the server says to it.
type Judged = (Case, String, Value);

/// The cases of all fixtures by file, with the manifest of each.
fn by_file() -> Vec<(Value, Vec<Judged>)> {
    let mut files: Vec<(String, Value, Vec<Judged>)> = Vec::new();
    for (file, catalog, case) in cases::all() {
        if case.has_mode() {
            continue;
        }
        let text = cases::review(&case);
        let verdict = gate::decide(&catalog, &Review::parse(text.as_bytes()).unwrap());
        let manifest = case.manifest.clone();
        let one = (case, text, told(&verdict));
        match files.last_mut().filter(|(last, ..)| *last == file) {
            Some((_, _, cases)) => cases.push(one),
            None => files.push((file, manifest, vec![one])),
        }
    }
    files
        .into_iter()
        .map(|(_, manifest, cases)| (manifest, cases))
        .collect()
}

fn folder(manifest: &Value) -> Folder {
    let folder = Folder::new();
    if manifest.is_object() {
        folder.write("schemas/case.json", manifest.to_string());
    }
    folder
}

fn as_reviews(manifest: &Value, cases: &[Judged]) {
    let folder = folder(manifest);
    let mut arguments = "check --format json".to_owned();
    for (index, (_, text, _)) in cases.iter().enumerate() {
        folder.write(&format!("{index}.json"), text);
        arguments = format!("{arguments} {index}.json");
    }
    let found = findings(&folder.run(&arguments).json());
    for (index, (case, text, told)) in cases.iter().enumerate() {
        assert_eq!(&found[index], told, "{}: {text}", case.name);
    }
}

fn as_objects(manifest: &Value, cases: &[&Judged]) {
    let folder = folder(manifest);
    let list = |key: &str| {
        let objects = cases.iter().enumerate().map(|(index, (_, text, _))| {
            let review: Value = serde_json::from_str(text).unwrap();
            let mut object = review["request"][key].clone();
            object["apiVersion"] = json!("example.org/v1");
            object["kind"] = json!("Case");
            object["metadata"]["name"] = json!(format!("case-{index}"));
            object
        });
        json!({"apiVersion": "v1", "kind": "List", "items": objects.collect::<Value>()})
    };
    folder.write("old.json", list("oldObject").to_string());
    let ran = folder.pipe(
        "check - --old old.json --format json",
        list("object").to_string(),
    );
    let found = findings(&ran.json());
    for (index, (case, text, told)) in cases.iter().enumerate() {
        assert_eq!(&found[index], told, "{}: {text}", case.name);
    }
}

#[test]
fn check_judges_reviews_as_the_server_does() {
    for (manifest, cases) in by_file() {
        as_reviews(&manifest, &cases);
    }
}

#[test]
fn check_judges_objects_as_the_server_does() {
    let mut judged = 0;
    for (manifest, cases) in by_file() {
        let cases: Vec<_> = cases.iter().filter(|(case, ..)| !case.is_raw()).collect();
        as_objects(&manifest, &cases);
        judged += cases.len();
    }
    assert!(judged > 60, "only {judged} were judged");
}

/// Many generated schemas, each with statuses before and after a write, all as cases.
fn generated() -> Vec<(Value, Vec<Judged>)> {
    let mut runner = TestRunner::deterministic();
    let part = || {
        (
            generate::authors(),
            generate::bookkeeping(),
            generate::conditions(),
        )
    };
    let strategy = (generate::schema(), vec((part(), part()), 6));
    let mut files = Vec::new();
    for _ in 0..40 {
        let (schema, writes) = strategy.new_tree(&mut runner).unwrap().current();
        let manifest = cases::manifest(&json!({"schema": schema}));
        let Ok((policy, _)) = Policy::from_manifest(&manifest) else {
            continue;
        };
        let catalog = Catalog::new([Arc::new(policy)], Enforcement::Enforce).unwrap();
        let judged = writes.into_iter().map(|(old, new)| {
            let status = |(authors, bookkeeping, conditions): (_, _, Vec<Value>)| {
                generate::status(&authors, &bookkeeping, &conditions)
            };
            let mut case = Case::of(status(new));
            case.old = status(old);
            let text = cases::review(&case);
            let verdict = gate::decide(&catalog, &Review::parse(text.as_bytes()).unwrap());
            (case, text, told(&verdict))
        });
        files.push((manifest, judged.collect()));
    }
    files
}

#[test]
fn check_judges_generated_writes_as_the_server_does() {
    let files = generated();
    let told = files
        .iter()
        .flat_map(|(_, cases)| cases)
        .filter(|(.., told)| *told != json!([]));
    assert!(told.count() > 50, "too few findings to compare");
    for (manifest, cases) in files {
        as_reviews(&manifest, &cases);
        as_objects(&manifest, &cases.iter().collect::<Vec<_>>());
    }
}

#[test]
fn the_recorded_reviews_are_judged_as_by_the_server() {
    let folder = Folder::new().with_schemas();
    let mut names: Vec<String> = fs::read_dir("tests/fixtures/reviews")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some("json".as_ref()))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            folder.write(&name, fs::read(&path).unwrap());
            name
        })
        .collect();
    names.sort();
    let ran = folder.run(&format!("check --format json {}", names.join(" ")));
    let report = ran.json();
    assert_eq!(
        report["summary"],
        json!({"objects": 14, "denied": 2, "warned": 0, "allowed": 12}),
        "{}",
        ran.shown()
    );
}

#[test]
fn no_value_of_a_status_comes_out() {
    for (manifest, cases) in by_file() {
        let folder = folder(&manifest);
        let (mut planted, mut shown) = (Vec::new(), 0);
        for (mut case, ..) in cases {
            if !case.new.is_object() {
                continue;
            }
            for planting in [Planting::Behind, Planting::Instead, Planting::Secrets] {
                let new = canary::plant(&case.new, planting);
                let old = std::mem::replace(&mut case.new, new);
                planted.push(cases::review(&case));
                case.new = old;
            }
        }
        let name = |index: usize| format!("{index}.json");
        for (index, text) in planted.iter().enumerate() {
            folder.write(&name(index), text);
        }
        let names: Vec<String> = (0..planted.len()).map(name).collect();
        for format in ["human", "json", "junit", "sarif", "github"] {
            let ran = folder.run(&format!("check --format {format} {}", names.join(" ")));
            assert_ne!(ran.code, 2, "{}", ran.shown());
            canary::is_clean(format, &ran.shown());
        }
        // And as YAML, of which the lines are shown.
        for text in planted.iter().skip(2).step_by(6) {
            shown += 1;
            let review: Value = serde_json::from_str(text).unwrap();
            folder.write(
                "status.yaml",
                serde_json::to_string_pretty(&review["request"]["object"]["status"]).unwrap(),
            );
            let ran = folder.run("check status.yaml");
            canary::is_clean("status.yaml", &ran.shown());
        }
        assert!(shown > 0);
    }
}

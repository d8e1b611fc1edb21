//! The same write has the same findings, judged by `check` as a review or as files, and by the function that the server calls.
use std::fs;

use serde_json::{Value, json};
use statusguard::core::{
    gate::{self, Verdict},
    review::Review,
};

use super::findings;
use crate::{
    canary::{self, Planting},
    cases::{self, Case},
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

#[test]
fn check_judges_reviews_as_the_server_does() {
    for (manifest, cases) in by_file() {
        let folder = folder(&manifest);
        let mut arguments = "check --format json".to_owned();
        for (index, (_, text, _)) in cases.iter().enumerate() {
            folder.write(&format!("{index}.json"), text);
            arguments = format!("{arguments} {index}.json");
        }
        let found = findings(&folder.run(&arguments).json());
        let expected: Value = cases.iter().map(|(.., told)| told.clone()).collect();
        for (index, (case, ..)) in cases.iter().enumerate() {
            assert_eq!(found[index], expected[index], "{}", case.name);
        }
    }
}

#[test]
fn check_judges_objects_as_the_server_does() {
    let mut judged = 0;
    for (manifest, cases) in by_file() {
        let folder = folder(&manifest);
        let cases: Vec<_> = cases.iter().filter(|(case, ..)| !case.is_raw()).collect();
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
        for (index, (case, _, told)) in cases.iter().enumerate() {
            assert_eq!(&found[index], told, "{}", case.name);
            judged += 1;
        }
    }
    assert!(judged > 60, "only {judged} were judged");
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

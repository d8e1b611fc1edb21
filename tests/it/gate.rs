//! The cases under `tests/fixtures/gate`, and the recorded reviews, judged by the gate.
use std::{fs, path::Path, sync::Arc};

use serde::Deserialize;
use serde_json::{Value, json};
use statusguard::core::{
    catalog::Catalog,
    gate::{self, Verdict},
    policy::{Enforcement, Policy},
    review::Review,
    yaml::Document,
};

use crate::planted::planted;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    /// What a manifest has as its `spec`, without the resource; without it the built-in policy counts.
    #[serde(default)]
    policy: Option<Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    raw: bool,
    #[serde(default)]
    deleting: bool,
    #[serde(default)]
    old: Value,
    new: Value,
    outcome: String,
    #[serde(default)]
    findings: Vec<String>,
}

fn enforcement(word: Option<&String>) -> Enforcement {
    match word.map(String::as_str) {
        None | Some("Enforce") => Enforcement::Enforce,
        Some("Warn") => Enforcement::Warn,
        Some("Audit") => Enforcement::Audit,
        Some(other) => panic!("no enforcement is called {other}"),
    }
}

fn policy(spec: &Value) -> Policy {
    let mut spec = spec.clone();
    spec["request"] = json!({"group": "example.org", "resource": "cases"});
    let manifest = json!({
        "apiVersion": "statusguard.dev/v1alpha1",
        "kind": "StatusSchema",
        "metadata": {"name": "case"},
        "spec": spec,
    });
    let read = Policy::from_manifest(&manifest);
    read.unwrap_or_else(|faults| panic!("{faults:#?}")).0
}

/// The JSON of a status of a case; the key `complete` becomes the condition that it stands for.
fn status(case: &Case, status: &Value) -> String {
    if case.raw {
        return status
            .as_str()
            .expect("a raw status is a string of JSON")
            .to_owned();
    }
    let mut status = status.clone();
    if let Some(object) = status.as_object_mut()
        && let Some(complete) = object.remove("complete")
    {
        let word = if complete == true { "True" } else { "False" };
        let conditions = object.entry("conditions").or_insert(json!([]));
        conditions
            .as_array_mut()
            .unwrap()
            .push(json!({"type": "ConfigureWorkflowCompleted", "status": word}));
    }
    status.to_string()
}

fn review(case: &Case) -> String {
    let deletion = if case.deleting {
        r#","deletionTimestamp":"2026-01-01T00:00:00Z""#
    } else {
        ""
    };
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"u",
            "kind":{{"kind":"Case"}},"resource":{{"group":"example.org","version":"v1","resource":"cases"}},
            "subResource":"status","name":"n","namespace":"default","operation":"UPDATE",
            "object":{{"metadata":{{"name":"n"{deletion}}},"status":{}}},
            "oldObject":{{"metadata":{{"name":"n"}},"status":{}}}}}}}"#,
        status(case, &case.new),
        status(case, &case.old),
    )
}

fn shown(verdict: &Verdict) -> Vec<String> {
    let finding = |finding: &statusguard::core::finding::Finding| {
        format!(
            "{} {} {}",
            finding.effect.as_str(),
            finding.path,
            finding.rule
        )
    };
    verdict.findings.iter().map(finding).collect()
}

#[test]
fn every_case_of_the_fixtures_is_decided_as_it_says() {
    let mut failures = Vec::new();
    let mut count = 0;
    for file in fs::read_dir("tests/fixtures/gate").unwrap() {
        let path = file.unwrap().path();
        let text = planted(&fs::read_to_string(&path).unwrap());
        let document = Document::read(text.as_bytes())
            .unwrap_or_else(|error| panic!("{}:{error}", path.display()));
        let file: CaseFile = serde_json::from_value(document.value())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in &file.cases {
            let policies = file.policy.as_ref().map(policy).map(Arc::new);
            let catalog = Catalog::new(policies, enforcement(case.mode.as_ref())).unwrap();
            let review = review(case);
            let verdict = gate::decide(&catalog, &Review::parse(review.as_bytes()).unwrap());
            let (outcome, findings) = (verdict.outcome.as_str(), shown(&verdict));
            count += 1;
            if (outcome, &findings) != (&case.outcome, &case.findings) {
                let (wanted, name) = (&case.findings, &case.name);
                failures.push(format!(
                    "{}: {name}\n  wanted {} {wanted:#?}\n  found {outcome} {findings:#?}",
                    path.display(),
                    case.outcome,
                ));
            }
        }
    }
    assert!(count > 50, "only {count} cases were found");
    assert!(
        failures.is_empty(),
        "{} of {count} cases failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// The schema that the recordings are judged by, as the readme beside them says.
fn recorded() -> Catalog {
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["username"],
        "properties": {
            "message": {"type": "string"},
            "username": {"type": "string"},
            "passwordSecretName": {"type": "string"},
            "approvalIssue": {"type": "string", "format": "uri"},
        },
    });
    let policy = Policy {
        group: "workshop.kratix.io".to_owned(),
        resource: "elastic-clouds".to_owned(),
        ..policy(&json!({"schema": schema}))
    };
    Catalog::new([Arc::new(policy)], Enforcement::Enforce).unwrap()
}

#[test]
fn the_recorded_reviews_are_decided_as_their_readme_says() {
    let catalog = recorded();
    let mut judged = 0;
    for entry in fs::read_dir("tests/fixtures/reviews").unwrap() {
        let path = entry.unwrap().path();
        if path.extension() != Some("json".as_ref()) {
            continue;
        }
        let body = fs::read(&path).unwrap();
        let verdict = gate::decide(&catalog, &Review::parse(&body).unwrap());
        let findings = if is_bad(&path) {
            vec!["deny status.password secret/credential-key".to_owned()]
        } else {
            Vec::new()
        };
        assert_eq!(shown(&verdict), findings, "{}", path.display());
        judged += 1;
    }
    assert_eq!(judged, 14);
}

fn is_bad(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_str().unwrap();
    name.starts_with("09-") || name.starts_with("10-")
}

#[test]
fn a_list_of_very_many_conditions_is_one_fault() {
    let catalog = Catalog::new([], Enforcement::Enforce).unwrap();
    let case = Case {
        name: String::new(),
        mode: None,
        raw: false,
        deleting: false,
        old: Value::Null,
        new: json!({"conditions": vec![json!({}); 100_000]}),
        outcome: String::new(),
        findings: Vec::new(),
    };
    let review = review(&case);
    let verdict = gate::decide(&catalog, &Review::parse(review.as_bytes()).unwrap());
    assert_eq!(shown(&verdict), ["warn status.conditions budget/items"]);
}

#[test]
fn a_status_nested_beyond_every_reader_is_judged_all_the_same() {
    let catalog = recorded();
    let deep = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let body = |old: &str, new: &str| {
        let review = fs::read_to_string("tests/fixtures/reviews/01-kratix-starts.json").unwrap();
        let mut review: Value = serde_json::from_str(&review).unwrap();
        let request = review["request"].as_object_mut().unwrap();
        request.remove("object");
        request.remove("oldObject");
        let review = review.to_string();
        review.replacen(
            r#""request":{"#,
            &format!(r#""request":{{"object":{{"status":{new}}},"oldObject":{{"status":{old}}},"#),
            1,
        )
    };
    let decide = |old: &str, new: &str| {
        let body = body(old, new);
        shown(&gate::decide(
            &catalog,
            &Review::parse(body.as_bytes()).unwrap(),
        ))
    };
    let (deeper, deep) = (deep(20_000), deep(10_000));
    assert_eq!(
        decide("{}", &deep),
        ["deny status budget/depth", "deny status budget/items"]
    );
    assert!(decide(&deep, &deeper).contains(&"deny status budget/depth".to_owned()));
}

//! The cases under `tests/fixtures/gate`, and the recorded reviews, judged by the gate.
use std::{fs, path::Path, sync::Arc};

use serde_json::{Value, json};
use statusguard::core::{
    catalog::Catalog,
    gate::{self, HeldBack, Verdict},
    policy::{Enforcement, Policy},
    review::Review,
};

use crate::cases::{self, Case, policy, review};

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
    let cases = cases::all();
    let count = cases.len();
    for (file, catalog, case) in cases {
        let review = review(&case);
        let verdict = gate::decide(&catalog, &Review::parse(review.as_bytes()).unwrap());
        let (outcome, findings) = (verdict.outcome.as_str(), shown(&verdict));
        if (outcome, &findings) != (&case.outcome, &case.findings) {
            let Case {
                name,
                outcome: wanted,
                findings: expected,
                ..
            } = &case;
            failures.push(format!(
                "{file}: {name}\n  wanted {wanted} {expected:#?}\n  found {outcome} {findings:#?}"
            ));
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
    let case = Case::of(json!({"conditions": vec![json!({}); 100_000]}));
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

#[test]
fn what_alone_keeps_a_write_from_being_refused_is_known() {
    use Enforcement::{Audit, Enforce, Warn};
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let held_back = |enforcement: &str, mode, status: Value| {
        let policy = policy(&json!({"schema": schema, "enforcement": enforcement}));
        let catalog = Catalog::new([Arc::new(policy)], mode).unwrap();
        let review = review(&Case::of(status));
        gate::decide(&catalog, &Review::parse(review.as_bytes()).unwrap()).held_back
    };
    let (wrong, leak) = (json!({"a": 1}), json!({"a": "x", "password": "hunter2"}));
    let lost = json!({"healthStatus": {"state": 1}});
    for (enforcement, mode, status, expected) in [
        ("Enforce", Enforce, &wrong, None),
        ("Enforce", Warn, &wrong, Some(HeldBack::Mode)),
        ("Enforce", Audit, &wrong, Some(HeldBack::Mode)),
        ("Warn", Enforce, &wrong, Some(HeldBack::Policy)),
        ("Audit", Warn, &wrong, Some(HeldBack::Policy)),
        // Secrets are refused whatever the enforcement of the schema, so only the mode holds them back.
        ("Warn", Enforce, &leak, None),
        ("Warn", Warn, &leak, Some(HeldBack::Mode)),
        // A Kratix key of a wrong shape only ever warns.
        ("Warn", Warn, &lost, None),
        ("Warn", Warn, &json!({"a": "x"}), None),
    ] {
        let found = held_back(enforcement, mode, status.clone());
        assert_eq!(found, expected, "{enforcement} {mode:?} {status}");
    }
}

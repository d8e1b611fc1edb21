//! The shipped schemas, judged by what pipelines write: `tests/fixtures/<promise>/{accept,reject}`.
use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use statusguard::{
    core::{
        catalog::Catalog,
        denial,
        gate::{self, Verdict},
        policy::{Enforcement, Policy},
        review::Review,
        yaml::Document,
    },
    disk,
};

fn shipped() -> Catalog {
    let reading = disk::read(Path::new("schemas")).unwrap();
    assert_eq!(reading.faults, [], "a shipped schema has a fault");
    assert_eq!(reading.notes, []);
    let policies = reading.policies.into_iter().map(|(_, policy)| policy);
    Catalog::new(policies, Enforcement::Enforce).unwrap()
}

/// The verdict about a request that was empty and is completed with what `file` holds.
fn judge(catalog: &Catalog, policy: &Policy, file: &Path) -> Verdict {
    let document = Document::read(&fs::read(file).unwrap()).unwrap();
    let mut status = document.value();
    let conditions = status
        .as_object_mut()
        .unwrap()
        .entry("conditions")
        .or_insert(json!([]));
    let completed = json!({"type": "ConfigureWorkflowCompleted", "status": "True"});
    conditions.as_array_mut().unwrap().push(completed);
    let review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "u",
            "kind": {"kind": "Fixture"},
            "resource": {"group": policy.group, "version": "v1alpha1", "resource": policy.resource},
            "subResource": "status",
            "name": "example",
            "namespace": "default",
            "operation": "UPDATE",
            "object": {"status": status},
            "oldObject": {"status": {}},
        },
    });
    gate::decide(
        catalog,
        &Review::parse(review.to_string().as_bytes()).unwrap(),
    )
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no case", directory.display());
    files
}

fn found(verdict: &Verdict) -> Vec<String> {
    let findings = verdict.findings.iter();
    let mut found: Vec<String> = findings
        .map(|finding| format!("{} {}", finding.path, finding.rule))
        .collect();
    found.sort();
    found
}

fn expected(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let mut expected: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# expect: "))
        .map(str::to_owned)
        .collect();
    expected.sort();
    expected
}

#[test]
fn every_shipped_schema_accepts_and_rejects_what_its_fixtures_say() {
    let catalog = shipped();
    for policy in catalog.policies() {
        let fixtures = Path::new("tests/fixtures").join(&policy.name);
        for file in files(&fixtures.join("accept")) {
            let verdict = judge(&catalog, policy, &file);
            assert_eq!(found(&verdict), [""; 0], "{}", file.display());
        }
        for file in files(&fixtures.join("reject")) {
            let verdict = judge(&catalog, policy, &file);
            assert_eq!(found(&verdict), expected(&file), "{}", file.display());
            assert_eq!(verdict.outcome, gate::Outcome::Denied, "{}", file.display());
        }
    }
}

#[test]
fn every_promise_of_the_tutorial_and_the_marketplace_is_there() {
    let catalog = shipped();
    let guarded: Vec<String> = catalog
        .policies()
        .map(|policy| format!("{} {}.{}", policy.name, policy.resource, policy.group))
        .collect();
    let expected = [
        "aws-rds rds.aws.marketplace.kratix.io",
        "app-stack appstacks.marketplace.kratix.io",
        "runtime runtimes.marketplace.kratix.io",
        "elastic-cloud elastic-clouds.workshop.kratix.io",
    ];
    assert_eq!(guarded, expected);
}

#[test]
fn the_recorded_reviews_pass_the_tutorials_schema_but_for_the_two_bad_ones() {
    let catalog = shipped();
    let reviews = files(Path::new("tests/fixtures/reviews"));
    for file in reviews
        .iter()
        .filter(|file| file.extension() == Some("json".as_ref()))
    {
        let verdict = gate::decide(&catalog, &Review::parse(&fs::read(file).unwrap()).unwrap());
        let name = file.file_name().and_then(|name| name.to_str()).unwrap();
        let is_bad = name.starts_with("09-") || name.starts_with("10-");
        let denied = verdict.outcome == gate::Outcome::Denied;
        assert_eq!(denied, is_bad, "{name}: {:?}", found(&verdict));
    }
}

#[test]
fn the_audit_log_is_told_of_each_judged_review_what_became_of_it() {
    let catalog = shipped();
    for (name, verdict, rules) in [
        ("04-status-writer-completes", "Allowed", None),
        ("06-kratix-observes-generation", "Allowed", None),
        (
            "09-status-writer-leaks-password",
            "Denied",
            Some("secret/credential-key"),
        ),
    ] {
        let file = format!("tests/fixtures/reviews/{name}.json");
        let body = fs::read(&file).unwrap();
        let review = Review::parse(&body).unwrap();
        let reply = denial::reply(&review, &gate::decide(&catalog, &review));
        let reply: Value = serde_json::from_slice(&reply).unwrap();
        let mut expected = json!({"policy": "StatusSchema elastic-cloud", "verdict": verdict});
        if let Some(rules) = rules {
            expected["rules"] = rules.into();
        }
        assert_eq!(reply["response"]["auditAnnotations"], expected, "{name}");
    }
}

#[test]
fn every_member_that_a_shipped_schema_describes_has_its_words() {
    for file in files(Path::new("schemas")) {
        let manifest = Document::read(&fs::read(&file).unwrap()).unwrap().value();
        let schema = manifest.pointer("/spec/schema").unwrap();
        let members = schema
            .pointer("/properties")
            .and_then(Value::as_object)
            .unwrap();
        for (name, member) in members {
            let has_words = ["description", "properties"]
                .iter()
                .any(|key| member.get(key).is_some());
            assert!(has_words, "{}: {name} has no description", file.display());
        }
    }
}

//! What a Promise says, and what becomes of it.
use serde_json::json;

use super::*;
use crate::core::{catalog::Catalog, gate, review::Review};

fn api(status: &Value) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {
            "group": "workshop.kratix.io",
            "names": {"plural": "runtimes"},
            "versions": [
                {"name": "v1", "served": true, "schema": {"openAPIV3Schema": {"properties": {"status": status}}}},
                {"name": "v0", "served": false},
            ],
        },
    })
}

fn read(annotation: Option<&str>, api: &Value) -> (Promise, Vec<String>) {
    let (promise, faults) = Promise::read("runtime", Some(3), annotation, api);
    (promise, faults.into_iter().map(|it| it.words).collect())
}

fn policy(annotation: Option<&str>, allow_opt_out: bool) -> Option<Policy> {
    let status = json!({"type": "object", "properties": {"url": {"type": "string"}}});
    let (promise, _) = read(annotation, &api(&status));
    let (schemas, _) = promise.api.as_ref().unwrap().compile().unwrap();
    promise.policy(schemas, allow_opt_out)
}

/// The effects of the findings in a write of `status`.
fn effects(policy: Policy, status: &Value) -> Vec<String> {
    let review = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "1", "operation": "UPDATE", "subResource": "status", "name": "example",
            "resource": {"group": "workshop.kratix.io", "version": "v1", "resource": "runtimes"},
            "object": {"status": status}, "oldObject": {},
        },
    });
    let catalog = Catalog::new([Arc::new(policy)], Enforcement::Enforce).unwrap();
    let body = review.to_string();
    let verdict = gate::decide(&catalog, &Review::parse(body.as_bytes()).unwrap());
    let findings = verdict.findings.iter();
    findings
        .map(|finding| format!("{} {:?}", finding.rule.id(), finding.effect))
        .collect()
}

#[test]
fn a_schema_warns_unless_the_annotation_says_otherwise() {
    use Enforcement::{Audit, Enforce, Warn};
    for (annotation, enforcement) in [
        (None, Warn),
        (Some("Warn"), Warn),
        (Some("Enforce"), Enforce),
        (Some("Audit"), Audit),
        (Some("enforce"), Warn),
    ] {
        let policy = policy(annotation, true).unwrap();
        assert_eq!(policy.enforcement, enforcement, "{annotation:?}");
        assert_eq!(policy.secrets.enforcement, Enforce);
        assert_eq!(policy.source, Source::Promise);
    }
}

#[test]
fn off_takes_the_schema_away_and_secrets_only_where_that_is_allowed() {
    let left = policy(Some("Off"), false).unwrap();
    assert!(matches!(left.schemas, Schemas::None));
    assert_eq!(left.secrets.enforcement, Enforcement::Enforce);
    assert!(policy(Some("Off"), true).is_none());
}

#[test]
fn an_unknown_word_in_the_annotation_is_told() {
    let (_, faults) = read(Some("Enforced"), &api(&json!({})));
    assert_eq!(
        faults,
        [
            "the annotation statusguard.dev/enforcement must be Enforce, Warn, Audit or Off (did you mean Enforce?); it \
             counts as Warn until it is mended"
        ]
    );
}

#[test]
fn an_unknown_key_only_warns_and_a_wrong_type_is_refused() {
    let status = json!({"url": 1, "uri": "x", "conditions": [{"type": "Mine", "status": "True"}]});
    assert_eq!(
        effects(policy(Some("Enforce"), false).unwrap(), &status),
        ["schema/additionalProperties Warn", "schema/type Deny"]
    );
}

#[test]
fn what_is_only_likely_a_secret_warns() {
    let prose = json!({"message": "password changeme123"});
    assert_eq!(
        effects(policy(None, false).unwrap(), &prose),
        ["secret/prose Warn"]
    );
}

#[test]
fn an_open_status_is_no_schema() {
    for open in [
        json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
        json!({}),
    ] {
        let (promise, faults) = read(None, &api(&open));
        let api = promise.api.clone().unwrap();
        assert_eq!(api.versions, BTreeMap::from([("v1".to_owned(), None)]));
        let policy = promise.policy(api.compile().unwrap().0, false).unwrap();
        assert_eq!((policy.source, faults.len()), (Source::BuiltIn, 0));
    }
}

#[test]
fn a_promise_may_install_no_api_and_never_kubernetes_own() {
    assert!(read(None, &Value::Null).0.api.is_none());
    for (pointer, value) in [
        ("/spec/group", json!("apps")),
        ("/spec/group", json!("rbac.authorization.k8s.io")),
        ("/spec/group", json!(1)),
        ("/spec/names", json!({})),
    ] {
        let mut api = api(&json!({}));
        *api.pointer_mut(pointer).unwrap() = value;
        let (promise, faults) = read(None, &api);
        assert!(promise.api.is_none() && faults.len() == 1, "{pointer}");
    }
}

#[test]
fn a_schema_that_does_not_compile_is_told_with_its_place() {
    let status = json!({"type": "object", "properties": {"url": {"pattern": "("}}});
    let faults = read(None, &api(&status)).0.api.unwrap().compile();
    assert_eq!(
        faults.unwrap_err()[0].pointer,
        "/spec/api/spec/versions/v1/schema/openAPIV3Schema/properties/status/properties/url/pattern"
    );
}

#[test]
fn a_schema_is_closed_where_kubernetes_prunes() {
    let schema = json!({
        "properties": {
            "open": {"x-kubernetes-preserve-unknown-fields": true, "properties": {"a": {}}},
            "map": {"additionalProperties": {"properties": {"a": {}}}},
            "list": {"items": {"properties": {"a": {}}}},
        },
        "anyOf": [{"properties": {"open": {}}}],
    });
    let closed = closed::closed(&schema);
    let is_closed = |pointer: &str| {
        closed.pointer(pointer).unwrap().get("additionalProperties") == Some(&json!(false))
    };
    assert!(is_closed(""));
    assert!(is_closed("/properties/map/additionalProperties"));
    assert!(is_closed("/properties/list/items"));
    assert!(!is_closed("/properties/open"));
    assert!(!is_closed("/anyOf/0"));
}

#[test]
fn an_annotation_that_is_misspelt_is_told_and_those_of_others_are_not() {
    let said = |name: &str| strange_annotations([name.to_owned()].iter()).join("");
    assert_eq!(
        said("statusguard.dev/enforcment"),
        "the annotation \"statusguard.dev/enforcment\" means nothing; did you mean statusguard.dev/enforcement?"
    );
    assert!(
        said("statusgard.dev/enforcement").ends_with("did you mean statusguard.dev/enforcement?")
    );
    assert!(said("statusguard.dev/owner").ends_with("there is only statusguard.dev/enforcement"));
    for name in [ANNOTATION, "enforcement", "kratix.io/enforcement", "owner"] {
        assert_eq!(said(name), "");
    }
}

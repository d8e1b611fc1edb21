//! The worst that a status can do to a decision: it is bounded, whoever wrote the status and the schema.
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

mod texts;

use serde_json::{Map, Value, json};
use statusguard::core::{
    catalog::Catalog,
    finding::Finding,
    gate,
    policy::{Enforcement, Policy, Schemas, Source},
    review::Review,
    schema::{Dialect, Schema},
};

/// No decision here takes a tenth of this, unless time grows with the square of something.
const LONG: Duration = Duration::from_secs(10);

/// Steps that a decision on the spot takes at most.
const ON_THE_SPOT: u64 = 100_000;

/// The findings of a write, as effect, path, rule and words.
fn judge(schema: &Value, old: &Value, new: &Value) -> Vec<Finding> {
    let schema = Schema::compile(schema, Dialect::JsonSchema).unwrap();
    let policy = Policy {
        name: "worst".to_owned(),
        source: Source::StatusSchema,
        group: "example.org".to_owned(),
        resource: "cases".to_owned(),
        enforcement: Enforcement::Enforce,
        schemas: Schemas::All(Arc::new(schema)),
        ..Policy::built_in()
    };
    let catalog = Catalog::new([Arc::new(policy)], Enforcement::Enforce).unwrap();
    let review = json!({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
        "uid": "u", "resource": {"group": "example.org", "version": "v1", "resource": "cases"},
        "subResource": "status", "operation": "UPDATE", "object": {"status": new}, "oldObject": {"status": old},
    }})
    .to_string();
    let review = Review::parse(review.as_bytes()).unwrap();
    let started = Instant::now();
    let verdict = gate::decide(&catalog, &review);
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    // A decision about as much has a lane of its own.
    let is_long = verdict.findings.len() > 500;
    let is_said_to_be = gate::decide_within(&catalog, &review, ON_THE_SPOT).is_err();
    assert!(is_said_to_be || !is_long, "{}", verdict.findings.len());
    verdict.findings
}

fn shown(findings: &[Finding]) -> Vec<String> {
    let shown = |finding: &Finding| {
        format!(
            "{} {} {}",
            finding.effect.as_str(),
            finding.path,
            finding.rule
        )
    };
    findings.iter().map(shown).collect()
}

fn members(count: usize, name: &str, value: &Value) -> Map<String, Value> {
    (0..count)
        .map(|index| (format!("{name}{index}"), value.clone()))
        .collect()
}

#[test]
fn a_thousand_odd_conditions_in_both_are_compared_in_time() {
    let status = |salt: &str| {
        let condition = |index: usize| {
            let odd = json!({"a": format!("{salt}{index}"), "b": [1, 2, 3, 4, 5, 6, 7, 8]});
            json!({"type": odd, "status": odd})
        };
        json!({"conditions": (0..1000).map(condition).collect::<Vec<_>>()})
    };
    let findings = judge(&json!({}), &status("old"), &status("new"));
    assert_eq!(findings.len(), 2000);
    assert!(shown(&findings)[0].starts_with("deny"), "{findings:?}");
}

#[test]
fn many_unknown_keys_beside_many_known_ones_are_told_in_time() {
    let schema = json!({"additionalProperties": false, "properties": members(9_900, "property", &json!(true))});
    let status = Value::Object(members(1_900, "stranger", &json!(1)));
    assert_eq!(judge(&schema, &json!({}), &status).len(), 1_900);
}

#[test]
fn unknown_keys_of_many_objects_are_told_in_time() {
    let node = json!({"additionalProperties": false, "properties": members(9_900, "property", &json!(true))});
    let nodes: Vec<_> = (0..950)
        .map(|index| json!({format!("stranger{index}"): 1}))
        .collect();
    let schema = json!({"properties": {"nodes": {"items": node}}});
    let findings = judge(&schema, &json!({}), &json!({"nodes": nodes}));
    assert_eq!(findings.len(), 950);
}

#[test]
fn many_faults_of_both_are_compared_in_time() {
    let schema =
        json!({"properties": {"nodes": {"items": {"allOf": vec![json!({"type": "string"}); 10]}}}});
    let status = |sign: i64| json!({"nodes": (1..1_900).map(|n| n * sign).collect::<Vec<_>>()});
    assert_eq!(judge(&schema, &status(1), &status(-1)).len(), 18_990);
}

#[test]
fn keys_are_not_compared_with_very_long_ones() {
    let known: Map<String, Value> = (0..200)
        .map(|index| (format!("{index:0>4000}"), json!(true)))
        .collect();
    let unknown: Map<String, Value> = (0..100)
        .map(|index| (format!("{index:x>120}"), json!(1)))
        .collect();
    let schema = json!({"additionalProperties": false, "properties": known});
    assert_eq!(
        judge(&schema, &json!({}), &Value::Object(unknown)).len(),
        100
    );
}

/// Each element can lack each of many keys.
fn demanding() -> Value {
    let keys: Vec<String> = (0..200).map(|index| format!("key{index}")).collect();
    json!({"properties": {"nodes": {"items": {"required": keys}}}})
}

#[test]
fn faults_that_may_be_too_many_are_one_fault() {
    let status = json!({"nodes": vec![json!({}); 1_900]});
    let findings = judge(&demanding(), &json!({}), &status);
    assert_eq!(shown(&findings), ["deny status budget/items"]);
}

#[test]
fn faults_that_are_too_many_to_tell_forgive_nothing_and_stop_no_bookkeeping() {
    let mut old = json!({"nodes": vec![json!({}); 1_900]});
    let mut new = old.clone();
    new["nodes"][0] = json!({"key0": 1});
    let findings = judge(&demanding(), &old, &new);
    assert_eq!(shown(&findings), ["deny status budget/items"]);
    old["workflows"] = json!(1);
    new = old.clone();
    new["workflows"] = json!(2);
    let findings = judge(&demanding(), &old, &new);
    assert_eq!(shown(&findings), ["audit status budget/items"]);
}

#[test]
fn the_same_schema_tells_every_fault_of_a_status_of_usual_size() {
    let status = json!({"nodes": vec![json!({}); 10]});
    assert_eq!(judge(&demanding(), &json!({}), &status).len(), 2_000);
}

#[test]
fn words_about_branches_inside_branches_stay_short() {
    let wrap =
        |inner: Value| json!({"anyOf": [{"properties": {"a": inner, "b": inner, "c": inner}}]});
    let schema = (0..5).fold(json!({"type": "string"}), |inner, _| wrap(inner));
    let status = (0..5).fold(
        json!(1),
        |inner, _| json!({"a": inner, "b": inner, "c": inner}),
    );
    let findings = judge(
        &json!({"properties": {"x": schema}}),
        &json!({}),
        &json!({"x": status}),
    );
    assert_eq!(shown(&findings), ["deny status.x schema/anyOf"]);
    assert!(findings[0].message.chars().count() <= 401);
}

/// A text on which every part of a pattern of `[ab]` stands open, and that does not match in the end.
fn long_text(seed: u64) -> String {
    let mut noise = seed;
    let letter = |_| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        if noise >> 40 & 1 == 0 { 'a' } else { 'b' }
    };
    (0..10_000).map(letter).collect()
}

/// Run on 10 kB here, a twelfth of what the default budget lets through, as nothing is optimized.
#[test]
fn the_costliest_patterns_that_are_allowed_are_run_in_time() {
    type Member = fn(u64) -> Value;
    let costly = json!({"pattern": "^[ab]*a[ab]{250}[^ab]"});
    let branch = |index: usize| json!({"pattern": format!("^[a-c]+-[0-9]{{{index}}}$")});
    let of_keys =
        json!({"patternProperties": {"^[ab]*a[ab]{250}[^ab]": {}}, "additionalProperties": false});
    let cases: [(Value, Member); 4] = [
        (costly.clone(), |seed| json!(long_text(seed))),
        (
            json!({"anyOf": (1..250).map(branch).collect::<Vec<_>>()}),
            |seed| json!(long_text(seed)),
        ),
        (of_keys, |seed| json!({long_text(seed): 1})),
        (
            json!({"propertyNames": costly}),
            |seed| json!({long_text(seed): 1}),
        ),
    ];
    for (member, value) in cases {
        let status = |seed| json!({"a": value(seed)});
        let schema = json!({"properties": {"a": member}});
        let findings = judge(&schema, &status(77_777), &status(88_888));
        assert!(shown(&findings)[0].starts_with("deny"), "{findings:?}");
    }
}

//! What holds of any bytes: each function takes an input as a fuzzer makes it, and panics where its invariant does not
//! hold. No panic of the engine, no value of a status in what it says, and the same answer each time hold everywhere.
#![allow(dead_code, reason = "each target needs one of them")]
#![allow(unreachable_pub, reason = "targets are crates of their own")]
#![allow(clippy::unwrap_used, reason = "an invariant fails by panicking")]

use std::{
    fs,
    sync::{Arc, LazyLock},
};

use serde_json::{Map, Value, json};
use statusguard::{
    core::{
        catalog::Catalog,
        denial,
        gate::{self, Outcome, Verdict},
        json::Json,
        kratix, merge,
        phase::Phase,
        policy::{Enforcement, Policy},
        review::{Review, ReviewError},
        schema::{Dialect, Schema, lint},
        secret::{self, Exceptions},
        yaml::Document,
    },
    disk,
};

/// What no output may hold.
const CANARY: &str = "zq7canary";

/// One that has a policy, and one that has none.
const RESOURCES: [(&str, &str); 2] = [
    ("workshop.kratix.io", "elastic-clouds"),
    ("example.org", "others"),
];

/// What panics where its invariant does not hold.
pub type Invariant = fn(&[u8]);

/// All invariants, by the name of their corpus.
pub const ALL: [(&str, Invariant); 7] = [
    ("manifest", manifest),
    ("merge", merge),
    ("review", review),
    ("schema", schema),
    ("secrets", secrets),
    ("writes", writes),
    ("yaml", yaml),
];

/// The policies of the shipped schemas.
static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas");
    let found = [directory, root]
        .into_iter()
        .find(|path| fs::exists(path).unwrap());
    let reading = disk::read(found.unwrap().as_ref()).unwrap();
    let policies = reading.policies.into_iter().map(|(_, policy)| policy);
    Catalog::new(policies, Enforcement::Enforce).unwrap()
});

/// A body is a review that is answered in the same way each time, or has a fault at a place in it; of what is there the
/// error holds nothing by its type.
pub fn review(bytes: &[u8]) {
    match Review::parse(bytes) {
        Err(ReviewError::Unreadable { line, column, .. }) => {
            let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
            assert!((1..=lines.len()).contains(&line), "{line}:{column}");
            assert!(column <= lines[line - 1].len() + 1, "{line}:{column}");
        }
        Err(ReviewError::WrongVersion | ReviewError::NoRequest) => {}
        Ok(review) => {
            let verdict = gate::decide(&CATALOG, &review);
            let again = gate::decide(&CATALOG, &review);
            assert_eq!(verdict.findings, again.findings);
            answer(&review, &verdict);
        }
    }
}

/// Two statuses, a line each: a repeated one is never denied, and no text of the new one is told.
pub fn writes(bytes: &[u8]) {
    let Some([old, new]) = lines(bytes) else {
        return;
    };
    // Keys are told, and a fuzzer that sees what it is compared with makes some of the canary.
    if old.to_string().contains(CANARY) || new.to_string().contains(CANARY) {
        return;
    }
    for (group, resource) in RESOURCES {
        let body = body(group, resource, &spaced(&new), &new);
        let review = Review::parse(body.as_bytes()).unwrap();
        let verdict = gate::decide(&CATALOG, &review);
        assert_ne!(verdict.outcome, Outcome::Denied, "{:?}", verdict.findings);

        let planted = plant(&new);
        let body = self::body(group, resource, &old.to_string(), &planted);
        let review = Review::parse(body.as_bytes()).unwrap();
        let verdict = gate::decide(&CATALOG, &review);
        let told = answer(&review, &verdict);
        assert!(!told.contains(CANARY), "{told}");
        let debug = format!("{verdict:?} {review:?}");
        assert!(!debug.contains(CANARY), "{debug}");
    }
}

/// A text is YAML that reads the same each time, or has a fault at a place in it.
pub fn yaml(bytes: &[u8]) {
    let lines = 1 + bytes
        .iter()
        .filter(|byte| matches!(byte, b'\n' | b'\r'))
        .count() as u64;
    match Document::read(bytes) {
        Ok(document) => {
            assert_eq!(document.value(), Document::read(bytes).unwrap().value());
            assert!(document.start().line <= lines + 1);
        }
        Err(fault) => assert!(fault.place.line <= lines + 1, "{fault:?} of {lines}"),
    }
    let _ = Document::read_as_kratix(bytes);
}

/// A file is a policy or has faults in one line each, and lint has something or nothing to say.
pub fn manifest(bytes: &[u8]) {
    let Ok(document) = Document::read(bytes) else {
        return;
    };
    let manifest = document.value();
    match Policy::from_manifest(&manifest) {
        Ok((policy, _)) => {
            let _ = Catalog::new([Arc::new(policy)], Enforcement::Enforce).unwrap();
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(!fault.words.contains('\n'), "{fault}");
                document.place(&fault.pointer);
            }
        }
    }
}

/// A schema and a value, a line each: what the whole accepts, what is on its way may hold a part of.
pub fn schema(bytes: &[u8]) {
    let Some([document, status]) = lines(bytes) else {
        return;
    };
    for dialect in [Dialect::JsonSchema, Dialect::Crd] {
        let _ = lint::points(&document, dialect);
        let Ok(schema) = Schema::compile(&document, dialect) else {
            continue;
        };
        let Some(view) = view(&status) else { continue };
        let whole = Value::Object(view.clone());
        let is_valid = schema.is_valid(Phase::Complete, &whole, false);
        let faults = schema.faults(Phase::Complete, &whole, false);
        assert_eq!(is_valid, faults.is_empty(), "{faults:?}");
        if !is_valid {
            continue;
        }
        for key in view.keys().take(8) {
            let mut part = view.clone();
            part.remove(key);
            let part = Value::Object(part);
            assert!(
                schema.is_valid(Phase::Partial, &part, false),
                "without {key}"
            );
        }
    }
}

/// A key and a text, a line each: what is a secret is one inside a list and an object too, and is never shown as a key.
pub fn secrets(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (key, text) = text.split_once('\n').unwrap_or(("message", &text));
    let hit = secret::leak_in_field(key, text);
    assert_eq!(
        format!("{hit:?}"),
        format!("{:?}", secret::leak_in_field(key, text))
    );
    if hit.is_some() {
        for wrapped in [json!({"x": {key: text}}), json!({key: [text]})] {
            let json = wrapped.to_string();
            let leaks = secret::leaks(Json::read(&json).unwrap(), &Exceptions::NONE);
            assert!(!leaks.is_empty(), "{hit:?} of {json}");
        }
    }
    if secret::looks_secret(text) {
        let body = body(
            "example.org",
            "others",
            "{}",
            &json!({text: 1, "list": [{text: "x"}]}),
        );
        let review = Review::parse(body.as_bytes()).unwrap();
        let told = answer(&review, &gate::decide(&CATALOG, &review));
        let quoted = json!(text).to_string();
        assert!(
            text.len() < 8 || !told.contains(quoted.trim_matches('"')),
            "{told}"
        );
    }
}

/// Two statuses, a line each: Kratix's merge keeps every key, and the write that a pipeline completes with is not denied
/// when it comes again.
pub fn merge(bytes: &[u8]) {
    let Some([Value::Object(present), Value::Object(incoming)]) = lines(bytes) else {
        return;
    };
    let mut merged = merge::merged(&present, &incoming);
    for key in present.keys().chain(incoming.keys()) {
        assert!(merged.contains_key(key), "{key}");
    }
    // A list of conditions that there was none to join with is taken as it is; from then on all have types.
    let again = merge::merged(&merged, &incoming);
    assert_eq!(merge::merged(&again, &incoming), again);
    merge::complete(&mut merged);
    let mut again = merge::merged(&merged, &incoming);
    merge::complete(&mut again);
    let (present, merged, again) = (
        Value::Object(present).to_string(),
        Value::Object(merged),
        Value::Object(again),
    );
    for (group, resource) in RESOURCES {
        decided(&body(group, resource, &present, &merged));
        let repeated = body(group, resource, &spaced(&merged), &again);
        let verdict = decided(&repeated);
        assert_ne!(verdict.outcome, Outcome::Denied, "{:?}", verdict.findings);
    }
}

/// What is decided about a body that is a review.
fn decided(body: &str) -> Verdict {
    let review = Review::parse(body.as_bytes()).unwrap();
    let verdict = gate::decide(&CATALOG, &review);
    answer(&review, &verdict);
    verdict
}

/// The reply, which is JSON within the limits that an API server has: it cuts a warning at 256 characters, and all of
/// them at 4,096.
fn answer(review: &Review<'_>, verdict: &Verdict) -> String {
    let reply = String::from_utf8(denial::reply(review, verdict)).unwrap();
    let parsed: Value = serde_json::from_str(&reply).unwrap();
    let response = &parsed["response"];
    assert_eq!(response["uid"], *review.uid);
    assert_eq!(response["allowed"], verdict.outcome != Outcome::Denied);
    let warnings = response["warnings"].as_array().into_iter().flatten();
    let lengths: Vec<usize> = warnings
        .map(|warning| warning.as_str().unwrap().chars().count())
        .collect();
    assert!(lengths.len() <= 21, "20 and how many more");
    assert!(lengths.iter().all(|length| *length <= 256), "{lengths:?}");
    assert!(lengths.iter().sum::<usize>() <= 4_096, "{lengths:?}");
    let causes = response["status"]["details"]["causes"].as_array();
    assert!(
        causes.is_none_or(|causes| causes.len() <= 22),
        "20, how many more, and who refused"
    );
    reply
}

/// The two JSON values of an input that is small enough to be tried often.
fn lines(bytes: &[u8]) -> Option<[Value; 2]> {
    if bytes.len() > 16_384 {
        return None;
    }
    let text = str::from_utf8(bytes).ok()?;
    let (first, second) = text.split_once('\n')?;
    let read = |text| serde_json::from_str(text).ok();
    Some([read(first)?, read(second)?])
}

/// What a schema sees of a status.
fn view(status: &Value) -> Option<Map<String, Value>> {
    let mut view = status.as_object()?.clone();
    view.retain(|key, _| !kratix::is_key(key));
    Some(view)
}

/// The same JSON in other bytes.
fn spaced(value: &Value) -> String {
    format!(" {}", serde_json::to_string_pretty(value).unwrap())
}

/// The same status with a canary in each text, but for what makes conditions and phases.
fn plant(value: &Value) -> Value {
    match value {
        Value::String(text) => format!("{text} {CANARY}").into(),
        Value::Array(items) => items.iter().map(plant).collect(),
        Value::Object(members) => {
            let planted = members.iter().map(|(key, value)| match (&**key, value) {
                ("type" | "status", Value::String(_)) => (key.clone(), value.clone()),
                _ => (key.clone(), plant(value)),
            });
            planted.collect()
        }
        other => other.clone(),
    }
}

fn body(group: &str, resource: &str, old: &str, new: &Value) -> String {
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"u","kind":{{"kind":"Case"}},
            "resource":{{"group":"{group}","version":"v1","resource":"{resource}"}},"subResource":"status","name":"n",
            "namespace":"default","operation":"UPDATE","object":{{"metadata":{{}},"status":{new}}},
            "oldObject":{{"metadata":{{}},"status":{old}}}}}}}"#
    )
}

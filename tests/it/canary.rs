//! Nothing that comes out of a decision holds anything of a status: canaries at every place of statuses that are broken
//! in every way that the fixtures know.
use std::{fmt::Debug, fs, sync::Arc};

use serde_json::{Map, Value, json};
use statusguard::core::{
    catalog::Catalog,
    denial,
    gate::{self, Outcome},
    policy::Enforcement,
    review::Review,
    secret::{self, Exceptions},
    status::Reading,
    view::View,
    yaml::Document,
};

use crate::{
    cases::{self, Case, policy, review},
    masked::FORMATS,
    program::Folder,
};

/// What every text in a planted status holds, and every key that looks like a secret.
pub(crate) const CANARY: &str = "zq7canary";
/// The digits of every number.
const DIGITS: &str = "731400073";

/// How canaries are planted.
#[derive(Clone, Copy)]
pub(crate) enum Planting {
    /// Each text has one behind it, and numbers are longer.
    Behind,
    /// Each text is one, and each number.
    Instead,
    /// As above, and every object has more members that are secrets in all ways.
    Secrets,
}

/// The members that hold secrets of all kinds, with a canary in each.
fn secrets() -> Map<String, Value> {
    secrets_with(CANARY)
}

/// The same, with another canary.
fn secrets_with(canary: &str) -> Map<String, Value> {
    let link = format!("postgres://app:{canary}@db.example.com/app");
    let members = json!({
        "password": canary,
        "pin": 7_314_000_731_u64,
        "link": link,
        "note": format!("login with elastic / {canary}9!, the password is {canary}9!"),
        "header": format!("Authorization: Bearer {canary}{canary}A1b2C3d4"),
        "env": [{"name": "DB_PASSWORD", "value": canary}],
        "output": {"sensitive": true, "value": {"nested": [canary]}},
        "quoted": format!("{{\"password\": \"{canary}\"}}"),
        "pem": format!("-----BEGIN {}-----\n{canary}\n-----END", "PRIVATE KEY"),
        link.as_str(): {"inside": 1},
        format!("the password is {canary}9!"): true,
        "passwords": {canary: null, format!("{canary}&7"): {"inside": 1}},
        "pw": {format!("{canary}&7"): "x"},
        "logins": {"passwords": {"users": {format!("admin:{canary}7ZZ"): {"password": canary}}}},
        "tokens": {format!("{canary}7ZZ-like"): {"password": canary}},
        "pair": {"name": "DB_PASSWORD", "value": {format!("{canary}&7"): null}},
        "args": ["--password", {format!("{canary}&7"): null}],
        "pairs": [
            {"name": "DB_PASSWORD", "value": {format!("{canary}&7"): {"password": canary}}},
            {"args": ["--password", {format!("{canary}&7"): {"note": format!("password is {canary}")}}]},
            {"sensitive": true, "value": {format!("{canary}&7"): {"x": 1}}},
        ],
        format!("A1b2C3d4{canary}E5f6G7h8"): {"password": canary},
        "message": format!("failed with token={canary}A1b2C3d4E5f6"),
    });
    members.as_object().expect("it is written as one").clone()
}

/// A status with canaries in it.
pub(crate) fn plant(value: &Value, planting: Planting) -> Value {
    match (value, planting) {
        (Value::String(text), Planting::Behind) => format!("{text} {CANARY}").into(),
        (Value::String(_), _) => CANARY.into(),
        (Value::Number(number), Planting::Behind) if number.is_u64() => format!("{DIGITS}{number}")
            .parse()
            .unwrap_or(7_314_000_731_u64)
            .into(),
        (Value::Number(_), _) => 7_314_000_731_u64.into(),
        (Value::Array(items), _) => items.iter().map(|item| plant(item, planting)).collect(),
        (Value::Object(members), _) => {
            let planted = members.iter();
            let planted =
                planted.map(|(key, value)| (key.clone(), plant_member(key, value, planting)));
            let mut planted: Map<_, _> = planted.collect();
            if matches!(planting, Planting::Secrets) {
                planted.extend(secrets());
            }
            planted.into()
        }
        (other, _) => other.clone(),
    }
}

/// What makes a condition one, and a phase, stays as it is.
fn plant_member(key: &str, value: &Value, planting: Planting) -> Value {
    if ["type", "status"].contains(&key) && value.is_string() {
        return value.clone();
    }
    plant(value, planting)
}

/// Fails if `text` holds a canary.
#[track_caller]
pub(crate) fn is_clean(name: &str, text: &str) {
    for canary in [CANARY, DIGITS] {
        assert!(!text.contains(canary), "{name}: {text}");
    }
}

#[track_caller]
fn debug_is_clean(name: &str, value: &impl Debug) {
    is_clean(name, &format!("{value:?} {value:#?}"));
}

/// Decides about a planted review, and looks at all that comes out; whether the write was refused.
fn is_refused(name: &str, catalog: &Catalog, review: &str) -> bool {
    let review = Review::parse(review.as_bytes()).unwrap();
    let verdict = gate::decide(catalog, &review);
    is_clean(
        name,
        &String::from_utf8(denial::reply(&review, &verdict)).unwrap(),
    );
    is_clean(name, &denial::warnings(&verdict).join("\n"));
    debug_is_clean(name, &verdict);
    debug_is_clean(name, &review);
    for finding in &verdict.findings {
        is_clean(
            name,
            &format!("{finding} {} {}", finding.path, finding.message),
        );
    }
    if let Some(status) = review.status {
        for leak in secret::leaks(status, &Exceptions::NONE) {
            debug_is_clean(name, &leak.hit);
            debug_is_clean(name, &leak.path);
        }
        if let Reading::Object(status) = Reading::of(Some(status)) {
            let view = View::of(&status, None);
            debug_is_clean(name, &view.value().err());
            debug_is_clean(name, &view.measure(&status));
        }
    }
    verdict.outcome == Outcome::Denied
}

fn judge_planted(name: &str, catalog: &Catalog, case: &mut Case) -> usize {
    let (old, new) = (case.old.clone(), case.new.clone());
    let plantings = [Planting::Behind, Planting::Instead, Planting::Secrets];
    let mut refused = 0;
    for planting in plantings {
        case.new = plant(&new, planting);
        for old in [&old, &plant(&old, planting), &case.new.clone()] {
            case.old = old.clone();
            case.new["workflows"] = json!(7);
            refused += usize::from(is_refused(name, catalog, &review(case)));
        }
    }
    refused
}

#[test]
fn no_decision_of_the_fixtures_lets_a_canary_out() {
    let mut refused = 0;
    for (file, catalog, mut case) in cases::all() {
        if case.new.is_object() {
            let name = format!("{file}: {}", case.name);
            refused += judge_planted(&name, &catalog, &mut case);
        }
    }
    assert!(refused > 300, "only {refused} were refused");
}

#[test]
fn no_fault_of_a_schema_lets_a_canary_out() {
    let mut refused = 0;
    for file in fs::read_dir("tests/fixtures/words").unwrap() {
        let path = file.unwrap().path();
        let cases = Document::read(&fs::read(&path).unwrap()).unwrap().value();
        for case in cases.as_array().expect("a list of cases") {
            let view = &case["view"];
            if !view.is_object() {
                continue;
            }
            let policy = Arc::new(policy(&json!({"schema": case["schema"]})));
            let catalog = Catalog::new([policy], Enforcement::Enforce).unwrap();
            let mut status = view.clone();
            status["conditions"] = json!([{"type": "PipelineCompleted", "status": "True"}]);
            let name = format!("{}: {}", path.display(), case["schema"]);
            refused += judge_planted(&name, &catalog, &mut Case::of(status));
        }
    }
    assert!(refused > 100, "only {refused} were refused");
}

#[test]
fn no_error_about_a_body_lets_a_canary_out() {
    let case = Case::of(secrets().into());
    let body = review(&case);
    for end in 0..body.len() {
        let Some(cut) = body.get(..end) else { continue };
        let error = Review::parse(cut.as_bytes()).expect_err("half a review is none");
        is_clean(cut, &error.to_string());
        debug_is_clean(cut, &error);
    }
    for (from, to) in [
        ("\"status\"", "status"),
        ("\"name\":\"n\"", "\"name\":[]"),
        ("UPDATE\"", "UPDATE\u{1}\""),
    ] {
        let error = Review::parse(body.replacen(from, to, 9).as_bytes()).expect_err("it is broken");
        is_clean(to, &format!("{error} {error:?}"));
    }
}

/// Of another length and of other letters, but for the first, by which keys are sorted.
const OTHER: &str = "zk4wombatine";

/// Neither its length nor a part of it: whatever a secret is, what is said of it is the same.
#[test]
fn nothing_tells_how_long_a_secret_is_or_what_is_in_it() {
    let schema = json!({"properties": {"password": {"type": "integer"}, "note": {"maxLength": 3}}, "additionalProperties": false});
    let said = |canary: &str, mode| {
        let policy = Arc::new(policy(&json!({"schema": schema})));
        let catalog = Catalog::new([policy], mode).unwrap();
        let body = review(&Case::of(secrets_with(canary).into()));
        let review = Review::parse(body.as_bytes()).unwrap();
        let verdict = gate::decide(&catalog, &review);
        let reply = String::from_utf8(denial::reply(&review, &verdict)).unwrap();
        let findings = verdict.findings.iter().map(ToString::to_string);
        [
            reply,
            findings.collect::<Vec<_>>().join("\n"),
            denial::warnings(&verdict).join("\n"),
        ]
    };
    for mode in [Enforcement::Enforce, Enforcement::Warn] {
        assert_eq!(said(OTHER, mode), said(CANARY, mode));
    }
}

#[test]
fn no_format_tells_how_long_a_secret_is() {
    // A place in the file is told: where a value begins depends on its key, which is no secret here.
    let printed = |canary: &str, format: &str| {
        let mut status = Value::Object(secrets_with(canary));
        drop_keys_with(canary, &mut status);
        let request = json!({"apiVersion": "example.org/v1", "kind": "Db", "metadata": {"name": "a"}, "status": status});
        let ran = Folder::new().pipe(
            &format!("check - --format {format}"),
            format!("{request:#}"),
        );
        assert_eq!(ran.code, 1, "{}", ran.shown());
        ran.shown()
    };
    for format in FORMATS {
        assert_eq!(printed(OTHER, format), printed(CANARY, format));
    }
}

fn drop_keys_with(canary: &str, value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|key, _| !key.contains(canary));
            members
                .values_mut()
                .for_each(|value| drop_keys_with(canary, value));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| drop_keys_with(canary, item)),
        _ => {}
    }
}

//! Kratix's own keys keep the shape that Kratix gives them, where the installed CRD does not see to that.
use crate::core::{
    finding::Rule,
    json::{Json, with_article},
    path::Path,
    ratchet::{Candidate, Class, Evidence, Identity},
    status::{Reading, Status},
    view::NormalisedStep,
};

/// Keys that Kratix writes as strings and that no CRD types.
const STRINGS: [&str; 3] = [
    "lastSuccessfulConfigureWorkflowTime",
    "promiseVersion",
    "resourceBindingVersion",
];
/// The key that holds the health of what a request led to.
pub(super) const HEALTH: &str = "healthStatus";

pub(super) fn judge<'s>(status: &Status<'s>, faults: &mut Vec<Candidate<'s>>) {
    for key in STRINGS {
        if let Some(json) = status.get(key) {
            expect(&[key], json, "string", faults);
        }
    }
    match status.get(HEALTH).map(|json| (json, json.kind())) {
        None | Some((_, "null")) => {}
        Some((json, "object")) => judge_health(json, faults),
        Some((json, kind)) => {
            let message = format!(
                "must be an object, is {}: Kratix stops on it; remove the key",
                with_article(kind)
            );
            faults.push(candidate(&[HEALTH], json, message, Class::FatalShape));
        }
    }
}

fn judge_health<'s>(json: Json<'s>, faults: &mut Vec<Candidate<'s>>) {
    let Reading::Object(health) = Reading::of(Some(json)) else {
        return;
    };
    for (key, kind) in [("healthRecords", "array"), ("state", "string")] {
        if let Some(json) = health.get(key) {
            expect(&[HEALTH, key], json, kind, faults);
        }
    }
}

fn expect<'s>(keys: &[&str], json: Json<'s>, kind: &str, faults: &mut Vec<Candidate<'s>>) {
    let found = json.kind();
    // What is null is absent to the Go programs that read it.
    if found != kind && found != "null" {
        let message = format!(
            "is {}, where Kratix writes {}; leave this key to Kratix",
            with_article(found),
            with_article(kind),
        );
        faults.push(candidate(keys, json, message, Class::Shape));
    }
}

fn candidate<'s>(keys: &[&str], json: Json<'s>, message: String, class: Class) -> Candidate<'s> {
    let rule = Rule::new("kratix/shape");
    let path = keys
        .iter()
        .map(|key| NormalisedStep::Key((*key).into()))
        .collect();
    Candidate {
        path: keys.iter().fold(Path::root(), |path, key| path.key(key)),
        rule: rule.clone(),
        message,
        class,
        identity: Identity {
            rule,
            place: Box::default(),
            parameter: None,
            path,
        },
        evidence: Evidence::Json(json),
    }
}

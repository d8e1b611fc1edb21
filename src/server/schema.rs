//! Judges a `StatusSchema` while it is applied, so that its author hears at once what is wrong with it.
use std::sync::Arc;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    core::policy::{
        Policy, lint,
        manifest::{self, API_VERSION, KIND},
    },
    registry::ClusterState,
    server::judge::Reply,
};

/// Faults that a reply tells, and warnings that it holds.
const MOST: usize = 20;

/// The longest warning, in characters: the API server cuts one at 256, and all of them at 4,096.
const LONGEST_WARNING: usize = 200;

#[derive(Deserialize)]
struct Review {
    request: Request,
}

#[derive(Deserialize)]
struct Request {
    uid: String,
    #[serde(default)]
    object: Value,
}

/// The reply to a review of a `StatusSchema`.
pub(super) fn judge(body: &[u8], state: &ClusterState) -> Reply {
    let Ok(review) = serde_json::from_slice::<Review>(body) else {
        let reason = "the body is not a readable AdmissionReview of a StatusSchema";
        return Reply::refusal(StatusCode::BAD_REQUEST, reason);
    };
    let Request { uid, mut object } = review.request;
    // It is given only after this, where metadata.generateName stands.
    if object["metadata"]["name"].is_null() {
        object["metadata"]["name"] = "unnamed".into();
    }
    let response = match Policy::from_custom_resource(&object) {
        Ok((policy, _)) => {
            json!({"uid": uid, "allowed": true, "warnings": warnings(&object, policy, state)})
        }
        Err(faults) => {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let faults: Vec<(String, String)> = faults
                .into_iter()
                .map(|fault| manifest::placed(&fault.pointer, &fault.words))
                .collect();
            json!({"uid": uid, "allowed": false, "status": refusal(name, &faults)})
        }
    };
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response});
    Reply::review(review.to_string().into_bytes())
}

fn refusal(name: &str, faults: &[(String, String)]) -> Value {
    let (group, _) = API_VERSION.split_once('/').unwrap_or_default();
    let mut shown: Vec<(&str, String)> = faults
        .iter()
        .take(MOST)
        .map(|(place, words)| (place.as_str(), words.clone()))
        .collect();
    if faults.len() > MOST {
        shown.push(("spec", format!("and {} more", faults.len() - MOST)));
    }
    let lines: Vec<String> = shown
        .iter()
        .map(|(place, words)| format!("\n* {place}: {words}"))
        .collect();
    let count = match faults.len() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    };
    let causes: Vec<Value> = shown
        .iter()
        .map(|(place, words)| json!({"reason": "FieldValueInvalid", "field": place, "message": words}))
        .collect();
    json!({
        "status": "Failure", "code": 422, "reason": "Invalid",
        "message": format!("StatusSchema {name}: {count}{}", lines.concat()),
        "details": {"group": group, "kind": KIND, "name": name, "causes": causes},
    })
}

/// What `statusguard lint` says of it, and what only a cluster can know.
fn warnings(object: &Value, policy: Policy, state: &ClusterState) -> Vec<String> {
    let points = lint::points(object, &policy).into_iter();
    let mut warnings: Vec<String> = points
        .map(|point| {
            let (place, words) = manifest::placed(&point.pointer, &point.words);
            shortened(&format!("{place}: {words}"), point.rule)
        })
        .collect();
    let promise = policy.promise.clone();
    let refused = lint::in_the_way(&Arc::new(policy));
    warnings.extend(
        refused
            .iter()
            .map(|words| shortened(words, lint::KRATIX_WRITE)),
    );
    if state.is_complete() && state.promises.iter().all(|it| it.name != promise) {
        warnings.push(format!(
            "there is no Promise {promise} yet; this counts as soon as there is"
        ));
    }
    let more = warnings.len().saturating_sub(MOST);
    warnings.truncate(MOST);
    if more > 0 {
        warnings.push(format!("and {more} more; statusguard lint shows all"));
    }
    warnings
}

/// Words and a rule, no longer than a warning may be: the words are cut.
fn shortened(words: &str, rule: &str) -> String {
    let room = LONGEST_WARNING - rule.len() - " []".len();
    match words.char_indices().nth(room) {
        Some(_) => {
            let kept: String = words.chars().take(room - 1).collect();
            format!("{kept}… [{rule}]")
        }
        None => format!("{words} [{rule}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(spec: &Value) -> Value {
        let object = json!({
            "apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "a"}, "spec": spec,
        });
        let review = json!({"request": {"uid": "u", "object": object}}).to_string();
        let reply = judge(review.as_bytes(), &ClusterState::default());
        let reply: Value = serde_json::from_slice(&reply.body).unwrap();
        reply["response"].clone()
    }

    #[test]
    fn warnings_are_those_of_lint_and_short() {
        let long = "x".repeat(150);
        let spec = json!({"schema": {
            "type": "object",
            "properties": {"password": {"type": "string"}, (long): {"typ": "string"}},
            "not": {},
        }});
        let warnings = said(&spec)["warnings"].clone();
        let warnings: Vec<String> = serde_json::from_value(warnings).unwrap();
        insta::assert_snapshot!(warnings.join("\n"));
        assert!(
            warnings
                .iter()
                .all(|it| it.chars().count() <= LONGEST_WARNING)
        );
    }

    #[test]
    fn a_schema_without_faults_has_no_warnings_but_that_its_promise_is_missing() {
        let spec = json!({"schema": {"type": "object", "properties": {"url": {"type": "string"}}}});
        let warnings = said(&spec)["warnings"].clone();
        assert_eq!(warnings.as_array().map(Vec::len), Some(1), "{warnings}");
    }
}

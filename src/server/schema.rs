//! Judges a `StatusSchema` while it is applied, so that its author hears at once what is wrong with it.
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    core::policy::{
        Policy,
        manifest::{self, API_VERSION, KIND, Note},
    },
    registry::ClusterState,
    server::judge::Reply,
};

/// Faults that a reply tells, and warnings that it holds.
const MOST: usize = 20;

/// The longest warning, in characters; the API server cuts more.
const LONGEST_WARNING: usize = 120;

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
        Ok((policy, notes)) => {
            json!({"uid": uid, "allowed": true, "warnings": warnings(&policy, &notes, state)})
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

fn warnings(policy: &Policy, notes: &[Note], state: &ClusterState) -> Vec<String> {
    let mut warnings: Vec<String> = notes
        .iter()
        .map(|note| {
            let (place, words) = manifest::placed(&note.pointer, &note.words);
            format!("{place}: {words}")
        })
        .collect();
    if state.is_complete()
        && state
            .promises
            .iter()
            .all(|promise| promise.name != policy.promise)
    {
        warnings.push(format!(
            "there is no Promise {} yet; this counts as soon as there is",
            policy.promise
        ));
    }
    let more = warnings.len().saturating_sub(MOST);
    warnings.truncate(MOST);
    for warning in &mut warnings {
        if let Some((end, _)) = warning.char_indices().nth(LONGEST_WARNING) {
            warning.truncate(warning.floor_char_boundary(end - '…'.len_utf8()));
            warning.push('…');
        }
    }
    if more > 0 {
        warnings.push(format!("and {more} more"));
    }
    warnings
}

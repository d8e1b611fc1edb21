//! What an object says that it is: a request, a list of requests, or something whose status nobody judges.
use serde_json::Value;

use super::{promise_file::is_promise, source::printable};
use crate::core::secret;

/// Why something is not what a command takes, and where in its document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Odd {
    /// JSON pointer into the document.
    pub(super) pointer: String,
    /// What it is and what to do, in one line.
    pub(super) words: String,
}

const IN_A_LIST: &str =
    "print the list again with `kubectl get … -o json`, or give the object itself";

/// Whether a document says what it is.
pub(super) fn is_object(value: &Value) -> bool {
    value["apiVersion"].is_string() && value["kind"].is_string()
}

/// Whether a document is what an API server asks a webhook with.
pub(super) fn is_review(value: &Value) -> bool {
    value["kind"] == "AdmissionReview"
}

/// Whether a document is a list of objects; the kind of a Promise's own objects may end in the same word.
pub(super) fn is_list(value: &Value) -> bool {
    let kind = value["kind"].as_str().unwrap_or_default();
    kind == "List" || (kind.ends_with("List") && value.get("items").is_some())
}

/// The requests of a document that says what it is, each with the JSON pointer to it: itself, or those of a list.
///
/// # Errors
/// The first thing in it that is no request.
pub(super) fn requests(value: &Value) -> Result<Vec<(Value, String)>, Odd> {
    let objects = unlisted(value)?;
    for (object, at) in &objects {
        if let Some(words) = no_request(object) {
            return Err(odd(at, words));
        }
    }
    Ok(objects)
}

/// Why an object is no resource request.
pub(super) fn no_request(value: &Value) -> Option<String> {
    let kind = value["kind"].as_str().unwrap_or_default();
    let version = value["apiVersion"].as_str().unwrap_or_default();
    let (group, _) = version.rsplit_once('/').unwrap_or_default();
    let words = match (group, kind) {
        ("statusguard.dev", "StatusSchema") => {
            "this is a schema, not a status; judge by it with --schemas, or look for mistakes in it with \
             `statusguard lint`"
        }
        ("statusguard.dev", "StatusTest") => {
            "these are cases, not a status; run them with `statusguard test`"
        }
        ("statusguard.dev", _) => "this is something of statusguard's own, not a status",
        ("", "List") => "this is a list, not a request; give the requests in it",
        (_, "AdmissionReview") => {
            "this is an admission review, not a request; judge it with `statusguard check`, in a file of its own"
        }
        ("meta.k8s.io", _) => {
            "this is a table or a part of an object; print all of it with `kubectl get … -o json`"
        }
        _ if is_promise(value) => {
            "this is a Promise, not a request; judge by the schema in it with --promise, or look for mistakes in \
             it with `statusguard lint`"
        }
        // What is called like this may be anything.
        _ if is_never_guarded(group) && secret::looks_secret(kind) => {
            "this is something that no Promise installs; give requests as `kubectl get … -o yaml` prints them"
        }
        _ if is_never_guarded(group) => {
            return Some(format!(
                "this is of kind {}, which no Promise installs; give requests as `kubectl get … -o yaml` prints them",
                printable(kind)
            ));
        }
        _ => return None,
    };
    Some(words.to_owned())
}

/// Whether an API group is Kubernetes' or Kratix' own, of which no Promise installs anything.
fn is_never_guarded(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io") || group == "platform.kratix.io"
}

/// Why an object is no status.yaml. A status may have keys that are called like those of an object, but not all of them.
pub(super) fn no_status_file(value: &Value) -> Option<&'static str> {
    let parts = ["cases", "items", "metadata", "request", "rows", "spec"];
    let is_whole = parts.iter().any(|key| value.get(key).is_some());
    (is_object(value) && (is_whole || is_list(value))).then_some(
        "this is a whole object, not a status.yaml, which holds the keys of the status alone; check the object itself with \
         `statusguard check FILE`",
    )
}

/// Why a document without an apiVersion is no status.yaml either.
pub(super) fn half_object(value: &Value) -> Option<&'static str> {
    const OWN: [&str; 3] = ["Promise", "StatusSchema", "StatusTest"];
    let kind = value["kind"].as_str()?;
    (OWN.contains(&kind) && value.get("apiVersion").is_none()).then_some(
        "says with kind what it is, and has no apiVersion; add that, or leave kind out if this is a status.yaml",
    )
}

/// The objects of a list, each with the JSON pointer to it; any other object alone.
fn unlisted(value: &Value) -> Result<Vec<(Value, String)>, Odd> {
    let kind = value["kind"].as_str().unwrap_or_default();
    let Some(of) = kind.strip_suffix("List").filter(|_| is_list(value)) else {
        return Ok(vec![(value.clone(), String::new())]);
    };
    let items = match value.get("items") {
        Some(Value::Array(items)) => items,
        // How Go prints a list of nothing.
        Some(Value::Null) => return Ok(Vec::new()),
        Some(_) => {
            let words = format!("items must be a list of objects; {IN_A_LIST}");
            return Err(odd("/items", words));
        }
        None => return Err(odd("", format!("this list has no items; {IN_A_LIST}"))),
    };
    let items = items.iter().enumerate();
    items
        .map(|(index, item)| {
            let at = format!("/items/{index}");
            element(item, value, of)
                .map(|item| (item, at.clone()))
                .map_err(|words| odd(&at, words))
        })
        .collect()
}

/// An element of a list of objects of a kind.
fn element(item: &Value, list: &Value, of: &str) -> Result<Value, String> {
    let mut item = item.clone();
    // In the lists of the API itself only the list says what its items are.
    if let Value::Object(members) = &mut item
        && !of.is_empty()
    {
        members
            .entry("apiVersion")
            .or_insert_with(|| list["apiVersion"].clone());
        members.entry("kind").or_insert_with(|| of.into());
    }
    match fault_of_element(&item) {
        Some(fault) => Err(format!("{fault}; {IN_A_LIST}")),
        None => Ok(item),
    }
}

/// Why something cannot stand in a list of requests.
fn fault_of_element(item: &Value) -> Option<&'static str> {
    if !item.is_object() {
        Some("this entry of the list is no object")
    } else if !is_object(item) {
        Some("this entry of the list has no apiVersion and kind")
    } else if is_list(item) {
        Some("this entry of the list is a list itself, into which nobody looks")
    } else {
        None
    }
}

fn odd(pointer: &str, words: String) -> Odd {
    Odd {
        pointer: pointer.to_owned(),
        words,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{no_request, requests};

    fn list(items: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": "List", "items": items})
    }

    #[test]
    fn what_is_no_list_of_requests_is_told_at_its_place() {
        let request = json!({"apiVersion": "example.org/v1", "kind": "Db"});
        let odd = [
            (list(&json!({"a": request})), "/items"),
            (list(&json!([request, 1])), "/items/1"),
            (list(&json!([null])), "/items/0"),
            (list(&json!([{"kind": "Db"}])), "/items/0"),
            (list(&json!([list(&json!([request]))])), "/items/0"),
            (json!({"apiVersion": "v1", "kind": "List"}), ""),
            (
                list(&json!([request, {"apiVersion": "v1", "kind": "Pod"}])),
                "/items/1",
            ),
        ];
        for (document, place) in odd {
            let fault = requests(&document).unwrap_err();
            assert_eq!(fault.pointer, place, "{document}: {}", fault.words);
        }
        assert_eq!(requests(&list(&json!([request]))).unwrap().len(), 1);
        assert_eq!(requests(&list(&Value::Null)), Ok(Vec::new()));
        let allow_list = json!({"apiVersion": "example.org/v1", "kind": "AllowList", "spec": {}});
        assert_eq!(requests(&allow_list).unwrap().len(), 1);
        let own =
            json!({"apiVersion": "example.org/v1", "kind": "DbList", "items": [{"status": {}}]});
        assert_eq!(requests(&own).unwrap()[0].0["kind"], "Db");
    }

    #[test]
    fn what_no_promise_installs_is_no_request() {
        for (version, kind) in [
            ("v1", "Pod"),
            ("apps/v1", "Deployment"),
            ("meta.k8s.io/v1", "Table"),
            ("admission.k8s.io/v1", "AdmissionReview"),
            ("platform.kratix.io/v1alpha1", "Promise"),
            ("platform.kratix.io/v1alpha1", "Work"),
            ("statusguard.dev/v1alpha1", "StatusTest"),
            ("statusguard.dev/v1alpha1", "CheckReport"),
        ] {
            let object = json!({"apiVersion": version, "kind": kind});
            assert!(no_request(&object).is_some(), "{object}");
        }
        let token = format!("ghp_{}", "zq7canary".repeat(4));
        let words = no_request(&json!({"apiVersion": "v1", "kind": token})).unwrap_or_default();
        assert!(
            words.contains("no Promise installs") && !words.contains("zq7"),
            "{words}"
        );
        let request = json!({"apiVersion": "example.org/v1", "kind": "Pod"});
        assert_eq!(no_request(&request), None);
    }
}

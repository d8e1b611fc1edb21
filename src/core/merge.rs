//! How Kratix's status-writer makes a new status of the present one and a status.yaml.
use serde_json::{Map, Value, json};

use crate::core::status::{CONDITIONS, MESSAGE};

/// The type of the condition that says that all pipelines have run.
const COMPLETED: &str = "ConfigureWorkflowCompleted";

/// When the replayed completion happened; no verdict depends on it.
const WHENEVER: &str = "1970-01-01T00:00:00Z";

/// The status that a status.yaml leads to: each top-level key replaces the one before whole, and only conditions are
/// joined, by their type.
///
/// Kratix joins conditions in random order; here those that were there come first.
pub fn merged(present: &Map<String, Value>, incoming: &Map<String, Value>) -> Map<String, Value> {
    let mut status = present.clone();
    for (key, value) in incoming {
        let joined = match (status.get(key), value) {
            (Some(Value::Array(present)), Value::Array(incoming)) if key == CONDITIONS => {
                Value::Array(joined(present, incoming))
            }
            _ => value.clone(),
        };
        status.insert(key.clone(), joined);
    }
    status
}

/// The conditions of both lists, of each type the last one. What has no type is lost.
fn joined(present: &[Value], incoming: &[Value]) -> Vec<Value> {
    let mut joined: Vec<Value> = Vec::new();
    for condition in present.iter().chain(incoming) {
        let Some(kind) = type_of(condition) else {
            continue;
        };
        match joined.iter_mut().find(|known| type_of(known) == Some(kind)) {
            Some(known) => *known = condition.clone(),
            None => joined.push(condition.clone()),
        }
    }
    joined
}

/// The `type` of a condition that has one.
pub fn type_of(condition: &Value) -> Option<&str> {
    condition.get("type").and_then(Value::as_str)
}

/// What the status-writer of the last pipeline adds in the same write: all pipelines have run.
pub fn complete(status: &mut Map<String, Value>) {
    if status.get(MESSAGE).and_then(Value::as_str) == Some("Pending") {
        status.insert(MESSAGE.to_owned(), json!("Resource requested"));
    }
    let kratix = status.get_mut("kratix");
    if let Some(Value::Object(workflows)) = kratix.and_then(|kratix| kratix.get_mut("workflows")) {
        workflows.remove("suspendedGeneration");
    }
    let completed = json!({
        "lastTransitionTime": WHENEVER,
        "message": "Pipelines completed",
        "reason": "PipelinesExecutedSuccessfully",
        "status": "True",
        "type": COMPLETED,
    });
    set_condition(status, completed);
}

/// Whether the conditions of a status say if all pipelines have run.
pub fn says_whether_complete(status: &Value) -> bool {
    let conditions = status.get(CONDITIONS).and_then(Value::as_array);
    let mut types = conditions.into_iter().flatten().filter_map(type_of);
    types.any(is_about_completion)
}

fn is_about_completion(kind: &str) -> bool {
    matches!(kind, COMPLETED | "PipelineCompleted")
}

/// Takes back that all pipelines have run, as Kratix does when they run again.
pub fn reopen(status: &mut Map<String, Value>) {
    let Some(Value::Array(conditions)) = status.get_mut(CONDITIONS) else {
        return;
    };
    for condition in conditions {
        if type_of(condition).is_some_and(is_about_completion)
            && let Value::Object(condition) = condition
        {
            condition.insert("status".to_owned(), json!("False"));
        }
    }
}

/// Puts a condition in the place of the first one of its type, or behind all others.
fn set_condition(status: &mut Map<String, Value>, condition: Value) {
    match status.get_mut(CONDITIONS) {
        Some(Value::Array(conditions)) => {
            let kind = type_of(&condition);
            match conditions.iter_mut().find(|known| type_of(known) == kind) {
                Some(known) => *known = condition,
                None => conditions.push(condition),
            }
        }
        _ => {
            status.insert(CONDITIONS.to_owned(), Value::Array(vec![condition]));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{complete, merged, reopen};

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().expect("it is written as one").clone()
    }

    #[test]
    fn a_key_replaces_the_one_before_whole() {
        let present = json!({"iam": {"user": "admin", "role": "reader"}, "kept": 1});
        let incoming = json!({"iam": {"role": "writer"}, "new": [1]});
        let expected = json!({"iam": {"role": "writer"}, "kept": 1, "new": [1]});
        assert_eq!(
            merged(&object(&present), &object(&incoming)),
            object(&expected)
        );
    }

    #[test]
    fn conditions_are_joined_by_type_and_lose_what_has_none() {
        let present = json!({"conditions": [{"type": "A", "status": "True"}, "x", {"type": "B"}, {"type": "A", "n": 2}]});
        let incoming = json!({"conditions": [{"type": "B", "status": "False"}, {"status": "True"}, {"type": "C"}]});
        let expected = json!({"conditions": [{"type": "A", "n": 2}, {"type": "B", "status": "False"}, {"type": "C"}]});
        assert_eq!(
            merged(&object(&present), &object(&incoming)),
            object(&expected)
        );
        let other = json!({"conditions": {"type": "A"}});
        assert_eq!(merged(&object(&present), &object(&other)), object(&other));
    }

    #[test]
    fn completion_mends_the_first_condition_of_its_type() {
        let of = |status: &str| json!({"type": "ConfigureWorkflowCompleted", "status": status});
        let mut status = object(
            &json!({"message": "Pending", "conditions": [{"type": "A"}, of("False"), of("False")],
            "kratix": {"workflows": {"suspendedGeneration": 1, "pipelines": []}}}),
        );
        complete(&mut status);
        assert_eq!(status["message"], "Resource requested");
        assert_eq!(status["kratix"], json!({"workflows": {"pipelines": []}}));
        assert_eq!(status["conditions"][1]["status"], "True");
        assert_eq!(status["conditions"][2], of("False"));
        reopen(&mut status);
        assert_eq!(status["conditions"][1]["status"], "False");
    }
}

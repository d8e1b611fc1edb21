//! The Promise of the tutorial: what it demands of a status, and the statuses that its requests have.
use serde_json::{Value, json};

/// The `spec` of its `StatusSchema`: the keys of the tutorial, a few more kinds of value, and small budgets.
pub fn spec() -> Value {
    json!({
        "schema": {
            "type": "object",
            "additionalProperties": false,
            "required": ["message", "username", "passwordSecretName"],
            "properties": {
                "message": {"type": "string", "minLength": 1},
                "username": {"type": "string"},
                "passwordSecretName": {"type": "string", "maxLength": 253},
                "approvalIssue": {"type": "string", "format": "uri"},
                "size": {"enum": ["small", "large"]},
                "nodes": {"type": "array", "items": {
                    "type": "object",
                    "required": ["host"],
                    "properties": {"host": {"type": "string"}, "port": {"type": "integer"}},
                }},
                "facts": {"type": "object"},
            },
        },
        "budgets": {"bytes": 2000, "depth": 6, "items": 100},
    })
}

/// What Kratix writes before the pipeline has written anything.
pub fn pending() -> Value {
    json!({"message": "Pending", "workflows": 1, "conditions": [condition("False")]})
}

/// What the tutorial's pipeline leads to.
pub fn complete() -> Value {
    json!({
        "message": "Instance example provisioned with preconfigured system metrics",
        "username": "elastic",
        "passwordSecretName": "example-es-elastic-user",
        "workflows": 1,
        "conditions": [condition("True")],
    })
}

/// The condition by which Kratix says that the pipelines are through.
pub fn condition(status: &str) -> Value {
    json!({
        "type": "ConfigureWorkflowCompleted",
        "status": status,
        "reason": if status == "True" { "PipelinesExecutedSuccessfully" } else { "PipelinesInProgress" },
        "message": "Pipelines completed",
        "lastTransitionTime": "2026-11-22T22:14:00Z",
    })
}

/// `status` with some keys replaced.
pub fn with(mut status: Value, keys: &Value) -> Value {
    for (key, value) in keys.as_object().expect("keys are given as an object") {
        status[key] = value.clone();
    }
    status
}

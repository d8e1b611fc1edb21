//! The JSON Schema of a manifest, by which editors complete and check it.
use serde_json::{Value, json};

use super::{API_VERSION, KIND, MAX_BUDGETS};
use crate::core::{
    policy::{Budgets, Enforcement},
    secret,
};

/// The JSON Schema of a `StatusSchema`, draft 7, which editors know best.
pub fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": KIND,
        "description": "What the status of a Promise's requests must look like.",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": false,
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "kind": {"const": KIND},
            "metadata": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "namespace": false},
            },
            "spec": spec(),
            "status": {"description": "What the cluster says of it; ignored in a file.", "type": "object"},
        },
    })
}

fn spec() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "not": {"required": ["schema", "versions"]},
        "properties": {
            "promise": {"description": "The Promise; metadata.name unless it is given.", "type": "string"},
            "request": request(),
            "enforcement": enforcement("faults of the schema, of conditions and of size"),
            "schema": status_schema("The JSON Schema of the whole status, without Kratix's own keys."),
            "versions": {
                "description": "A schema for each version of the resource, where they differ.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": "object",
                    "required": ["schema"],
                    "additionalProperties": false,
                    "properties": {"schema": status_schema("The JSON Schema of the status in this version.")},
                },
            },
            "secrets": secrets(),
            "budgets": budgets(),
        },
    })
}

fn secrets() -> Value {
    let rules: Vec<&str> = [secret::FAMILY].into_iter().chain(secret::RULES).collect();
    json!({
        "description": "How secrets are treated, whatever spec.enforcement says.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "enforcement": enforcement("secrets"),
            "allow": {
                "description": "Places where a rule does not count.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["path", "rule", "reason"],
                    "additionalProperties": false,
                    "properties": {
                        "path": {"type": "string", "description": "Such as status.demo.token; [*] stands for the index of a list.", "pattern": "^status[.\\[]"},
                        "rule": {"enum": rules},
                        "reason": {"type": "string", "minLength": 1},
                    },
                },
            },
        },
    })
}

fn enforcement(what: &str) -> Value {
    json!({
        "description": format!("What {what} do at most: refuse a write, warn whoever writes, or be recorded."),
        "enum": Enforcement::ALL.map(Enforcement::as_str),
        "default": Enforcement::default().as_str(),
    })
}

fn request() -> Value {
    json!({
        "description": "The resource whose status is guarded.",
        "type": "object",
        "required": ["group", "resource"],
        "additionalProperties": false,
        "properties": {
            "group": {"type": "string", "description": "spec.group of the Promise's API, such as workshop.kratix.io."},
            "resource": {"type": "string", "description": "spec.names.plural of the Promise's API, such as elastic-clouds."},
        },
    })
}

fn status_schema(what: &str) -> Value {
    json!({
        "description": format!("{what} 2020-12 unless $schema names another draft."),
        "type": ["object", "boolean"],
    })
}

fn budgets() -> Value {
    let usual = Budgets::default();
    let budget = |what: &str, most: u64, usual: u64| json!({"description": what, "type": "integer", "minimum": 1, "maximum": most, "default": usual});
    json!({
        "description": "The most that a status may be.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "bytes": budget("Bytes of compact JSON.", MAX_BUDGETS.bytes, usual.bytes),
            "depth": budget("Containers within containers.", MAX_BUDGETS.depth, usual.depth),
            "items": budget("Members and elements, at all depths.", MAX_BUDGETS.items, usual.items),
            "messageLength": budget("Characters of message; only ever warns.", MAX_BUDGETS.message_length, usual.message_length),
        },
    })
}

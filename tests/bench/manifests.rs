//! `StatusSchema` manifests such as authors write, as many as are asked for.
use std::{fs, path::Path};

use serde_json::{Map, Value, json};

/// Keys of the schema of each, beside `message`.
pub(crate) const KEYS: u32 = 30;

/// Writes `count` manifests into `directory`, a file each.
pub(crate) fn write(directory: &Path, count: u32) -> anyhow::Result<()> {
    for number in 0..count {
        let text = serde_json::to_string_pretty(&manifest(number))?;
        fs::write(directory.join(format!("resources{number}.json")), text)?;
    }
    Ok(())
}

fn manifest(number: u32) -> Value {
    json!({
        "apiVersion": "statusguard.dev/v1alpha1",
        "kind": "StatusSchema",
        "metadata": {"name": format!("resources{number}")},
        "spec": {
            "request": {
                "group": format!("group{}.example.org", number % 10),
                "resource": format!("resources{number}"),
            },
            "schema": schema(number),
        },
    })
}

/// The schema of manifest `number`: texts, links, names, states, counts, a list and an object or two.
pub(crate) fn schema(number: u32) -> Value {
    let mut properties: Map<String, Value> = (0..KEYS)
        .map(|key| (format!("field{key}"), property(number, key)))
        .collect();
    properties.insert(
        "message".to_owned(),
        json!({"type": "string", "maxLength": 1_024}),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "required": ["field0", "field1", "field2"],
        "properties": properties,
    })
}

fn property(number: u32, key: u32) -> Value {
    let description = format!("What resource {number} says about its part {key}, in a sentence.");
    let mut property = match key % 10 {
        0 => json!({"type": "string", "format": "uri"}),
        1 => json!({"type": "string", "pattern": format!("^r{number}-[a-z0-9-]{{1,50}}$")}),
        2 => json!({"enum": ["Pending", "Running", "Failed", "Deleted"]}),
        3 => json!({"type": "integer", "minimum": 0, "maximum": 65_535}),
        4 => {
            json!({"type": "array", "maxItems": 64, "items": {"type": "string", "format": "hostname"}})
        }
        5 => json!({
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "namespace": {"type": "string"}},
        }),
        6 => json!({"type": "string", "format": "date-time"}),
        7 => json!({"type": ["string", "null"], "maxLength": 253}),
        8 => json!({"type": "boolean"}),
        _ => json!({"type": "string", "minLength": 1}),
    };
    property["description"] = json!(description);
    property
}

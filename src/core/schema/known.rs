//! The keys that a schema knows for an object, to find what an unknown one may have been meant to be.
use std::collections::BTreeSet;

use serde_json::Value;

use super::pointer;

/// Schemas that are looked at.
const MOST: usize = 200;

/// The keys that the schema at `at` names, and all that it applies in place.
pub(super) fn keys<'v>(source: &'v Value, at: &str) -> Vec<&'v str> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![at.to_owned()];
    while let Some(at) = waiting.pop() {
        let Some(schema) = source.pointer(&at) else {
            continue;
        };
        if seen.len() == MOST || !seen.insert(at.clone()) {
            continue;
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        found.extend(
            properties
                .into_iter()
                .flatten()
                .filter(|(_, schema)| **schema != Value::Bool(false))
                .map(|(key, _)| key.as_str()),
        );
        waiting.extend(applied(schema, &at));
    }
    found.into_iter().collect()
}

/// Where the schemas are that a schema applies in place.
fn applied(schema: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let branches = schema
            .get(keyword)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        found.extend((0..branches).map(|index| format!("{at}/{keyword}/{index}")));
    }
    for keyword in ["if", "then", "else"] {
        found.extend(schema.get(keyword).map(|_| format!("{at}/{keyword}")));
    }
    let dependents = schema.get("dependentSchemas").and_then(Value::as_object);
    let keys = dependents.into_iter().flat_map(|map| map.keys());
    found.extend(keys.map(|key| pointer::join(&format!("{at}/dependentSchemas"), key)));
    let reference = schema.get("$ref").and_then(Value::as_str);
    let fragment = reference.and_then(|reference| reference.strip_prefix('#'));
    found.extend(
        fragment.and_then(|fragment| Some(pointer::percent_decode(fragment)?.into_owned())),
    );
    found
}

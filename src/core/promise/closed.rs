//! A schema of a `CustomResourceDefinition` in which an unknown key is a fault, as it would be pruned in a cluster.
use serde_json::{Map, Value};

/// `schema` with `additionalProperties: false` wherever Kubernetes would prune what `properties` does not name.
pub(super) fn closed(schema: &Value) -> Value {
    let mut schema = schema.clone();
    close(&mut schema);
    schema
}

fn close(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    for name in ["items", "additionalProperties"] {
        map.get_mut(name).into_iter().for_each(close);
    }
    let properties = map.get_mut("properties").and_then(Value::as_object_mut);
    // In allOf, anyOf, oneOf and not Kubernetes prunes nothing: there stand conditions on what is named elsewhere.
    for (_, property) in properties.into_iter().flatten() {
        close(property);
    }
    if prunes(map) {
        map.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
}

fn prunes(map: &Map<String, Value>) -> bool {
    let keeps = [
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
    ];
    map.contains_key("properties")
        && !map.contains_key("additionalProperties")
        && keeps
            .iter()
            .all(|name| map.get(*name) != Some(&Value::Bool(true)))
}

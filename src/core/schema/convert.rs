//! The OpenAPI v3 dialect of a `CustomResourceDefinition`, turned into draft 4 with every place where it was.
use serde_json::{Map, Value, json};

use super::{Note, NoteKind, document::Document, keywords, pointer};

/// Extensions that change nothing about what a status may be.
const NO_EFFECT: [&str; 3] = [
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "nullable",
];

/// `document` as draft 4 reads it: the same tree, with types widened.
pub(super) fn convert(document: &Value) -> Value {
    let mut converted = document.clone();
    convert_schema(&mut converted);
    converted
}

/// Converts a schema and all below it. Its nesting has been checked.
fn convert_schema(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    widen_type(map);
    if map
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty)
    {
        map.remove("required");
    }
    for (name, value) in map.iter_mut() {
        match name.as_str() {
            "properties" | "patternProperties" | "definitions" | "dependencies" => {
                value
                    .as_object_mut()
                    .into_iter()
                    .flatten()
                    .for_each(|(_, schema)| convert_schema(schema));
            }
            "allOf" | "anyOf" | "oneOf" => {
                value
                    .as_array_mut()
                    .into_iter()
                    .flatten()
                    .for_each(convert_schema);
            }
            "items" if value.is_array() => {
                value
                    .as_array_mut()
                    .into_iter()
                    .flatten()
                    .for_each(convert_schema);
            }
            "items" | "additionalProperties" | "additionalItems" | "not" => convert_schema(value),
            _ => {}
        }
    }
}

fn widen_type(map: &mut Map<String, Value>) {
    let is_set = |name: &str| map.get(name) == Some(&Value::Bool(true));
    let mut types: Vec<Value> = if is_set("x-kubernetes-int-or-string") {
        vec![json!("integer"), json!("string")]
    } else {
        match map.get("type") {
            Some(Value::String(one)) => vec![json!(one)],
            _ => return,
        }
    };
    if is_set("nullable") {
        types.push(json!("null"));
    }
    let written = if types.len() == 1 {
        types.remove(0)
    } else {
        Value::Array(types)
    };
    map.insert("type".to_owned(), written);
}

/// What Kubernetes would do with a schema and this program does not.
pub(super) fn notes(document: &Document<'_>) -> Vec<Note> {
    let nodes = document
        .nodes
        .iter()
        .filter_map(|node| Some((node, node.keywords()?)));
    nodes
        .flat_map(|(node, keywords)| keywords.keys().map(move |name| (node, name.as_str())))
        .filter(|(_, name)| is_ignored(document, name))
        .map(|(node, name)| {
            Note::new(
                pointer::join(&node.pointer, name),
                NoteKind::IgnoredKeyword,
                format!("{name} is not enforced here"),
            )
        })
        .collect()
}

fn is_ignored(document: &Document<'_>, name: &str) -> bool {
    let extension = name.starts_with("x-kubernetes-") || name == "default" || name == "nullable";
    extension && !NO_EFFECT.contains(&name) && keywords::keyword(document.draft, name).is_none()
}

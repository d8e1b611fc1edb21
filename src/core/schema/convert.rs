//! The OpenAPI v3 dialect of a `CustomResourceDefinition`, turned into draft 4 with every place where it was.
use serde_json::{Map, Value, json};

use super::{Note, NoteKind, document::Document, keywords, notes::near, pointer};
use crate::core::path::Key;

/// Extensions that change nothing about what a status may be.
const NO_EFFECT: [&str; 3] = [
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "nullable",
];

/// All extensions that Kubernetes knows.
const EXTENSIONS: [&str; 7] = [
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
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

/// `document` as a `StatusSchema` says the same, in draft 2020-12: without the words of Kubernetes, and without values.
pub fn to_json_schema(document: &Value) -> Value {
    let mut converted = convert(document);
    modernise(&mut converted);
    converted
}

fn modernise(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    map.retain(|name, _| {
        let is_of_kubernetes = name.starts_with("x-kubernetes-") || name == "nullable";
        !is_of_kubernetes && !["default", "example", "externalDocs"].contains(&name.as_str())
    });
    for (flag, bound) in [
        ("exclusiveMaximum", "maximum"),
        ("exclusiveMinimum", "minimum"),
    ] {
        if let Some(&Value::Bool(is_exclusive)) = map.get(flag) {
            map.remove(flag);
            let limit = is_exclusive.then(|| map.remove(bound)).flatten();
            map.extend(limit.map(|limit| (flag.to_owned(), limit)));
        }
    }
    for (name, value) in map.iter_mut() {
        match (name.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(schemas)) => {
                schemas.values_mut().for_each(modernise);
            }
            ("allOf" | "anyOf" | "oneOf" | "items", Value::Array(schemas)) => {
                schemas.iter_mut().for_each(modernise);
            }
            ("items" | "additionalProperties" | "not", schema) => modernise(schema),
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
            let (kind, words) = ignored(name);
            Note::new(pointer::join(&node.pointer, name), kind, words)
        })
        .collect()
}

fn ignored(name: &str) -> (NoteKind, String) {
    let is_known = !name.starts_with("x-") || EXTENSIONS.contains(&name);
    if is_known {
        return (
            NoteKind::IgnoredKeyword,
            format!("{name} is not enforced here"),
        );
    }
    let remedy = match near(name, EXTENSIONS.into_iter()) {
        Some(near) => format!("did you mean {near}?"),
        None => "remove it".to_owned(),
    };
    let words = format!("{} is no keyword and does nothing; {remedy}", Key(name));
    (NoteKind::UnknownKeyword, words)
}

fn is_ignored(document: &Document<'_>, name: &str) -> bool {
    let extension = name.starts_with("x-kubernetes-") || name == "default" || name == "nullable";
    extension && !NO_EFFECT.contains(&name) && keywords::keyword(document.draft, name).is_none()
}

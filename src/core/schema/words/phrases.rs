//! Phrases that words are made of: types, and texts and values of a schema, each in one line.
use std::fmt::Write as _;

use serde_json::Value;

use crate::core::{
    path::{self, Key},
    schema::formats,
};

/// Values that an `enum` lists in words before it says how many more there are.
pub(super) const LISTED: usize = 10;
/// Characters of a text from the schema that are shown.
const SHOWN: usize = 80;
/// The type of a value, with its article.
pub(in crate::core::schema) fn type_of(value: &Value) -> &'static str {
    with_article(match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if is_fraction(number) => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    })
}

/// The word for the type of a value, where shapes are described with it.
pub(in crate::core::schema) fn noun_of(value: &Value) -> &'static str {
    match value {
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        _ => type_of(value).rsplit(' ').next().unwrap_or_default(),
    }
}

fn is_fraction(number: &serde_json::Number) -> bool {
    number.is_f64() && number.as_f64().is_some_and(|value| value.fract() != 0.0)
}

pub(super) fn with_article(name: &str) -> &'static str {
    match name {
        "null" => "null",
        "boolean" => "a boolean",
        "number" => "a number",
        "integer" => "an integer",
        "string" => "a string",
        "array" => "a list",
        "object" => "an object",
        _ => "something else",
    }
}

/// The types that a schema allows, as its author wrote it.
pub(super) fn types(schema: &Value) -> String {
    join_or(type_names(schema).into_iter().map(with_article))
}

pub(super) fn type_names(schema: &Value) -> Vec<&str> {
    let is_set = |name: &str| schema.get(name) == Some(&Value::Bool(true));
    let mut names = match schema.get("type") {
        _ if is_set("x-kubernetes-int-or-string") => vec!["integer", "string"],
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if is_set("nullable") && !names.contains(&"null") {
        names.push("null");
    }
    names
}

pub(super) fn join_or<T: AsRef<str>>(parts: impl Iterator<Item = T>) -> String {
    let parts: Vec<_> = parts.collect();
    let mut joined = String::new();
    for (index, part) in parts.iter().enumerate() {
        let before = match index {
            0 => "",
            _ if index + 1 == parts.len() => " or ",
            _ => ", ",
        };
        joined.push_str(before);
        joined.push_str(part.as_ref());
    }
    joined
}

pub(super) fn listed(options: &Value) -> String {
    let options = options.as_array().map_or(&[][..], Vec::as_slice);
    let mut shown = options
        .iter()
        .take(LISTED)
        .map(value)
        .collect::<Vec<_>>()
        .join(", ");
    if options.len() > LISTED {
        let _ = write!(shown, " and {} more", options.len() - LISTED);
    }
    shown
}

/// A value of a schema, in one line.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::String(string) => text(string),
        Value::Object(_) | Value::Array(_) => text(&value.to_string()),
        other => other.to_string(),
    }
}

/// A text of a schema, in one line: escaped, and cut where it is long.
pub(super) fn text(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(SHOWN) {
        let _ = path::write_plain(&mut shown, character);
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// What a schema says about itself, if that is short.
pub(super) fn about(schema: &Value) -> Option<String> {
    ["description", "title"]
        .iter()
        .filter_map(|keyword| schema.get(keyword)?.as_str())
        .map(str::trim)
        .find(|about| !about.is_empty() && about.chars().count() <= SHOWN)
        .map(|about| text(about).trim_end_matches('.').to_owned())
}

pub(super) fn with_about(words: String, schema: &Value) -> String {
    match about(schema) {
        Some(about) => format!("{words}: {about}"),
        None => words,
    }
}

pub(super) fn format_words(format: &Value) -> String {
    let format = format.as_str().unwrap_or_default();
    match formats::words(format) {
        Some(words) => format!("must be {words}"),
        None => format!("must be of the format {}", text(format)),
    }
}

pub(super) fn negated(schema: &Value) -> String {
    let only = |keyword: &str| {
        let value = schema.get(keyword)?;
        (schema.as_object()?.len() == 1).then_some(value)
    };
    if let Some(options) = only("enum") {
        return format!("must be none of {}", listed(options));
    }
    if let Some(constant) = only("const") {
        return format!("must not be {}", value(constant));
    }
    if only("type").is_some() {
        return format!("must not be {}", types(schema));
    }
    if let Some(pattern) = only("pattern").and_then(Value::as_str) {
        return format!("must not match the pattern {}", text(pattern));
    }
    if let Some(keys) = only("required").and_then(Value::as_array) {
        let keys: Vec<_> = keys
            .iter()
            .filter_map(Value::as_str)
            .map(|key| Key(key).to_string())
            .collect();
        return format!("must not have {}", keys.join(" and "));
    }
    "is what the schema forbids here".to_owned()
}

pub(super) fn counted(limit: &Value, what: &str) -> String {
    if limit.as_f64() == Some(1.0) {
        format!("1 {what}")
    } else {
        format!("{limit} {what}s")
    }
}

//! A JSON Schema that somebody wrote, as YAML in the order in which people read one.
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::text::scalar;

/// Keywords that stand before all others, in this order.
const FIRST: [&str; 5] = ["type", "format", "description", "enum", "required"];
/// Keywords that stand behind all others, since they are long.
const LAST: [&str; 3] = ["additionalProperties", "properties", "items"];

/// Adds the lines of `schema`, indented by so many blanks.
pub(super) fn add(text: &mut String, schema: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    match schema {
        Value::Object(keywords) if !keywords.is_empty() => {
            for (name, value) in ordered(keywords) {
                add_member(text, name, value, indent);
            }
        }
        Value::Array(entries) if !entries.is_empty() => {
            for entry in entries {
                let mut lines = String::new();
                add(&mut lines, entry, indent + 2);
                // The first line stands behind the dash.
                let _ = write!(text, "{pad}- {}", lines.trim_start());
            }
        }
        other => {
            let _ = writeln!(text, "{pad}{}", flow(other));
        }
    }
}

fn add_member(text: &mut String, name: &str, value: &Value, indent: usize) {
    let (pad, name) = (" ".repeat(indent), scalar(name));
    let is_flat = match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(entries) => entries.iter().all(is_plain),
        _ => true,
    };
    if is_flat {
        let _ = writeln!(text, "{pad}{name}: {}", flow(value));
    } else {
        let _ = writeln!(text, "{pad}{name}:");
        add(text, value, indent + 2);
    }
}

const fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Array(_))
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(entries) => {
            let entries: Vec<String> = entries.iter().map(flow).collect();
            format!("[{}]", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// The keywords in their order; the keys of `properties` have none of their own.
fn ordered(keywords: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let place = |name: &str| {
        let first = FIRST.iter().position(|one| *one == name);
        let last = LAST.iter().position(|one| *one == name);
        first
            .or(last.map(|at| FIRST.len() + 1 + at))
            .unwrap_or(FIRST.len())
    };
    let mut ordered: Vec<_> = keywords
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    ordered.sort_by_key(|(name, _)| place(name));
    ordered
}

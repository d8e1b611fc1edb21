//! What a policy asks of a status, in plain words.
use std::fmt::Write as _;

use serde_json::Value;

use crate::core::{
    denial, kratix,
    path::Key,
    policy::{Enforcement, Policy, Schemas, Source},
    schema::Schema,
    status::{CONDITIONS, MESSAGE},
};

mod limits;

/// Containers within containers that are described.
const DEEPEST: usize = 4;

/// All that a policy asks for, in lines.
pub fn policy(policy: &Policy) -> String {
    let mut text = format!(
        "{} for {}.{}, of the Promise {}\n\n{}\n",
        denial::named(policy),
        policy.resource,
        policy.group,
        policy.promise,
        what_happens(policy)
    );
    match &policy.schemas {
        Schemas::None => text.push_str("\nThere is no schema: a status may hold any key.\n"),
        Schemas::All(schema) => add_schema(&mut text, schema),
        Schemas::PerVersion(schemas) => {
            for (version, schema) in schemas {
                let _ = writeln!(text, "\nVersion {version}:");
                add_schema(&mut text, schema);
            }
        }
    }
    let budgets = &policy.budgets;
    let _ = write!(
        text,
        "\nAt most {} bytes, {} levels and {} members and elements; message up to {} characters.\n\
         Secrets: {}.\n",
        budgets.bytes,
        budgets.depth,
        budgets.items,
        budgets.message_length,
        effect(policy.secrets.enforcement)
    );
    for allow in &policy.secrets.allow {
        let _ = writeln!(
            text,
            "Excepted: {} from {}, since: {}",
            allow.path.as_str(),
            allow.rule,
            allow.reason
        );
    }
    text
}

fn what_happens(policy: &Policy) -> String {
    let pruned = if policy.source == Source::Promise && policy.enforcement == Enforcement::Enforce {
        " Unknown keys only warn, since Kubernetes would drop them without a word: a StatusSchema refuses them."
    } else {
        ""
    };
    format!(
        "What breaks it is {}. Until the request is complete, a key at the top that is missing is no fault; \
         unknown keys and wrong values are, in every phase.{pruned}",
        effect(policy.enforcement)
    )
}

const fn effect(enforcement: Enforcement) -> &'static str {
    match enforcement {
        Enforcement::Enforce => "refused",
        Enforcement::Warn => "allowed with a warning",
        Enforcement::Audit => "allowed and recorded",
    }
}

fn add_schema(text: &mut String, schema: &Schema) {
    let document = schema.document();
    text.push('\n');
    let root = resolved(&document, &document);
    add_members(text, &document, root, 0);
    let source = document.to_string();
    let parts = [
        "allOf",
        "anyOf",
        "contains",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "if",
        "not",
        "oneOf",
        "patternProperties",
        "prefixItems",
        "propertyNames",
    ];
    if parts
        .iter()
        .any(|part| source.contains(&format!("\"{part}\":")))
    {
        text.push_str("There are more rules, which the schema itself says.\n");
    }
}

fn add_members(text: &mut String, document: &Value, schema: &Value, depth: usize) {
    let pad = "  ".repeat(depth);
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members = schema["properties"].as_object();
    let is_seen = |key: &str| depth > 0 || !is_kratix_alone(key);
    let listed = members.into_iter().flatten();
    for (key, member) in listed.filter(|(key, _)| is_seen(key)) {
        let member = resolved(document, member);
        let must = if required.contains(&key.as_str()) {
            "must"
        } else {
            "may"
        };
        let _ = writeln!(text, "{pad}{must} hold {}: {}", Key(key), what(member));
        add_below(text, document, member, depth);
    }
    let described = |name: &&&str| members.is_some_and(|members| members.contains_key(**name));
    let others = required.iter().filter(|name| is_seen(name));
    for name in others.filter(|name| !described(name)) {
        let _ = writeln!(text, "{pad}must hold {}: anything", Key(name));
    }
    if schema["additionalProperties"] == false || schema["unevaluatedProperties"] == false {
        let own =
            (depth == 0).then(|| kratix_keys(|key| described(&&key) || required.contains(&key)));
        let _ = writeln!(
            text,
            "{pad}may hold no other key{}",
            own.unwrap_or_default()
        );
    } else if schema["additionalProperties"].is_object() {
        let other = resolved(document, &schema["additionalProperties"]);
        let _ = writeln!(text, "{pad}may hold other keys: {}", what(other));
        add_below(text, document, other, depth);
    } else if is_open_object(schema) {
        let other = members.map_or("any key", |_| "any other key, with any value");
        let _ = writeln!(text, "{pad}may hold {other}");
    }
}

/// Whether a key at the root is Kratix's, whatever the schema says of it.
fn is_kratix_alone(key: &str) -> bool {
    kratix::is_key(key) && ![CONDITIONS, MESSAGE].contains(&key)
}

/// The keys that stand beside those of the author, without those that are said already.
fn kratix_keys(is_said: impl Fn(&str) -> bool) -> String {
    let keys = kratix::KEYS.into_iter();
    let keys: Vec<&str> = keys
        .filter(|key| is_kratix_alone(key) || !is_said(key))
        .collect();
    format!(" but Kratix's own: {}", keys.join(", "))
}

/// What a member or an element may hold itself.
fn add_below(text: &mut String, document: &Value, schema: &Value, depth: usize) {
    if depth >= DEEPEST {
        return;
    }
    add_members(text, document, schema, depth + 1);
    if let Some(items @ Value::Object(_)) = schema.get("items") {
        let (pad, items) = ("  ".repeat(depth + 1), resolved(document, items));
        let _ = writeln!(text, "{pad}each element: {}", what(items));
        add_below(text, document, items, depth + 1);
    }
}

/// Whether nothing at all is said about keys that are not listed.
fn is_open_object(schema: &Value) -> bool {
    const SAYS_MORE: [&str; 11] = [
        "$dynamicRef",
        "$ref",
        "allOf",
        "anyOf",
        "dependentSchemas",
        "if",
        "not",
        "oneOf",
        "patternProperties",
        "propertyNames",
        "unevaluatedProperties",
    ];
    let is_object = match &schema["type"] {
        Value::String(one) => one == "object",
        Value::Array(many) => many.iter().any(|one| one == "object"),
        _ => schema.get("properties").is_some(),
    };
    is_object && SAYS_MORE.iter().all(|name| schema.get(name).is_none())
}

/// What a value must be, in a few words.
fn what(schema: &Value) -> String {
    let mut words = vec![types(schema)];
    words.extend(
        schema["format"]
            .as_str()
            .map(|format| format!("format {format}")),
    );
    words.extend(
        schema["pattern"]
            .as_str()
            .map(|pattern| format!("matching {pattern}")),
    );
    words.extend(limits::of(schema));
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        words.push(format!("one of {}", values.join(", ")));
    }
    words.extend(schema.get("const").map(|value| format!("exactly {value}")));
    words.extend(
        schema["description"]
            .as_str()
            .map(|description| format!("({})", description.trim())),
    );
    words
        .join(", ")
        .replace(", (", " (")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The types, as people call them.
fn types(schema: &Value) -> String {
    let is_set = |name: &str| schema[name] == true;
    let mut types = match &schema["type"] {
        _ if is_set("x-kubernetes-int-or-string") => vec!["integer", "string"],
        Value::String(one) => vec![one.as_str()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => return "any value".to_owned(),
    };
    if is_set("nullable") && !types.contains(&"null") {
        types.push("null");
    }
    let types = types
        .into_iter()
        .map(|one| if one == "array" { "list" } else { one });
    types.collect::<Vec<_>>().join(" or ")
}

/// A schema, or the one of the same document that it refers to.
fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let target = schema["$ref"]
        .as_str()
        .and_then(|target| target.strip_prefix('#'));
    target
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(schema)
}

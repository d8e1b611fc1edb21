//! What each keyword of a schema must look like, for schemas that break the rules of their draft.
use serde_json::Value;

use super::{
    draft::Draft,
    keywords::{self, Holds},
    notes, pointer, words,
};

/// What is wrong at `at` in a schema document.
pub(super) fn words(document: &Value, at: &str) -> String {
    let asked = match keyword_at(at) {
        Some(keyword) => of_keyword(&keyword),
        None => of_schema(document.pointer(at)),
    };
    match document.pointer(at) {
        Some(value) if meant(at, value).is_some() => {
            let meant = meant(at, value).unwrap_or_default();
            format!("{asked}; did you mean {meant}?")
        }
        Some(value) if !asked.contains(words::noun_of(value)) => {
            format!("{asked}; this is {}", words::type_of(value))
        }
        _ => asked.to_owned(),
    }
}

/// The type that was meant by the value of `type`.
fn meant(at: &str, value: &Value) -> Option<&'static str> {
    const TYPES: [&str; 7] = [
        "array", "boolean", "integer", "null", "number", "object", "string",
    ];
    if keyword_at(at).as_deref() != Some("type") {
        return None;
    }
    let written: Vec<&str> = match value {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let unknown = written.into_iter().find(|name| !TYPES.contains(name))?;
    match unknown {
        "bool" => Some("boolean"),
        "dict" | "map" => Some("object"),
        "float" | "double" => Some("number"),
        "list" => Some("array"),
        "text" => Some("string"),
        unknown => notes::near(unknown, TYPES.into_iter()),
    }
}

/// What is wrong with a schema itself, as opposed to one of its keywords.
fn of_schema(value: Option<&Value>) -> &'static str {
    match value {
        Some(Value::Object(_)) => {
            "is an object that lacks something; exclusiveMaximum needs maximum beside it in draft 4, exclusiveMinimum needs minimum"
        }
        Some(Value::Bool(_)) => {
            "must be a schema, which in draft 4 is never a boolean; write {} for true and {not: {}} for false"
        }
        _ => "must be a schema, which is an object or a boolean",
    }
}

/// Whether the place is that of a keyword, and not of a schema that is listed under that name.
pub(super) fn is_in_keyword(at: &str) -> bool {
    pointer::split_last(at).is_some_and(|(schema, _)| {
        schema.is_empty() || matches!(inside(schema), None | Some((_, Holds::Schema)))
    })
}

/// The keyword in whose value the place is; none if a schema itself is there.
fn keyword_at(at: &str) -> Option<String> {
    inside(at)
        .filter(|(_, holds)| *holds != Holds::Schema)
        .map(|(name, _)| name)
}

/// The keyword in whose value the place is, with what that holds; none at a schema in a list or an object of them.
fn inside(at: &str) -> Option<(String, Holds)> {
    let mut inside: Option<(String, Holds)> = None;
    for segment in pointer::segments(at) {
        inside = match inside {
            Some((_, Holds::Map | Holds::List | Holds::SchemaOrList | Holds::MapOrNames)) => None,
            Some((name, Holds::Value | Holds::Reference)) => Some((name, Holds::Value)),
            Some((_, Holds::Schema)) | None => {
                let holds = holds(&segment);
                Some((segment.into_owned(), holds))
            }
        };
    }
    inside
}

fn holds(name: &str) -> Holds {
    let drafts = [
        Draft::Draft202012,
        Draft::Draft201909,
        Draft::Draft7,
        Draft::Draft4,
    ];
    if keywords::DEFINITIONS.contains(&name) {
        return Holds::Map;
    }
    drafts
        .into_iter()
        .find_map(|draft| keywords::keyword(draft, name))
        .map_or(Holds::Value, |keyword| keyword.holds)
}

fn of_keyword(keyword: &str) -> &'static str {
    match keyword {
        "type" => {
            "must be array, boolean, integer, null, number, object or string, or a list of these, each once"
        }
        "required" => "must be a list of key names, each once",
        "enum" => "must be a list of allowed values, each once",
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => {
            "must be an object of schemas"
        }
        "dependencies" => "must be an object of schemas or lists of key names",
        "dependentRequired" => "must be an object of lists of key names, each once",
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => "must be a list of at least one schema",
        "items" => "must be a schema or a list of schemas",
        "maxItems" | "minItems" | "maxLength" | "minLength" | "maxProperties" | "minProperties"
        | "maxContains" | "minContains" => "must be a whole number, 0 or more",
        "maximum" | "minimum" => "must be a number",
        "exclusiveMaximum" | "exclusiveMinimum" => {
            "must be a number; in draft 4 and in a CustomResourceDefinition a boolean beside the bound"
        }
        "multipleOf" => "must be a number above 0",
        "uniqueItems" => "must be true or false",
        "pattern" => "must be a regular expression",
        "format" | "title" | "description" | "$comment" | "contentEncoding"
        | "contentMediaType" => "must be a string",
        "$ref" | "$dynamicRef" | "$recursiveRef" => "must be a reference such as #/$defs/name",
        "$id" | "id" | "$schema" => "must be a URI",
        "$anchor" | "$dynamicAnchor" => {
            "must be a name of letters, digits, - and _ that begins with a letter"
        }
        _ => "is not what the draft allows here",
    }
}

//! How the schemas of a document are put together into a form, and how a place in it is found in the document again.
use std::{borrow::Cow, fmt::Write as _};

use serde_json::{Value, json};

use super::{
    document::{Edge, Slot},
    formats,
    keywords::{Holds, Keyword},
    pointer,
};

/// How a schema is written into a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reading {
    /// As its author wrote it.
    Whole,
    /// At root position, as written but for the demands that are dropped.
    Complete,
    /// At root position inside `oneOf`, `if` or `not`, where other demands are dropped.
    Open,
    /// At root position, what holds for every subset of the keys.
    Partial,
    /// At root position, what `Partial` leaves out.
    Rest,
    /// The branches of `oneOf`, read as those of `anyOf`.
    AnyOfOne,
}

impl Reading {
    /// The letter that a schema's name begins with in this reading.
    pub(super) const fn letter(self) -> char {
        match self {
            Self::Whole => 'w',
            Self::Complete => 'c',
            Self::Open => 'q',
            Self::Partial => 'p',
            Self::Rest => 'r',
            Self::AnyOfOne => 'o',
        }
    }

    /// How what stands under `not` is written.
    pub(super) const fn under_not(self) -> Self {
        match self {
            Self::Whole => Self::Whole,
            _ => Self::Open,
        }
    }

    /// The letter for branches of which only that they fail is told.
    pub(super) const fn outline_letter(self) -> char {
        match self {
            Self::Whole => 'W',
            Self::Complete => 'C',
            Self::Open => 'Q',
            Self::Partial | Self::AnyOfOne => 'P',
            Self::Rest => 'R',
        }
    }
}

/// The reference to a definition of a form.
pub(super) fn reference(name: &str) -> Value {
    json!(format!(
        "#/definitions/{}",
        percent_encode(&pointer::escape(name))
    ))
}

/// The container that the schemas of a keyword are put into; lists of key names stay.
pub(super) fn empty(keyword: &Keyword, value: &Value) -> Value {
    match (keyword.holds, value) {
        (Holds::MapOrNames, Value::Object(map)) => Value::Object(
            map.iter()
                .filter(|(_, value)| value.is_array())
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        ),
        (Holds::List | Holds::SchemaOrList, Value::Array(_)) => json!([]),
        _ => json!({}),
    }
}

pub(super) fn put(written: &mut Value, edge: &Edge<'_>, schema: Value) {
    let place = &mut written[edge.keyword.name];
    match (edge.slot, place) {
        (Slot::Index(_), Value::Array(list)) => list.push(schema),
        (Slot::Key(key), Value::Object(map)) => {
            map.insert(key.to_owned(), schema);
        }
        (_, place) => *place = schema,
    }
}

/// Adds a schema that applies as well, behind those that `allOf` lists.
pub(super) fn also(written: &mut Value, schema: Value) {
    let Some(map) = written.as_object_mut() else {
        return;
    };
    let list = map.entry("allOf").or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.push(schema);
    }
}

pub(super) fn add_reference(written: &mut Value, reference: Value) {
    let is_first = written.get("$ref").is_none();
    match written.as_object_mut() {
        Some(map) if is_first => {
            map.insert("$ref".to_owned(), reference);
        }
        _ => also(written, json!({"$ref": reference})),
    }
}

/// `text` as the fragment of a URI.
pub(super) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Where in the author's document something is.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) pointer: String,
    /// Whether branches failed there of which no more is told.
    pub(super) is_outline: bool,
}

impl Place {
    /// A place in a document that is no form.
    pub(super) fn as_is(pointer: &str) -> Self {
        Self {
            pointer: pointer.to_owned(),
            is_outline: false,
        }
    }

    /// The place in the author's document of a place in a form.
    pub(super) fn of_form(place: &str) -> Self {
        let Some(rest) = place.strip_prefix("/definitions/") else {
            return Self::as_is(&formats::author_place(place));
        };
        let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let name = pointer::unescape(name);
        let mut letters = name.chars();
        let letter = letters.next().unwrap_or('w');
        let base = letters.as_str();
        if letter.is_ascii_uppercase() {
            return Self {
                pointer: base.to_owned(),
                is_outline: true,
            };
        }
        let rest = match rest.strip_prefix("anyOf") {
            Some(rest) if letter == Reading::AnyOfOne.letter() => {
                Cow::Owned(format!("oneOf{rest}"))
            }
            _ => formats::author_place(rest),
        };
        Self::as_is(&if rest.is_empty() {
            base.to_owned()
        } else {
            format!("{base}/{rest}")
        })
    }
}

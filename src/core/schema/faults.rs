//! Faults of a value, made from what the engine reports: one for each thing to mend, in our own words.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Fault, SchemaFault,
    engine::{Broken, How},
    pointer, shape,
    words::{self, Words},
};
use crate::core::path::{Path, Step};

/// The faults of `view` against the schema `source`, by path, keyword, place and parameter, each once.
pub(super) fn all(source: &Value, view: &Value, broken: Vec<Broken>) -> Vec<Fault> {
    let words = Words::new(source, view);
    let mut faults = BTreeMap::new();
    for fault in broken.iter().flat_map(|broken| of_broken(&words, broken)) {
        let key = (
            fault.path.clone(),
            fault.keyword,
            fault.place.clone(),
            fault.parameter.clone(),
        );
        faults.entry(key).or_insert(fault);
    }
    faults.into_values().collect()
}

/// The faults of a schema document that breaks the rules of its draft, one for each place.
pub(super) fn of_schema(document: &Value, broken: Vec<Broken>) -> Vec<SchemaFault> {
    let faults: BTreeMap<_, _> = broken
        .into_iter()
        .map(|broken| {
            let words = shape::words(document, &broken.at);
            (broken.at, words)
        })
        .collect();
    faults
        .into_iter()
        .map(|(pointer, words)| SchemaFault { pointer, words })
        .collect()
}

/// The faults that one report is about.
pub(super) fn of_broken(words: &Words<'_>, broken: &Broken) -> Vec<Fault> {
    let path = path(words.view, &broken.at);
    let fault = |path: Path, parameter: Option<&str>, text: String| Fault {
        path,
        keyword: words::keyword(broken),
        place: broken.place.as_str().into(),
        parameter: parameter.map(Into::into),
        excess: words.excess(broken),
        words: text,
    };
    match &broken.how {
        How::Missing(key) => words
            .missing(broken, key)
            .into_iter()
            .map(|(parameter, text)| fault(path.key(key), Some(&parameter), text))
            .collect(),
        How::Unexpected(keys) => keys
            .iter()
            .map(|key| fault(path.key(key), Some(key), words.unexpected(broken, key)))
            .collect(),
        How::Name(key, inner) => {
            vec![fault(path.key(key), Some(key), words.name(inner))]
        }
        _ => vec![fault(path, None, words.plain(broken))],
    }
}

/// The path that a JSON pointer into `view` names.
pub(super) fn path(view: &Value, at: &str) -> Path {
    let mut value = Some(view);
    pointer::segments(at)
        .map(|segment| match value {
            Some(Value::Array(items)) => {
                let index = segment.parse().unwrap_or_default();
                value = items.get(index);
                Step::Index(index)
            }
            _ => {
                value = value.and_then(|value| value.get(segment.as_ref()));
                Step::Key(segment.into())
            }
        })
        .collect()
}

//! Faults of a value, made from what the engine reports: one for each thing to mend, in our own words.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Fault, SchemaFault,
    engine::{Broken, How},
    pointer, rules, shape,
    words::{self, Words},
};
use crate::core::path::{Masks, Path, Step};

/// The faults of `view` against the schema `source`, by path, keyword, place and parameter, each once.
///
/// Words mask the keys that `masks` does, beside those that a path does.
pub(super) fn all(
    source: &Value,
    view: &Value,
    mut broken: Vec<Broken>,
    masks: Option<&Masks>,
) -> Vec<Fault> {
    for broken in &mut broken {
        as_author_wrote(source, view, broken);
    }
    let words = Words::new(source, view, masks);
    let mut faults: Vec<_> = broken
        .iter()
        .flat_map(|broken| of_broken(&words, broken))
        .collect();
    // The order is stable, so that of the same fault found twice the first stays.
    faults.sort_by(|one, other| identity(one).cmp(&identity(other)));
    faults.dedup_by(|one, other| identity(one) == identity(other));
    faults
}

/// What makes a fault the same as another.
fn identity(fault: &Fault) -> (&Path, &str, &str, Option<&str>) {
    (
        &fault.path,
        fault.keyword,
        &fault.place,
        fault.parameter.as_deref(),
    )
}

/// Turns the engine's reading of a keyword into its author's.
///
/// In draft 4 an exclusive bound is the bound itself with a flag beside it, and of an object that may have no keys at
/// all each key is one fault.
fn as_author_wrote(source: &Value, view: &Value, broken: &mut Broken) {
    if let How::NoBranch(branches) = &mut broken.how {
        for inner in branches.iter_mut().flatten() {
            as_author_wrote(source, view, inner);
        }
        return;
    }
    let Some((schema, last)) = pointer::split_last(&broken.place) else {
        return;
    };
    match last.as_ref() {
        "exclusiveMaximum" | "exclusiveMinimum"
            if source.pointer(&broken.place) == Some(&Value::Bool(true)) =>
        {
            let bound = if last == "exclusiveMaximum" {
                "maximum"
            } else {
                "minimum"
            };
            broken.place = pointer::join(schema, bound);
        }
        "additionalProperties" | "unevaluatedProperties" | "propertyNames"
            if matches!(broken.how, How::Forbidden) && shape::is_in_keyword(&broken.place) =>
        {
            let object = view.pointer(&broken.at).and_then(Value::as_object);
            let keys = object.into_iter().flat_map(|object| object.keys().cloned());
            broken.how = How::Unexpected(keys.collect());
        }
        _ => {}
    }
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
    // What holds a fault is reported as well, because it holds one.
    let holders: BTreeSet<&str> = faults
        .keys()
        .flat_map(|pointer| pointer.match_indices('/').map(|(at, _)| &pointer[..at]))
        .collect();
    faults
        .iter()
        .filter(|(pointer, _)| !holders.contains(pointer.as_str()))
        .map(|(pointer, words)| SchemaFault {
            pointer: pointer.clone(),
            words: words.clone(),
        })
        .collect()
}

/// The faults that one report is about.
pub(super) fn of_broken(words: &Words<'_>, broken: &Broken) -> Vec<Fault> {
    let path = words.path(broken);
    let fault = |path: Path, parameter: Option<&str>, text: String| Fault {
        path,
        keyword: rules::keyword(broken),
        place: broken.place.as_str().into(),
        parameter: parameter.map(Into::into),
        excess: words.excess(broken),
        words: words::cut(text),
    };
    match &broken.how {
        How::Missing(key) => words
            .missing(broken, key)
            .into_iter()
            .map(|(parameter, text)| fault(path.key(key), Some(&parameter), text))
            .collect(),
        How::Unexpected(keys) => words
            .unexpected(broken, keys)
            .into_iter()
            .map(|(key, text)| fault(path.key(key), Some(key), text))
            .collect(),
        How::Name(key, inner) => {
            let place = fault(path.key(key), Some(key), words.name(inner));
            vec![Fault {
                keyword: "propertyNames",
                ..place
            }]
        }
        _ => vec![fault(path, None, words.plain(broken))],
    }
}

/// The path that a JSON pointer into `view` names.
pub(super) fn path(view: &Value, at: &str) -> Path {
    let mut value = Some(view);
    pointer::segments(at)
        .map(|segment| {
            if let Some(Value::Array(items)) = value {
                let index = segment.parse().unwrap_or_default();
                value = items.get(index);
                return Step::Index(index);
            }
            value = value.and_then(|value| value.get(segment.as_ref()));
            Step::Key(segment.into())
        })
        .collect()
}

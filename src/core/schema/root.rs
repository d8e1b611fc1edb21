//! What of a schema applies to the status itself, and which of its demands are for keys that are Kratix's.
use serde_json::{Map, Value};

use super::{
    Note, NoteKind,
    document::{Document, Id},
    keywords::{Holds, Judges},
    pointer,
};
use crate::core::kratix;

/// Which of Kratix's shared keys a schema makes part of the author's view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) message: bool,
    pub(super) conditions: bool,
}

impl Named {
    /// Reads `properties` and `required` of the root, also through `allOf` and references.
    pub(super) fn of(document: &Document<'_>) -> Self {
        let all = certain(document);
        let names = |key: &str| all.iter().any(|id| names(document, *id, key));
        Self {
            message: names("message"),
            conditions: names("conditions"),
        }
    }

    /// Whether a demand for `key` is dropped: it is Kratix's, and no part of the author's view.
    pub(super) fn drops(self, key: &str) -> bool {
        match key {
            "message" => !self.message,
            "conditions" => !self.conditions,
            _ => kratix::is_key(key),
        }
    }
}

/// The schemas that every status must meet: the root, and what it applies by `allOf` and references.
fn certain(document: &Document<'_>) -> Vec<Id> {
    let mut found = vec![0];
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        for edge in document.nodes[id].in_place() {
            let follows = edge.keyword.name == "allOf" || edge.keyword.holds == Holds::Reference;
            if follows && !found.contains(&edge.to) {
                found.push(edge.to);
            }
        }
        next += 1;
    }
    found
}

fn names(document: &Document<'_>, id: Id, key: &str) -> bool {
    let node = &document.nodes[id];
    if silenced(document, id) {
        return false;
    }
    let listed = node.get("properties").and_then(Value::as_object);
    let required = node.get("required").and_then(Value::as_array);
    listed.is_some_and(|listed| listed.contains_key(key))
        || required.is_some_and(|keys| keys.iter().any(|required| required == key))
}

/// Whether a reference silences all other keywords of a schema.
fn silenced(document: &Document<'_>, id: Id) -> bool {
    document.draft.ignores_siblings_of_ref() && document.nodes[id].get("$ref").is_some()
}

/// The schemas in which demands for Kratix's keys are dropped: all at root position but those under `not`.
fn at_root(document: &Document<'_>) -> Vec<Id> {
    let mut found = vec![0];
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        for edge in document.nodes[id].in_place() {
            if edge.keyword.name != "not" && !found.contains(&edge.to) {
                found.push(edge.to);
            }
        }
        next += 1;
    }
    found
}

/// What is to be told about Kratix's keys: demands that are dropped, and rules for keys that are never seen.
pub(super) fn notes(document: &Document<'_>, named: Named) -> Vec<Note> {
    let mut notes = Vec::new();
    for id in at_root(document) {
        if silenced(document, id) {
            continue;
        }
        let node = &document.nodes[id];
        for (at, key) in demands(node.keywords(), &node.pointer) {
            if named.drops(key) {
                notes.push(Note::new(
                    at,
                    NoteKind::DroppedDemand,
                    format!("{key} belongs to Kratix, so this demand does not count; remove it"),
                ));
            }
        }
        let unseen = node
            .edges
            .iter()
            .filter(|edge| edge.keyword.judges == Judges::Member);
        for edge in unseen {
            let target = &document.nodes[edge.to];
            let Some((_, key)) = pointer::split_last(&target.pointer) else {
                continue;
            };
            if named.drops(&key) && id == 0 {
                notes.push(Note::new(
                    target.pointer.clone(),
                    NoteKind::UnseenKey,
                    format!("{key} belongs to Kratix and is never checked against this; remove it"),
                ));
            }
        }
    }
    notes
}

/// Each key that a schema demands, with where it does.
fn demands<'m>(keywords: Option<&'m Map<String, Value>>, at: &str) -> Vec<(String, &'m str)> {
    let mut found = Vec::new();
    let mut add = |at: &str, keys: Option<&'m Value>| {
        let keys = keys.and_then(Value::as_array).into_iter().flatten();
        let keys = keys
            .enumerate()
            .filter_map(|(index, key)| Some((index, key.as_str()?)));
        found.extend(keys.map(|(index, key)| (format!("{at}/{index}"), key)));
    };
    let Some(keywords) = keywords else {
        return found;
    };
    add(&pointer::join(at, "required"), keywords.get("required"));
    for keyword in ["dependentRequired", "dependencies"] {
        let at = pointer::join(at, keyword);
        let triggers = keywords.get(keyword).and_then(Value::as_object);
        for (trigger, keys) in triggers.into_iter().flatten() {
            add(&pointer::join(&at, trigger), Some(keys));
        }
    }
    found
}

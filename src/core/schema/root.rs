//! What of a schema applies to the status itself, and which of its demands are for keys that are Kratix's.
use serde_json::Value;

use super::{
    Note, NoteKind,
    demands::{self, Positions},
    document::{Document, Id, Slot},
    keywords::{Holds, Judges},
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
pub(super) fn certain(document: &Document<'_>) -> Vec<Id> {
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
pub(super) fn silenced(document: &Document<'_>, id: Id) -> bool {
    document.draft.ignores_siblings_of_ref() && document.nodes[id].get("$ref").is_some()
}

/// What is to be told about Kratix's keys: demands that do not count, and rules for keys that are never seen.
pub(super) fn notes(document: &Document<'_>, named: Named) -> Vec<Note> {
    let Positions { closed, open } = Positions::of(document);
    let mut notes = Vec::new();
    for &id in closed.union(&open) {
        for (at, key) in demands::of(document, id)
            .into_iter()
            .filter(|(_, key)| named.drops(key))
        {
            let words = dropped(key, open.contains(&id));
            notes.push(Note::new(at, NoteKind::DroppedDemand, words));
        }
        notes.extend(unseen(document, named, id));
    }
    notes
}

fn dropped(key: &str, is_open: bool) -> String {
    let effect = if is_open {
        "a status passes here that fits with it or without it"
    } else {
        "this demand does not count"
    };
    format!("{key} belongs to Kratix, so {effect}; {}", remedy(key))
}

/// What to do about a rule for a key that is Kratix's.
fn remedy(key: &str) -> &'static str {
    if matches!(key, "message" | "conditions") {
        "name it in the root's own properties to have it checked, or remove this"
    } else {
        "remove it"
    }
}

/// Rules of a schema at root position for members that are never in the view.
fn unseen<'d>(
    document: &'d Document<'_>,
    named: Named,
    id: Id,
) -> impl Iterator<Item = Note> + use<'d> {
    let edges = document.nodes[id].edges.iter();
    let members = edges.filter(|edge| edge.keyword.judges == Judges::Member);
    members.filter_map(move |edge| {
        let Slot::Key(key) = edge.slot else {
            return None;
        };
        named.drops(key).then(|| {
            let at = document.nodes[edge.to].pointer.clone();
            let words = format!(
                "{key} belongs to Kratix and is never checked against this; {}",
                remedy(key)
            );
            Note::new(at, NoteKind::UnseenKey, words)
        })
    })
}

//! What the author of a schema should know about it although it compiles.
use serde_json::Value;

use crate::core::path::Key;

use super::{
    Dialect, convert, declared::PUBLIC, document::Document, draft::Draft, formats, keywords,
    pointer, root, shared,
};

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A keyword of a `CustomResourceDefinition` that Kubernetes enforces and this program does not.
    IgnoredKeyword,
    /// A demand for one of Kratix's keys, which does not count.
    DroppedDemand,
    /// A type that Kratix never gives a key which it shares with authors, so that no status meets it.
    OtherType,
    /// A rule for one of Kratix's keys, which is never looked at.
    UnseenKey,
    /// A `format` that is not checked.
    UnknownFormat,
    /// A keyword that does nothing.
    UnknownKeyword,
}

/// Something that the author of a schema should know, although it compiles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// JSON pointer into the schema document, to find line and column by.
    pub pointer: String,
    /// What the note is about.
    pub kind: NoteKind,
    /// What to know and what to do.
    pub words: String,
}

impl Note {
    pub(super) fn new(pointer: String, kind: NoteKind, words: String) -> Self {
        Self {
            pointer,
            kind,
            words,
        }
    }
}

/// All notes about a document, in order of place.
pub(super) fn all(document: &Document<'_>, named: root::Named, dialect: Dialect) -> Vec<Note> {
    let mut notes = root::notes(document, named);
    notes.extend(shared::notes(document));
    notes.extend(of_words(document, dialect));
    notes.sort();
    notes.dedup();
    notes
}

/// The notes about single words of a document, which may not compile.
pub(super) fn of_words(document: &Document<'_>, dialect: Dialect) -> Vec<Note> {
    let mut notes: Vec<Note> = unknown_formats(document).collect();
    notes.extend(unknown_own_keywords(document));
    notes.extend(unknown_keywords(document, dialect));
    match dialect {
        Dialect::JsonSchema => {
            notes.extend(keywords_of_kubernetes(document));
            notes.extend(lonely_keywords(document));
        }
        Dialect::Crd => notes.extend(convert::notes(document)),
    }
    notes
}

fn unknown_formats(document: &Document<'_>) -> impl Iterator<Item = Note> {
    document.nodes.iter().filter_map(|node| {
        let format = node.get("format").and_then(Value::as_str)?;
        if formats::is_known(document.draft, format) {
            return None;
        }
        let at = pointer::join(&node.pointer, "format");
        let remedy = match near(format, formats::names(document.draft)) {
            Some(near) => format!("did you mean {near}?"),
            None => "use pattern to check it".to_owned(),
        };
        let words = format!("{} is a format that is not checked; {remedy}", Key(format));
        Some(Note::new(at, NoteKind::UnknownFormat, words))
    })
}

fn unknown_keywords(document: &Document<'_>, dialect: Dialect) -> Vec<Note> {
    let names = document.nodes.iter().flat_map(|node| {
        let names = node.keywords().into_iter().flat_map(serde_json::Map::keys);
        names.map(move |name| (node, name))
    });
    names
        .filter(|(_, name)| is_unknown(document.draft, dialect, name))
        .map(|(node, name)| {
            let at = pointer::join(&node.pointer, name);
            let words = unknown_keyword(document.draft, dialect, name, node.get(name));
            Note::new(
                at,
                NoteKind::UnknownKeyword,
                format!("{} {words}", Key(name)),
            )
        })
        .collect()
}

/// Keywords that do nothing without another one beside them.
fn lonely_keywords(document: &Document<'_>) -> impl Iterator<Item = Note> {
    const PARTNERS: [(&str, &[&str]); 5] = [
        ("else", &["if"]),
        ("if", &["then", "else"]),
        ("maxContains", &["contains"]),
        ("minContains", &["contains"]),
        ("then", &["if"]),
    ];
    let draft = document.draft;
    document.nodes.iter().flat_map(move |node| {
        let is_there = |name: &str| node.get(name).is_some();
        let is_lonely = move |(name, partners): &(&str, &[&str])| {
            let counts = is_there(name) && keywords::keyword(draft, name).is_some();
            counts && !partners.iter().any(|partner| is_there(partner))
        };
        let lonely = PARTNERS.into_iter().filter(is_lonely);
        lonely.map(|(name, partners)| {
            Note::new(
                pointer::join(&node.pointer, name),
                NoteKind::UnknownKeyword,
                format!(
                    "{name} does nothing without {} beside it; add that, or remove this",
                    partners.join(" or ")
                ),
            )
        })
    })
}

/// Keywords that mean something to Kubernetes, and nothing in JSON Schema.
fn keywords_of_kubernetes(document: &Document<'_>) -> impl Iterator<Item = Note> {
    let names = document.nodes.iter().flat_map(|node| {
        let names = node.keywords().into_iter().flat_map(serde_json::Map::keys);
        names.map(move |name| (node, name))
    });
    names.filter_map(|(node, name)| {
        let words = match name.strip_prefix("x-kubernetes-")? {
            // Unknown keys pass unless something closes the object.
            "preserve-unknown-fields" => return None,
            "int-or-string" => {
                "does nothing in a StatusSchema; write type: [integer, string] instead"
            }
            _ => "is not enforced here; say the same with keywords of JSON Schema, or remove it",
        };
        Some(Note::new(
            pointer::join(&node.pointer, name),
            NoteKind::IgnoredKeyword,
            format!("{name} {words}"),
        ))
    })
}

fn is_unknown(draft: Draft, dialect: Dialect, name: &str) -> bool {
    let known = keywords::keyword(draft, name).is_some()
        || keywords::is_silent(name)
        || (dialect == Dialect::Crd && name == "nullable");
    !known && !name.starts_with("x-")
}

/// Keywords that only look like ours.
fn unknown_own_keywords(document: &Document<'_>) -> impl Iterator<Item = Note> {
    let names = document.nodes.iter().flat_map(|node| {
        let names = node.keywords().into_iter().flat_map(serde_json::Map::keys);
        names.map(move |name| (node, name))
    });
    let own = names.filter(|(_, name)| name.starts_with("x-statusguard-") && *name != PUBLIC);
    own.map(|(node, name)| {
        let words = format!(
            "{} does nothing; the only keyword of statusguard is {PUBLIC}",
            Key(name)
        );
        Note::new(
            pointer::join(&node.pointer, name),
            NoteKind::UnknownKeyword,
            words,
        )
    })
}

fn unknown_keyword(draft: Draft, dialect: Dialect, name: &str, value: Option<&Value>) -> String {
    if name == "nullable" {
        return "does nothing in JSON Schema; add null to the type instead".to_owned();
    }
    if let Some(drafts) = keywords::drafts(name) {
        if dialect == Dialect::Crd {
            return "is no keyword of a CustomResourceDefinition and does nothing here; a StatusSchema knows it"
                .to_owned();
        }
        return format!(
            "is no keyword of {draft} and does nothing; it is one of {drafts}, which $schema can name"
        );
    }
    match near(name, keywords::names(draft)) {
        Some(near) => format!("is no keyword and does nothing; did you mean {near}?"),
        None if value.is_some_and(Value::is_object) => {
            "is no keyword and does nothing; if it is a key of what is described, put it under properties".to_owned()
        }
        None => "is no keyword and does nothing; remove it, or start its name with x-".to_owned(),
    }
}

/// The name that is most like `name`, if one is like it at all.
pub(super) fn near<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, other)| *distance <= nearness(name.len().min(other.len())))
        .min()
        .map(|(_, other)| other)
}

/// How many edits apart two names of this length may be and still be alike.
fn nearness(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    }
}

//! A schema of what statuses look like: their keys, types and formats, and none of their values.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::core::{json::tape::Tape, kratix, phase::Phase, secret, status::MESSAGE};

mod formats;
pub mod text;
mod written;

/// Words that a list of allowed ones has at most.
const MOST_WORDS: usize = 6;
/// How often each word of such a list was seen on the average, so that no list is made of names.
const LEAST_SEEN: usize = 3;
/// Keys of one object that are described; an object with more is a map whose keys are data.
const MOST_KEYS: usize = 60;

/// What was seen at one place of all statuses.
#[derive(Default)]
pub struct Seen {
    /// How often a value stood here.
    count: usize,
    types: BTreeSet<&'static str>,
    members: BTreeMap<String, Seen>,
    /// How often an object stood here.
    objects: usize,
    elements: Option<Box<Seen>>,
    /// Formats that all texts here have.
    formats: Option<BTreeSet<&'static str>>,
    /// Texts that are words, as long as all are.
    words: Option<BTreeSet<String>>,
    /// Whether some keys are not described, since they look like secrets or are too many.
    has_hidden: bool,
    /// How many objects there were that must have everything.
    completed: usize,
    /// How often it stood in one of these.
    in_completed: usize,
    /// How often a literal credential stood here, which is refused whatever a schema says; it is taken in no further.
    literals: usize,
    /// Whether a text stood here that tells one in words.
    is_telling: bool,
}

// By hand, as it holds words of statuses.
impl std::fmt::Debug for Seen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Seen")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Seen {
    /// Takes a whole status in, without what is Kratix's.
    pub fn take_status(&mut self, status: &Value, phase: Phase) {
        let Some(members) = status.as_object() else {
            return;
        };
        let is_complete = phase == Phase::Complete;
        self.count += 1;
        self.objects += 1;
        self.completed += usize::from(is_complete);
        self.types.insert("object");
        let written = status.to_string();
        let masked = Tape::read(&written).map(|tape| secret::keys_to_leave_out(&tape));
        let masked = masked.unwrap_or_default();
        for (key, value) in members {
            let is_own_message = key == MESSAGE && !value.as_str().is_some_and(kratix::is_message);
            if !kratix::is_key(key) || is_own_message {
                self.member(&Above::root(&masked), key, value, is_complete);
            }
        }
    }

    fn member(&mut self, above: &Above<'_>, key: &str, value: &Value, is_complete: bool) {
        let is_known = self.members.contains_key(key);
        if above.masked.contains(key)
            || secret::looks_secret_below(key, above.keys())
            || (!is_known && self.members.len() >= MOST_KEYS)
        {
            self.has_hidden = true;
            return;
        }
        let seen = self.members.entry(key.to_owned()).or_default();
        seen.in_completed += usize::from(is_complete);
        match leak(key, value) {
            Some(Leak::Literal) => seen.literals += 1,
            Some(Leak::Told) => {
                seen.is_telling = true;
                seen.take(&above.and(key), value);
            }
            None => seen.take(&above.and(key), value),
        }
    }

    fn take(&mut self, above: &Above<'_>, value: &Value) {
        self.count += 1;
        self.types.insert(type_of(value));
        match value {
            Value::String(text) => self.take_text(text),
            Value::Array(elements) => {
                let of = self.elements.get_or_insert_default();
                for element in elements {
                    of.take(above, element);
                }
            }
            Value::Object(members) => {
                self.objects += 1;
                self.completed += 1;
                for (key, value) in members {
                    self.member(above, key, value, true);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn take_text(&mut self, text: &str) {
        let found = formats::of(text);
        self.formats = Some(match self.formats.take() {
            None => found,
            Some(known) => known.intersection(&found).copied().collect(),
        });
        let is_first = self.words.is_none() && self.count == 1;
        let words = if is_first {
            Some(BTreeSet::new())
        } else {
            self.words.take()
        };
        self.words = words.filter(|_| is_word(text)).map(|mut words| {
            words.insert(text.to_owned());
            words
        });
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Keys that were in every object that must have everything.
    fn required(&self) -> Vec<&str> {
        let always = self
            .members
            .iter()
            .filter(|(_, seen)| self.completed > 0 && seen.in_completed == self.completed)
            .filter(|(_, seen)| seen.literals == 0 && !seen.is_telling);
        always.map(|(key, _)| key.as_str()).collect()
    }

    /// Keys below here under which a literal credential stood.
    pub fn credentials(&self) -> usize {
        let below = self.members.values().chain(self.elements.as_deref());
        let below: usize = below.map(Self::credentials).sum();
        below + usize::from(self.is_credential())
    }

    /// Whether nothing but literal credentials stood here.
    fn is_credential(&self) -> bool {
        self.literals > 0 && self.types.iter().all(|kind| *kind == "null")
    }

    /// The types, as JSON Schema names them.
    fn types(&self) -> Vec<&'static str> {
        let is_number = |kind: &&&str| **kind == "integer" && self.types.contains("number");
        self.types
            .iter()
            .filter(|kind| !is_number(kind))
            .copied()
            .collect()
    }

    /// The one format that all texts have.
    fn format(&self) -> Option<&'static str> {
        let formats = self.formats.as_ref()?;
        formats
            .first()
            .copied()
            .filter(|_| self.types.contains("string"))
    }

    /// The words that all texts are, if they are few.
    fn words(&self) -> Option<Vec<&str>> {
        let words = self.words.as_ref()?;
        let is_small = (1..=MOST_WORDS).contains(&words.len()) && self.types() == ["string"];
        let is_usual = self.count >= words.len() * LEAST_SEEN;
        (is_small && is_usual).then(|| words.iter().map(String::as_str).collect())
    }
}

/// How a value is refused for a credential in it.
enum Leak {
    /// It is one.
    Literal,
    /// It is a sentence that tells one, which says nothing about its key.
    Told,
}

fn leak(key: &str, value: &Value) -> Option<Leak> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let hit = secret::leak_in_field(key, &text)?;
    Some(if hit.rule.id() == "secret/prose" {
        Leak::Told
    } else {
        Leak::Literal
    })
}

/// The keys above a value: one below `password` may be the password.
struct Above<'a> {
    nearest: Option<(&'a str, &'a Self)>,
    /// The keys of the status that are left out because of what stands beside them.
    masked: &'a BTreeSet<Box<str>>,
}

impl<'a> Above<'a> {
    const fn root(masked: &'a BTreeSet<Box<str>>) -> Self {
        Self {
            nearest: None,
            masked,
        }
    }

    const fn and(&'a self, key: &'a str) -> Self {
        Self {
            nearest: Some((key, self)),
            masked: self.masked,
        }
    }

    /// Nearest first.
    fn keys(&self) -> impl Iterator<Item = &'a str> {
        std::iter::successors(self.nearest, |(_, above)| above.nearest).map(|(key, _)| key)
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.as_f64().is_some_and(|float| float.fract() == 0.0) => {
            "integer"
        }
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A word such as a state has, which is no name and no secret.
fn is_word(text: &str) -> bool {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b'-' || byte == b'_');
    (1..=24).contains(&text.len()) && is_plain && !secret::looks_secret(text)
}

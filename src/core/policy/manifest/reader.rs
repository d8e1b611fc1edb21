//! Reads fields of a manifest, and collects what is wrong with them.
use serde_json::{Map, Value};

use super::{ManifestFault, Note, Spot};
use crate::core::{path::Key, pointer};

/// What was found so far.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) faults: Vec<ManifestFault>,
    pub(super) notes: Vec<Note>,
}

impl Reader {
    pub(super) fn fault(&mut self, pointer: &str, spot: Spot, words: impl Into<String>) {
        self.faults.push(ManifestFault {
            pointer: pointer.to_owned(),
            spot,
            words: words.into(),
        });
    }

    /// A fault of the field at `pointer`, which `words` go on about.
    pub(super) fn fault_of(&mut self, pointer: &str, words: &str) {
        let field = field(pointer);
        self.fault(pointer, Spot::Value, format!("{field} {words}"));
    }

    pub(super) fn note(&mut self, pointer: &str, words: &str) {
        self.notes.push(Note {
            pointer: pointer.to_owned(),
            words: words.to_owned(),
        });
    }

    pub(super) fn object<'a>(
        &mut self,
        value: &'a Value,
        at: &str,
    ) -> Option<&'a Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            let words = format!(
                "must be an object of key: value lines, but is {}",
                kind_of(value)
            );
            self.fault_of(at, &words);
        }
        object
    }

    /// The field `key`, which must be there; `remedy` says what to put in.
    pub(super) fn required<'a>(
        &mut self,
        object: &'a Map<String, Value>,
        at: &str,
        key: &str,
        remedy: &str,
    ) -> Option<&'a Value> {
        let value = object.get(key);
        if value.is_none() {
            self.fault(at, Spot::Value, format!("{key} is missing; {remedy}"));
        }
        value
    }

    /// Refuses the keys of `object` that are not `known`.
    pub(super) fn only(&mut self, object: &Map<String, Value>, at: &str, known: &[&str]) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            let remedy = match nearest(key, known) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("known are {}", known.join(", ")),
            };
            let words = format!("unknown field {}; {remedy}", Key(key));
            self.fault(&pointer::join(at, key), Spot::Key, words);
        }
    }

    pub(super) fn text<'a>(&mut self, value: &'a Value, at: &str) -> Option<&'a str> {
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let words = match value {
                Value::String(_) => "is empty; write something there".to_owned(),
                _ => format!("must be text, but is {}; put it in quotes", kind_of(value)),
            };
            self.fault_of(at, &words);
        }
        text
    }

    /// Text in which `fault` finds nothing wrong.
    pub(super) fn name(
        &mut self,
        value: &Value,
        at: &str,
        fault: impl Fn(&str) -> Option<String>,
    ) -> Option<String> {
        let name = self.text(value, at)?;
        if let Some(words) = fault(name) {
            self.fault_of(at, &words);
            return None;
        }
        Some(name.to_owned())
    }

    pub(super) fn one_of<'a>(
        &mut self,
        value: &Value,
        at: &str,
        words: &[&'a str],
    ) -> Option<&'a str> {
        let given = self.text(value, at)?;
        let known = words.iter().copied().find(|word| *word == given);
        if known.is_none() {
            let remedy = match nearest(given, words) {
                Some(near) => format!("; did you mean {near}?"),
                None => String::new(),
            };
            let all = words.join(", ");
            self.fault_of(at, &format!("must be one of {all}{remedy}"));
        }
        known
    }

    /// An integer from 1 to `most`.
    pub(super) fn number(&mut self, value: &Value, at: &str, most: u64) -> Option<u64> {
        let number = value.as_u64().filter(|number| (1..=most).contains(number));
        if number.is_none() {
            self.fault_of(at, &format!("must be an integer from 1 to {most}"));
        }
        number
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The known word that `given` was probably meant to be: at most a third of it is wrong, whatever its case.
fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let given = given.to_lowercase();
    known
        .iter()
        .map(|word| {
            (
                strsim::damerau_levenshtein(&given, &word.to_lowercase()),
                *word,
            )
        })
        .filter(|(distance, word)| distance * 3 <= word.len().max(3))
        .min()
        .map(|(_, word)| word)
}

/// What a pointer leads to, as its author calls it.
pub fn field(pointer: &str) -> String {
    match pointer.rsplit('/').next() {
        None | Some("") => "the manifest".to_owned(),
        Some(index) if index.bytes().all(|byte| byte.is_ascii_digit()) => "each entry".to_owned(),
        Some(key) => Key(&pointer::unescape(key)).to_string(),
    }
}

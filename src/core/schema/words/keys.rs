//! The words for keys that are missing or unknown.
use std::rc::Rc;

use serde_json::Value;

use super::{
    Words,
    phrases::{LISTED, about},
};
use crate::core::{
    path::Key,
    schema::{engine::Broken, known, notes, pointer, rules::keyword},
    secret::keys,
};

/// Comparisons of keys for "did you mean" in one judgement.
pub(super) const COMPARISONS: usize = 5_000;
/// Bytes of a key that is compared.
const LONGEST_COMPARED: usize = 64;

impl<'v> Words<'v> {
    /// The parameter and words for each way in which `key` is demanded.
    pub(in crate::core::schema) fn missing(
        &self,
        broken: &Broken,
        key: &str,
    ) -> Vec<(String, String)> {
        if keyword(broken) == "required" {
            return vec![(key.to_owned(), self.required(broken, key))];
        }
        let triggers = self.limit(broken).as_object().into_iter().flatten();
        triggers
            .filter(|(trigger, keys)| {
                let demands = keys
                    .as_array()
                    .is_some_and(|keys| keys.iter().any(|other| other == key));
                demands && self.value(broken).get(trigger.as_str()).is_some()
            })
            .map(|(trigger, _)| {
                (
                    format!("{trigger} needs {key}"),
                    format!("missing; required beside {}", Key(trigger)),
                )
            })
            .collect()
    }

    fn required(&self, broken: &Broken, key: &str) -> String {
        let when = if broken.at.is_empty() {
            "missing; required once the request is complete"
        } else {
            "missing; required"
        };
        let about = self
            .schema(broken)
            .get("properties")
            .and_then(|properties| properties.get(key))
            .and_then(about);
        match about {
            Some(about) => format!("{when}: {about}"),
            None => when.to_owned(),
        }
    }

    /// The words for each key that may not be there.
    pub(in crate::core::schema) fn unexpected<'k>(
        &self,
        broken: &Broken,
        keys: &'k [String],
    ) -> Vec<(&'k str, String)> {
        let all = |words: &str| {
            keys.iter()
                .map(|key| (key.as_str(), words.to_owned()))
                .collect()
        };
        if keyword(broken) == "propertyNames" {
            return all("the key may not be here; remove it");
        }
        if self.limit(broken) != &Value::Bool(false) {
            return all("is not what the schema wants under keys that it does not name");
        }
        let here = self.value(broken);
        let known = self.known(broken);
        let otherwise = unknown_key(&known);
        keys.iter()
            .map(|key| {
                let words = match self.near(key, &known) {
                    _ if known.contains(&key.as_str()) => known_elsewhere(keyword(broken)),
                    Some(near) if here.get(near).is_some() => {
                        format!(
                            "unknown key; did you mean {}, which is there already?",
                            Key(near)
                        )
                    }
                    Some(near) => format!("unknown key; did you mean {}?", Key(near)),
                    None => otherwise.clone(),
                };
                (key.as_str(), words)
            })
            .collect()
    }

    /// The keys that the schema which a report is about knows for the object there.
    fn known(&self, broken: &Broken) -> Rc<[&'v str]> {
        let schema = pointer::split_last(&broken.place).map_or("", |(schema, _)| schema);
        let mut known = self.known.borrow_mut();
        let keys = known
            .entry(schema.to_owned())
            .or_insert_with(|| known::keys(self.source, schema).into());
        Rc::clone(keys)
    }

    fn near<'n>(&self, key: &str, known: &[&'n str]) -> Option<&'n str> {
        let left = self.comparisons.get();
        if left == 0 {
            return None;
        }
        self.comparisons.set(left.saturating_sub(known.len()));
        let is_affordable = left >= known.len() && key.len() <= LONGEST_COMPARED;
        // To rename a key to one that holds a credential would only move it there.
        let is_apt = |known: &&str| known.len() <= LONGEST_COMPARED && !keys::is_of_literals(known);
        let known = known.iter().copied().filter(is_apt);
        let known: Vec<_> = known.collect();
        is_affordable
            .then(|| notes::near(key, known.iter().copied()).or_else(|| begins_alike(key, &known)))
            .flatten()
    }
}

/// The words for a key that another part of the schema describes, which does not help it.
fn known_elsewhere(keyword: &str) -> String {
    if keyword == "additionalProperties" {
        "only another part of the schema knows this key, which additionalProperties: false does not see; remove it, or \
         write unevaluatedProperties: false in the schema instead"
            .to_owned()
    } else {
        "only a part of the schema that does not apply here knows this key; remove it, or meet what that part asks for"
            .to_owned()
    }
}

/// Letters from which a common beginning says something.
const TELLING: usize = 4;

/// The only key of `known` that is `key` in another style of writing, or of which one begins with the other:
/// `password` for `passwordSecretName`.
fn begins_alike<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |key: &str| key.replace(['_', '-'], "").to_lowercase();
    let key = plain(key);
    let mut alike = known.iter().filter(|known| {
        let known = plain(known);
        key.len().min(known.len()) >= TELLING
            && (known.starts_with(&key) || key.starts_with(&known))
    });
    alike.next().filter(|_| alike.next().is_none()).copied()
}

fn unknown_key(known: &[&str]) -> String {
    match known.len() {
        0 => "unknown key; remove it".to_owned(),
        1..=LISTED => {
            let names: Vec<_> = known.iter().map(|key| Key(key).to_string()).collect();
            format!(
                "unknown key; remove it: the schema knows only {}",
                names.join(", ")
            )
        }
        _ => "unknown key; remove it, or add it to the schema".to_owned(),
    }
}

//! The members of an object while it is being read: which keys there are, and which of two that are the same counts.
use std::{
    collections::{HashMap, hash_map},
    sync::Arc,
};

use serde_json::Value;

use super::{
    Body, Entry, Node, Place, YamlFault,
    build::{Reader, Replaced},
    change::ChangeKind,
    kratix,
};
use crate::core::path::Key;

const NOT_A_KEY: &str = "a key must be text; put it in quotes";
const NOT_MERGEABLE: &str =
    "<< takes an object or a list of objects; put << in quotes if it is an ordinary key";

pub(super) struct Members {
    reader: Reader,
    entries: Vec<Entry>,
    /// Which entry each key has.
    keys: HashMap<String, Known>,
    /// What `<<` brings, in order.
    merged: Vec<Arc<Node>>,
    /// Bytes that merged values take.
    added: usize,
    /// How the next key is written, where it is read as another.
    written: Option<Box<str>>,
    /// The key that waits for its value.
    key: Option<(PendingKey, Place)>,
}

/// A key whose value has been read.
struct Known {
    place: Place,
    /// Of its entry.
    index: usize,
    /// Whether `<<` brought it.
    is_merged: bool,
}

enum PendingKey {
    Text(String, Option<Box<str>>),
    Merge,
}

/// The key that a scalar is, if it can be one.
pub(super) fn key(reader: Reader, value: &Value) -> Option<String> {
    match value {
        Value::String(key) => Some(key.clone()),
        // Kratix's reader takes integers of 64 bits with a sign for keys, and no larger ones.
        Value::Number(number)
            if number.as_i64().is_none() && number.is_u64() && reader == Reader::Kratix =>
        {
            None
        }
        // Resolved numbers and booleans look the same to all readers.
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        Value::Number(number) if reader == Reader::Kratix => number.as_f64().map(kratix::float_key),
        Value::Bool(key) => Some(key.to_string()),
        _ => None,
    }
}

impl Members {
    pub(super) fn new(reader: Reader) -> Self {
        Self {
            reader,
            entries: Vec::new(),
            keys: HashMap::new(),
            merged: Vec::new(),
            added: 0,
            written: None,
            key: None,
        }
    }

    pub(super) fn expects_key(&self) -> bool {
        self.key.is_none()
    }

    pub(super) fn write_key(&mut self, text: &str) {
        self.written = Some(text.into());
    }

    /// The key that waits for its value.
    pub(super) fn pending(&self) -> Option<&str> {
        match &self.key {
            Some((PendingKey::Text(key, _), _)) => Some(key),
            _ => None,
        }
    }

    /// Takes a key or a value, and gives the members that it replaces.
    pub(super) fn add(
        &mut self,
        node: Arc<Node>,
        at: Place,
        is_merge: bool,
    ) -> Result<Vec<Replaced>, YamlFault> {
        match self.key.take() {
            None if is_merge => self.key = Some((PendingKey::Merge, at)),
            None => {
                let (key, replaced) = self.new_key(&node, at)?;
                self.key = Some((PendingKey::Text(key, self.written.take()), at));
                return Ok(replaced);
            }
            Some((PendingKey::Merge, at)) => return self.merge(&node, at),
            Some((PendingKey::Text(key, written), place)) => {
                let entry = Entry {
                    key,
                    written,
                    place,
                    node,
                };
                self.set(entry, false);
            }
        }
        Ok(Vec::new())
    }

    fn new_key(&mut self, node: &Node, at: Place) -> Result<(String, Vec<Replaced>), YamlFault> {
        let key = match &node.body {
            Body::Scalar(value) => key(self.reader, value),
            Body::List(_) | Body::Map(_) => None,
        };
        let key = key.ok_or_else(|| YamlFault::new(at, NOT_A_KEY))?;
        let Some(first) = self.keys.get(&key).filter(|first| !first.is_merged) else {
            return Ok((key, Vec::new()));
        };
        if self.reader == Reader::All {
            let words = format!(
                "the key {} is given twice, first at line {}; keep one of them",
                Key(&key),
                first.place.line
            );
            return Err(YamlFault::new(at, words));
        }
        let replaced = (key.clone(), first.place, ChangeKind::Twice(at.line));
        Ok((key, vec![replaced]))
    }

    fn set(&mut self, entry: Entry, is_merged: bool) {
        let place = entry.place;
        match self.keys.entry(entry.key.clone()) {
            hash_map::Entry::Occupied(mut known) => {
                let known = known.get_mut();
                self.entries[known.index] = entry;
                (known.place, known.is_merged) = (place, is_merged);
            }
            hash_map::Entry::Vacant(free) => {
                let index = self.entries.len();
                self.entries.push(entry);
                free.insert(Known {
                    place,
                    index,
                    is_merged,
                });
            }
        }
    }

    fn merge(&mut self, node: &Arc<Node>, at: Place) -> Result<Vec<Replaced>, YamlFault> {
        let nodes = match &node.body {
            Body::Map(_) => vec![Arc::clone(node)],
            Body::List(nodes) if nodes.iter().all(|node| matches!(node.body, Body::Map(_))) => {
                nodes.clone()
            }
            _ => return Err(YamlFault::new(node.place, NOT_MERGEABLE)),
        };
        if self.reader == Reader::All {
            self.merged.extend(nodes);
            return Ok(Vec::new());
        }
        let own = self.keys.iter().filter(|(_, known)| !known.is_merged);
        let mut own: Vec<_> = own.map(|(key, known)| (key.clone(), known.place)).collect();
        // For Kratix the last one wins, but of a list the first.
        for node in nodes.iter().rev() {
            self.take_over(node, true);
        }
        own.retain(|(key, _)| self.keys.get(key).is_some_and(|known| known.is_merged));
        own.sort_by_key(|(_, place)| *place);
        let replaced = own.into_iter();
        Ok(replaced
            .map(|(key, place)| (key, place, ChangeKind::Merged(at.line)))
            .collect())
    }

    /// Takes the members of another object over, those that are there already only if it `replaces` them.
    fn take_over(&mut self, node: &Node, replaces: bool) {
        let Body::Map(entries) = &node.body else {
            return;
        };
        for entry in entries {
            if replaces || !self.keys.contains_key(&entry.key) {
                self.added = self.added.saturating_add(entry.node.size);
                let entry = Entry {
                    key: entry.key.clone(),
                    written: entry.written.clone(),
                    place: entry.place,
                    node: Arc::clone(&entry.node),
                };
                self.set(entry, true);
            }
        }
    }

    /// The body, and how much what was merged adds to its size.
    pub(super) fn close(mut self) -> (Body, usize) {
        for node in std::mem::take(&mut self.merged) {
            self.take_over(&node, false);
        }
        (Body::Map(self.entries), self.added)
    }
}

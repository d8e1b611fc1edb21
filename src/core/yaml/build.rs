//! Builds the tree of a document from the events of a YAML parser.
use std::{
    collections::{HashMap, hash_map},
    sync::Arc,
};

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, Tag};
use serde_json::Value;

use super::{Body, Entry, Node, Place, YamlFault, scalar, words};
use crate::core::path::Key;

/// Containers within containers, as many as `serde_json` reads.
pub(super) const MAX_DEPTH: usize = 128;

/// Bytes of a document in memory with all aliases written out, roughly: eight times the largest file that is read.
pub(super) const MAX_SIZE: usize = 8 << 20;

/// What each value costs beside its text.
const NODE_SIZE: usize = 16;

pub(super) const UNKNOWN_TAG: &str =
    "a tag (the word after !) that is not understood here; leave it out, only !!str is known";
const NOT_A_KEY: &str = "a key must be text; put it in quotes";
const NOT_MERGEABLE: &str =
    "<< takes an object or a list of objects; put << in quotes if it is an ordinary key";

/// The one document of `text`.
pub(super) fn document(text: &str) -> Result<Arc<Node>, YamlFault> {
    let mut options = Options::default();
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) =
            event.map_err(|error| words::fault(error.kind(), place(error.marker()), text))?;
        builder.take(event, &span)?;
    }
    builder.found.ok_or_else(|| {
        YamlFault::new(
            Place::START,
            "the file is empty; write one document into it, or delete it",
        )
    })
}

fn place(marker: &granit_parser::Marker) -> Place {
    Place {
        line: marker.line().max(1) as u64,
        column: marker.col() as u64 + 1,
    }
}

#[derive(Default)]
struct Builder {
    /// The containers that are open, outermost first.
    open: Vec<Frame>,
    /// What aliases can name.
    anchors: HashMap<usize, Arc<Node>>,
    found: Option<Arc<Node>>,
}

/// A container that is not closed yet.
struct Frame {
    place: Place,
    anchor: usize,
    content: Content,
    size: usize,
    depth: usize,
}

enum Content {
    List(Vec<Arc<Node>>),
    Map(Members),
}

#[derive(Default)]
struct Members {
    entries: Vec<Entry>,
    /// Where each key stands, to find one that is given twice.
    keys: HashMap<String, Place>,
    /// What `<<` brings, in order.
    merged: Vec<Arc<Node>>,
    /// The key that waits for its value.
    key: Option<(PendingKey, Place)>,
}

enum PendingKey {
    Text(String),
    Merge,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), YamlFault> {
        let at = place(&span.start);
        match event {
            // A document with nothing in it.
            Event::Scalar(..) if self.open.is_empty() && span.is_empty() => Ok(()),
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), at)
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| {
                    YamlFault::new(
                        at,
                        "this alias stands inside the value that it names; write the value out",
                    )
                })?;
                self.add(node, at, false)
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_container_tag(tag.as_deref(), "seq", at)?;
                self.begin(Content::List(Vec::new()), anchor, at)
            }
            Event::MappingStart(_, anchor, tag) => {
                check_container_tag(tag.as_deref(), "map", at)?;
                self.begin(Content::Map(Members::default()), anchor, at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        at: Place,
    ) -> Result<(), YamlFault> {
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        let value = match tag {
            Some(tag) if !is_string_tag(tag) => return Err(YamlFault::new(at, UNKNOWN_TAG)),
            None if is_plain => scalar::resolve(text).map_err(|words| YamlFault::new(at, words))?,
            _ => Value::String(text.to_owned()),
        };
        let node = Arc::new(Node {
            place: at,
            body: Body::Scalar(value),
            size: NODE_SIZE + text.len(),
            depth: 0,
        });
        self.remember(anchor, &node);
        self.add(node, at, is_plain && text == "<<")
    }

    fn begin(&mut self, content: Content, anchor: usize, at: Place) -> Result<(), YamlFault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(at));
        }
        self.open.push(Frame {
            place: at,
            anchor,
            content,
            size: NODE_SIZE,
            depth: 1,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), YamlFault> {
        let Some(frame) = self.open.pop() else {
            return Ok(());
        };
        let (at, anchor) = (frame.place, frame.anchor);
        let node = Arc::new(frame.close());
        if node.depth + self.open.len() > MAX_DEPTH {
            return Err(too_deep(at));
        }
        self.remember(anchor, &node);
        self.add(node, at, false)
    }

    fn remember(&mut self, anchor: usize, node: &Arc<Node>) {
        // The parser counts anchors from 1; 0 stands for none.
        if anchor > 0 {
            self.anchors.insert(anchor, Arc::clone(node));
        }
    }

    fn add(&mut self, node: Arc<Node>, at: Place, is_merge: bool) -> Result<(), YamlFault> {
        if let Some(frame) = self.open.last_mut() {
            return frame.add(node, at, is_merge);
        }
        if let Some(first) = &self.found {
            let words = format!(
                "a second document begins here, after the one at line {}; put each into a file of its own",
                first.place.line
            );
            return Err(YamlFault::new(at, words));
        }
        self.found = Some(node);
        Ok(())
    }
}

impl Frame {
    fn add(&mut self, node: Arc<Node>, at: Place, is_merge: bool) -> Result<(), YamlFault> {
        self.size = self.size.saturating_add(node.size);
        self.depth = self.depth.max(node.depth + 1);
        if self.size > MAX_SIZE {
            let words = "this is too large with its aliases written out; make it smaller, or use fewer aliases";
            return Err(YamlFault::new(at, words));
        }
        match &mut self.content {
            Content::List(elements) => {
                elements.push(node);
                Ok(())
            }
            Content::Map(members) => members.add(node, at, is_merge),
        }
    }

    fn close(self) -> Node {
        let (body, added) = match self.content {
            Content::List(elements) => (Body::List(elements), 0),
            Content::Map(members) => members.close(),
        };
        Node {
            place: self.place,
            body,
            size: self.size.saturating_add(added),
            depth: self.depth,
        }
    }
}

impl Members {
    fn add(&mut self, node: Arc<Node>, at: Place, is_merge: bool) -> Result<(), YamlFault> {
        match self.key.take() {
            None if is_merge => self.key = Some((PendingKey::Merge, at)),
            None => self.key = Some((PendingKey::Text(self.new_key(&node, at)?), at)),
            Some((PendingKey::Merge, _)) => self.merge(&node, at)?,
            Some((PendingKey::Text(key), place)) => self.entries.push(Entry { key, place, node }),
        }
        Ok(())
    }

    fn new_key(&mut self, node: &Node, at: Place) -> Result<String, YamlFault> {
        let key = match &node.body {
            Body::Scalar(Value::String(key)) => key.clone(),
            // Resolved numbers and booleans look the same to all readers.
            Body::Scalar(Value::Number(number)) if !number.is_f64() => number.to_string(),
            Body::Scalar(Value::Bool(key)) => key.to_string(),
            _ => return Err(YamlFault::new(at, NOT_A_KEY)),
        };
        match self.keys.entry(key) {
            hash_map::Entry::Occupied(first) => {
                let words = format!(
                    "the key {} is given twice, first at line {}; keep one of them",
                    Key(first.key()),
                    first.get().line
                );
                Err(YamlFault::new(at, words))
            }
            hash_map::Entry::Vacant(free) => {
                let key = free.key().clone();
                free.insert(at);
                Ok(key)
            }
        }
    }

    fn merge(&mut self, node: &Arc<Node>, at: Place) -> Result<(), YamlFault> {
        match &node.body {
            Body::Map(_) => self.merged.push(Arc::clone(node)),
            Body::List(nodes) if nodes.iter().all(|node| matches!(node.body, Body::Map(_))) => {
                self.merged.extend(nodes.iter().cloned());
            }
            _ => return Err(YamlFault::new(at, NOT_MERGEABLE)),
        }
        Ok(())
    }

    /// The body, and how much what was merged adds to its size.
    fn close(mut self) -> (Body, usize) {
        let mut added: usize = 0;
        for node in std::mem::take(&mut self.merged) {
            let Body::Map(entries) = &node.body else {
                continue;
            };
            for entry in entries {
                if let hash_map::Entry::Vacant(free) = self.keys.entry(entry.key.clone()) {
                    free.insert(entry.place);
                    added = added.saturating_add(entry.node.size);
                    self.entries.push(Entry {
                        key: entry.key.clone(),
                        place: entry.place,
                        node: Arc::clone(&entry.node),
                    });
                }
            }
        }
        (Body::Map(self.entries), added)
    }
}

fn too_deep(at: Place) -> YamlFault {
    YamlFault::new(at, format!("nested more than {MAX_DEPTH} deep; flatten it"))
}

/// Whether a tag makes a scalar text: `!!str`, or the `!` that says "no guessing".
fn is_string_tag(tag: &Tag) -> bool {
    tag.core_suffix() == Some("str") || tag.parts() == ("", "!") || tag.parts() == ("!", "")
}

fn check_container_tag(tag: Option<&Tag>, own: &str, at: Place) -> Result<(), YamlFault> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(own) => Err(YamlFault::new(at, UNKNOWN_TAG)),
        _ => Ok(()),
    }
}

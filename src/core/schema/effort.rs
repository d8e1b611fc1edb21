//! What a schema can make of a decision at most: known before it is run, from the sizes of a status alone.
//!
//! All is counted in steps of some 20 ns. The factors are measured, on statuses that were made to take long; what they give
//! is meant to tell a millisecond from a tenth of a second, not from two.
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::{MOST_DETAIL, Schema, bounds, converted, document::Document, draft::Draft, patterns};

/// To put one fault into words, to look for the same one in the old status, and to reply: 10 µs.
pub(in crate::core) const ONE_FAULT: u64 = 500;
/// Bytes of a schema that are read in one step, to put its faults into words.
const READ_BYTES: u64 = 4;
/// Names that a key is compared with in one step, to find the one that was meant.
const NAMES: u64 = 2;
/// To compile a byte of a schema anew, which large statuses ask for.
const COMPILE_BYTE: u64 = 200;
/// Texts and numbers of an `enum` that a value is compared with in one step.
const LISTED: u64 = 16;
/// To compare a byte of a value with one of the objects or lists of an `enum`.
const LISTED_CONTAINER: u64 = 4;

/// Names that an object is looked through for in the time of a step, for each byte of the object: it has three at least.
const NAMES_A_BYTE: usize = 16;
/// Keywords that look for each of their names in each object.
const NAMING: [&str; 5] = [
    "properties",
    "required",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
];

/// What of a schema decides that, beside how its branches multiply.
#[derive(Debug, Default)]
pub(super) struct Effort {
    /// For each byte of a value, all patterns for it, as costly as they look.
    patterns: u64,
    /// The same as costly as they are, once somebody has asked: to find out takes longer than to compile most schemas.
    closer: OnceLock<u64>,
    /// For each byte of a value, all that any `enum` lists, and all names that are looked for in it.
    listed: u64,
    /// The most properties that one schema names.
    names: u64,
}

impl Effort {
    /// That of a document, whose patterns take so many steps together for each byte of one value.
    pub(super) fn of(document: &Document<'_>, patterns: u64) -> Self {
        let (mut scalars, mut containers, mut names) = (0, 0, 0);
        for node in &document.nodes {
            let listed = node.get("enum").and_then(Value::as_array);
            for value in listed.into_iter().flatten() {
                match value {
                    Value::Array(_) | Value::Object(_) => containers += 1,
                    _ => scalars += 1,
                }
            }
            let properties = node.get("properties").and_then(Value::as_object);
            names = names.max(properties.map_or(0, Map::len) as u64);
        }
        let listed = scalars / LISTED + containers * LISTED_CONTAINER;
        let sought = (most_named_below(document) / NAMES_A_BYTE) as u64;
        Self {
            patterns,
            closer: OnceLock::new(),
            listed: listed.saturating_add(sought),
            names,
        }
    }
}

/// The most names that one schema looks for in an object, of those that many objects may be judged by: the root is one.
fn most_named_below(document: &Document<'_>) -> usize {
    let mut edges = document.nodes.iter().flat_map(|node| &node.edges);
    let is_root_again = edges.any(|edge| edge.to == 0);
    let nodes = document.nodes.iter().skip(usize::from(!is_root_again));
    let named = nodes.map(|node| {
        let keywords = NAMING.iter().filter_map(|keyword| node.get(keyword));
        let count = |value: &Value| match value {
            Value::Object(names) => names.len(),
            Value::Array(names) => names.len(),
            _ => 0,
        };
        keywords.map(count).sum()
    });
    named.max().unwrap_or_default()
}

impl Schema {
    /// Whether it may take more than `most` to say whether statuses of so many bytes of JSON are valid.
    pub(in crate::core) fn may_take_more(&self, bytes: u64, most: u64) -> bool {
        let takes_more = |patterns: u64| {
            // A value takes two bytes at least, and to judge it once some 40 ns.
            let each = patterns + self.effort.listed;
            bytes.saturating_mul(each.saturating_add(self.most.judgements)) > most
        };
        takes_more(self.effort.patterns)
            && takes_more(*self.effort.closer.get_or_init(|| self.look_closer()))
    }

    fn look_closer(&self) -> u64 {
        let source = self.document();
        let document = converted(&source, self.dialect);
        let steps = || {
            let draft = Draft::of(&source, self.dialect).ok()?;
            let document = Document::new(&document, draft).ok()?;
            let (_, rank) = bounds::check_graph(&document).ok()?;
            patterns::steps(&document, &rank)
        };
        steps().unwrap_or(self.effort.patterns)
    }

    /// What it may take to tell the faults of a status of so many members and elements, so many levels deep.
    pub(in crate::core) fn effort_to_tell(&self, items: u64, depth: u64) -> u64 {
        if !self.tells_faults(items) {
            return ONE_FAULT;
        }
        let faults = self.most.faults_among(items).saturating_mul(ONE_FAULT);
        let names = items.saturating_mul(self.effort.names) / NAMES;
        let source = self.source.len() as u64;
        let weight = items.saturating_add(1).saturating_mul(depth + 1);
        let may_be_large = weight.saturating_mul(self.most.judgements) > MOST_DETAIL;
        let again = source * if may_be_large { COMPILE_BYTE } else { 0 };
        [names, source / READ_BYTES, again]
            .into_iter()
            .fold(faults, u64::saturating_add)
    }
}

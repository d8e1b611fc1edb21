//! A schema document as a graph: each schema in it, what it applies to what, and every reference resolved.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    SchemaFault, bounds,
    draft::Draft,
    keywords::{self, Holds, Judges, Keyword},
    pointer,
    references::{Resources, Target},
};

/// The index of a schema in its [`Document`].
pub(super) type Id = usize;

/// Where under its keyword a schema stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot<'d> {
    /// It is the keyword's value.
    Only,
    /// An element of the keyword's list.
    Index(usize),
    /// A member of the keyword's object.
    Key(&'d str),
}

/// That one schema applies another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge<'d> {
    pub(super) keyword: &'static Keyword,
    pub(super) slot: Slot<'d>,
    pub(super) to: Id,
}

/// A schema of the document.
#[derive(Debug)]
pub(super) struct Node<'d> {
    /// Where it stands, as a JSON pointer.
    pub(super) pointer: String,
    /// What its author wrote.
    pub(super) value: &'d Value,
    /// What it applies, in the order of its keywords.
    pub(super) edges: Vec<Edge<'d>>,
    resource: usize,
}

/// A schema document as a graph. Its first node is the root.
#[derive(Debug)]
pub(super) struct Document<'d> {
    pub(super) draft: Draft,
    pub(super) nodes: Vec<Node<'d>>,
    root: &'d Value,
    by_pointer: BTreeMap<String, Id>,
    resources: Resources,
    faults: Vec<SchemaFault>,
}

impl Node<'_> {
    /// The keywords of an object schema.
    pub(super) fn keywords(&self) -> Option<&Map<String, Value>> {
        self.value.as_object()
    }

    /// The value of a keyword.
    pub(super) fn get(&self, keyword: &str) -> Option<&Value> {
        self.value.get(keyword)
    }

    /// The types that it names.
    pub(super) fn types(&self) -> Option<Vec<&str>> {
        match self.get("type")? {
            Value::String(one) => Some(vec![one]),
            Value::Array(many) => Some(many.iter().filter_map(Value::as_str).collect()),
            _ => None,
        }
    }

    /// What it applies to the very value that it judges itself.
    pub(super) fn in_place(&self) -> impl Iterator<Item = &Edge<'_>> {
        self.edges
            .iter()
            .filter(|edge| edge.keyword.judges == Judges::InPlace)
    }
}

impl<'d> Document<'d> {
    /// The graph of `root`, whose nesting must have been checked.
    ///
    /// # Errors
    /// Each reference that leads nowhere, and each keyword that cannot be read in one document of one draft.
    pub(super) fn new(root: &'d Value, draft: Draft) -> Result<Self, Vec<SchemaFault>> {
        let (document, faults) = Self::read(root, draft);
        if faults.is_empty() {
            Ok(document)
        } else {
            Err(faults)
        }
    }

    /// The graph of `root`, whose nesting must have been checked, as far as its references lead anywhere, and what
    /// [`Self::new`] finds wrong with it.
    pub(super) fn read(root: &'d Value, draft: Draft) -> (Self, Vec<SchemaFault>) {
        let mut document = Self {
            draft,
            nodes: Vec::new(),
            root,
            by_pointer: BTreeMap::new(),
            resources: Resources::default(),
            faults: Vec::new(),
        };
        let resource = document.resources.root(root, draft);
        document.add(root, String::new(), resource);
        document.resolve_references();
        let faults = std::mem::take(&mut document.faults);
        (document, faults)
    }

    /// Adds the schema at `pointer` and all below it, and gives its id.
    fn add(&mut self, value: &'d Value, pointer: String, resource: usize) -> Id {
        let first = self.nodes.len();
        let mut waiting = vec![(value, pointer, resource, None)];
        while let Some((value, pointer, outer, from)) = waiting.pop() {
            if let Some(&known) = self.by_pointer.get(&pointer) {
                self.link(from, known);
                continue;
            }
            if self.nodes.len() >= bounds::MOST_NODES {
                self.faults.push(bounds::too_many_nodes(&pointer));
                break;
            }
            let resource = self.resources.enter(value, &pointer, outer, self.draft);
            let id = self.nodes.len();
            self.check_dialect(value, &pointer);
            self.by_pointer.insert(pointer.clone(), id);
            self.nodes.push(Node {
                pointer,
                value,
                edges: Vec::new(),
                resource,
            });
            self.link(from, id);
            self.resources.add_anchors(value, id, resource, self.draft);
            let mut children = self.children(id);
            children.reverse();
            waiting.extend(children.into_iter().map(|(value, pointer, edge)| {
                (value, pointer, resource, edge.map(|edge| (id, edge)))
            }));
        }
        first
    }

    fn link(&mut self, from: Option<(Id, (&'static Keyword, Slot<'d>))>, to: Id) {
        if let Some((from, (keyword, slot))) = from {
            self.nodes[from].edges.push(Edge { keyword, slot, to });
        }
    }

    fn check_dialect(&mut self, value: &Value, pointer: &str) {
        let other = value
            .get("$schema")
            .is_some_and(|name| name.as_str().and_then(Draft::named) != Some(self.draft));
        if other && !pointer.is_empty() {
            self.faults.push(SchemaFault {
                pointer: pointer::join(pointer, "$schema"),
                words: "names another draft than the document does; write the whole schema in one draft"
                    .to_owned(),
            });
        }
    }

    #[expect(
        clippy::type_complexity,
        reason = "the parts of an edge before its end is known"
    )]
    fn children(&self, id: Id) -> Vec<(&'d Value, String, Option<(&'static Keyword, Slot<'d>)>)> {
        let node = &self.nodes[id];
        let value: &'d Value = node.value;
        let mut found = Vec::new();
        let Some(map) = value.as_object() else {
            return found;
        };
        let only_ref = self.draft.ignores_siblings_of_ref() && map.contains_key("$ref");
        for (name, value) in map {
            let at = pointer::join(&node.pointer, name);
            if keywords::DEFINITIONS.contains(&name.as_str()) {
                found.extend(members(value, &at).map(|(_, schema, at)| (schema, at, None)));
            }
            let keyword = keywords::keyword(self.draft, name).filter(|_| !only_ref);
            if let Some(keyword) = keyword {
                found.extend(
                    held(keyword, value, at)
                        .into_iter()
                        .map(|(slot, schema, at)| (schema, at, Some((keyword, slot)))),
                );
            }
        }
        found
    }

    fn resolve_references(&mut self) {
        let mut next = 0;
        while next < self.nodes.len() {
            for keyword in self.reference_keywords(next) {
                self.resolve(next, keyword);
            }
            next += 1;
        }
    }

    fn reference_keywords(&self, id: Id) -> Vec<&'static Keyword> {
        let map = self.nodes[id].keywords();
        map.into_iter()
            .flat_map(Map::keys)
            .filter_map(|name| keywords::keyword(self.draft, name))
            .filter(|keyword| keyword.holds == Holds::Reference)
            .collect()
    }

    fn resolve(&mut self, id: Id, keyword: &'static Keyword) {
        let node = &self.nodes[id];
        let reference = node.get(keyword.name).and_then(Value::as_str);
        let target =
            self.resources
                .target(reference.unwrap_or_default(), node.resource, keyword.name);
        let resource = node.resource;
        let at = pointer::join(&node.pointer, keyword.name);
        let to = match target {
            Ok(Target::Schema(to)) => Ok(to),
            Ok(Target::Pointer(target)) => self.at(&target, resource),
            Err(words) => Err(words),
        };
        match to {
            Ok(to) => self.link(Some((id, (keyword, Slot::Only))), to),
            Err(words) => self.faults.push(SchemaFault { pointer: at, words }),
        }
    }

    fn at(&mut self, target: &str, resource: usize) -> Result<Id, String> {
        if let Some(&id) = self.by_pointer.get(target) {
            return Ok(id);
        }
        match self.root.pointer(target) {
            Some(value @ (Value::Object(_) | Value::Bool(_))) => {
                Ok(self.add(value, target.to_owned(), resource))
            }
            Some(_) => Err("leads to something that is not a schema".to_owned()),
            None => Err(
                "leads to nothing in this document; mend the pointer or add what it names"
                    .to_owned(),
            ),
        }
    }

    /// All schemas that judge the same value as the one at `from`, itself first, each once.
    pub(super) fn closure(&self, from: Id) -> Vec<Id> {
        let mut seen = BTreeSet::from([from]);
        let mut found = vec![from];
        let mut next = 0;
        while let Some(&id) = found.get(next) {
            found.extend(
                self.nodes[id]
                    .in_place()
                    .map(|edge| edge.to)
                    .filter(|to| seen.insert(*to)),
            );
            next += 1;
        }
        found
    }
}

fn members<'d>(
    value: &'d Value,
    at: &str,
) -> impl Iterator<Item = (&'d str, &'d Value, String)> + use<'d> {
    let at = at.to_owned();
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(move |(key, value)| (key.as_str(), value, pointer::join(&at, key)))
}

/// The schemas that a keyword holds.
fn held<'d>(keyword: &Keyword, value: &'d Value, at: String) -> Vec<(Slot<'d>, &'d Value, String)> {
    let list = |items: &'d [Value]| {
        items
            .iter()
            .enumerate()
            .map(|(index, item)| (Slot::Index(index), item, format!("{at}/{index}")))
            .collect()
    };
    let map = |names_too: bool| {
        members(value, &at)
            .filter(|(_, value, _)| !(names_too && value.is_array()))
            .map(|(key, value, at)| (Slot::Key(key), value, at))
            .collect()
    };
    match (keyword.holds, value) {
        (Holds::Value | Holds::Reference, _) => Vec::new(),
        (Holds::List | Holds::SchemaOrList, Value::Array(items)) => list(items),
        (Holds::Map, _) => map(false),
        (Holds::MapOrNames, _) => map(true),
        (Holds::Schema | Holds::SchemaOrList | Holds::List, _) => vec![(Slot::Only, value, at)],
    }
}

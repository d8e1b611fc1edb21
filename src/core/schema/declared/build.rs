//! Reads from a schema document what it declares about places.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Declared, Ids, Node, OtherMembers, PUBLIC};
use crate::core::schema::{
    SchemaFault,
    document::{Document, Edge, Id, Slot},
    engine,
    keywords::Judges,
    pointer,
};

impl Declared {
    /// What `document` declares.
    ///
    /// # Errors
    /// Each place that is said to be public without a reason.
    pub(in crate::core::schema) fn of(document: &Document<'_>) -> Result<Self, Vec<SchemaFault>> {
        let faults: Vec<_> = document
            .nodes
            .iter()
            .filter(|node| node.get(PUBLIC).is_some_and(|said| reason(said).is_none()))
            .map(|node| no_reason(pointer::join(&node.pointer, PUBLIC)))
            .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut builder = Builder::new(document);
        let root = builder.ids(0);
        let ids: Vec<Id> = builder.new_ids.keys().copied().collect();
        let nodes = ids.into_iter().map(|id| builder.node(id)).collect();
        Ok(Self { nodes, root })
    }
}

fn reason(said: &Value) -> Option<&str> {
    said.as_str().filter(|reason| !reason.trim().is_empty())
}

fn no_reason(pointer: String) -> SchemaFault {
    SchemaFault {
        pointer,
        words: "must be text that says why anybody may read the value, such as \"the token of a public demo\""
            .to_owned(),
    }
}

/// Whether what stands at the end of an edge declares something where its start does, or below.
fn counts(edge: &Edge<'_>) -> bool {
    edge.keyword.name != "not" && edge.keyword.judges != Judges::Names
}

struct Builder<'d> {
    document: &'d Document<'d>,
    /// The schemas that matter, with their numbers in the automaton.
    new_ids: BTreeMap<Id, u32>,
    /// The schemas that matter of those that each applies in place.
    in_place: BTreeMap<Id, Ids>,
}

impl<'d> Builder<'d> {
    fn new(document: &'d Document<'d>) -> Self {
        let mut above: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        let mut waiting = Vec::new();
        for (id, node) in document.nodes.iter().enumerate() {
            if is_secret(document, id) || node.get(PUBLIC).is_some() {
                waiting.push(id);
            }
            for edge in node.edges.iter().filter(|edge| counts(edge)) {
                above.entry(edge.to).or_default().push(id);
            }
        }
        let mut found = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if found.insert(id) {
                waiting.extend(above.get(&id).into_iter().flatten());
            }
        }
        Self {
            document,
            new_ids: found.into_iter().zip(0..).collect(),
            in_place: BTreeMap::new(),
        }
    }

    fn node(&mut self, id: Id) -> Node {
        let document = self.document;
        let node = &document.nodes[id];
        let mut written = Node {
            is_secret: is_secret(document, id),
            public: node.get(PUBLIC).and_then(reason).map(Into::into),
            ..Node::default()
        };
        for edge in node.edges.iter().filter(|edge| counts(edge)) {
            let to = self.ids(edge.to);
            if !to.is_empty() {
                self.add(&mut written, id, edge, to);
            }
        }
        written
    }

    fn add(&self, written: &mut Node, id: Id, edge: &Edge<'_>, to: Ids) {
        match (edge.keyword.judges, edge.slot) {
            (Judges::Member, Slot::Key(key)) => {
                written.members.insert(key.into(), to);
            }
            (Judges::Matching, Slot::Key(text)) => {
                written.matching.extend(
                    engine::check_pattern(text)
                        .ok()
                        .map(|pattern| (pattern, to)),
                );
            }
            (Judges::OtherMembers, _) => {
                let others = self.judges_with(id, edge.keyword.name == "unevaluatedProperties");
                written
                    .other_members
                    .extend(self.other_members(&others, edge, to));
            }
            (Judges::Elements, Slot::Index(index)) => {
                written.elements.insert(index, to);
            }
            (Judges::Elements, _) => {
                let from = match edge.keyword.name {
                    "contains" => Some(0),
                    name => {
                        self.first_element(&self.judges_with(id, name == "unevaluatedItems"), edge)
                    }
                };
                written.other_elements.extend(from.map(|from| (from, to)));
            }
            // What applies in place is part of the schema itself, and keys are no values.
            (Judges::InPlace | Judges::Names | Judges::Member | Judges::Matching, _) => {}
        }
    }

    /// The schemas whose keywords say which children are left: the one at `id`, or with `all` those that it applies in
    /// place too.
    fn judges_with(&self, id: Id, all: bool) -> BTreeSet<Id> {
        if all {
            in_place(self.document, id, |_| true)
        } else {
            BTreeSet::from([id])
        }
    }

    /// The members that are left; `None` if another keyword has them all.
    fn other_members(
        &self,
        others: &BTreeSet<Id>,
        own: &Edge<'_>,
        to: Ids,
    ) -> Option<OtherMembers> {
        let edges = || others.iter().flat_map(|id| &self.document.nodes[*id].edges);
        let keys = |judges: Judges| {
            edges().filter_map(move |edge| match edge.slot {
                Slot::Key(key) if edge.keyword.judges == judges => Some(key),
                _ => None,
            })
        };
        let is_unevaluated = own.keyword.name == "unevaluatedProperties";
        if is_unevaluated && edges().any(|edge| edge.keyword.name == "additionalProperties") {
            return None;
        }
        Some(OtherMembers {
            named: keys(Judges::Member).map(Into::into).collect(),
            patterns: keys(Judges::Matching)
                .filter_map(|text| engine::check_pattern(text).ok())
                .collect(),
            to,
        })
    }

    /// The first element that is left; `None` if another keyword has them all.
    fn first_element(&self, others: &BTreeSet<Id>, own: &Edge<'_>) -> Option<usize> {
        let edges = others.iter().flat_map(|id| &self.document.nodes[*id].edges);
        let mut first = 0;
        for edge in edges.filter(|edge| edge.keyword.judges == Judges::Elements) {
            match edge.slot {
                Slot::Index(index) => first = first.max(index + 1),
                _ if edge.keyword.name == "contains" || edge.keyword.name == own.keyword.name => {}
                // `additionalItems` says something only beside a list of `items`.
                _ if own.keyword.name == "items" => {}
                _ => return None,
            }
        }
        Some(first)
    }

    /// The schema at `id` with all that it applies in place, as far as they matter.
    fn ids(&mut self, id: Id) -> Ids {
        if let Some(known) = self.in_place.get(&id) {
            return known.clone();
        }
        let matter = in_place(self.document, id, |id| self.new_ids.contains_key(&id));
        let found = matter
            .iter()
            .map(|id| self.new_ids[id])
            .collect::<BTreeSet<_>>();
        let found: Ids = found.into_iter().collect();
        self.in_place.insert(id, found.clone());
        found
    }
}

/// The schema at `from` and all that it applies in place, following only those to `keep`.
fn in_place(document: &Document<'_>, from: Id, keep: impl Fn(Id) -> bool) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(id) = waiting.pop() {
        if keep(id) && found.insert(id) {
            let edges = document.nodes[id].in_place().filter(|edge| counts(edge));
            waiting.extend(edges.map(|edge| edge.to));
        }
    }
    found
}

/// Whether a schema itself says that no literal may stand where it judges.
fn is_secret(document: &Document<'_>, id: Id) -> bool {
    let node = &document.nodes[id];
    let is_password = node.get("format").and_then(Value::as_str) == Some("password");
    is_password || node.get("writeOnly") == Some(&Value::Bool(true))
}

//! How the branches of a schema multiply: how often one value of a status is judged, and in how many ways it can be wrong.
use std::collections::{BTreeMap, BTreeSet};

use super::fault;
use crate::core::schema::{
    SchemaFault,
    document::{Document, Edge, Id, Slot},
    keywords::Judges,
};

/// The limit for the status itself, of which there is one.
const MOST_AT_ROOT: u64 = 1_000;
/// Levels of a status that are worked out. Deeper ones are read by no JSON reader here.
const LEVELS: usize = 128;
/// Edges that are looked at to work that out.
const MOST_EDGES: usize = 1_000_000;

/// Something that is counted at each value of a status.
struct Count {
    /// The limit for a value inside a status, of which there are thousands.
    most: u64,
    /// Whether the count goes on where an edge leads.
    follows: fn(&Edge<'_>) -> bool,
    words: &'static str,
    fewer: &'static str,
}

/// How often a value is judged.
const JUDGEMENTS: Count = Count {
    most: 256,
    follows: |_| true,
    words: "judge",
    fewer: "anyOf, oneOf, allOf and $ref",
};

/// By how many schemas a value can be found wrong at once; of the branches of `anyOf` only one tells what it lacks.
const FAULTS: Count = Count {
    most: 48,
    follows: |edge| !matches!(edge.keyword.name, "anyOf" | "oneOf" | "not" | "if"),
    words: "find fault with",
    fewer: "allOf, then, else and $ref",
};

/// What one schema, with all that it applies in place, hands down to the members and elements of a value.
#[derive(Debug, Default)]
struct Descent {
    /// Judgements of the value itself.
    judgements: u64,
    members: Children,
    elements: Children,
    names: Vec<(Id, u64)>,
}

/// The schemas that judge the children of a value, with how often each does.
#[derive(Debug, Default)]
struct Children {
    /// Those that judge every child.
    always: Vec<(Id, u64)>,
    /// Those that judge each child that is not named.
    others: Vec<(Id, u64)>,
    /// For a child that is named: those that judge it, and those of `others` that then do not.
    named: BTreeMap<String, Named>,
}

#[derive(Debug, Default)]
struct Named {
    plus: Vec<(Id, u64)>,
    minus: Vec<(Id, u64)>,
}

/// How often one value may be judged, or the first place where that is too often, or tells too much.
pub(super) fn check(document: &Document<'_>, rank: &[usize]) -> Result<u64, SchemaFault> {
    most(document, rank, &FAULTS)?;
    most(document, rank, &JUDGEMENTS)
}

/// The most that is counted at one place of a status.
fn most(document: &Document<'_>, rank: &[usize], count: &Count) -> Result<u64, SchemaFault> {
    let mut budget = MOST_EDGES;
    let mut descents = BTreeMap::new();
    for start in starts(document) {
        match descent(document, rank, start, count, &mut budget) {
            Some(descent) if descent.judgements <= count.most_at(start, 0) => {
                descents.insert(start, descent);
            }
            _ => return Err(count.too_many(document, start, 0)),
        }
    }
    let mut reached: BTreeMap<Id, u64> = descents
        .iter()
        .map(|(id, descent)| (*id, descent.judgements))
        .collect();
    let mut most = reached.values().copied().fold(1, u64::max);
    for level in 1..=LEVELS {
        let next: BTreeMap<Id, u64> = descents
            .iter()
            .map(|(id, descent)| (*id, descent.most(&reached)))
            .collect();
        let beyond = next
            .iter()
            .find(|(id, most)| **most > count.most_at(**id, level));
        if let Some((id, _)) = beyond {
            return Err(count.too_many(document, *id, level));
        }
        if next == reached {
            break;
        }
        most = next.values().copied().fold(most, u64::max);
        reached = next;
    }
    Ok(most)
}

/// The root, and all schemas that judge a child of what another judges.
fn starts(document: &Document<'_>) -> BTreeSet<Id> {
    let edges = document.nodes.iter().flat_map(|node| &node.edges);
    edges
        .filter(|edge| edge.keyword.judges != Judges::InPlace)
        .map(|edge| edge.to)
        .chain([0])
        .collect()
}

impl Count {
    /// The limit for what lies `level` levels below what the schema `id` judges.
    fn most_at(&self, id: Id, level: usize) -> u64 {
        if id == 0 && level == 0 {
            MOST_AT_ROOT
        } else {
            self.most
        }
    }

    fn too_many(&self, document: &Document<'_>, id: Id, level: usize) -> SchemaFault {
        let what = match level {
            0 => "a value".to_owned(),
            1 => "a member or element of a value".to_owned(),
            _ => format!("what lies {level} levels below a value"),
        };
        let (most, words, fewer) = (self.most_at(id, level), self.words, self.fewer);
        fault(
            &document.nodes[id].pointer,
            format!(
                "could {words} {what} more than {most} times, because its parts multiply; use fewer {fewer} inside each other"
            ),
        )
    }
}

/// All that the schema at `start` hands down; `None` if it is too much to look at.
fn descent(
    document: &Document<'_>,
    rank: &[usize],
    start: Id,
    count: &Count,
    budget: &mut usize,
) -> Option<Descent> {
    let mut descent = Descent::default();
    let mut waiting = BTreeMap::from([(rank[start], (start, 1_u64))]);
    while let Some((_, (id, times))) = waiting.pop_first() {
        let node = &document.nodes[id];
        *budget = budget.checked_sub(node.edges.len() + 1)?;
        descent.judgements = descent.judgements.saturating_add(times);
        for edge in node.in_place().filter(|edge| (count.follows)(edge)) {
            let entry = waiting.entry(rank[edge.to]).or_insert((edge.to, 0));
            entry.1 = entry.1.saturating_add(times);
        }
        descent.members.add(&node.edges, times, is_member);
        descent.elements.add(&node.edges, times, is_element);
        let names = node
            .edges
            .iter()
            .filter(|edge| edge.keyword.judges == Judges::Names);
        descent.names.extend(names.map(|edge| (edge.to, times)));
    }
    Some(descent)
}

fn is_member(edge: &Edge<'_>) -> bool {
    matches!(
        edge.keyword.judges,
        Judges::Member | Judges::Matching | Judges::OtherMembers
    )
}

fn is_element(edge: &Edge<'_>) -> bool {
    edge.keyword.judges == Judges::Elements
}

impl Descent {
    /// The most judgements at one place below, if `reached` says how many each schema comes to.
    fn most(&self, reached: &BTreeMap<Id, u64>) -> u64 {
        let names = self.names.iter().map(|(id, times)| {
            // A key has no members, so what its schema comes to is worked out for it alone.
            reached.get(id).copied().unwrap_or(1).saturating_mul(*times)
        });
        names
            .fold(0, u64::saturating_add)
            .max(self.members.most(reached))
            .max(self.elements.most(reached))
    }
}

impl Children {
    fn add(&mut self, edges: &[Edge<'_>], times: u64, ours: fn(&Edge<'_>) -> bool) {
        let edges: Vec<_> = edges.iter().filter(|edge| ours(edge)).collect();
        let others: Vec<_> = edges
            .iter()
            .filter(|edge| is_for_others(edge))
            .map(|edge| (edge.to, times))
            .collect();
        for edge in edges {
            if let Some(name) = name(edge) {
                let named = self.named.entry(name).or_default();
                named.plus.push((edge.to, times));
                named.minus.extend(&others);
            } else if !is_for_others(edge) {
                self.always.push((edge.to, times));
            }
        }
        self.others.extend(others);
    }

    fn most(&self, reached: &BTreeMap<Id, u64>) -> u64 {
        let total = |parts: &[(Id, u64)]| {
            parts.iter().fold(0, |sum: u64, (id, times)| {
                sum.saturating_add(reached.get(id).copied().unwrap_or(1).saturating_mul(*times))
            })
        };
        let base = total(&self.always).saturating_add(total(&self.others));
        self.named
            .values()
            .map(|named| {
                base.saturating_sub(total(&named.minus))
                    .saturating_add(total(&named.plus))
            })
            .fold(base, u64::max)
    }
}

/// The key or index that an edge is for, where it is for one alone.
fn name(edge: &Edge<'_>) -> Option<String> {
    match (edge.keyword.judges, edge.slot) {
        (Judges::Member, Slot::Key(key)) => Some(key.to_owned()),
        (Judges::Elements, Slot::Index(index)) => Some(index.to_string()),
        _ => None,
    }
}

/// Whether an edge is for the children that its own schema does not name.
fn is_for_others(edge: &Edge<'_>) -> bool {
    let names_one = name(edge).is_some();
    match edge.keyword.judges {
        Judges::OtherMembers => true,
        Judges::Elements => !names_one && edge.keyword.name != "contains",
        _ => false,
    }
}

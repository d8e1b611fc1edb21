//! How the branches of a schema multiply: how often one value of a status is judged, and in how many ways it can be wrong.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fault;
use crate::core::schema::{
    SchemaFault,
    document::{Document, Edge, Id, Node, Slot},
    keywords::{Holds, Judges},
};

/// The limit for the status itself, of which there is one.
const MOST_AT_ROOT: u64 = 1_000;
/// Levels of a status that are worked out. Deeper ones are read by no JSON reader here.
pub(super) const LEVELS: usize = 128;
/// Edges that are looked at to work that out.
const MOST_EDGES: usize = 1_000_000;

/// Something that is counted at each value of a status.
struct Count {
    /// The limit for a value inside a status, of which there are thousands.
    most: u64,
    /// What one schema counts for.
    weight: fn(&Node<'_>) -> u64,
    /// Whether a schema counts again for each `unevaluated…` above it, which has to know whether it holds.
    counts_again: bool,
    /// Whether the count goes on where an edge leads.
    follows: fn(&Edge<'_>) -> bool,
    words: &'static str,
    fewer: &'static str,
}

/// How often a value is judged.
const JUDGEMENTS: Count = Count {
    most: 256,
    weight: |_| 1,
    counts_again: true,
    follows: |_| true,
    words: "judge",
    fewer: "anyOf, oneOf, allOf and $ref",
};

/// By how many schemas a value can be found wrong at once; of the branches of `anyOf` only one tells what it lacks.
const FAULTS: Count = Count {
    most: 48,
    weight: |_| 1,
    counts_again: false,
    follows: tells,
    words: "find fault with",
    fewer: "allOf, then, else and $ref",
};

/// The same with each key that is missing, without a limit: how many faults a status has depends on its size as well.
const ALL_FAULTS: Count = Count {
    most: u64::MAX,
    weight: faults_of_one,
    counts_again: false,
    follows: tells,
    ..FAULTS
};

fn tells(edge: &Edge<'_>) -> bool {
    !matches!(edge.keyword.name, "anyOf" | "oneOf" | "not" | "if")
}

/// How many faults one judgement by a schema alone can find.
fn faults_of_one(node: &Node<'_>) -> u64 {
    let length = |keys: &Value| keys.as_array().map_or(0, Vec::len) as u64;
    let all = |name: &str| {
        let triggers = node.get(name).and_then(Value::as_object);
        let keys = triggers.into_iter().flat_map(Map::values);
        keys.map(length).sum::<u64>()
    };
    let demanded = all("dependentRequired") + all("dependencies");
    // To put each into words, all are looked at.
    1 + node.get("required").map_or(0, length) + demanded * demanded
}

/// What a status can be met with at most.
#[derive(Debug, Clone, Copy)]
pub(in crate::core::schema) struct Most {
    /// How often one value of it is judged.
    pub(in crate::core::schema) judgements: u64,
    /// How many faults the status itself can have.
    faults_at_root: u64,
    /// How many each value in it can have.
    faults_below: u64,
}

impl Most {
    /// How many faults there can be in a status of so many members and elements.
    pub(in crate::core::schema) const fn faults_among(self, items: u64) -> u64 {
        let below = self.faults_below.saturating_mul(items);
        self.faults_at_root.saturating_add(below)
    }
}

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

/// What a status can be met with, or the first place where that is too much.
pub(super) fn check(document: &Document<'_>, rank: &[usize]) -> Result<Most, SchemaFault> {
    most(document, rank, &FAULTS)?;
    let (at_root, below) = most(document, rank, &JUDGEMENTS)?;
    let (faults_at_root, faults_below) = most(document, rank, &ALL_FAULTS)?;
    Ok(Most {
        judgements: at_root.max(below),
        faults_at_root,
        faults_below,
    })
}

/// The most that is counted at the status itself, and at a value in it.
fn most(document: &Document<'_>, rank: &[usize], count: &Count) -> Result<(u64, u64), SchemaFault> {
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
    let (at_root, mut below) = (reached[&0], 0);
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
        below = below.max(next[&0]);
        if next == reached {
            break;
        }
        reached = next;
    }
    Ok((at_root, below))
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

/// How a schema is met on the way down in place.
#[derive(Clone, Copy)]
struct Visit {
    /// How often it judges.
    times: u64,
    /// How often it is asked which members or elements it evaluated, for an `unevaluated…` above it or its own.
    asked: u64,
}

impl Visit {
    const NONE: Self = Self { times: 0, asked: 0 };
    const FIRST: Self = Self { times: 1, asked: 0 };

    /// What the schema at the end of an edge in place gets from this one. Who is asked what it evaluated judges its
    /// branches again, to know which of them hold.
    fn hand_down(self, edge: &Edge<'_>, to: &mut Self) {
        let again = if edge.keyword.holds == Holds::Reference {
            0
        } else {
            self.asked
        };
        to.times = to.times.saturating_add(self.times).saturating_add(again);
        to.asked = to.asked.saturating_add(self.asked);
    }
}

fn is_unevaluated(edge: &Edge<'_>) -> bool {
    matches!(
        edge.keyword.name,
        "unevaluatedProperties" | "unevaluatedItems"
    )
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
    let mut waiting = BTreeMap::from([(rank[start], (start, Visit::FIRST))]);
    while let Some((_, (id, mut visit))) = waiting.pop_first() {
        let node = &document.nodes[id];
        *budget = budget.checked_sub(node.edges.len() + 1)?;
        if count.counts_again && node.edges.iter().any(is_unevaluated) {
            visit.asked = visit.asked.saturating_add(visit.times);
        }
        let times = visit.times;
        let judgements = times.saturating_add(visit.asked);
        let judgements = judgements.saturating_mul((count.weight)(node));
        descent.judgements = descent.judgements.saturating_add(judgements);
        for edge in node.in_place().filter(|edge| (count.follows)(edge)) {
            let entry = waiting.entry(rank[edge.to]);
            visit.hand_down(edge, &mut entry.or_insert((edge.to, Visit::NONE)).1);
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

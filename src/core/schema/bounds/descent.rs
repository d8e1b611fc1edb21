//! What one schema hands down to the members and elements of a value that it judges, and how often.
use std::collections::BTreeMap;

use super::count::Count;
use crate::core::schema::{
    document::{Document, Edge, Id, Slot},
    keywords::{Holds, Judges},
};

/// What one schema, with all that it applies in place, hands down to the members and elements of a value.
#[derive(Debug, Default)]
pub(super) struct Descent {
    /// Judgements of the value itself.
    pub(super) judgements: u64,
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
pub(super) fn descent(
    document: &Document<'_>,
    rank: &[usize],
    start: Id,
    count: &Count<'_>,
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
    pub(super) fn most(&self, reached: &BTreeMap<Id, u64>) -> u64 {
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

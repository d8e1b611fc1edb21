//! Counts something at each value of a status: the most that a schema can make of it, on the way down through all levels.
use std::collections::{BTreeMap, BTreeSet};

use super::descent::descent;
use crate::core::schema::{
    document::{Document, Edge, Id, Node},
    keywords::Judges,
};

/// Levels of a status that are worked out. Deeper ones are read by no JSON reader here.
pub(super) const LEVELS: usize = 128;
/// Edges that are looked at to work that out.
const MOST_EDGES: usize = 1_000_000;

/// Something that is counted at each value of a status.
pub(in crate::core::schema) struct Count<'w> {
    /// The limit for the status itself, of which there is one.
    pub(in crate::core::schema) most_at_root: u64,
    /// The limit for a value inside a status, of which there are thousands.
    pub(in crate::core::schema) most: u64,
    /// What one schema counts for.
    pub(in crate::core::schema) weight: &'w dyn Fn(&Node<'_>) -> u64,
    /// Whether a schema counts again for each `unevaluated…` above it, which has to know whether it holds.
    pub(in crate::core::schema) counts_again: bool,
    /// Whether the count goes on where an edge leads.
    pub(in crate::core::schema) follows: fn(&Edge<'_>) -> bool,
}

/// Where a count is beyond its limit.
pub(in crate::core::schema) struct Beyond {
    /// The schema that judges the value, or one above it.
    pub(in crate::core::schema) id: Id,
    /// How many levels the value lies below what that schema judges.
    level: usize,
}

impl Beyond {
    /// The value, in words.
    pub(in crate::core::schema) fn value(&self) -> String {
        match self.level {
            0 => "a value".to_owned(),
            1 => "a member or element of a value".to_owned(),
            level => format!("what lies {level} levels below a value"),
        }
    }

    /// The limit that it is beyond.
    pub(in crate::core::schema) fn limit(&self, count: &Count<'_>) -> u64 {
        count.most_at(self.id, self.level)
    }
}

impl Count<'_> {
    /// The most that is counted at the status itself, and at a value in it.
    ///
    /// # Errors
    /// The first place that is found beyond the limit.
    pub(in crate::core::schema) fn of(
        &self,
        document: &Document<'_>,
        rank: &[usize],
    ) -> Result<(u64, u64), Beyond> {
        let mut budget = MOST_EDGES;
        let mut descents = BTreeMap::new();
        for start in starts(document) {
            match descent(document, rank, start, self, &mut budget) {
                Some(descent) if descent.judgements <= self.most_at(start, 0) => {
                    descents.insert(start, descent);
                }
                _ => {
                    return Err(Beyond {
                        id: start,
                        level: 0,
                    });
                }
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
                .find(|(id, most)| **most > self.most_at(**id, level));
            if let Some((id, _)) = beyond {
                return Err(Beyond { id: *id, level });
            }
            below = below.max(next[&0]);
            if next == reached {
                break;
            }
            reached = next;
        }
        Ok((at_root, below))
    }

    /// The limit for what lies `level` levels below what the schema `id` judges.
    fn most_at(&self, id: Id, level: usize) -> u64 {
        if id == 0 && level == 0 {
            self.most_at_root
        } else {
            self.most
        }
    }
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

//! How many schemas are at work inside each other, over all levels of a status: each takes room on a thread's stack.
use super::{count::LEVELS, fault};
use crate::core::schema::{SchemaFault, document::Document, keywords::Judges};

/// Schemas inside each other. Each takes up to half a kilobyte, or two without optimization; a thread has 2 MiB.
const MOST_NESTED: usize = 1_000;

/// Checks that no status, however deep, sets too many schemas to work inside each other; `rank` is lower for a schema
/// than for all that it applies in place.
///
/// # Errors
/// A fault at the root.
pub(super) fn check(document: &Document<'_>, rank: &[usize]) -> Result<(), SchemaFault> {
    let mut innermost_first: Vec<usize> = (0..document.nodes.len()).collect();
    innermost_first.sort_by_key(|id| std::cmp::Reverse(rank[*id]));
    // For each schema, the longest way down from a value that it judges, on a status with so many levels.
    let mut ways = vec![0; document.nodes.len()];
    for level in 1..=LEVELS {
        let shallower = ways.clone();
        for id in &innermost_first {
            let edges = document.nodes[*id].edges.iter();
            let below = edges.map(|edge| match edge.keyword.judges {
                Judges::InPlace => ways[edge.to],
                _ => shallower[edge.to],
            });
            ways[*id] = 1 + below.max().unwrap_or(0);
        }
        if ways[0] > MOST_NESTED {
            return Err(too_nested(document, level));
        }
        if ways == shallower {
            break;
        }
    }
    Ok(())
}

fn too_nested(document: &Document<'_>, level: usize) -> SchemaFault {
    fault(
        &document.nodes[0].pointer,
        format!(
            "could set more than {MOST_NESTED} schemas to work inside each other on a status of {level} levels; use fewer anyOf, oneOf, allOf, not and $ref inside each other"
        ),
    )
}

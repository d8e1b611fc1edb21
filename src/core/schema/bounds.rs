//! Limits on a schema, so that no status can make it run long: size, nesting, references, and how branches multiply.
mod branches;
mod count;
mod descent;
mod nesting;
mod size;

use serde_json::Value;

use super::{
    SchemaFault,
    document::{Document, Edge},
    pointer,
};

pub(super) use self::{branches::Most, count::Count, size::check_size};

/// Schemas in one document.
pub(super) const MOST_NODES: usize = 10_000;
/// Values that one `enum` lists.
const LONGEST_ENUM: usize = 1_000;
/// The same with the values inside them.
const LARGEST_ENUM: usize = 4_000;

/// The fault of a document with more than [`MOST_NODES`] schemas.
pub(super) fn too_many_nodes(pointer: &str) -> SchemaFault {
    fault(
        pointer,
        format!(
            "is beyond the limit of {MOST_NODES} schemas in one document; make the schema smaller"
        ),
    )
}

fn fault(pointer: &str, words: String) -> SchemaFault {
    SchemaFault {
        pointer: pointer.to_owned(),
        words,
    }
}

/// Checks what only the graph of a document shows, and gives what a status can be met with at most, and the rank of each
/// schema: lower than that of all that it applies in place.
///
/// # Errors
/// Each `enum` that is too long, each ring of references that makes no progress, or else the place where branches
/// multiply beyond the limit.
pub(super) fn check_graph(document: &Document<'_>) -> Result<(Most, Vec<usize>), Vec<SchemaFault>> {
    let mut faults: Vec<_> = document
        .nodes
        .iter()
        .filter(|node| {
            node.get("enum").is_some_and(is_too_long)
        })
        .map(|node| {
            fault(
                &pointer::join(&node.pointer, "enum"),
                format!("lists more than {LONGEST_ENUM} values, or {LARGEST_ENUM} with those inside them; use a pattern instead"),
            )
        })
        .collect();
    match order_in_place(document) {
        Ok(rank) if faults.is_empty() => nesting::check(document, &rank)
            .and_then(|()| branches::check(document, &rank))
            .map(|most| (most, rank))
            .map_err(|fault| vec![fault]),
        Ok(_) => Err(faults),
        Err(rings) => {
            faults.extend(rings);
            Err(faults)
        }
    }
}

fn is_too_long(listed: &Value) -> bool {
    let mut waiting: Vec<&Value> = listed.as_array().into_iter().flatten().collect();
    let mut left = LARGEST_ENUM;
    if waiting.len() > LONGEST_ENUM {
        return true;
    }
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(map) => waiting.extend(map.values()),
            _ => {}
        }
        if left == 0 {
            return true;
        }
        left -= 1;
    }
    false
}

/// The rank of each schema, lower than that of all that it applies in place.
fn order_in_place(document: &Document<'_>) -> Result<Vec<usize>, Vec<SchemaFault>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let count = document.nodes.len();
    let mut state = vec![State::New; count];
    let mut rank = vec![0; count];
    let mut left = count;
    let mut rings = Vec::new();
    for start in 0..count {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        let mut path = vec![(start, 0)];
        while let Some((id, next)) = path.last_mut() {
            let node = &document.nodes[*id];
            if let Some(edge) = node.in_place().nth(*next) {
                *next += 1;
                match state[edge.to] {
                    State::New => {
                        state[edge.to] = State::Open;
                        path.push((edge.to, 0));
                    }
                    State::Open => rings.push(ring(&node.pointer, edge)),
                    State::Done => {}
                }
            } else {
                left -= 1;
                rank[*id] = left;
                state[*id] = State::Done;
                path.pop();
            }
        }
    }
    if rings.is_empty() {
        Ok(rank)
    } else {
        Err(rings)
    }
}

fn ring(pointer: &str, edge: &Edge<'_>) -> SchemaFault {
    fault(
        &pointer::join(pointer, edge.keyword.name),
        "leads back to itself for the same value, so it says nothing; let it lead to the schema of a member or an element"
            .to_owned(),
    )
}

//! Limits on a schema, so that no status can make it run long: size, nesting, references, and how branches multiply.
mod branches;

use serde_json::Value;

use super::{
    SchemaFault,
    document::{Document, Edge},
    pointer,
};

/// Schemas in one document.
pub(super) const MOST_NODES: usize = 10_000;
/// JSON values in one document.
const MOST_VALUES: usize = 200_000;
/// JSON values inside each other.
const DEEPEST: usize = 96;
/// Values that one `enum` lists.
const LONGEST_ENUM: usize = 1_000;

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

/// Checks the size and nesting of a document, before anything walks it recursively.
///
/// # Errors
/// A fault at the first place beyond a limit.
pub(super) fn check_size(document: &Value) -> Result<(), SchemaFault> {
    let mut values = 0_usize;
    let mut waiting = vec![(document, 1_usize, String::new())];
    while let Some((value, depth, at)) = waiting.pop() {
        values += 1;
        if values > MOST_VALUES {
            return Err(fault(
                &at,
                format!(
                    "is beyond the limit of {MOST_VALUES} values in one schema; make the schema smaller"
                ),
            ));
        }
        if depth > DEEPEST {
            return Err(fault(
                &at,
                format!(
                    "is nested deeper than {DEEPEST} levels; move inner schemas into $defs and refer to them"
                ),
            ));
        }
        match value {
            Value::Array(items) => waiting.extend(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| (item, depth + 1, format!("{at}/{index}"))),
            ),
            Value::Object(map) => waiting.extend(
                map.iter()
                    .map(|(key, item)| (item, depth + 1, pointer::join(&at, key))),
            ),
            _ => {}
        }
    }
    Ok(())
}

/// Checks what only the graph of a document shows, and gives how often one value of a status may be judged.
///
/// # Errors
/// Each `enum` that is too long, each ring of references that makes no progress, or else the place where branches
/// multiply beyond the limit.
pub(super) fn check_graph(document: &Document<'_>) -> Result<u64, Vec<SchemaFault>> {
    let mut faults: Vec<_> = document
        .nodes
        .iter()
        .filter(|node| {
            let values = node.get("enum").and_then(Value::as_array);
            values.is_some_and(|values| values.len() > LONGEST_ENUM)
        })
        .map(|node| {
            fault(
                &pointer::join(&node.pointer, "enum"),
                format!("lists more than {LONGEST_ENUM} values; use a pattern instead"),
            )
        })
        .collect();
    match order_in_place(document) {
        Ok(rank) if faults.is_empty() => {
            branches::check(document, &rank).map_err(|fault| vec![fault])
        }
        Ok(_) => Err(faults),
        Err(rings) => {
            faults.extend(rings);
            Err(faults)
        }
    }
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

//! Limits on a schema, so that no status can make it run long: size, nesting, references, and how branches multiply.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    SchemaFault,
    document::{Document, Edge, Id, Slot},
    keywords::Judges,
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
/// How often one value of a status may be judged, over all branches that lead to it.
const MOST_JUDGEMENTS: u64 = 128;
/// Levels of a status for which that is worked out. Deeper ones are refused by every sane budget.
const LEVELS: usize = 64;
/// Edges that are looked at to work that out.
const MOST_EDGES: usize = 1_000_000;

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
            check_branches(document, &rank).map_err(|fault| vec![fault])
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

/// How often one value may be judged, or the first place where that is too often.
fn check_branches(document: &Document<'_>, rank: &[usize]) -> Result<u64, SchemaFault> {
    let mut budget = MOST_EDGES;
    let mut descents = BTreeMap::new();
    for start in starts(document) {
        match descent(document, rank, start, &mut budget) {
            Some(descent) if descent.judgements <= MOST_JUDGEMENTS => {
                descents.insert(start, descent);
            }
            _ => return Err(too_many(document, start, 0)),
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
        let beyond = next.iter().find(|(_, count)| **count > MOST_JUDGEMENTS);
        if let Some((id, _)) = beyond {
            return Err(too_many(document, *id, level));
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
fn starts(document: &Document<'_>) -> std::collections::BTreeSet<Id> {
    let edges = document.nodes.iter().flat_map(|node| &node.edges);
    edges
        .filter(|edge| edge.keyword.judges != Judges::InPlace)
        .map(|edge| edge.to)
        .chain([0])
        .collect()
}

fn too_many(document: &Document<'_>, id: Id, level: usize) -> SchemaFault {
    let what = match level {
        0 => "a value".to_owned(),
        1 => "a member or element of a value".to_owned(),
        _ => format!("what lies {level} levels below a value"),
    };
    fault(
        &document.nodes[id].pointer,
        format!(
            "would judge {what} more than {MOST_JUDGEMENTS} times, because its branches multiply; use fewer anyOf, oneOf, allOf and $ref inside each other"
        ),
    )
}

/// All that the schema at `start` hands down; `None` if it is too much to look at.
fn descent(
    document: &Document<'_>,
    rank: &[usize],
    start: Id,
    budget: &mut usize,
) -> Option<Descent> {
    let mut descent = Descent::default();
    let mut waiting = BTreeMap::from([(rank[start], (start, 1_u64))]);
    while let Some((_, (id, times))) = waiting.pop_first() {
        let node = &document.nodes[id];
        *budget = budget.checked_sub(node.edges.len() + 1)?;
        descent.judgements = descent.judgements.saturating_add(times);
        for edge in node.in_place() {
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

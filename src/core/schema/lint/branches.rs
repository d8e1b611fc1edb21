//! Parts of a schema that no value can ever meet.
use serde_json::Value;

use super::{super::pointer, Point};
use crate::core::schema::document::{Document, Node, Slot};

const RULE: &str = "lint/dead-branch";

/// Tells the branches and the demands of a schema that can never be met.
pub(super) fn look(graph: &Document<'_>, node: &Node<'_>, points: &mut Vec<Point>) {
    other_types(graph, node, points);
    refused_branches(graph, node, points);
    same_branches(node, points);
    refused_keys(node, points);
}

/// Branches of another type than the schema that they stand in, or than the other branches of `allOf`.
fn other_types(graph: &Document<'_>, node: &Node<'_>, points: &mut Vec<Point>) {
    let mut own = node.types();
    for edge in node.in_place() {
        let branch = &graph.nodes[edge.to];
        if !["anyOf", "oneOf", "allOf"].contains(&edge.keyword.name) {
            continue;
        }
        let Some(of) = branch.types() else {
            continue;
        };
        let is_met = |of: &&str| {
            own.as_ref().is_none_or(|own| {
                own.iter().any(|own| {
                    own == of
                        || matches!((*own, *of), ("number", "integer") | ("integer", "number"))
                })
            })
        };
        if !of.iter().any(is_met) {
            points.push(Point::warning(
                pointer::join(&branch.pointer, "type"),
                RULE,
                "this branch can never match, since the schema around it asks for another type; change or remove it",
            ));
        } else if edge.keyword.name == "allOf" && own.is_none() {
            own = Some(of);
        }
    }
}

/// Branches that are `false`.
fn refused_branches(graph: &Document<'_>, node: &Node<'_>, points: &mut Vec<Point>) {
    for edge in node.in_place() {
        let branch = &graph.nodes[edge.to];
        let is_choice = ["anyOf", "oneOf", "allOf"].contains(&edge.keyword.name);
        if is_choice && branch.value == &Value::Bool(false) {
            points.push(Point::warning(
                branch.pointer.clone(),
                RULE,
                "this branch can never match, since it is false; change or remove it",
            ));
        }
    }
}

/// Branches of `oneOf` of which another one says the same, so that there are never less than two.
fn same_branches(node: &Node<'_>, points: &mut Vec<Point>) {
    let branches = node.get("oneOf").and_then(Value::as_array);
    let branches: Vec<&Value> = branches.into_iter().flatten().collect();
    for (index, branch) in branches.iter().enumerate() {
        if branches[..index].contains(branch) {
            points.push(Point::warning(
                format!("{}/oneOf/{index}", node.pointer),
                RULE,
                "this branch can never match alone, since another one of oneOf says the same; remove one of them, or \
                 write anyOf",
            ));
        }
    }
}

/// Keys that are required and that nothing may stand under, or more of them than there may be.
fn refused_keys(node: &Node<'_>, points: &mut Vec<Point>) {
    let required = node.get("required").and_then(Value::as_array);
    let required: Vec<&str> = required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for edge in &node.edges {
        let Slot::Key(key) = edge.slot else { continue };
        let at = format!("{}/properties/{}", node.pointer, pointer::escape(key));
        let is_false = edge.keyword.name == "properties"
            && node.get("properties").and_then(|all| all.get(key)) == Some(&Value::Bool(false));
        if is_false && required.contains(&key) {
            points.push(Point::warning(
                at,
                RULE,
                "nothing may stand here, and the key is required, so nothing can ever match; change one of the two",
            ));
        }
    }
    let most = node.get("maxProperties").and_then(Value::as_u64);
    if most.is_some_and(|most| (required.len() as u64) > most) {
        points.push(Point::warning(
            pointer::join(&node.pointer, "maxProperties"),
            RULE,
            "is less than the number of keys that are required, so nothing can ever match; raise it",
        ));
    }
}

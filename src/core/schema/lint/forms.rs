//! Types that the keys which Kratix shares with authors never have.
use super::{super::root, Point, Severity, types};
use crate::core::schema::{
    document::{Document, Id, Slot},
    keywords::Judges,
    pointer,
};

/// Tells where a key must have a type that Kratix, and the definition that it installs, never give it. (A root that is
/// no object does not compile.)
pub(super) fn refused(graph: &Document<'_>) -> Vec<Point> {
    let mut points = Vec::new();
    for id in root::certain(graph) {
        for edge in &graph.nodes[id].edges {
            let Slot::Key(key) = edge.slot else { continue };
            if edge.keyword.judges != Judges::Member {
                continue;
            }
            points.extend(match key {
                "message" => other_type(graph, edge.to, "string", "Kratix keeps message a text"),
                "conditions" => {
                    other_type(graph, edge.to, "array", "Kratix keeps conditions a list")
                }
                _ => None,
            });
        }
    }
    points
}

fn other_type(graph: &Document<'_>, id: Id, only: &str, why: &str) -> Option<Point> {
    let node = &graph.nodes[id];
    if root::silenced(graph, id) || types(node.value)?.contains(&only) {
        return None;
    }
    Some(Point {
        pointer: pointer::join(&node.pointer, "type"),
        rule: "lint/kratix-write",
        severity: Severity::Error,
        words: format!("no status is of this type, since {why}; write type: {only}"),
    })
}

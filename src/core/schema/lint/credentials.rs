//! Places where the author of a schema means to keep a credential.
use serde_json::Value;

use super::{super::pointer, Point};
use crate::core::{
    path::Key,
    schema::{
        declared::PUBLIC,
        document::{Document, Node, Slot},
        keywords::Judges,
    },
    secret::keys,
};

/// Tells the keys that sound like one, and the fields that are marked as one.
pub(super) fn look(graph: &Document<'_>, node: &Node<'_>, points: &mut Vec<Point>) {
    named(graph, node, points);
    declared(node, points);
}

/// Keys that say that their value is a credential.
fn named(graph: &Document<'_>, node: &Node<'_>, points: &mut Vec<Point>) {
    for edge in &node.edges {
        let Slot::Key(name) = edge.slot else {
            continue;
        };
        let is_public = graph.nodes[edge.to].get(PUBLIC).is_some();
        if edge.keyword.judges != Judges::Member || is_public || keys::kind_of(name).is_none() {
            continue;
        }
        points.push(Point::warning(
            format!("{}/properties/{}", node.pointer, pointer::escape(name)),
            "lint/credential-key",
            format!(
                "{} sounds like a credential, and a literal in it is refused whatever the schema says; describe the name of \
                 the Secret instead, such as {}SecretName, or say why it is public with x-statusguard-public",
                Key(name), Key(name)
            ),
        ));
    }
}

/// Fields that are marked as secret: nothing literal may stand in them.
fn declared(node: &Node<'_>, points: &mut Vec<Point>) {
    let marks = [
        ("format", Value::from("password")),
        ("writeOnly", Value::from(true)),
    ];
    for (name, _) in marks
        .iter()
        .filter(|(name, mark)| node.get(name) == Some(mark))
    {
        points.push(Point::warning(
            pointer::join(&node.pointer, name),
            "lint/credential-key",
            "marks a secret, so no literal may stand here; describe the name of the Secret that holds it instead, \
             without this mark",
        ));
    }
}

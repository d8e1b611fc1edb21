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

/// Tells the keys that sound like one, but for those of which the schema says so itself, or why they are public.
pub(super) fn look(graph: &Document<'_>, node: &Node<'_>, points: &mut Vec<Point>) {
    for edge in &node.edges {
        let Slot::Key(name) = edge.slot else {
            continue;
        };
        let is_said = is_said(&graph.nodes[edge.to]);
        if edge.keyword.judges != Judges::Member || is_said || keys::kind_of(name).is_none() {
            continue;
        }
        points.push(Point::warning(
            format!("{}/properties/{}", node.pointer, pointer::escape(name)),
            RULE,
            format!(
                "{} sounds like a credential, and a literal in it is refused; describe the name of the Secret instead, such as \
                 {}SecretName, or say that it holds no literal (format: password) or why it is public \
                 (x-statusguard-public)",
                Key(name), Key(name)
            ),
        ));
    }
}

/// The rule of a key that will hold a credential.
pub const RULE: &str = "lint/credential-key";

/// Whether the author of a schema has said of a value that it is secret, or why it is not.
fn is_said(node: &Node<'_>) -> bool {
    let is = |name: &str, mark: &Value| node.get(name) == Some(mark);
    node.get(PUBLIC).is_some()
        || is("format", &Value::from("password"))
        || is("writeOnly", &Value::from(true))
}

//! Types that the keys which Kratix shares with authors never have.
use super::{
    Note, NoteKind,
    document::{Document, Id, Slot},
    keywords::Judges,
    pointer, root,
};

/// Tells where a key must have a type that Kratix, and the definition that it installs, never give it. (A root that is
/// no object does not compile.)
pub(super) fn notes(graph: &Document<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    for id in root::certain(graph) {
        for edge in &graph.nodes[id].edges {
            let Slot::Key(key) = edge.slot else { continue };
            if edge.keyword.judges != Judges::Member {
                continue;
            }
            notes.extend(match key {
                "message" => other_type(graph, edge.to, "string", "Kratix keeps message a text"),
                "conditions" => {
                    other_type(graph, edge.to, "array", "Kratix keeps conditions a list")
                }
                _ => None,
            });
        }
    }
    notes
}

fn other_type(graph: &Document<'_>, id: Id, only: &str, why: &str) -> Option<Note> {
    let node = &graph.nodes[id];
    if root::silenced(graph, id) || node.types()?.contains(&only) {
        return None;
    }
    Some(Note::new(
        pointer::join(&node.pointer, "type"),
        NoteKind::OtherType,
        format!("no status is of this type, since {why}; write type: {only}"),
    ))
}

//! Containers that are still open while a document is being read.
use std::sync::Arc;

use super::{Body, Node, Place, YamlFault, build::Replaced, members::Members};
use crate::core::path::Step;

/// A container that is not closed yet.
pub(super) struct Frame {
    pub(super) place: Place,
    pub(super) anchor: usize,
    pub(super) content: Content,
    pub(super) size: usize,
    pub(super) depth: usize,
}

/// What is in it so far.
pub(super) enum Content {
    List(Vec<Arc<Node>>),
    Map(Members),
}

impl Frame {
    /// Whether the next scalar is a key.
    pub(super) fn expects_key(&self) -> bool {
        matches!(&self.content, Content::Map(members) if members.expects_key())
    }

    /// Takes down how the next key is written, where it is read as another.
    pub(super) fn write_key(&mut self, text: &str) {
        if let Content::Map(members) = &mut self.content {
            members.write_key(text);
        }
    }

    /// The step to what comes next.
    pub(super) fn step(&self) -> Option<Step> {
        match &self.content {
            Content::List(elements) => Some(Step::Index(elements.len())),
            Content::Map(members) => members.pending().map(|key| Step::Key(key.into())),
        }
    }

    pub(super) fn add(
        &mut self,
        node: Arc<Node>,
        at: Place,
        is_merge: bool,
        most: usize,
    ) -> Result<Vec<Replaced>, YamlFault> {
        self.size = self.size.saturating_add(node.size);
        self.depth = self.depth.max(node.depth + 1);
        if self.size > most {
            let words = "this is too large with its aliases written out; make it smaller, or use fewer aliases";
            return Err(YamlFault::new(at, words));
        }
        match &mut self.content {
            Content::List(elements) => {
                elements.push(node);
                Ok(Vec::new())
            }
            Content::Map(members) => members.add(node, at, is_merge),
        }
    }

    pub(super) fn close(self) -> Node {
        let (body, added) = match self.content {
            Content::List(elements) => (Body::List(elements), 0),
            Content::Map(members) => members.close(),
        };
        Node {
            place: self.place,
            body,
            size: self.size.saturating_add(added),
            depth: self.depth,
        }
    }
}

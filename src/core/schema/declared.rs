//! What an author declares about places of a status beside their shape: which hold a secret, and which are public.
//!
//! A place is secret where a schema that may judge it says `format: password` or `writeOnly: true`, and all below it is;
//! it is public where one says why, as `x-statusguard-public`. Which branches hold is not asked, as that depends on the
//! rest of the status; only what stands under `not` says nothing.
mod build;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::engine::Pattern;

/// The keyword that says why a place is public.
pub const PUBLIC: &str = "x-statusguard-public";

/// What a schema declares, as an automaton that is walked in step with a status.
#[derive(Debug, Default)]
pub struct Declared {
    /// The schemas that declare something, or apply others that do.
    nodes: Vec<Node>,
    root: Ids,
}

/// Schemas by their index, each with those that it applies in place, sorted.
type Ids = Box<[u32]>;

#[derive(Debug, Default)]
struct Node {
    is_secret: bool,
    public: Option<Box<str>>,
    members: BTreeMap<Box<str>, Ids>,
    matching: Vec<(Arc<Pattern>, Ids)>,
    other_members: Vec<OtherMembers>,
    elements: BTreeMap<usize, Ids>,
    /// What judges elements from some index on.
    other_elements: Vec<(usize, Ids)>,
}

/// What judges members that are neither named nor match a pattern.
#[derive(Debug)]
struct OtherMembers {
    named: BTreeSet<Box<str>>,
    patterns: Vec<Arc<Pattern>>,
    to: Ids,
}

impl Declared {
    /// Whether nothing is declared at all.
    pub fn is_empty(&self) -> bool {
        self.root.is_empty()
    }

    /// The status itself.
    pub fn root(&self) -> Place<'_> {
        Place::new(self, Cow::Borrowed(&self.root), false)
    }
}

/// A place in a status, as far as it has been walked.
#[derive(Debug, Clone)]
pub struct Place<'d> {
    declared: &'d Declared,
    /// The schemas that may judge the value there.
    at: Cow<'d, [u32]>,
    is_secret: bool,
}

impl<'d> Place<'d> {
    fn new(declared: &'d Declared, at: Cow<'d, [u32]>, is_in_secret: bool) -> Self {
        let is_secret = is_in_secret || at.iter().any(|id| declared.nodes[*id as usize].is_secret);
        Self {
            declared,
            at,
            is_secret,
        }
    }

    /// Whether nothing is declared below here that is not declared here.
    pub fn is_end(&self) -> bool {
        self.at.is_empty()
    }

    /// Whether no literal may stand here, nor anywhere below.
    pub const fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// Why what stands here, but not what stands below, is public; `None` for what is secret, whatever else is said.
    pub fn public_reason(&self) -> Option<&'d str> {
        if self.is_secret {
            return None;
        }
        let mut nodes = self.nodes();
        nodes.find_map(|node| node.public.as_deref())
    }

    /// The member with this key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.step(|node, to| node.member(key, to))
    }

    /// The element with this index.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        self.step(|node, to| node.element(index, to))
    }

    fn nodes(&self) -> impl Iterator<Item = &'d Node> {
        let nodes = &self.declared.nodes;
        self.at.iter().map(|id| &nodes[*id as usize])
    }

    fn step(&self, next: impl Fn(&'d Node, &mut Vec<&'d [u32]>)) -> Self {
        let mut to = Vec::new();
        for node in self.nodes() {
            next(node, &mut to);
        }
        let at = match to.as_slice() {
            [] => Cow::Borrowed(&[][..]),
            [only] => Cow::Borrowed(*only),
            all => {
                let mut all = all.concat();
                all.sort_unstable();
                all.dedup();
                Cow::Owned(all)
            }
        };
        Self::new(self.declared, at, self.is_secret)
    }
}

impl Node {
    fn member<'n>(&'n self, key: &str, to: &mut Vec<&'n [u32]>) {
        to.extend(self.members.get(key).map(AsRef::as_ref));
        let matching = self.matching.iter();
        to.extend(
            matching
                .filter(|(pattern, _)| pattern.matches(key))
                .map(|(_, ids)| ids.as_ref()),
        );
        let others = self.other_members.iter();
        to.extend(
            others
                .filter(|others| others.include(key))
                .map(|others| others.to.as_ref()),
        );
    }

    fn element<'n>(&'n self, index: usize, to: &mut Vec<&'n [u32]>) {
        to.extend(self.elements.get(&index).map(AsRef::as_ref));
        let others = self.other_elements.iter();
        to.extend(
            others
                .filter(|(from, _)| index >= *from)
                .map(|(_, ids)| ids.as_ref()),
        );
    }
}

impl OtherMembers {
    fn include(&self, key: &str) -> bool {
        !self.named.contains(key) && !self.patterns.iter().any(|pattern| pattern.matches(key))
    }
}

//! Where a value of a status stands, and what is said there about it.
use crate::core::{
    path::{Path, Step},
    secret::names::Names,
};

/// A place in a status, linked to the place around it, so that nothing is copied until there is something to tell.
#[derive(Clone, Copy)]
pub(super) struct Spot<'p> {
    around: Option<&'p Self>,
    step: At<'p>,
    names: Names<'p>,
    has_names: bool,
    /// What the object around it calls it, beside its key.
    called: Option<&'p str>,
    pub(super) is_sensitive: bool,
    /// Containers around it.
    pub(super) depth: usize,
}

#[derive(Clone, Copy)]
enum At<'p> {
    Root,
    Key(&'p str),
    Index(usize),
}

impl<'p> Spot<'p> {
    /// The status itself.
    pub(super) const fn root() -> Self {
        Self {
            around: None,
            step: At::Root,
            names: Names::root(""),
            has_names: false,
            called: None,
            is_sensitive: false,
            depth: 0,
        }
    }

    /// The member `key` of what stands here.
    pub(super) const fn member(&'p self, key: &'p str) -> Self {
        Self {
            around: Some(self),
            step: At::Key(key),
            names: self.name(key),
            has_names: true,
            called: None,
            is_sensitive: self.is_sensitive,
            depth: self.depth + 1,
        }
    }

    /// The value of a pair that stands here: the member `key`, which the pair calls `called`.
    pub(super) fn value(
        &'p self,
        key: &'p str,
        called: Option<&'p str>,
        is_sensitive: bool,
    ) -> Self {
        let member = self.member(key);
        Self {
            names: called.map_or(member.names, |called| self.name(called)),
            called,
            is_sensitive: self.is_sensitive || is_sensitive,
            ..member
        }
    }

    /// Element `index` of the list that stands here.
    pub(super) const fn element(&'p self, index: usize) -> Self {
        Self {
            around: Some(self),
            step: At::Index(index),
            called: None,
            depth: self.depth + 1,
            ..*self
        }
    }

    /// The same place, with a name for what stands there.
    pub(super) const fn named(&self, around: &'p Self, called: &'p str) -> Self {
        Self {
            names: around.name(called),
            has_names: true,
            called: Some(called),
            ..*self
        }
    }

    const fn name(&'p self, own: &'p str) -> Names<'p> {
        if self.has_names {
            self.names.below(own)
        } else {
            Names::root(own)
        }
    }

    /// The names that it stands under.
    pub(super) const fn names(&self) -> &Names<'p> {
        &self.names
    }

    /// Its path.
    pub(super) fn path(&self) -> Path {
        let mut steps: Vec<Step> = self
            .outwards()
            .filter_map(|spot| match spot.step {
                At::Root => None,
                At::Key(key) => Some(Step::Key(key.into())),
                At::Index(index) => Some(Step::Index(index)),
            })
            .collect();
        steps.reverse();
        steps.into_iter().collect()
    }

    /// What the objects on the way call it and what it is in, beside the keys of its path.
    pub(super) fn calls(&self) -> Option<Box<str>> {
        let calls: Vec<&str> = self.outwards().filter_map(|spot| spot.called).collect();
        (!calls.is_empty()).then(|| calls.join("\0").into())
    }

    fn outwards(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(*self), |spot| spot.around.copied())
    }
}

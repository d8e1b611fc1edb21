//! Where a value of a status stands, and what is said there about it.
use crate::core::{
    path::{Path, Step},
    schema::declared::Place,
    secret::{
        names::{Names, Says},
        pair::Said,
    },
    status::CONDITIONS,
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
    /// What the schema declares here, if it declares anything here or below.
    declared: Option<&'p Place<'p>>,
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
    /// The status itself, or what stands in its place, with what a schema declares of it.
    pub(super) const fn root(declared: Option<&'p Place<'p>>) -> Self {
        Self {
            around: None,
            step: At::Root,
            names: Names::NONE,
            has_names: false,
            called: None,
            declared,
            is_sensitive: false,
            depth: 0,
        }
    }

    /// The member `key` of what stands here, which says this.
    pub(super) fn member(
        &'p self,
        key: &'p str,
        says: Says,
        declared: Option<&'p Place<'p>>,
    ) -> Self {
        Self {
            around: Some(self),
            step: At::Key(key),
            names: self.below(Names::said(key, says)),
            has_names: true,
            called: None,
            declared,
            is_sensitive: self.is_sensitive,
            depth: self.depth + 1,
        }
    }

    /// The same member, as the value of a pair.
    pub(super) fn paired(&self, around: &'p Self, said: Said<'p>) -> Self {
        Self {
            names: said.name.map_or(self.names, |called| around.name(called)),
            called: said.name,
            is_sensitive: self.is_sensitive || said.is_sensitive,
            ..*self
        }
    }

    /// Element `index` of the list that stands here.
    pub(super) const fn element(&'p self, index: usize, declared: Option<&'p Place<'p>>) -> Self {
        Self {
            around: Some(self),
            step: At::Index(index),
            names: self.names.of_element(),
            called: None,
            declared,
            depth: self.depth + 1,
            ..*self
        }
    }

    /// The same place, with a name for what stands there.
    pub(super) fn named(&self, around: &'p Self, called: &'p str) -> Self {
        Self {
            names: around.name(called),
            has_names: true,
            called: Some(called),
            ..*self
        }
    }

    fn name(&'p self, own: &'p str) -> Names<'p> {
        self.below(Names::root(own).called())
    }

    const fn below(&'p self, own: Names<'p>) -> Names<'p> {
        if self.has_names {
            own.under(&self.names)
        } else {
            own
        }
    }

    /// What the schema declares of a member of what stands here; nothing if it says nothing there and below.
    pub(super) fn declared_of_member(&self, key: &str) -> Option<Place<'p>> {
        says_anything(self.declared?.key(key))
    }

    /// What the schema declares of an element of what stands here.
    pub(super) fn declared_of_element(&self, index: usize) -> Option<Place<'p>> {
        says_anything(self.declared?.item(index))
    }

    /// Whether the conditions of the status stand here.
    pub(super) fn is_conditions(&self) -> bool {
        self.depth == 1 && matches!(self.step, At::Key(CONDITIONS))
    }

    /// What the schema declares here.
    pub(super) const fn declared(&self) -> Option<&'p Place<'p>> {
        self.declared
    }

    /// Whether the schema allows no literal here.
    pub(super) fn is_declared_secret(&self) -> bool {
        self.declared.is_some_and(Place::is_secret)
    }

    /// Whether the schema says why what stands here is public.
    pub(super) fn is_declared_public(&self) -> bool {
        self.declared
            .is_some_and(|place| place.public_reason().is_some())
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

    /// About how many bytes its path and what it is called take.
    pub(super) fn length(&self) -> usize {
        let length = |spot: Self| {
            let key = match spot.step {
                At::Key(key) => key.len(),
                At::Root | At::Index(_) => 0,
            };
            key + spot.called.map_or(0, str::len) + size_of::<Step>()
        };
        self.outwards().map(length).sum()
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

fn says_anything(place: Place<'_>) -> Option<Place<'_>> {
    (place.is_secret() || !place.is_end()).then_some(place)
}

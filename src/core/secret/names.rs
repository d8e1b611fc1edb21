//! The keys above a value, which say what it is.
use super::{glance::Glance, judge, keys::Reading, known, vendor};

/// The names that a value stands under, nearest first: its own key (of an `env`-style pair, the name in the pair), then
/// those of the maps and lists around it. An index of a list is no name, and of a long name there is only the end.
///
/// Each name is read once, for all that stands under it.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    own: &'a str,
    says: Says,
    above: Option<&'a Self>,
    /// Whether what stands under these names is an element of a list.
    is_of_element: bool,
    /// Whether the nearest name is no key, but what the object around a value calls it.
    is_called: bool,
}

/// What a name says.
#[derive(Clone, Copy)]
pub(super) struct Says {
    reading: Reading,
    names_vendor: bool,
    /// Whether it is known that the name is no secret itself.
    is_harmless: bool,
}

impl Says {
    /// What no name says.
    const NOTHING: Self = Self {
        reading: Reading::NOTHING,
        names_vendor: false,
        is_harmless: false,
    };

    /// What `name` says.
    pub(super) fn of(name: &str) -> Self {
        let name = tail(name);
        Self {
            reading: Reading::of(name),
            names_vendor: Glance::of(name).has_keyword && vendor::is_named_in(name),
            is_harmless: false,
        }
    }

    /// The same, and whether the name is a secret itself.
    pub(super) fn in_full(name: &str) -> Self {
        Self {
            is_harmless: judge::key(name).is_none(),
            ..Self::of(name)
        }
    }

    /// What `name` says of a value by its words, and not whose it may be.
    fn of_words(name: &str) -> Self {
        Self {
            reading: Reading::of(name),
            ..Self::NOTHING
        }
    }

    /// Whether it is known that the name is no secret itself.
    pub(super) const fn is_harmless(self) -> bool {
        self.is_harmless
    }

    /// The same of a name that is no secret itself.
    pub(super) const fn harmless(self) -> Self {
        Self {
            is_harmless: true,
            ..self
        }
    }
}

impl<'a> Names<'a> {
    /// The names of what stands under none.
    pub(super) const NONE: Self = Self {
        own: "",
        says: Says::NOTHING,
        above: None,
        is_of_element: false,
        is_called: false,
    };

    /// The names of a member `own` of the root.
    pub fn root(own: &'a str) -> Self {
        let own = tail(own);
        let known = known::find(own).map(|known| known.says);
        Self::said(own, known.unwrap_or_else(|| Says::of(own)))
    }

    /// The name of a value inside a text, which is asked for nothing but what its words say.
    pub(super) fn in_text(own: &'a str) -> Self {
        let own = tail(own);
        Self::said(own, Says::of_words(own))
    }

    /// The names of a member `own` of the root, which says this.
    pub(super) const fn said(own: &'a str, says: Says) -> Self {
        Self {
            own: tail(own),
            says,
            above: None,
            is_of_element: false,
            is_called: false,
        }
    }

    /// The same, of an element of the list that is called so.
    pub(super) const fn of_element(self) -> Self {
        Self {
            is_of_element: true,
            ..self
        }
    }

    /// The same, where the nearest name is no key.
    pub(super) const fn called(self) -> Self {
        Self {
            is_called: true,
            ..self
        }
    }

    /// Whether what stands under these names is an element of a list.
    pub(super) const fn is_of_element(&self) -> bool {
        self.is_of_element
    }

    /// Whether the nearest name is no key, but what the object around a value calls it.
    pub(super) const fn is_called(&self) -> bool {
        self.is_called
    }

    /// The names of a member of these names of what stands under `above`.
    #[must_use]
    pub(super) const fn under(self, above: &'a Self) -> Self {
        Self {
            above: Some(above),
            ..self
        }
    }

    /// The names of a member `own` of what stands under these.
    #[must_use]
    pub fn below(&'a self, own: &'a str) -> Self {
        Self::root(own).under(self)
    }

    /// Whether there are none.
    pub(super) const fn is_none(&self) -> bool {
        self.own.is_empty() && self.above.is_none()
    }

    /// The nearest name.
    pub const fn own(&self) -> &'a str {
        self.own
    }

    /// What the nearest name says.
    pub(super) const fn reading(&self) -> Reading {
        self.says.reading
    }

    /// Whether it is known that the nearest name is no secret itself.
    pub(super) const fn is_harmless(&self) -> bool {
        self.says.is_harmless()
    }

    /// Whether the nearest name holds that of a vendor.
    pub(super) const fn names_vendor(&self) -> bool {
        self.says.names_vendor
    }

    /// All names, nearest first.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.outwards().map(|names| names.own)
    }

    /// These names, then those without the nearest, and so on.
    pub(super) fn outwards(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |names| names.above)
    }
}

/// How much of a name is kept, in bytes: what a name says it says at its end, and every value below it is told.
const LONGEST: usize = 128;

/// The end of a name.
const fn tail(name: &str) -> &str {
    let Some(mut start) = name.len().checked_sub(LONGEST) else {
        return name;
    };
    while !name.is_char_boundary(start) {
        start += 1;
    }
    name.split_at(start).1
}

// By hand, as a key may be a secret itself.
impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn the_nearest_name_comes_first() {
        let outer = Names::root("database");
        let names = outer.below("admin");
        assert_eq!(names.own(), "admin");
        assert_eq!(names.iter().collect::<Vec<_>>(), ["admin", "database"]);
    }

    #[test]
    fn of_a_long_name_there_is_the_end() {
        let name = "\u{e9}".repeat(100) + "_password";
        let own = Names::root(&name).own();
        assert!(own.ends_with("\u{e9}_password") && own.len() < 129, "{own}");
    }
}

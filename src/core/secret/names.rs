//! The keys above a value, which say what it is.
use super::{glance::Glance, keys::Reading, known};

/// The names that a value stands under, nearest first: its own key (of an `env`-style pair, the name in the pair), then
/// those of the maps and lists around it. An index of a list is no name, and of a long name there is only the end.
///
/// Each name is read once, for all that stands under it.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    own: &'a str,
    reading: Reading,
    may_name_vendor: bool,
    above: Option<&'a Self>,
}

impl<'a> Names<'a> {
    /// The names of what stands under none.
    pub(super) const NONE: Self = Self {
        own: "",
        reading: Reading::NOTHING,
        may_name_vendor: false,
        above: None,
    };

    /// The names of a member `own` of the root.
    pub fn root(own: &'a str) -> Self {
        let own = tail(own);
        let (reading, glance) = known::find(own).map_or_else(
            || (Reading::of(own), Glance::at(own)),
            |known| (known.reading, known.glance),
        );
        Self {
            own,
            reading,
            may_name_vendor: glance.has_keyword,
            above: None,
        }
    }

    /// The names of a member `own` of what stands under these.
    #[must_use]
    pub fn below(&'a self, own: &'a str) -> Self {
        Self {
            above: Some(self),
            ..Self::root(own)
        }
    }

    /// The nearest name.
    pub const fn own(&self) -> &'a str {
        self.own
    }

    /// What the nearest name says.
    pub(super) const fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether the nearest name may be that of a vendor.
    pub(super) const fn may_name_vendor(&self) -> bool {
        self.may_name_vendor
    }

    /// All names, nearest first.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.outwards().map(|names| names.own)
    }

    /// These names, then those without the nearest, and so on.
    pub(super) fn outwards(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(*self), |names| names.above.copied())
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

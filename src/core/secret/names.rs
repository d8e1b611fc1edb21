//! The keys above a value, which say what it is.

/// The names that a value stands under, nearest first: its own key (of an `env`-style pair, the name in the pair), then
/// those of the maps and lists around it. An index of a list is no name, and of a long name there is only the end.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    own: &'a str,
    above: Option<&'a Self>,
}

impl<'a> Names<'a> {
    /// The names of a member `own` of the root.
    pub const fn root(own: &'a str) -> Self {
        Self {
            own: tail(own),
            above: None,
        }
    }

    /// The names of a member `own` of what stands under these.
    #[must_use]
    pub const fn below(&'a self, own: &'a str) -> Self {
        Self {
            own: tail(own),
            above: Some(self),
        }
    }

    /// The nearest name.
    pub const fn own(&self) -> &'a str {
        self.own
    }

    /// All names, nearest first.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        std::iter::successors(Some(*self), |names| names.above.copied()).map(|names| names.own)
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

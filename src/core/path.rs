//! The place of a fault in a status: how it is kept, and how it is printed.
use std::{
    cmp::Ordering,
    collections::BTreeSet,
    fmt::{self, Write as _},
    hash::{Hash, Hasher},
    sync::Arc,
};

use crate::core::secret;

pub mod pattern;

/// One step down from a container.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A member of an object.
    Key(Box<str>),
    /// An element of a list, counted from 0.
    Index(usize),
}

/// A place in a status, from its root.
///
/// Prints as `status.nodes[0].port`. A key outside `[A-Za-z_][A-Za-z0-9_-]*` prints as `["…"]`, as a JSON string does,
/// with each control and bidirectional character as `\uXXXX`; a key of more than 64 characters is cut at 63 and `…`;
/// one that looks like a secret itself prints as `["<secret>"]`, or `["<secret 2>"]` where [`Masks`] number it.
#[derive(Clone, Default)]
pub struct Path {
    steps: Vec<Step>,
    masks: Option<Masks>,
}

// By hand, as how a path is shown is no part of where it leads.
impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl Eq for Path {}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> Ordering {
        self.steps.cmp(&other.steps)
    }
}

impl Hash for Path {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.steps.hash(state);
    }
}

/// The keys that are masked in several paths, which tell each other's keys: what a finding calls a secret is masked in
/// all. Where there is more than one each has a number, its place in the order of their bytes, so that no two print
/// alike.
#[derive(Clone)]
pub struct Masks {
    /// Sorted.
    keys: Arc<[Box<str>]>,
    is_numbered: bool,
}

impl Masks {
    /// Those of `paths`, and the `secrets`; none if there is nothing that a path does not know by itself.
    pub fn of<'a>(
        paths: impl Iterator<Item = &'a Path>,
        secrets: impl Iterator<Item = &'a str>,
    ) -> Option<Self> {
        let secrets: BTreeSet<Box<str>> = secrets.map(Into::into).collect();
        let has_secrets = !secrets.is_empty();
        let masked: BTreeSet<Box<str>> = paths
            .flat_map(|path| {
                let keys = path.keys().filter(|(at, key)| path.is_masked(*at, key));
                keys.map(|(_, key)| key.into())
            })
            .chain(secrets)
            .collect();
        (has_secrets || masked.len() > 1).then(|| Self {
            is_numbered: masked.len() > 1,
            keys: masked.into_iter().collect(),
        })
    }

    /// These keys, all printed alike.
    pub fn alike(keys: BTreeSet<Box<str>>) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            is_numbered: false,
        }
    }

    fn holds(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.is_numbered.then(|| Some(self.place(key)? + 1))?
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.keys
            .binary_search_by(|masked| (**masked).cmp(key))
            .ok()
    }
}

impl Path {
    /// The status itself.
    pub const fn root() -> Self {
        Self {
            steps: Vec::new(),
            masks: None,
        }
    }

    /// The path of the member `key` of the object at this path.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// The path of element `index` of the list at this path.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// This path and one step more.
    #[must_use]
    pub fn with(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.steps.len() + 1);
        steps.extend_from_slice(&self.steps);
        steps.push(step);
        Self {
            steps,
            masks: self.masks.clone(),
        }
    }

    /// Prints masked keys with their numbers from now on.
    pub fn number(&mut self, masks: &Masks) {
        self.masks = Some(masks.clone());
    }

    /// Prints those keys masked that the other path masks.
    pub fn mask_as(&mut self, other: &Self) {
        self.masks.clone_from(&other.masks);
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps from the root, to change.
    pub fn steps_mut(&mut self) -> &mut Vec<Step> {
        &mut self.steps
    }

    /// Whether this is the status itself.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether this is `other` or lies below it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.steps.starts_with(&other.steps)
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<T: IntoIterator<Item = Step>>(steps: T) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            masks: None,
        }
    }
}

/// As it prints, so that a key that looks like a secret is masked here too.
impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => fmt::Display::fmt(&Key(key), formatter),
            Self::Index(index) => fmt::Display::fmt(index, formatter),
        }
    }
}

/// As it prints, so that a key that looks like a secret is masked here too.
impl fmt::Debug for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("status")?;
        self.fmt_below(0, formatter)
    }
}

impl Path {
    /// The keys among the steps, and which steps they are.
    fn keys(&self) -> impl DoubleEndedIterator<Item = (usize, &str)> {
        let steps = self.steps.iter().enumerate();
        steps.filter_map(|(at, step)| match step {
            Step::Key(key) => Some((at, &**key)),
            Step::Index(_) => None,
        })
    }

    /// The steps from number `first` on as they print, masked by what stands above them too.
    pub fn below(&self, first: usize) -> String {
        struct Below<'p>(&'p Path, usize);
        impl fmt::Display for Below<'_> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt_below(self.1, formatter)
            }
        }
        Below(self, first)
            .to_string()
            .trim_start_matches('.')
            .to_owned()
    }

    /// The path as it prints for many statuses: an index is `[*]`, and no masked key has a number, as those of another
    /// status are others.
    pub fn general(&self) -> String {
        let mut shown = "status".to_owned();
        for (at, step) in self.steps.iter().enumerate() {
            match step {
                Step::Index(_) => shown.push_str("[*]"),
                Step::Key(key) if self.is_masked(at, key) => {
                    let _ = write!(shown, "[{MASKED}]");
                }
                Step::Key(key) => {
                    let _ = write!(shown, "{}", Member(key));
                }
            }
        }
        shown
    }

    fn fmt_below(&self, first: usize, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = self.steps.iter().enumerate().skip(first);
        steps.try_for_each(|(at, step)| match step {
            Step::Index(index) => write!(formatter, "[{index}]"),
            Step::Key(key) => self.fmt_key(at, key, formatter),
        })
    }

    /// Whether the last step is a key that looks like a secret where it stands.
    pub fn ends_masked(&self) -> bool {
        let last = self.steps.len().saturating_sub(1);
        matches!(self.steps.last(), Some(Step::Key(key)) if self.is_masked(last, key))
    }

    /// Whether the key of step `at` looks like a secret where it stands.
    fn is_masked(&self, at: usize, key: &str) -> bool {
        if self.masks.as_ref().is_some_and(|masks| masks.holds(key)) {
            return true;
        }
        let above = self.keys().rev().skip_while(|(above, _)| *above >= at);
        secret::looks_secret_below(key, above.map(|(_, key)| key))
    }

    /// How the key of a step is printed where it stands alone, masked as it is in the path.
    pub fn shown_key(&self, key: &str) -> String {
        let mut steps = self.keys().rev().filter(|(_, step)| *step == key);
        if steps.any(|(at, key)| self.is_masked(at, key)) {
            return MASKED.to_owned();
        }
        Key(key).to_string()
    }

    fn fmt_key(&self, at: usize, key: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_masked(at, key) {
            return match self.masks.as_ref().and_then(|masks| masks.number(key)) {
                Some(number) => write!(formatter, "[\"<secret {number}>\"]"),
                None => formatter.write_str("[\"<secret>\"]"),
            };
        }
        write!(formatter, "{}", Member(key))
    }
}

/// A key that is not masked, behind what it is a member of.
struct Member<'a>(&'a str);

impl fmt::Display for Member<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain(self.0) && self.0.len() <= LONGEST {
            write!(formatter, ".{}", self.0)
        } else {
            write!(formatter, "[{}]", QuotedKey(self.0))
        }
    }
}

/// What is printed for a key that looks like a secret.
const MASKED: &str = "\"<secret>\"";
/// Characters of a key that are printed before it is cut.
const LONGEST: usize = 64;

/// A key of a status in running text: plain if it can be read as one word, else quoted, escaped, cut and masked as in
/// a [`Path`].
pub struct Key<'a>(pub &'a str);

impl fmt::Display for Key<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain(self.0) && self.0.len() <= LONGEST && !secret::looks_secret(self.0) {
            formatter.write_str(self.0)
        } else {
            QuotedKey(self.0).fmt(formatter)
        }
    }
}

struct QuotedKey<'a>(&'a str);

impl fmt::Display for QuotedKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if secret::looks_secret(self.0) {
            return formatter.write_str(MASKED);
        }
        let is_cut = self.0.chars().nth(LONGEST).is_some();
        let shown = if is_cut { LONGEST - 1 } else { LONGEST };
        formatter.write_str("\"")?;
        self.0
            .chars()
            .take(shown)
            .try_for_each(|character| write_escaped(formatter, character))?;
        formatter.write_str(if is_cut { "…\"" } else { "\"" })
    }
}

fn is_plain(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn write_escaped(formatter: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    match character {
        '"' => formatter.write_str("\\\""),
        '\\' => formatter.write_str("\\\\"),
        _ => write_plain(formatter, character),
    }
}

/// Writes a character of running text; one that changes how the text around it is shown as `\uXXXX`.
///
/// # Errors
/// Those of `target`.
pub(crate) fn write_plain(target: &mut impl fmt::Write, character: char) -> fmt::Result {
    match character {
        _ if character.is_control() || is_invisible(character) => {
            let mut units = [0; 2];
            character
                .encode_utf16(&mut units)
                .iter()
                .try_for_each(|unit| write!(target, "\\u{unit:04x}"))
        }
        _ => target.write_char(character),
    }
}

/// Characters that change how the text around them is shown: bidirectional marks, line separators, and those without
/// any width.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use std::iter::{empty, once};

    use super::{Masks, Path};

    #[test]
    fn prints_as_people_write_it() {
        assert_eq!(Path::root().to_string(), "status");
        assert_eq!(
            Path::root().key("nodes").index(0).key("port-a").to_string(),
            "status.nodes[0].port-a"
        );
    }

    #[test]
    fn keys_that_are_masked_print_alike_only_where_they_are_the_same() {
        let keys = ["B9c8D7e6F5a4B3c2", "A1b2C3d4E5f6A7b8", "plain"];
        let mut paths = keys.map(|key| Path::root().key(key).key("x"));
        assert!(Masks::of(paths[1..].iter(), empty()).is_none());
        let shown = |paths: &[Path; 3]| paths.each_ref().map(ToString::to_string);
        let masked = r#"status["<secret>"].x"#;
        assert_eq!(shown(&paths), [masked, masked, "status.plain.x"]);
        let masks = Masks::of(paths.iter(), empty()).unwrap();
        for path in &mut paths {
            path.number(&masks);
        }
        let (first, second) = (r#"status["<secret 1>"].x"#, r#"status["<secret 2>"].x"#);
        assert_eq!(shown(&paths), [second, first, "status.plain.x"]);
    }

    #[test]
    fn what_one_finding_calls_a_secret_is_masked_in_all() {
        let mut path = Path::root().key("value").key("hunter2").key("x");
        let masks = Masks::of(once(&path), once("hunter2")).unwrap();
        path.number(&masks);
        assert_eq!(path.to_string(), r#"status.value["<secret>"].x"#);
    }

    #[test]
    fn a_part_is_masked_by_what_stands_above_it_too() {
        let path = Path::root()
            .key("a")
            .key("password")
            .key("zebra7Kx")
            .key("b");
        assert_eq!(path.below(2), r#"["<secret>"].b"#);
        assert_eq!(path.below(3), "b");
        assert_eq!(path.below(4), "");
    }

    #[test]
    fn indexes_and_numbers_of_masks_do_not_count_in_general() {
        let path = Path::root()
            .key("nodes")
            .index(3)
            .key("odd key")
            .index(0)
            .key("a");
        assert_eq!(path.general(), r#"status.nodes[*]["odd key"][*].a"#);
        assert_eq!(Path::root().general(), "status");
        let below = Path::root().key("password").index(0).index(1);
        assert_eq!(
            below.key("zebra7Kx").general(),
            r#"status.password[*][*]["<secret>"]"#
        );
        let mut path = Path::root().key("value").index(0).key("hunter2").key("x");
        path.number(&Masks::of(empty(), ["hunter2", "other"].into_iter()).unwrap());
        assert_eq!(path.general(), r#"status.value[*]["<secret>"].x"#);
    }

    #[test]
    fn odd_keys_are_quoted_escaped_and_cut() {
        let shown = |key: &str| Path::root().key(key).to_string();
        assert_eq!(shown("a.b"), r#"status["a.b"]"#);
        assert_eq!(shown(""), r#"status[""]"#);
        assert_eq!(shown("1a"), r#"status["1a"]"#);
        assert_eq!(
            shown("a\"\\\n\u{1b}\u{202e}"),
            r#"status["a\"\\\u000a\u001b\u202e"]"#
        );
        assert_eq!(shown("\u{e0041}"), r#"status["\udb40\udc41"]"#);
        assert_eq!(
            shown(&"é".repeat(64)),
            format!("status[\"{}\"]", "é".repeat(64))
        );
        assert_eq!(
            shown(&"é".repeat(65)),
            format!("status[\"{}…\"]", "é".repeat(63))
        );
    }
}

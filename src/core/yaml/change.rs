//! What Kratix's reader of YAML makes of a text without a word although its author may have meant something else.
use std::fmt;

use super::Place;
use crate::core::path::{Key, Path};

/// A place of a text that means something else to Kratix than to most of its readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where in the text.
    pub place: Place,
    /// Where in the document.
    pub path: Path,
    /// What happens there. It prints as what to know and what to do, in one line.
    pub kind: ChangeKind,
}

/// What happens to what was written.
#[derive(Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// An unquoted word becomes true or false.
    Boolean,
    /// A number in another base, or with `_` in it.
    Number,
    /// A number of more digits than are kept.
    Digits,
    /// A number that is too large for one becomes text.
    TooLarge,
    /// An unquoted key becomes another one.
    Key {
        /// As it stands in the text.
        written: String,
        /// What it becomes.
        read: String,
    },
    /// A key is given again at this line.
    Twice(u64),
    /// `<<` at this line replaces a key that stands before it.
    Merged(u64),
    /// A tag that means nothing.
    Tag,
    /// Documents after the first.
    SecondDocument,
}

impl ChangeKind {
    /// What to know and what to do, in one line, where this program reads the text.
    pub fn read_by(&self, reader: &str) -> String {
        match self {
            Self::Boolean => format!(
                "{reader} reads this unquoted word as true or false, not as text; put it in quotes if it is text, else \
                 write true or false"
            ),
            Self::Number => format!(
                "{reader} reads this as another number than it looks like (octal, hexadecimal, binary, or with _ or a \
                 leading zero); write it in plain decimal, or put it in quotes if it is text"
            ),
            Self::Digits => format!(
                "this number has more digits than {reader} keeps, so another one is stored; put it in quotes"
            ),
            Self::TooLarge => format!(
                "too large for a number, so {reader} reads it as text; put it in quotes if that is meant"
            ),
            Self::Tag => format!("{reader} ignores this tag (the word after !); leave it out"),
            Self::SecondDocument => format!(
                "a second document begins here, and {reader} reads only the first; join the two, or remove one"
            ),
            // A word of YAML tells nothing; a number may be a secret by where it stands.
            Self::Key { written, read } if matches!(read.as_str(), "true" | "false") => format!(
                "{reader} reads the unquoted key {} as {read}, a boolean of YAML 1.1; put it in quotes",
                Key(written)
            ),
            Self::Key { .. } => format!(
                "{reader} reads this unquoted key as another one than it looks like; put it in quotes"
            ),
            Self::Twice(line) => format!(
                "the same key is given again at line {line}, and {reader} keeps only the last; keep one of them"
            ),
            Self::Merged(line) => format!(
                "<< at line {line} replaces this key, since for {reader} the last one wins; put << before it"
            ),
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.read_by("Kratix"))
    }
}

// By hand, as a key may be a secret itself.
impl fmt::Debug for ChangeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

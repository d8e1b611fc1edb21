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
    /// An unquoted key becomes this one.
    Key(String),
    /// A key is given again at this line.
    Twice(u64),
    /// `<<` at this line replaces a key that stands before it.
    Merged(u64),
    /// A tag that means nothing.
    Tag,
    /// Documents after the first.
    SecondDocument,
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Boolean => {
                "Kratix reads this unquoted word as true or false, not as text; put it in quotes if it is text, \
                 else write true or false"
            }
            Self::Number => {
                "Kratix reads this as another number than it looks like (octal, hexadecimal, binary, or with _ or a \
                 leading zero); write it in plain decimal, or put it in quotes if it is text"
            }
            Self::Digits => {
                "this number has more digits than Kratix keeps, so another one is stored; put it in quotes"
            }
            Self::TooLarge => {
                "too large for a number, so Kratix reads it as text; put it in quotes if that is meant"
            }
            Self::Tag => "Kratix ignores this tag (the word after !); leave it out",
            Self::SecondDocument => {
                "a second document begins here, and Kratix reads only the first; join the two, or remove one"
            }
            Self::Key(key) => {
                let key = Key(key);
                return write!(
                    formatter,
                    "Kratix reads this unquoted key as {key}; put it in quotes"
                );
            }
            Self::Twice(line) => {
                return write!(
                    formatter,
                    "the same key is given again at line {line}, and Kratix keeps only the last; keep one of them"
                );
            }
            Self::Merged(line) => {
                return write!(
                    formatter,
                    "<< at line {line} replaces this key, since for Kratix the last one wins; put << before it"
                );
            }
        };
        formatter.write_str(words)
    }
}

// By hand, as a key may be a secret itself.
impl fmt::Debug for ChangeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

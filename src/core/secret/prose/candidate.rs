//! The value that a word announces.
use std::ops::Range;

use super::{
    Reading,
    belief::confidence,
    gap, head,
    look::{Look, look},
    marker::Marker,
    written::read,
};
use crate::core::secret::{
    assign::is_checksum,
    harmless::placeholder,
    hit::Confidence,
    keys::{self, Kind},
};

/// A credential in a text.
pub(super) struct Found {
    pub(super) confidence: Confidence,
    pub(super) span: Range<usize>,
    pub(super) what: &'static str,
}

/// The credential that `marker` announces, of this kind.
///
/// A value that is longer than so many bytes is none.
pub(super) fn after(text: &str, marker: &Marker, kind: Kind, longest: usize) -> Reading {
    let nothing = |passed, read| Reading {
        found: None,
        passed,
        read,
    };
    let Some(gap) = gap::behind(text, marker) else {
        return nothing(marker.end, 0);
    };
    let Some(written) = read(text, gap, marker.form, longest) else {
        let tried = head(&text[gap.at..], longest);
        let word = tried.find(char::is_whitespace).unwrap_or(tried.len());
        return nothing(gap.at, word);
    };
    let word = &text[written.span.clone()];
    if is_checksum(text.as_bytes(), marker.start, word) {
        return nothing(written.passed, written.span.len());
    }
    let found = confidence(text, &written, kind, gap, marker).map(|confidence| Found {
        confidence,
        span: written.span.clone(),
        what: kind.what(),
    });
    // What stands in quotes behind a marker was the value, and no place for another marker.
    let passed = if written.is_quoted {
        written.passed
    } else {
        written.span.start
    };
    Reading {
        found,
        passed,
        read: written.span.len(),
    }
}

/// The password before "as": "use … as the password".
pub(super) fn before(text: &str, marker: &Marker) -> Option<Found> {
    let behind = text[marker.end..].trim_start();
    let behind = ["the ", "your ", "a ", "its ", "initial "]
        .iter()
        .fold(behind, |rest, word| rest.strip_prefix(word).unwrap_or(rest));
    let word = behind
        .find(|character: char| !character.is_alphanumeric())
        .map_or(behind, |end| &behind[..end]);
    keys::kind_of(word).filter(|kind| *kind == Kind::Password)?;
    let written = text[..marker.start].trim_end_matches(['"', '\'', '`', '*']);
    let start = written
        .rfind(|character: char| character.is_whitespace() || "\"'`*".contains(character))
        .map_or(0, |at| at + 1);
    let word = text.get(start..written.len())?;
    let is_credible =
        matches!(look(word), Look::Drawn | Look::Numbered) && !placeholder::says_so(word);
    is_credible.then(|| Found {
        confidence: Confidence::Medium,
        span: start..written.len(),
        what: Kind::Password.what(),
    })
}

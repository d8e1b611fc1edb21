//! The value that a word announces.
use std::ops::Range;

use super::{
    Reading,
    belief::confidence,
    command, gap, head,
    look::{Look, look},
    marker::Marker,
    written::read,
};
use crate::core::secret::{
    assign::{is_checksum, is_variable_of_psql},
    harmless::{facts, placeholder, program},
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
    // What psql puts in: `PASSWORD :'new_password'`.
    let is_put_in = &text[marker.start..marker.end] == "PASSWORD"
        && is_variable_of_psql(text.as_bytes(), marker.end);
    // `$PGPASSWORD@$PGHOST`
    let is_joined = gap.at == marker.end && text[gap.at..].starts_with('@');
    if is_put_in || is_joined || is_piped(text, marker, gap.at) {
        return nothing(marker.end, 0);
    }
    let Some(written) = read(text, gap, marker.form, longest) else {
        let tried = head(&text[gap.at..], longest);
        let word = tried.find(char::is_whitespace).unwrap_or(tried.len());
        return nothing(gap.at, word);
    };
    let word = &text[written.span.clone()];
    // The next option.
    if !written.is_quoted
        && word.starts_with('-')
        && word[1..].starts_with(|first: char| first.is_ascii_alphabetic())
        && word.contains(':')
    {
        return nothing(written.passed, written.span.len());
    }
    let is_of_program = || {
        program::is_kind_of_resource(text, marker.start)
            || is_same_numbered(&text[marker.start..marker.end], word)
            || (is_sql(text, marker) && command::is_stored(word))
            || is_of_request(&text[marker.start..marker.end], word)
            || (!written.is_quoted && program::is_program(text, &written.span))
    };
    if is_checksum(text.as_bytes(), marker.start, word) {
        return nothing(written.passed, written.span.len());
    }
    let believed = if written.is_quoted && is_sql(text, marker) && command::is_argument(word) {
        Some(Confidence::High)
    } else {
        confidence(text, &written, kind, gap, marker)
    };
    let found = believed
        .filter(|_| !is_of_program())
        .map(|confidence| Found {
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

/// Whether it is what makes a request to AWS one that may be sent again: `"ClientToken": "<UUID>"`.
fn is_of_request(name: &str, word: &str) -> bool {
    matches!(name, "clientToken" | "ClientToken") && facts::is_uuid(word)
}

/// Whether a word is the one that announces it, with a digit behind: `tokens = tokens2`. A password may be `password1`.
fn is_same_numbered(name: &str, word: &str) -> bool {
    let is_token = keys::kind_of(name) == Some(Kind::Token);
    let rest = word.strip_prefix(name).filter(|_| is_token);
    rest.is_some_and(|rest| matches!(rest.as_bytes(), [digit] if digit.is_ascii_digit()))
}

/// Whether it is where SQL has a password: `IDENTIFIED BY '…'`, `WITH PASSWORD '…'`.
fn is_sql(text: &str, marker: &Marker) -> bool {
    let word = &text[marker.start..marker.end];
    let is_one = word.eq_ignore_ascii_case("identified by") || word == "PASSWORD";
    is_one && text[marker.end..].starts_with(" '")
}

/// Whether a bar stands before `at` that makes no cell of a table, but hands what is before it to a command or a function:
/// `{{ .Values.password | b64enc }}`, `echo "$PASSWORD" | docker login`.
fn is_piped(text: &str, marker: &Marker, at: usize) -> bool {
    if !text[marker.end..at].contains('|') {
        return false;
    }
    let from = text.ceil_char_boundary(marker.start.saturating_sub(LONGEST_CELL));
    let line = text[from..marker.start].rsplit('\n').next();
    let line = line.unwrap_or_default();
    let is_template = line
        .rsplit_once("{{")
        .is_some_and(|(_, inside)| !inside.contains("}}"));
    let is_command = |command: &str| {
        line.find(command)
            .is_some_and(|at| !line[..at].ends_with(|last: char| last.is_alphanumeric()))
    };
    is_template || ["echo ", "printf ", "cat "].into_iter().any(is_command)
}

/// How much of a line is read before a bar, in bytes.
const LONGEST_CELL: usize = 128;

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

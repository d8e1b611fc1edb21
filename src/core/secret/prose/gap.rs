//! What stands between a word that announces a credential and the credential.
use super::{
    marker::{Form, Marker},
    sentence::{in_sentence, word},
};
use crate::core::secret::language::is_word;

/// Where a value may stand, and how sure it is that one does.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    /// Where it begins.
    pub(super) at: usize,
    /// How it was announced.
    pub(super) how: How,
    /// Whether it is the text of an element of XML.
    pub(super) is_element: bool,
}

impl Gap {
    /// Whether a sign binds the value to the name before it without a blank, as in `PGPASSWORD=…`.
    pub(super) fn is_bound(self, text: &str) -> bool {
        text[..self.at].ends_with('=')
    }
}

/// How a value is announced, from the least to the most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// It stands beside the word: "password …".
    Beside,
    /// It stands beside the word, and the word is led in: "with password …".
    With,
    /// A sign or a verb says that it is the value: "password: …", "password is …".
    Explicit,
}

/// The place of the value that `marker` announces.
pub(super) fn behind(text: &str, marker: &Marker) -> Option<Gap> {
    match marker.form {
        Form::Word => in_sentence(text, marker),
        Form::Unspaced => Some(in_unspaced(text, marker.end)),
        Form::Name | Form::Query | Form::Option => behind_sign(text, marker),
    }
}

/// A value behind a sign: `DB_PASSWORD=`, `"dbPassword": `, `<db-password>`; behind an option a space will do.
fn behind_sign(text: &str, marker: &Marker) -> Option<Gap> {
    let rest = &text[marker.end..];
    let closed = rest.trim_start_matches(['"', '\'', '`', '\\', '*', ']']);
    if closed.len() == rest.len() && marker.form == Form::Option && rest.starts_with(' ') {
        let value = rest.trim_start_matches(' ');
        let at = text.len() - value.len();
        // The next option.
        return (!value.starts_with('-')).then_some(Gap {
            at,
            how: How::Explicit,
            is_element: false,
        });
    }
    let blank = closed.trim_start_matches([' ', '\t']);
    // In SQL: `IDENTIFIED WITH sha256_password BY '…'`.
    // "oracle_pass is …"
    if let Some(value) = blank
        .strip_prefix("is ")
        .filter(|_| marker.form == Form::Name)
    {
        let at = text.len() - value.len();
        return super::is_typed(word(value)).then_some(Gap {
            at,
            how: How::Explicit,
            is_element: false,
        });
    }
    let by = ["BY '", "by '"].iter().find(|by| blank.starts_with(**by));
    let length = by.map(|by| by.len() - 1).or_else(|| sign(blank))?;
    let is_element = blank.starts_with('>');
    if is_element && !text[..marker.start].ends_with('<') {
        return None;
    }
    let value = &blank[length..];
    let value = if is_element {
        value.trim_start()
    } else {
        value.trim_start_matches([' ', '\t'])
    };
    let at = behind_heading(text, text.len() - value.len());
    Some(Gap {
        at,
        how: How::Explicit,
        is_element,
    })
}

/// `at`, or what is behind a heading there, as in "Invalid value: …".
fn behind_heading(text: &str, at: usize) -> usize {
    let mut rest = &text[at..];
    for _ in 0..3 {
        let word = word(rest);
        if !is_word(word) {
            return at;
        }
        rest = &rest[word.len()..];
        if let Some(value) = rest.strip_prefix(": ") {
            return text.len() - value.len();
        }
        rest = rest.trim_start_matches(' ');
    }
    at
}

/// The length of the sign that `text` begins with and that says that what follows is the value.
pub(super) fn sign(text: &str) -> Option<usize> {
    const COMPARISONS: [&str; 5] = ["==", "=~", "::", "=/", "://"];
    const SIGNS: [&str; 12] = [
        ":=", "=>", "->", "=", ":", ">", "| ", "│ ", "→", "：", "＝", "⇒",
    ];
    // Most texts begin with a letter here.
    let first = *text.as_bytes().first()?;
    if !matches!(first, b':' | b'=' | b'-' | b'>' | b'|' | 0xe2..)
        || COMPARISONS
            .iter()
            .any(|comparison| text.starts_with(comparison))
    {
        return None;
    }
    SIGNS
        .iter()
        .find(|sign| text.starts_with(**sign))
        .map(|sign| sign.len())
}

/// 密码是…, パスワードは…: a particle or a sign, and the value in another script.
fn in_unspaced(text: &str, end: usize) -> Gap {
    const BETWEEN: [&str; 15] = [
        "是", "为", "為", "は", "が", "を", "는", "은", ":", "：", "=", "「", "“", "\"", " ",
    ];
    let mut rest = &text[end..];
    let mut how = How::Beside;
    while let Some(part) = BETWEEN.iter().find(|part| rest.starts_with(**part)) {
        if *part != " " {
            how = How::Explicit;
        }
        rest = &rest[part.len()..];
    }
    Gap {
        at: text.len() - rest.len(),
        how,
        is_element: false,
    }
}

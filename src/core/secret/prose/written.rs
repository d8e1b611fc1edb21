//! What is written where a credential was announced.
use std::ops::Range;

use super::{gap::Gap, head, marker::Form};
use crate::core::secret::harmless;

/// A word or a quoted text, as it was written.
pub(super) struct Written {
    pub(super) span: Range<usize>,
    pub(super) is_quoted: bool,
    /// Where the text goes on behind it.
    pub(super) passed: usize,
}

/// Longer than any password, token or key that people write into a sentence.
pub(super) const LONGEST: usize = 2048;
/// The same, where so many were read before that they must overlap.
pub(super) const LONGEST_OVERLAPPING: usize = 64;

/// What is written at the place of a value.
pub(super) fn read(text: &str, gap: Gap, form: Form, longest: usize) -> Option<Written> {
    let rest = &text[gap.at..];
    if gap.is_element {
        let end = head(rest, longest + 2).find("</")?;
        let length = rest[..end].trim_end().len();
        return Some(Written {
            span: gap.at..gap.at + length,
            is_quoted: true,
            passed: gap.at + end,
        });
    }
    if let Some(length) = plain(&text.as_bytes()[gap.at..], longest) {
        return Some(Written {
            span: gap.at..gap.at + length,
            is_quoted: false,
            passed: gap.at + length,
        });
    }
    quoted(text, gap.at, longest)
        .or_else(|| framed(text, gap.at))
        .or_else(|| unquoted(text, gap.at, form, longest))
}

/// The length of a word of letters and digits before a blank: most are, and then there is nothing to take off.
fn plain(rest: &[u8], longest: usize) -> Option<usize> {
    let word = rest.iter().take(longest + 1);
    let length = word.take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let is_word = matches!(rest.get(length), None | Some(b' ' | b'\n'));
    (is_word && (1..=longest).contains(&length)).then_some(length)
}

/// A word in brackets, where a stand-in would be, if it is one that people make up.
fn framed(text: &str, at: usize) -> Option<Written> {
    const LONGEST: usize = 80;
    let rest = head(&text[at..], LONGEST);
    if !rest.starts_with(['(', '[', '{', '<', '$', '#', '%', '‹']) {
        return None;
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let frame = rest[..end].trim_end_matches(['.', ',', ';', '"', '\'', '!']);
    let inner = harmless::made_up_in_frame(frame)?;
    Some(Written {
        span: at + inner.start..at + inner.end,
        is_quoted: true,
        passed: at + frame.len(),
    })
}

/// A text between quotes of any of the usual forms, on one line.
fn quoted(text: &str, at: usize, longest: usize) -> Option<Written> {
    const QUOTES: [(&str, &str); 11] = [
        ("\\\"", "\\\""),
        ("\\'", "\\'"),
        ("\"", "\""),
        ("'", "'"),
        ("**", "**"),
        ("`", "`"),
        ("“", "”"),
        ("„", "“"),
        ("«", "»"),
        ("「", "」"),
        ("‘", "’"),
    ];
    let rest = &text[at..];
    let (open, close) = QUOTES.iter().find(|(open, _)| rest.starts_with(open))?;
    let start = at + open.len();
    let inner = &text[start..];
    let line = head(inner, longest);
    let line = line.split('\n').next().unwrap_or_default();
    let end = start + line.find(close)?;
    // Quotes in quotes.
    let inner = text[start..end].trim_end_matches(['"', '\'', '`', ' ', '\u{a0}', '\u{202f}']);
    let bare = inner.trim_start_matches(['"', '\'', '`', ' ', '\u{a0}', '\u{202f}']);
    let span = start + inner.len() - bare.len()..start + inner.len();
    Some(Written {
        span,
        is_quoted: true,
        passed: end + close.len(),
    })
}

/// A word up to the next blank or sign that ends it.
fn unquoted(text: &str, at: usize, form: Form, longest: usize) -> Option<Written> {
    let rest = &text[at..];
    let rest = rest.strip_prefix('*').unwrap_or(rest);
    let at = text.len() - rest.len();
    let ends = |character: char| {
        matches!(
            character,
            ';' | '"'
                | '\''
                | '`'
                | '<'
                | '>'
                | '|'
                | ')'
                | ']'
                | '}'
                | '\\'
                | '（'
                | '）'
                | '。'
                | '，'
                | '、'
                | '」'
                | '”'
        ) || character.is_whitespace()
            || (form == Form::Query && "&#".contains(character))
            || (form == Form::Unspaced && !character.is_ascii())
    };
    let read = head(rest, longest + 1);
    let goes_on = |at: usize| {
        // `Ab1;cdEf!ghi`, but not `password=…;Encrypt=true`.
        read[at..].strip_prefix(';').is_some_and(|behind| {
            let word = &behind[..behind.find(ends).unwrap_or(behind.len())];
            word.starts_with(|next: char| next.is_ascii_alphanumeric()) && !word.contains('=')
        })
    };
    let mut end = read.find(ends).unwrap_or(read.len());
    if end < read.len() && goes_on(end) {
        let behind = &read[end + 1..];
        end += 1 + behind.find(ends).unwrap_or(behind.len());
    }
    if end == 0 || end > longest || rest.starts_with(['(', '{', '[', '$']) || rest.starts_with("#{")
    {
        return None;
    }
    let word = &rest[..end];
    // `salt$<iterations>`, `IQoJ...`: a part of it is left out.
    let is_cut = rest[end..].starts_with('<') && !rest[end..].starts_with("</");
    if is_cut || word.ends_with("...") || word.ends_with('…') {
        return None;
    }
    // A comma or an ampersand ends a word if the next name stands behind it.
    let word = word
        .match_indices([',', '&'])
        .find(|(at, _)| is_name_next(&word[at + 1..]))
        .map_or(word, |(at, _)| &word[..at]);
    let word = word.trim_end_matches([',', '.', ':', '…', '*', '?']);
    // A password may end in an exclamation mark, a sentence with one too.
    let bare = word.trim_end_matches('!');
    let word = if bare.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        bare
    } else {
        word
    };
    // `str(…)` calls a function, `row["key"]` and `&Secret{…}` are code as well.
    if word.is_empty()
        || word.contains(['(', '[', '{'])
        || word.starts_with(['&', '?', ','])
        || word.contains(',') && !word.bytes().any(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    Some(Written {
        span: at..at + word.len(),
        is_quoted: false,
        passed: at + word.len(),
    })
}

/// Whether `text` begins with a name and an equals sign.
fn is_name_next(text: &str) -> bool {
    let name = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte))
        .count();
    name > 0 && text[name..].starts_with('=')
}

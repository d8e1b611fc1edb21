//! The value below the word that announces it: in a block of YAML, or in a column of a table.
use std::ops::Range;

use memchr::{memchr, memrchr};

use super::{candidate::Found, is_drawn, is_made_up_alone};
use crate::core::secret::{
    hit::Confidence,
    keys::{self, Kind, Literal},
    names::Names,
};

/// The longest line that is read, in bytes.
const LONGEST: usize = 512;
/// The longest name of a column or heading, in bytes.
const LONGEST_NAME: usize = 40;
/// How many lines below the word are read.
const MOST_LINES: usize = 8;
/// How many maps inside one another are read there.
const DEEPEST: usize = 4;

/// The credential in the lines below the one in which `start` is, and where that one ends.
pub(super) fn find(text: &str, start: usize) -> (Option<Found>, usize) {
    let back = &text.as_bytes()[start.saturating_sub(LONGEST)..start];
    let before = memrchr(b'\n', back).map_or(back.len(), |end| back.len() - end - 1);
    let rest = &text.as_bytes()[start..text.len().min(start + LONGEST)];
    let Some(behind) = memchr(b'\n', rest) else {
        return (None, start);
    };
    let (from, end) = (start - before, start + behind);
    let Some(line) = text.get(from..end).filter(|_| before < LONGEST) else {
        return (None, end);
    };
    let found = match header(line) {
        Some(header) => block(text, end + 1, header),
        None => table(text, line, end + 1).or_else(|| headed(text, line, end + 1)),
    };
    (found, end)
}

/// A line that is a key and nothing else, so that its value stands below: how deep it is, and the key.
#[derive(Clone, Copy)]
struct Header<'t> {
    indent: usize,
    key: &'t str,
}

fn header(line: &str) -> Option<Header<'_>> {
    let item = line.trim_start();
    let bare = item.strip_prefix("- ").unwrap_or(item);
    let (key, rest) = bare.split_once(':')?;
    let rest = rest.trim();
    let is_header = rest.is_empty()
        || rest.starts_with(['|', '>', '#'])
        || (rest.starts_with(['&', '!']) && !rest.contains(' '));
    is_header.then(|| Header {
        indent: line.len() - bare.trim_start().len(),
        key: key.trim().trim_matches(['"', '\'']),
    })
}

/// What stands in the block below a telling key.
fn block(text: &str, at: usize, header: Header<'_>) -> Option<Found> {
    keys::kind_of(header.key)?;
    let mut above = vec![header];
    for (start, line) in lines(text, at) {
        let bare = line.trim_start();
        if bare.is_empty() {
            continue;
        }
        let is_item = bare.starts_with("- ");
        let indent = line.len() - bare.len();
        // The items of a list may stand right below its key.
        if indent < header.indent || (indent == header.indent && !is_item) {
            return None;
        }
        let bare = bare.strip_prefix("- ").unwrap_or(bare);
        let indent = line.len() - bare.len();
        above.retain(|above| above.indent < indent || above.indent == header.indent);
        if let Some(inner) = self::header(line) {
            if above.len() == DEEPEST {
                return None;
            }
            above.push(inner);
            continue;
        }
        let (key, value) = bare.split_once(": ").unwrap_or(("", bare));
        let value = unquoted(value);
        let value_start = start + (value.as_ptr() as usize - line.as_ptr() as usize);
        let confidence = under(&above, key.trim().trim_matches(['"', '\'']), value);
        if let Some(found) = confidence {
            return Some(Found {
                span: value_start..value_start + value.len(),
                ..found
            });
        }
    }
    None
}

/// What the keys above a value and its own say of it.
fn under(above: &[Header<'_>], own: &str, value: &str) -> Option<Found> {
    fn below(names: &Names<'_>, rest: &[&str], value: &str) -> Option<Found> {
        match rest {
            [] => told(names, value),
            [name, rest @ ..] => below(&Names::in_text(name).under(names), rest, value),
        }
    }
    let mut names: Vec<&str> = above.iter().map(|header| header.key).collect();
    if !own.is_empty() {
        names.push(own);
    }
    let (first, rest) = names.split_first()?;
    below(&Names::in_text(first), rest, value)
}

/// A value that the names above it tell, and that nobody would write but as a credential.
fn told(names: &Names<'_>, value: &str) -> Option<Found> {
    if !is_made_up_alone(value) {
        return None;
    }
    let hit = keys::tell(names, Literal::Text(value))?;
    let is_password = hit.what == Kind::Password.what();
    (is_password || is_drawn(value)).then_some(Found {
        confidence: Confidence::High,
        span: 0..0,
        what: hit.what,
    })
}

/// The same of a value below one name, which is read only if it is needed.
fn alone(name: &str, value: &str) -> Option<Found> {
    is_made_up_alone(value)
        .then(|| told(&Names::in_text(name), value))
        .flatten()
}

/// What stands in a telling column below the line that names the columns.
fn table(text: &str, line: &str, at: usize) -> Option<Found> {
    let separator = separator(line);
    if separator.is_none() && !line.contains("  ") {
        return None;
    }
    let heads = cells(line, separator);
    let is_name = |cell: &Range<usize>| {
        let cell = &line[cell.clone()];
        cell.len() <= LONGEST_NAME && !cell.contains(':') && keys::kind_of(cell).is_some()
    };
    let told = heads.iter().position(is_name).filter(|_| heads.len() > 1)?;
    let name = &line[heads[told].clone()];
    for (start, row) in lines(text, at) {
        if separator.is_some_and(|separator| count(row, separator) != heads.len()) {
            continue;
        }
        let cells = cells(row, separator);
        let Some(cell) = cells.get(told).filter(|_| cells.len() == heads.len()) else {
            continue;
        };
        if let Some(found) = alone(name, &row[cell.clone()]) {
            return Some(Found {
                span: start + cell.start..start + cell.end,
                ..found
            });
        }
    }
    None
}

/// What stands below a heading that is a telling name and nothing else: with a line drawn below it, or behind hashes.
fn headed(text: &str, line: &str, at: usize) -> Option<Found> {
    let name = line.trim_start_matches('#').trim();
    if name.len() > LONGEST_NAME {
        return None;
    }
    keys::kind_of(name)?;
    let is_rule = |line: &str| line.len() >= 3 && line.bytes().all(|byte| b"-=~".contains(&byte));
    let mut lines = lines(text, at).filter(|(_, line)| !line.trim().is_empty());
    let (mut start, mut below) = lines.next()?;
    if is_rule(below.trim()) {
        (start, below) = lines.next()?;
    } else if !line.starts_with('#') {
        return None;
    }
    let value = below.trim().trim_matches(['`', '*', '"', '\'']);
    let start = start + (value.as_ptr() as usize - below.as_ptr() as usize);
    alone(name, value).map(|found| Found {
        span: start..start + value.len(),
        ..found
    })
}

/// What parts the cells of a line, if more than blanks do: of several signs the one that stands in the fewest texts.
fn separator(line: &str) -> Option<char> {
    const SIGNS: [char; 4] = ['|', '\t', ';', ','];
    let mut first = SIGNS.len();
    let mut is_ascii = true;
    for byte in line.bytes() {
        is_ascii &= byte.is_ascii();
        let place = SIGNS.iter().position(|sign| char::from(byte) == *sign);
        first = first.min(place.unwrap_or(first));
    }
    if first > 0 && !is_ascii && line.contains('│') {
        return Some('│');
    }
    SIGNS.get(first).copied()
}

/// How many cells a line has between such signs.
fn count(line: &str, separator: char) -> usize {
    let signs = match u8::try_from(separator) {
        Ok(sign) if sign.is_ascii() => line.bytes().filter(|byte| *byte == sign).count(),
        _ => line.matches(separator).count(),
    };
    signs + usize::from(!line.is_empty() && !line.ends_with(separator))
}

/// Where the cells of a line stand: between separators, or between two spaces and more.
fn cells(line: &str, separator: Option<char>) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let start = line.len() - rest.len();
        let (length, skipped) = if let Some(separator) = separator {
            let end = rest.find(separator).unwrap_or(rest.len());
            (end, rest.len().min(end + separator.len_utf8()))
        } else {
            let end = rest.find("  ").unwrap_or(rest.len());
            (end, rest.len() - rest[end..].trim_start_matches(' ').len())
        };
        let cell = &rest[..length];
        let bare = cell.trim().trim_matches(['"', '\'', '`', '*']);
        let at = start + (bare.as_ptr() as usize - cell.as_ptr() as usize);
        cells.push(at..at + bare.len());
        rest = &rest[skipped..];
    }
    cells
}

/// The lines from `at` on, and where they begin.
fn lines(text: &str, at: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut at = at;
    let lines = std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let near = &rest[..rest.floor_char_boundary(LONGEST)];
        let line = near.split('\n').next().unwrap_or_default();
        // A line that is longer is no row, and no value.
        let is_cut = line.len() == near.len() && near.len() < rest.len();
        let start = at;
        at += line.len() + 1;
        (!is_cut).then(|| (start, line.trim_end_matches('\r')))
    });
    lines.take(MOST_LINES)
}

/// A value without its quotes, and without a comment behind it.
fn unquoted(value: &str) -> &str {
    let value = value.split(" #").next().unwrap_or_default().trim();
    value.trim_matches(['"', '\''])
}

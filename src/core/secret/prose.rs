//! Credentials in sentences, logs and commands: "the password is …", `--password …`, "login with elastic / …".
//!
//! A word that announces a credential is found first, in one pass for all of them. What stands between it and the
//! value is read as a sentence would be: "password *for user elastic has been set to* …" leads to a value, "password
//! *is stored in* …" does not, since "stored" is a word of English and no value. So what decides is the candidate
//! itself: words of the dictionary, names made of words, times, versions, links and addresses are what sentences about
//! credentials hold; digits or signs among letters, letters that follow each other as in no word, and digits where a
//! PIN is announced are what passwords are made of. A list of words that may follow would never be whole, and neither
//! is one of passwords; the shape is what people are told to choose.
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::core::{
    finding::Rule,
    secret::{
        glance::{self, Glance},
        hit::{Confidence, Hit},
        keys::Kind,
        names::Names,
    },
};

mod before;
mod belief;
mod below;
mod bracket;
mod candidate;
mod command;
mod gap;
mod kinds;
mod look;
mod marker;
mod pair;
mod sentence;
mod step;
mod subject;
mod tool;
mod userlist;
mod written;
mod yaml;

use candidate::Found;
use kinds::Kinds;
pub(super) use marker::WORDS as MARKERS;
use marker::{Marker, Says};

const RULE: Rule = Rule::new("secret/prose");

/// The surest hit in `text`, and of equally sure ones the first.
pub fn find(text: &str, names: &Names<'_>) -> Option<Hit> {
    find_glanced(text, Glance::at(text), names)
}

/// The same, in a text that has been glanced at.
pub(super) fn find_glanced(text: &str, glance: Glance, names: &Names<'_>) -> Option<Hit> {
    if text.len() < glance::SHORTEST {
        return None;
    }
    let may_be_pair = glance.may_be_pair();
    let mut best = may_be_pair
        .then(|| pair::under_names(text, names))
        .flatten()
        .or_else(|| userlist::find(text));
    let (mut passed, mut read_bytes) = (0, 0);
    let mut kinds = None;
    // The end of the last line of several that was looked below.
    let has_lines = glance.has_marker && text.contains('\n');
    let mut looked = if has_lines { 0 } else { usize::MAX };
    let markers = glance.has_marker.then(|| FINDER.find_iter(text));
    for word in markers.into_iter().flatten() {
        if best
            .as_ref()
            .is_some_and(|found| found.confidence == Confidence::High)
        {
            break;
        }
        if word.start() < passed {
            continue;
        }
        let Some(marker) = marker::at(
            text,
            word.start(),
            word.end(),
            kinds.get_or_insert_with(Kinds::none),
        ) else {
            continue;
        };
        passed = marker.end;
        let reading = read(text, &marker, longest(text, read_bytes));
        passed = passed.max(reading.passed);
        read_bytes += reading.read;
        let is_better = |found: &Found| {
            best.as_ref()
                .is_none_or(|best| best.confidence < found.confidence)
        };
        if let Some(found) = reading.found.filter(is_better) {
            best = Some(found);
        } else if marker.start >= looked && matches!(marker.says, Says::Secret(_) | Says::Pair) {
            let (found, end) = below::find(text, marker.start);
            looked = end;
            best = found.or(best);
        }
    }
    // Lines that say what stands behind each key.
    let may_be_yaml = best.is_none() && has_lines;
    let best = best.or_else(|| may_be_yaml.then(|| yaml::find(text)).flatten());
    let may_be_printed = best.is_none() && glance.has_marker;
    let best = best.or_else(|| may_be_printed.then(|| tool::find(text)).flatten());
    let best = best.or_else(|| bracket::find(text));
    best.map(|found| Hit {
        rule: RULE,
        confidence: found.confidence,
        what: found.what,
        remedy: None,
        encoding: None,
        span: found.span,
    })
}

/// Whether systems come with a user of this name.
pub(super) fn is_known_user(user: &str) -> bool {
    pair::is_known_user(user)
}

/// Whether a word looks like a password: letters, digits and signs as in no name.
pub(super) fn is_drawn(word: &str) -> bool {
    word.len() <= 128 && look::look(word) == look::Look::Drawn
}

/// Whether a word is one that people make up for a password: drawn, or one that is not in the dictionary with digits
/// behind it.
pub(super) fn is_made_up(word: &str) -> bool {
    word.len() <= 128
        && match look::look(word) {
            look::Look::Drawn => true,
            look::Look::Numbered => look::is_numbered_unknown(word),
            _ => false,
        }
}

/// The same of a text that may hold several words.
pub(super) fn is_made_up_alone(text: &str) -> bool {
    !text.contains(char::is_whitespace) && is_made_up(text)
}

/// Whether a word has letters, digits and a sign that people put in passwords and in hardly anything else.
pub(super) fn is_typed(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    word.len() >= 6
        && word.bytes().all(|byte| byte.is_ascii_graphic())
        && has(|byte| b"!$%^&*".contains(byte))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && is_drawn(word)
}

/// Whether words with capitals are joined with a number, as nobody calls an object of Kubernetes: `Copper-Lake-902`.
pub(super) fn is_joined_large(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_uppercase()) && look::look(word) == look::Look::Joined
}

/// Whether a word that announces a credential stands at `at`.
pub(super) fn has_marker_at(text: &[u8], at: usize) -> bool {
    /// By a byte in lower case, which of the words have it as their first or second one, as bits.
    static BY_BYTE: [[u128; 256]; 2] = {
        let mut by_byte = [[0; 256]; 2];
        let mut number = 0;
        while number < MARKERS.len() {
            let marker = MARKERS[number].as_bytes();
            by_byte[0][marker[0] as usize] |= 1 << number;
            by_byte[1][marker[1] as usize] |= 1 << number;
            number += 1;
        }
        by_byte
    };
    let Some(there) = text[at..].first_chunk::<2>() else {
        return false;
    };
    let [first, second] = there.map(|byte| usize::from(byte.to_ascii_lowercase()));
    let mut left = BY_BYTE[0][first] & BY_BYTE[1][second];
    while left != 0 {
        let marker = MARKERS[left.trailing_zeros() as usize].as_bytes();
        let there = text.get(at..at + marker.len());
        if there.is_some_and(|there| there.eq_ignore_ascii_case(marker)) {
            return true;
        }
        left &= left - 1;
    }
    false
}

/// Whether any of the words that announce a credential stands in the text.
#[cfg(test)]
pub(super) fn has_marker(text: &str) -> bool {
    FINDER.is_match(text)
}

/// What `text` begins with, at most so many bytes, so that what has no end is not read to its end at every marker.
fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// What stands behind a marker, and how far it was read.
struct Reading {
    found: Option<Found>,
    passed: usize,
    /// How long the value is that was read.
    read: usize,
}

/// The longest value that is read, in bytes, where values of so many were read before: more than the text has only
/// where they overlap.
const fn longest(text: &str, read: usize) -> usize {
    if read <= text.len() {
        written::LONGEST
    } else {
        written::LONGEST_OVERLAPPING
    }
}

fn read(text: &str, marker: &Marker, longest: usize) -> Reading {
    let behind = |found| Reading {
        found,
        passed: marker.end,
        read: 0,
    };
    match marker.says {
        Says::Pair => behind(
            pair::after(text, marker.end)
                .or_else(|| pair::before(text, marker.start))
                .or_else(|| command::option(text, marker.end, "-p")),
        ),
        Says::User => behind(pair::after_user(text, marker.end)),
        Says::Account => behind(
            command::account(text, marker.end)
                .or_else(|| command::password_option(text, marker.end)),
        ),
        Says::Command(option) => behind(command::option(text, marker.end, option)),
        Says::Attached(option) => {
            behind(command::option(text, marker.end, option).filter(|found| {
                text[..found.span.start]
                    .trim_end_matches(['"', '\''])
                    .ends_with(option)
            }))
        }
        Says::Argument(option) => behind(
            command::option(text, marker.end, option)
                .or_else(|| command::argument(text, marker.end, option)),
        ),
        Says::Openssl => behind(command::openssl(text, marker.end)),
        Says::Piped => behind(command::piped(text, marker.start)),
        Says::Last => behind(command::last(text, marker.end)),
        Says::Alias => behind(command::fourth(text, marker.end)),
        Says::Slash => behind(pair::around(text, marker.start)),
        Says::Before => behind(candidate::before(text, marker)),
        Says::Secret(kind) => {
            let reading = candidate::after(text, marker, kind, longest);
            let is_word = reading.found.is_none() && kind == Kind::Password;
            match is_word.then(|| subject::before(text, marker)).flatten() {
                Some(found) => behind(Some(found)),
                None => reading,
            }
        }
    }
}

/// The words that announce a credential, in any case. Each is the shortest part that all words of a family share.
static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(MARKERS)
        .expect("the words are few and short")
});

#[cfg(test)]
mod tests;

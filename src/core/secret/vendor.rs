//! Finds the tokens of vendors in a text: by a part that all of them have, or behind or under the vendor's name.
mod public;

use std::{collections::VecDeque, ops::Range};

use super::{
    harmless::names::is_wordy,
    hit::Hit,
    names::Names,
    prefilter::{Prefilter, Target},
    rules::{self, Match, REACH, VendorRule},
    text::Best,
};
use crate::core::finding::Rule;

const VENDOR_TOKEN: Rule = Rule::new("secret/vendor-token");

/// Words of which one stands in the name of a credential, or beside it.
const TELLING: [&str; 11] = [
    "key", "token", "secret", "pass", "pwd", "auth", "cred", "access", "private", "licen", "login",
];
/// The same, of words that begin many others (path, signal), and so count only where they stand alone in a name.
const TELLING_ALONE: [&str; 3] = ["pat", "sig", "signature"];
/// Words directly before what has the shape of a token, and is none.
const FACTS: [&str; 12] = [
    "sha", "sha1", "sha256", "sha512", "md5", "digest", "commit", "revision", "checksum", "etag",
    "uid", "uuid",
];
/// Words directly before what tells one thing from another, if it looks like a UUID or a digest.
const THINGS: [&str; 18] = [
    "id",
    "guid",
    "version",
    "request",
    "trace",
    "span",
    "correlation",
    "run",
    "job",
    "build",
    "deployment",
    "release",
    "project",
    "cluster",
    "instance",
    "tenant",
    "workspace",
    "revision",
];
/// How far before the vendor's name a telling word may stand, in bytes.
const TOLD_BEFORE: usize = 32;
/// What a token that is known only by a name has at least, in bytes.
const SHORTEST: usize = 8;
/// More than most words have.
const LONG: usize = 11;
/// How long tokens are that are known where they stand alone, in bytes.
const ALONE: Range<usize> = 40..180;
/// How many names above a value can make it one, and how many rules they can lead to: more say nothing of it.
const MOST_NAMES: usize = 8;
const MOST_VENDORS: usize = 64;
/// The longest value that its names can make a vendor's token.
const LONGEST_NAMED: usize = 1024;

/// A token that the keyword is a part of.
pub(super) fn around(
    text: &[u8],
    names: &Names<'_>,
    rule: &VendorRule,
    keyword: &Range<usize>,
) -> Option<Hit> {
    let start = back_from(text, keyword.start, rule.before);
    let found = may_begin(text, rule, start).then(|| rule.match_at(text, start))??;
    if is_slug(&text[found.span.clone()]) {
        return None;
    }
    (!is_public(text, names, rule, &found)).then(|| hit(rule, found))
}

/// How often the patterns of vendors are still tried at places behind their names, in one text.
///
/// A text of nothing but names has each place behind many of them. There each name gets a few attempts in the end,
/// so that time stays linear with a small factor.
pub(super) struct Attempts {
    left: usize,
    drawn: Drawn,
}

/// Places where something begins that can have been drawn, each looked at once: names that stand near each other have
/// many behind them in common.
struct Drawn {
    /// What was looked at.
    part: Range<usize>,
    places: VecDeque<usize>,
}

impl Drawn {
    /// Those of a part of the text.
    fn in_part(&mut self, text: &[u8], part: Range<usize>) -> impl Iterator<Item = usize> {
        if !self.part.contains(&part.start) {
            self.part = part.start..part.start;
            self.places.clear();
        }
        let rest = self.part.end..part.end;
        self.places
            .extend(rest.filter(|start| may_be_drawn(text, *start)));
        self.part = part.start..part.end.max(self.part.end);
        while self.places.front().is_some_and(|place| *place < part.start) {
            self.places.pop_front();
        }
        let places = self.places.iter().copied();
        places.take_while(move |place| *place < part.end)
    }
}

impl Attempts {
    /// As many as an ordinary text ever needs.
    pub(super) const fn of(text: &[u8]) -> Self {
        Self {
            left: 64 + text.len() / 8,
            drawn: Drawn {
                part: 0..0,
                places: VecDeque::new(),
            },
        }
    }
}

/// A token behind the vendor's name.
pub(super) fn behind(
    text: &[u8],
    names: &Names<'_>,
    rule: &VendorRule,
    keyword: &Range<usize>,
    attempts: &mut Attempts,
) -> Option<Hit> {
    if !begins_word(text, keyword.start) {
        return None;
    }
    let end = text.len().min(keyword.end + REACH);
    let told = keyword.start.saturating_sub(TOLD_BEFORE);
    let Attempts { left, drawn } = attempts;
    let behind_name = if *left > 0 { REACH } else { 1 };
    drawn
        .in_part(text, keyword.end..end)
        .filter(|start| !is_called_a_fact(&text[keyword.end..*start], &text[*start..]))
        .take(behind_name)
        .find_map(|start| {
            *left = left.saturating_sub(1);
            let found = rule.match_at(text, start)?;
            let is_told = !rule.told || tells(&text[told..start]);
            let token = &text[found.span.clone()];
            (is_told && !is_name(rule, token) && !is_slug(token)).then_some(found)
        })
        .filter(|found| !is_public(text, names, rule, found))
        .map(|found| hit(rule, found))
}

/// A value that is a vendor's token because of the names that it stands under.
pub(super) fn under_names(text: &str, names: &Names<'_>, best: &mut Best) {
    let mut near = names.outwards().take(MOST_NAMES);
    if !near.any(Names::names_vendor) {
        return;
    }
    let value = text.trim_ascii();
    let is_token = value.len() <= LONGEST_NAMED
        && value.bytes().all(|byte| byte.is_ascii_graphic())
        && is_drawn(value.as_bytes())
        && !public::is_public_half(names);
    if !is_token {
        return;
    }
    let start = text.len() - text.trim_ascii_start().len();
    let outwards = || names.outwards().take(MOST_NAMES);
    let mut is_told = None;
    let mut tried: Vec<&VendorRule> = Vec::new();
    for name in outwards().filter(|name| name.names_vendor()) {
        for rule in of_vendors_in(name.own()) {
            if tried.iter().any(|tried| std::ptr::eq(*tried, rule)) {
                continue;
            }
            if tried.len() == MOST_VENDORS {
                return;
            }
            tried.push(rule);
            let is_told = !rule.told
                || *is_told
                    .get_or_insert_with(|| outwards().any(|name| tells(name.own().as_bytes())));
            let found = is_told
                .then(|| rule.match_at(value.as_bytes(), 0))
                .flatten();
            let is_whole = |found: &Match| found.span == (0..value.len());
            let found = found.filter(|found| {
                is_whole(found)
                    && !is_name(rule, value.as_bytes())
                    && !is_public(value.as_bytes(), names, rule, found)
            });
            if let Some(mut found) = found {
                found.span = start..start + value.len();
                best.offer(hit(rule, found));
            }
        }
    }
}

/// Whether a name holds that of a vendor.
pub(super) fn is_named_in(name: &str) -> bool {
    of_vendors_in(name).next().is_some()
}

/// The rules of the vendors whose names stand in `name`.
fn of_vendors_in(name: &str) -> impl Iterator<Item = &'static VendorRule> {
    let hits = Prefilter::get().hits(name.as_bytes());
    hits.filter_map(|(keyword, target)| match target {
        Target::Vendor(rule) if begins_word(name.as_bytes(), keyword.start) => Some(rule),
        _ => None,
    })
}

/// A value that is a vendor's token and nothing else, of those that are like nothing else.
pub(super) fn alone(text: &str, best: &mut Best) {
    let value = text.trim_ascii();
    let is_token = ALONE.contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_graphic())
        && value.contains(['-', '.', ':', '~']);
    if !is_token {
        return;
    }
    for rule in rules::whole() {
        let found = rule.match_at(value.as_bytes(), 0);
        if let Some(mut found) = found.filter(|found| found.span == (0..value.len())) {
            let start = text.len() - text.trim_ascii_start().len();
            found.span = start..start + value.len();
            best.offer(hit(rule, found));
        }
    }
}

fn is_public(text: &[u8], names: &Names<'_>, rule: &VendorRule, found: &Match) -> bool {
    rule.public && public::is_called_one(text, &found.span, names)
}

fn hit(rule: &VendorRule, found: Match) -> Hit {
    Hit {
        rule: VENDOR_TOKEN,
        confidence: found.confidence,
        what: rule.what,
        remedy: rule.remedy,
        encoding: None,
        span: found.span,
    }
}

/// Up to so many bytes before this one, as far as they can be of one token.
fn back_from(text: &[u8], end: usize, before: usize) -> usize {
    let start = end.saturating_sub(before);
    let joined = text[start..end]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        .count();
    end - joined
}

/// Whether a token of this rule may begin here: not inside a word, nor inside base64, nor where another of the same
/// alphabet began, which keeps the time linear.
fn may_begin(text: &[u8], rule: &VendorRule, start: usize) -> bool {
    match &text[..start] {
        // A line end or tab as it is written in JSON and in code, `=` as mails write it, and a percent-encoded character.
        [] | [.., b'\\', b'n' | b'r' | b't'] | [.., b'=', b'3', b'D'] => true,
        [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => true,
        [.., b'+'] => false,
        [.., last] => !rule.goes_on(*last),
    }
}

/// Whether a word begins here that can have been drawn at random.
fn may_be_drawn(text: &[u8], start: usize) -> bool {
    is_start(text, start) && is_drawn(&text[start..])
}

/// Whether a word begins here that is no longer the name before it.
fn is_start(text: &[u8], start: usize) -> bool {
    /// By a byte, whether it is of a word.
    static IS_OF_WORD: [bool; 256] = {
        let mut is_of_word = [false; 256];
        let mut byte: u8 = 0;
        loop {
            is_of_word[byte as usize] =
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'/');
            if byte == u8::MAX {
                break is_of_word;
            }
            byte += 1;
        }
    };
    let is_of_word = |at: usize| IS_OF_WORD[usize::from(text[at])];
    is_of_word(start) && !is_of_word(start - 1)
}

/// Whether what begins here can have been drawn at random: no word in lower case, but for long ones.
fn is_drawn(text: &[u8]) -> bool {
    let is_part = |byte: &&u8| {
        byte.is_ascii_alphanumeric()
            || (byte.is_ascii_graphic() && !b"\"'`<>,;()[]{}\\".contains(byte))
    };
    let run = text.iter().take(LONG).take_while(is_part);
    let (length, others) = run.fold((0, 0), |(length, others), byte| {
        (length + 1, others + usize::from(!byte.is_ascii_lowercase()))
    });
    length >= LONG || (length >= SHORTEST && others > usize::from(text[0].is_ascii_uppercase()))
}

/// Whether what has the shape of a token is the name of a type, a variable or an object: words, hardly drawn at random.
///
/// Only asked of tokens without any part that all of them have, and not of short ones, which come to a word by chance.
fn is_name(rule: &VendorRule, token: &[u8]) -> bool {
    token.len() > LONG && rule.is_plain() && std::str::from_utf8(token).is_ok_and(is_wordy)
}

/// Whether what has the shape of a token is words behind the prefix of a vendor, or words alone: what documentation calls
/// something. Drawn ones have digits, or read as nothing.
fn is_slug(token: &[u8]) -> bool {
    const SHORTEST: usize = 16;
    let Ok(token) = std::str::from_utf8(token) else {
        return false;
    };
    // As AWS draws them there is a digit in nearly all.
    if token.len() == 20 && token.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return is_wordy(token);
    }
    let (_, body) = token.split_once(['_', '.', ':', '-']).unwrap_or_default();
    body.len() >= SHORTEST && !body.bytes().any(|byte| byte.is_ascii_digit()) && is_wordy(body)
}

/// Whether the last word before what may be a token says that it is a digest or the like.
fn is_called_a_fact(before: &[u8], token: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric();
    let gap = before
        .iter()
        .rev()
        .take(4)
        .take_while(|byte| !is_word(byte));
    let before = &before[..before.len() - gap.count()];
    let is_last = |word: &&str| {
        let start = before.len().checked_sub(word.len());
        let first = word.as_bytes()[0];
        start.is_some_and(|start| {
            before[start] | 0x20 == first
                && before[start..].eq_ignore_ascii_case(word.as_bytes())
                && begins_word(before, start)
        })
    };
    FACTS.iter().any(is_last) || (THINGS.iter().any(is_last) && tells_apart(token))
}

/// Whether a UUID or a digest begins here.
fn tells_apart(token: &[u8]) -> bool {
    let digits = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b'-';
    token.iter().take(64).take_while(digits).count() >= 32
}

/// Whether a telling word stands in the text, letters in any case.
fn tells(text: &[u8]) -> bool {
    let places = |word: &'static str| {
        let first = word.as_bytes()[0];
        let windows = text.windows(word.len()).enumerate();
        windows
            .filter(move |(_, window)| {
                window[0] | 0x20 == first && window.eq_ignore_ascii_case(word.as_bytes())
            })
            .map(|(start, window)| (start, start + window.len()))
    };
    TELLING.iter().any(|word| places(word).next().is_some())
        || TELLING_ALONE.iter().any(|word| {
            places(word).any(|(start, end)| begins_word(text, start) && begins_word(text, end))
        })
}

/// Whether a word of a name begins at this byte, or none goes on: `x_pat`, `xPat`, `pat `.
fn begins_word(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    match (before, text.get(at)) {
        (Some(before), Some(here)) if before.is_ascii_alphabetic() => {
            !here.is_ascii_alphabetic()
                || (before.is_ascii_lowercase() && here.is_ascii_uppercase())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempts, behind};
    use crate::core::secret::{
        names::Names,
        prefilter::{Prefilter, Target},
    };

    fn is_found(text: &str) -> bool {
        let text = text.as_bytes();
        Prefilter::get().hits(text).any(|(keyword, target)| {
            let mut attempts = Attempts::of(text);
            matches!(target, Target::Vendor(rule) if behind(text, &Names::NONE, rule, &keyword, &mut attempts).is_some())
        })
    }

    /// Characters as a digest or a token has them.
    fn hex(length: usize) -> String {
        "3f786850e387550fdab836ed7e6dc881de23001b".repeat(2)[..length].to_owned()
    }

    #[test]
    fn what_the_word_before_it_calls_a_fact_is_none() {
        for before in [
            "slack-auth runs image ghcr.io/org/slack-auth@md5:",
            "sonar: the key is set for commit ",
            "discord access, digest=\"",
            "sonarqube token is of the revision: ",
        ] {
            for length in [32, 40, 64] {
                assert!(!is_found(&(before.to_owned() + &hex(length))), "{before}");
            }
        }
        assert!(is_found(
            &("slack md5 of the secret ".to_owned() + &hex(32))
        ));
    }

    #[test]
    fn a_word_that_begins_with_a_telling_one_tells_nothing() {
        for (text, is_told) in [
            ("GITEA_PAT=", true),
            ("giteaPat: ", true),
            ("gitea pat ", true),
            ("GITEA_PATH=", false),
            ("gitea path ", false),
            ("gitea signal ", false),
            ("gitea compat ", false),
        ] {
            assert_eq!(is_found(&(text.to_owned() + &hex(40))), is_told, "{text}");
        }
    }

    #[test]
    fn a_name_that_has_the_length_of_a_token_is_none() {
        for text in [
            "Convert_api_JWT(in *JWTAuthenticator, out *JWTAuthenticator)",
            "mandrill: the key is in the secret mandrill-key-for-apps1",
            "LINE_NOTIFY_TOKEN_FROM=the_secret_that_the_line_notify_chart_makes",
        ] {
            assert!(!is_found(text), "{text}");
        }
        assert!(is_found(
            &["mandrill key: x4T", "c9Qm2LkV7bNwZr8Yp5s"].concat()
        ));
    }
}

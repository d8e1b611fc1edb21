//! Ids and public tokens, which their vendors document as no secret, where what stands around them calls them that.
use std::ops::Range;

use crate::core::secret::{
    keys::words::{Lower, Words},
    names::Names,
};

/// Words of a key that say that whoever looks may see what is under it.
const PUBLIC: [&[u8]; 5] = [b"public", b"publishable", b"pub", b"browser", b"site"];
/// Last words of a key, or words before a value, that say that it only tells one thing from another.
const IDS: [&[u8]; 8] = [
    b"id",
    b"ids",
    b"sid",
    b"sids",
    b"account",
    b"accounts",
    b"application",
    b"app",
];

/// Whether the nearest of these names is that of the public half of a pair, as `publicKey` is.
pub(super) fn is_public_half(names: &Names<'_>) -> bool {
    let mut words = Words::of(names.own());
    let Some(last) = words.next() else {
        return false;
    };
    // As HTML writes it.
    if is_one_of(&[b"sitekey", b"publickey"], last) {
        return true;
    }
    is_one_of(&[b"key", b"keys"], last) && words.next().is_some_and(|word| is_one_of(&PUBLIC, word))
}

/// Whether the nearest of these names calls its value public.
fn is_called_public(names: &Names<'_>) -> bool {
    Words::of(names.own()).any(|word| is_one_of(&PUBLIC, word))
}

/// Whether what stands here is called public or an id: by its name where it is all of the text, else by the word before.
pub(super) fn is_called_one(text: &[u8], span: &Range<usize>, names: &Names<'_>) -> bool {
    if text.trim_ascii().len() == span.len() {
        return is_called_id(names.own()) || is_called_public(names);
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric();
    // The other half of a login stands beside it.
    let behind = text[span.end..].trim_ascii_start();
    let behind = &behind[behind.iter().take_while(|byte| !is_word(byte)).count()..];
    let next = behind.iter().take_while(|byte| is_word(byte)).count();
    if next >= SHORTEST_HALF && behind[..next].iter().any(u8::is_ascii_digit) {
        return false;
    }
    let before = &text[..span.start];
    let before = before.strip_suffix(b" is ").unwrap_or(before);
    let Some(end) = before.iter().rposition(is_word) else {
        return false;
    };
    // A name in JSON or code has a quote, a sign and a space behind it at most.
    if before.len() - end > MOST_BETWEEN {
        return false;
    }
    let near = &before[end.saturating_sub(LONGEST_NAME)..=end];
    let name = near.rsplit(|byte| !is_word(byte) && !b"_-".contains(byte));
    let mut name = name.map(std::str::from_utf8).filter_map(Result::ok);
    name.next().is_some_and(is_called_id)
}

fn is_called_id(name: &str) -> bool {
    Words::of(name)
        .next()
        .is_some_and(|word| is_one_of(&IDS, word))
}

fn is_one_of(words: &[&[u8]], word: &[u8]) -> bool {
    words.contains(&Lower::of(word).as_bytes())
}

/// No vendor's half of a login is shorter.
const SHORTEST_HALF: usize = 16;
/// Characters between a name and its value.
const MOST_BETWEEN: usize = 5;
/// How much of a name before a value is read, in bytes.
const LONGEST_NAME: usize = 40;

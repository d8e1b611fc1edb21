//! What clients send to say who they are: `Authorization` headers, bearer tokens, sessions.
use std::{ops::Range, sync::LazyLock};

use base64::Engine;
use regex::bytes::Regex;

use super::{AUTHORIZATION, is_token, run_end, sure, url::is_variable};
use crate::core::secret::{
    encoded::BASE64,
    harmless::{self, program},
    hit::Hit,
    prose,
    rules::entropy,
};

/// The least characters and bits of entropy of what is taken for drawn at random behind such a word.
const SHORTEST: usize = 12;
const LEAST_ENTROPY: f64 = 2.8;
/// How much of it is read at most, so that many attempts stay cheap: a longer one ends there.
const LONGEST: usize = 256;

/// `Authorization: <scheme> <credential>`; the keyword is the name of the header.
pub(super) fn authorization(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    static VALUE: LazyLock<Regex> = LazyLock::new(|| {
        super::pattern(
            r#"^\\{0,2}["'`]?\s{0,4}(?:[:=,]|=>|:=|%3[Aa])\s{0,4}\\{0,2}["'`]?(?:([A-Za-z][A-Za-z0-9-]{1,24})(?:\s|%20|\+|:){1,3}(?:[a-z]{1,12}=)?\\?["']?)?([0-9A-Za-z._~+/=:%|!$-]{6,})"#,
        )
    });
    let rest = &text[keyword.end..text.len().min(keyword.end + 64 + LONGEST)];
    // `authorization::v1::ResourceRule`, `AWS::Config::AggregationAuthorization`: names of programs and clouds.
    if matches!(rest, [b':', b':', next, ..] if !next.is_ascii_whitespace())
        || is_kind(text, keyword.start)
    {
        return None;
    }
    let value = VALUE.captures(rest)?;
    let scheme = value
        .get(1)
        .map_or(&b""[..], |scheme| scheme.as_bytes())
        .to_ascii_lowercase();
    let credential = value.get(2)?;
    let span = keyword.end + credential.start()..keyword.end + credential.end();
    let credential = credential.as_bytes();
    // `authorization = base64.decode(authorization)`, `Authorization, AuthorizationLayer`
    if text[span.end..].starts_with(b"(") || is_type(credential) {
        return None;
    }
    let is_sure = match scheme.as_slice() {
        // Signatures over the request, not the key that made them.
        b"digest" | b"aws4-hmac-sha256" | b"signature" | b"hawk" | b"oauth" => false,
        b"basic" => is_pair_in_base64(credential) || is_drawn(credential),
        b"bearer" | b"token" | b"apikey" | b"bot" => is_drawn(credential) || is_made_up(credential),
        _ => is_drawn(credential),
    };
    (is_sure && !is_inert(credential))
        .then(|| sure(AUTHORIZATION, "literal Authorization header", span))
}

/// Whether it is words with capitals, one of which is the name of the header.
fn is_type(credential: &[u8]) -> bool {
    credential.iter().all(u8::is_ascii_alphabetic)
        && credential
            .windows(AUTHORIZATION_WORD.len())
            .any(|part| part == AUTHORIZATION_WORD)
}

const AUTHORIZATION_WORD: &[u8] = b"Authorization";

/// Whether the name that ends at `end` is what a cloud calls a kind of resource.
fn is_kind(text: &[u8], end: usize) -> bool {
    let near = &text[end.saturating_sub(LONGEST_NAME)..end];
    let name = near
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric());
    let name = near.len() - name.count();
    std::str::from_utf8(&near[..name]).is_ok_and(|near| program::is_kind_of_resource(near, name))
}

/// The longest name of a kind of resource, in bytes.
const LONGEST_NAME: usize = 128;

/// `Bearer <token>`, wherever it stands.
pub(super) fn bearer(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    static GAP: LazyLock<Regex> = LazyLock::new(|| {
        super::pattern(r#"^(?:_token|[ -]token)?\\{0,2}["']?(?:\s|%20|[:=]){1,3}\\{0,2}["']?"#)
    });
    let gap = GAP.find(&text[keyword.end..text.len().min(keyword.end + 24)])?;
    let start = keyword.end + gap.end();
    let end = token_end(text, start);
    let token = &text[start..end];
    // The value of a header, without its name.
    let is_all =
        || text[..keyword.start].trim_ascii().is_empty() && text[end..].trim_ascii().is_empty();
    let is_one = is_drawn(token) || (is_all() && is_made_up(token));
    (is_one && !is_inert(token)).then(|| sure(AUTHORIZATION, "bearer token", start..end))
}

/// `Basic <user and password in base64>`, wherever it stands.
pub(super) fn basic(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    let end = token_end(text, keyword.end);
    is_pair_in_base64(&text[keyword.end..end]).then(|| {
        sure(
            AUTHORIZATION,
            "literal Authorization header",
            keyword.end..end,
        )
    })
}

/// The end of the token that begins at `start`, as far as it is read.
fn token_end(text: &[u8], start: usize) -> usize {
    let limit = text.len().min(start + LONGEST);
    run_end(&text[..limit], start, is_token)
}

/// A cookie that is a session; the keyword is its name and `=`.
pub(super) fn cookie(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    let end = token_end(text, keyword.end);
    let value = &text[keyword.end..end];
    (value.len() >= 20 && is_drawn(value) && !is_inert(value))
        .then(|| sure(AUTHORIZATION, "session cookie", keyword.end..end))
}

/// Whether this is what `user:password` becomes in base64, and no example of it.
pub(in crate::core::secret) fn is_pair_in_base64(text: &[u8]) -> bool {
    let Some(decoded) = BASE64.decode(text).ok().filter(|_| text.len() >= 6) else {
        return false;
    };
    let colon = decoded.iter().position(|byte| *byte == b':');
    colon.is_some_and(|colon| {
        let password = &decoded[colon + 1..];
        decoded
            .iter()
            .all(|byte| byte.is_ascii_graphic() || *byte == b' ')
            && !password.is_empty()
            && !is_inert(password)
            && !is_variable(password)
    })
}

/// Whether it is drawn at random: no word, no template, no example.
fn is_drawn(token: &[u8]) -> bool {
    let is_mixed =
        token.iter().any(u8::is_ascii_digit) && token.iter().any(u8::is_ascii_alphabetic);
    token.len() >= SHORTEST
        && (is_mixed || token.len() >= 24 && !token.contains(&b'.'))
        && entropy(token) >= LEAST_ENTROPY
        && !is_variable(token)
        && !std::str::from_utf8(token).is_ok_and(harmless::placeholder::is_placeholder)
}

/// Whether it is what people choose for a password: `hunter2`.
fn is_made_up(token: &[u8]) -> bool {
    std::str::from_utf8(token).is_ok_and(|token| {
        // `hunter2-99`
        let word = token.trim_end_matches(|last: char| last.is_ascii_digit());
        let word = word.strip_suffix(['-', '_', '.']).unwrap_or(token);
        (prose::is_made_up(token) || prose::is_made_up(word))
            && !harmless::placeholder::is_placeholder(token)
    })
}

fn is_inert(token: &[u8]) -> bool {
    std::str::from_utf8(token).is_ok_and(harmless::is_inert)
}

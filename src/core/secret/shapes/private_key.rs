//! Private keys as files hold them.
use std::{ops::Range, sync::LazyLock};

use regex::bytes::Regex;

use super::{PRIVATE_KEY, pattern, run_end, sure};
use crate::core::secret::hit::Hit;

/// Base64 characters in a row that make the body of a key, not a word about one.
const SHORTEST_BODY: usize = 16;
/// How far behind the first line the body may begin, past headers such as `Proc-Type`.
const LONGEST_HEADERS: usize = 512;

/// A key in PEM, as OpenSSH, PGP and SSH2 write it too: with real line ends, with `\n`, in one line, or cut.
pub(super) fn pem(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    static BEGIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^-----BEGIN ((?:[A-Z0-9]{1,16} ){0,3})PRIVATE KEY(?: BLOCK)?-----|^---- BEGIN (SSH2 )ENCRYPTED PRIVATE KEY ----",
        )
    });
    let rest = &text[keyword.start..text.len().min(keyword.start + 96)];
    let begin = BEGIN.captures(rest)?;
    let kind = begin
        .get(1)
        .or(begin.get(2))
        .map_or(&b""[..], |kind| kind.as_bytes());
    let what = match kind {
        b"OPENSSH " | b"SSH2 " => "private SSH key",
        b"PGP " => "private PGP key",
        _ => "private key",
    };
    let headers = keyword.start + begin.get(0)?.end();
    let end = body_end(text, headers)?;
    Some(sure(PRIVATE_KEY, what, keyword.start..end))
}

/// The end of the first run of base64 that is long enough.
fn body_end(text: &[u8], headers: usize) -> Option<usize> {
    let limit = text.len().min(headers + LONGEST_HEADERS);
    let mut at = headers;
    while at < limit {
        // A line end as JSON and code write it.
        if text[at] == b'\\' {
            at += 2;
            continue;
        }
        let end = run_end(text, at, |byte| {
            byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
        });
        if end - at >= SHORTEST_BODY && is_drawn(&text[at..end]) {
            return Some(end);
        }
        at = end.max(at + 1);
    }
    None
}

/// Whether letters of both cases stand in it, and many different ones, as in every key and no word.
fn is_drawn(body: &[u8]) -> bool {
    let body = &body[..body.len().min(64)];
    let mut seen = [false; 128];
    for byte in body {
        seen[usize::from(byte & 0x7f)] = true;
    }
    seen.iter().filter(|seen| **seen).count() >= 8
        && body.iter().any(u8::is_ascii_lowercase)
        && body.iter().any(u8::is_ascii_uppercase)
}

/// The private half in a file of `PuTTY`.
pub(super) fn putty(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    static LINES: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\s{0,4}[0-9]{1,4}(?:\s|\\r|\\n){1,8}[0-9A-Za-z+/=]{16,}"));
    let rest = &text[keyword.end..text.len().min(keyword.end + 160)];
    let lines = LINES.find(rest)?;
    Some(sure(
        PRIVATE_KEY,
        "private SSH key",
        keyword.start..keyword.end + lines.end(),
    ))
}

/// The private member of a JSON Web Key.
pub(super) fn jwk(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    static MEMBER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#""(?:d|k)"\s{0,4}:\s{0,4}"([0-9A-Za-z_-]{20,})""#));
    // A key's members stand in any order.
    let start = keyword.start.saturating_sub(4096);
    let member = MEMBER.captures(&text[start..])?.get(1)?;
    let span = start + member.start()..start + member.end();
    Some(sure(PRIVATE_KEY, "private JSON Web Key", span))
}

//! Links and connection strings with a password or a token in them.
use std::{ops::Range, sync::LazyLock};

use regex::bytes::Regex;

use super::{URL_PASSWORD, run_end, run_start, sure};
use crate::core::secret::{
    harmless,
    hit::{Confidence, Hit},
    prose,
    rules::entropy,
};

/// The longest user and password together, in bytes.
const LONGEST_USERINFO: usize = 1024;
/// How much of a token in a link is read, in bytes: a longer one ends there.
const LONGEST_TOKEN: usize = 256;
/// What a user or token in a link has at least to be taken for drawn at random, in bytes and bits.
const SHORTEST_TOKEN: usize = 20;
const LEAST_ENTROPY: f64 = 3.3;

const WHAT: &str = "link with a password";

/// `scheme://user:password@host`, of any scheme; the keyword is `://`.
pub(super) fn with_password(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    let has_scheme = keyword.start > 0 && text[keyword.start - 1].is_ascii_alphanumeric();
    if !has_scheme {
        return None;
    }
    let start = keyword.end;
    let limit = text.len().min(start + LONGEST_USERINFO);
    let end = run_end(&text[..limit], start, |byte| {
        !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'^')
    });
    let userinfo = userinfo(&text[start..end])?;
    let colon = userinfo.iter().position(|byte| *byte == b':');
    let Some(colon) = colon else {
        let is_public = is_public_id(&text[..keyword.start], &text[start + userinfo.len()..end]);
        return user_only(userinfo, start).filter(|_| !is_public);
    };
    let (user, password) = (&userinfo[..colon], &userinfo[colon + 1..]);
    if !is_literal(user, password) {
        return None;
    }
    let from = start + colon + 1;
    Some(sure(URL_PASSWORD, WHAT, from..from + password.len()))
}

/// What stands before the `@` of the host. A password may hold `@`, `/`, `?` and `#` that should have been encoded.
fn userinfo(link: &[u8]) -> Option<&[u8]> {
    memchr::memchr(b'@', link)?;
    let authority_end = link
        .iter()
        .position(|byte| b"/?#".contains(byte))
        .unwrap_or(link.len());
    let authority = &link[..authority_end];
    if let Some(at) = authority.iter().rposition(|byte| *byte == b'@') {
        let is_host = authority.get(at + 1).is_none_or(|next| is_host(*next));
        let is_whole = at + 1 < authority.len() || authority_end < link.len();
        // The host may have been left out, or cut.
        let is_told = || {
            std::str::from_utf8(&link[..at]).is_ok_and(|link| {
                link.split_once(':')
                    .is_some_and(|(_, password)| prose::is_made_up(password))
            })
        };
        return (is_host && (is_whole || is_told())).then_some(&link[..at]);
    }
    // `user:pa/ss@host`, but not `host:8080/path@1`.
    let colon = authority.iter().position(|byte| *byte == b':')?;
    let after = &authority[colon + 1..];
    if after.is_empty() || after.iter().all(u8::is_ascii_digit) || after.starts_with(b"$") {
        return None;
    }
    let at = authority_end
        + link[authority_end..]
            .iter()
            .position(|byte| *byte == b'@')?;
    link.get(at + 1)
        .is_some_and(|next| is_host(*next))
        .then_some(&link[..at])
}

const fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'%' | b'$' | b'{' | b'<' | b'(' | b'_')
}

/// Whether what stands before the host of a link is there to be published, by the scheme before it or the host behind it:
/// the public key of a node of Ethereum, the key with which programs in browsers report to Sentry.
fn is_public_id(before: &[u8], behind: &[u8]) -> bool {
    let host = behind.strip_prefix(b"@").unwrap_or_default();
    let host = host.split(|byte| b"/:?#".contains(byte)).next();
    before.ends_with(b"enode") || host.is_some_and(|host| host.ends_with(b".sentry.io"))
}

/// `https://token@host`: a user that is drawn at random.
fn user_only(user: &[u8], start: usize) -> Option<Hit> {
    let is_token = user.len() >= SHORTEST_TOKEN
        && user.iter().any(u8::is_ascii_digit)
        && user.iter().any(u8::is_ascii_alphabetic)
        && user
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
        && entropy(user) >= LEAST_ENTROPY
        && !is_inert(user);
    is_token.then(|| Hit {
        confidence: Confidence::Medium,
        ..sure(URL_PASSWORD, "link with a token", start..start + user.len())
    })
}

/// Whether this password of this user is one, and no template, mask or example of the form of a link.
fn is_literal(user: &[u8], password: &[u8]) -> bool {
    password.len() >= 2 && !is_inert(password) && !is_variable(password) && !is_form(user, password)
}

/// `user:password@host`: how such a link is written, not one.
fn is_form(user: &[u8], password: &[u8]) -> bool {
    let is_one_of = |text: &[u8], words: &[&str]| {
        words
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
    };
    is_one_of(
        user,
        &[
            "user", "username", "usr", "login", "userid", "u", "<user>", "foo", "xxx",
        ],
    ) && is_one_of(
        password,
        &[
            "password", "pass", "passwd", "pwd", "pw", "p", "secret", "bar", "xxx", "token",
            "passwort",
        ],
    )
}

/// Whether a program fills this in, in whatever language it is written.
pub(in crate::core::secret) fn is_variable(password: &[u8]) -> bool {
    let within: [&[u8]; 6] = [b"${", b"$(", b"{{", b"#{", b"<%", b"%s"];
    let is_name = |name: &[u8]| {
        name.iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let bracketed =
        |open, close| password.first() == Some(&open) && password.last() == Some(&close);
    within
        .iter()
        .any(|part| password.windows(part.len()).any(|window| window == *part))
        || password.strip_prefix(b"$").is_some_and(is_name)
        || bracketed(b'{', b'}')
        || bracketed(b'<', b'>')
        || bracketed(b'[', b']')
        || bracketed(b'%', b'%')
        || bracketed(b'(', b')')
}

fn is_inert(password: &[u8]) -> bool {
    std::str::from_utf8(password).is_ok_and(harmless::is_inert)
}

/// `user:password@host:5432/db` without any scheme; the keyword is the port of a database.
pub(super) fn before_port(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_([]".contains(&byte);
    let host = run_start(text, keyword.start, LONGEST_HOST, is_host);
    if text[..host].last() != Some(&b'@') {
        return None;
    }
    login(text, host - 1)
}

/// The longest name of a host.
const LONGEST_HOST: usize = 253;

/// A text that is nothing but a link without its scheme: `app:…@db.example.com/x`, `scott/…@orcl`.
pub(in crate::core::secret) fn alone(text: &str) -> Option<Hit> {
    let link = text.trim();
    if !(8..=LONGEST_USERINFO).contains(&link.len())
        || !link.contains('@')
        || link.contains(char::is_whitespace)
    {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    let (userinfo, host) = link.rsplit_once('@')?;
    let place = host.split(['/', '?', ':']).next().unwrap_or_default();
    let is_place = place.starts_with('(') || place.is_empty() || harmless::names::is_wordy(place);
    if !is_place || host.contains("://") {
        return None;
    }
    let (user, password) = userinfo
        .split_once(':')
        .or_else(|| userinfo.split_once('/'))?;
    let user = user.trim_start_matches('/');
    let is_typed = prose::is_typed(password)
        || (host.contains([':', '/']) && !password.contains('/') && prose::is_made_up(password));
    let is_user = !user.is_empty()
        && user
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let end = start + userinfo.len();
    (is_user && is_typed && is_literal(user.as_bytes(), password.as_bytes()))
        .then(|| sure(URL_PASSWORD, WHAT_STRING, end - password.len()..end))
}

const WHAT_STRING: &str = "connection string with a password";

/// The user and password that end at this `@`.
fn login(text: &[u8], at: usize) -> Option<Hit> {
    let start = run_start(text, at, LONGEST_USERINFO, |byte| {
        byte.is_ascii_graphic() && !b"\"'`=<>,;/".contains(&byte)
    });
    let userinfo = &text[start..at];
    let colon = userinfo.iter().position(|byte| *byte == b':')?;
    let (user, password) = (&userinfo[..colon], &userinfo[colon + 1..]);
    let is_made_up = std::str::from_utf8(password).is_ok_and(prose::is_made_up);
    let from = start + colon + 1;
    (!user.is_empty() && is_made_up && is_literal(user, password))
        .then(|| sure(URL_PASSWORD, WHAT_STRING, from..at))
}

/// `user:password@tcp(host:3306)/db`, as Go's driver for `MySQL` reads it; the keyword is `@tcp(`.
pub(super) fn go_dsn(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    let start = run_start(text, keyword.start, LONGEST_USERINFO, |byte| {
        byte.is_ascii_graphic() && !b"\"'`=<>,;".contains(&byte)
    });
    let userinfo = &text[start..keyword.start];
    let colon = userinfo.iter().position(|byte| *byte == b':')?;
    let (user, password) = (&userinfo[..colon], &userinfo[colon + 1..]);
    let from = start + colon + 1;
    is_literal(user, password).then(|| {
        sure(
            URL_PASSWORD,
            "connection string with a password",
            from..keyword.start,
        )
    })
}

/// `jdbc:oracle:thin:user/password@host`; the keyword is all before the user.
pub(super) fn oracle(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    static LOGIN: LazyLock<Regex> =
        LazyLock::new(|| super::pattern(r#"^([^\s/@:"']+)/"?([^\s@"']+)"?@"#));
    let login =
        LOGIN.captures(&text[keyword.end..text.len().min(keyword.end + LONGEST_USERINFO)])?;
    let (user, password) = (login.get(1)?, login.get(2)?);
    let span = keyword.end + password.start()..keyword.end + password.end();
    is_literal(user.as_bytes(), password.as_bytes())
        .then(|| sure(URL_PASSWORD, "connection string with a password", span))
}

/// A token or signature in the query of a link, which opens it for whoever has the link. The keyword is `?name=`.
pub(super) fn query(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    let limit = text.len().min(keyword.end + LONGEST_TOKEN);
    let end = run_end(&text[..limit], keyword.end, |byte| {
        byte.is_ascii_alphanumeric() || b"-_.~%+/=:".contains(&byte)
    });
    let value = &text[keyword.end..end];
    let name = text[keyword.clone()].to_ascii_lowercase();
    // An answer to OAuth is used up when it is read; a key in a list of changes is none.
    let is_long = match name.as_slice() {
        b"?code=" | b"&code=" | b"?key=" | b"&key=" => value.len() >= 24,
        _ => value.len() >= 16,
    };
    let is_drawn = || {
        value.iter().any(u8::is_ascii_digit)
            && value.iter().any(u8::is_ascii_alphabetic)
            && entropy(value) >= 3.0
    };
    let is_link = || name.starts_with(b"x-") || is_in_link(text, keyword.start);
    (is_long && is_drawn() && is_link() && !is_inert(value) && !is_placeholder(value))
        .then(|| sure(URL_PASSWORD, "link with a token", keyword.end..end))
}

/// Whether what ends at this byte is a link from its scheme on.
fn is_in_link(text: &[u8], end: usize) -> bool {
    let start = run_start(text, end, LONGEST_LINK, |byte| byte.is_ascii_graphic());
    memchr::memmem::find(&text[start..end], b"://").is_some()
}

/// The longest link that is read back to its scheme.
const LONGEST_LINK: usize = 1024;

fn is_placeholder(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(harmless::placeholder::is_placeholder)
}

//! What clients keep in files, and get on their command lines: kubeconfigs, registry logins, `.netrc`, `curl -u`.
use std::{ops::Range, sync::LazyLock};

use regex::bytes::Regex;

use super::{AUTHORIZATION, KUBECONFIG, header::is_pair_in_base64, sure, url::is_variable};
use crate::core::secret::{harmless, hit::Hit};

/// The key of a client certificate, a token or a password in a kubeconfig.
pub(super) fn kubeconfig(text: &[u8], _keyword: &Range<usize>) -> Option<Hit> {
    static MEMBER: LazyLock<Regex> = LazyLock::new(|| {
        super::pattern(
            r#"(client-key-data|id-token|refresh-token|access-token|client-secret|token|password)\\?["']?\s{0,4}:\s{0,4}\\?["']?([^\s"'\\,{}\[\]]{4,})"#,
        )
    });
    MEMBER.captures_iter(text).find_map(|member| {
        let value = member.get(2)?;
        let is_key = member.get(1)?.as_bytes() != b"client-key-data" || value.len() >= 40;
        (is_key && is_literal(value.as_bytes()))
            .then(|| sure(KUBECONFIG, "kubeconfig with a credential", value.range()))
    })
}

/// A login in a `.dockerconfigjson`.
pub(super) fn docker_login(text: &[u8], _keyword: &Range<usize>) -> Option<Hit> {
    static MEMBER: LazyLock<Regex> = LazyLock::new(|| {
        super::pattern(
            r#""(auth|password|identitytoken|registrytoken)\\?"\s{0,4}:\s{0,4}\\?"([^\s"\\]{4,})"#,
        )
    });
    MEMBER.captures_iter(text).find_map(|member| {
        let value = member.get(2)?;
        let is_login = member.get(1)?.as_bytes() != b"auth" || is_pair_in_base64(value.as_bytes());
        (is_login && is_literal(value.as_bytes()))
            .then(|| sure(AUTHORIZATION, "registry login", value.range()))
    })
}

/// An entry of a `.netrc`; the keyword is its first word.
pub(super) fn netrc(text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
    static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
        super::pattern(
            r"^\s{0,8}[^\s]+(?:\s|\\n){1,8}login(?:\s|\\n){1,8}[^\s]+?(?:\s|\\n){1,8}password\s{1,8}([^\s\\]+)",
        )
    });
    let rest = &text[keyword.end..text.len().min(keyword.end + 1700)];
    let password = ENTRY.captures(rest)?.get(1)?;
    let span = keyword.end + password.start()..keyword.end + password.end();
    // `<the API key>` is to be filled in.
    let is_cut = password.as_bytes().starts_with(b"<") && rest[password.end()..].starts_with(b" ");
    (!is_cut && is_literal(password.as_bytes()))
        .then(|| sure(AUTHORIZATION, ".netrc entry with a password", span))
}

/// `curl -u user:password`; the keyword is the command.
///
/// Options before `passed` were read behind the command before.
pub(super) fn command(text: &[u8], keyword: &Range<usize>, passed: &mut usize) -> Option<Hit> {
    static USER: LazyLock<Regex> = LazyLock::new(|| {
        super::pattern(
            r#"^(?:-u|-a|--user|--proxy-user|--auth)[ =]{0,2}\\?(["']?)([^\s"':@\\]*):([^\s"'\\]+)"#,
        )
    });
    let end = text.len().min(keyword.end + LONGEST_COMMAND);
    let start = keyword.end.max(*passed);
    *passed = end.max(*passed);
    let options = (start..end).filter(|at| text[*at] == b'-' && text[at - 1].is_ascii_whitespace());
    options.into_iter().find_map(|at| {
        let user = USER.captures(&text[at..text.len().min(at + LONGEST_COMMAND)])?;
        let (name, password) = (user.get(2)?.as_bytes(), user.get(3)?);
        // `-u user:@/path/of/file`
        let is_file = password.as_bytes().starts_with(b"@/");
        let is_to_fill_in = is_file || (name.starts_with(b"<") && password.len() == 1);
        let is_pair = !is_to_fill_in
            && is_literal(password.as_bytes())
            && !is_form(name, password.as_bytes());
        let span = at + password.start()..at + password.end();
        is_pair.then(|| sure(AUTHORIZATION, "user and password on a command line", span))
    })
}

/// How far behind the command its options are read, in bytes.
const LONGEST_COMMAND: usize = 512;

/// `user:pass`, `test:test`: how the option is written.
fn is_form(name: &[u8], password: &[u8]) -> bool {
    let is_word = |text: &[u8]| {
        let text = text.trim_ascii_end();
        let text = text.strip_suffix(b">").unwrap_or(text);
        [
            "user", "username", "pass", "password", "passwd", "pwd", "token", "apikey", "api_key",
            "yyy", "xxx", "login", "name",
        ]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
    };
    is_word(password) || name == password
}

fn is_literal(value: &[u8]) -> bool {
    !is_variable(value)
        && !std::str::from_utf8(value).is_ok_and(|value| {
            harmless::is_inert(value)
                || value.len() >= 20 && harmless::placeholder::is_placeholder(value)
        })
}

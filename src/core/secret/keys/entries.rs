//! What Secrets are called, and the entries in them.
use super::shapes::without_templates;
use crate::core::secret::{harmless::names, language::is_word, prose};

/// The name of a Secret: words, joined or alone. A word with digits in it that stands alone is what people choose as
/// a password, and hardly ever what they call a Secret.
pub(super) fn is_name_of_secret(text: &str) -> bool {
    let text = without_templates(text).map_or(text, |rest| rest.trim_matches(['-', '_', '.', '/']));
    let is_one_with_digits = || {
        text.len() >= 6
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text.ends_with(|last: char| last.is_ascii_digit())
    };
    // Objects have no capitals in their names, and variables no capital in front: `Naranja_5518`.
    let is_made_up = || prose::is_joined_large(text) && text.contains(['_', '.']);
    (names::is_wordy(text) || is_short_name(text) || is_of_product(text))
        && !is_one_with_digits()
        && !is_made_up()
}

/// What entries of Secrets are called, behind a name that need not be a word: `mapbox-token`.
fn is_of_product(text: &str) -> bool {
    text.split_once('-').is_some_and(|(product, entry)| {
        (2..=12).contains(&product.len())
            && product
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && product.starts_with(|first: char| first.is_ascii_lowercase())
            && !prose::is_made_up(product)
            && (is_entry(entry) || entry == "auth")
    })
}

/// Words and abbreviations with a digit or two between: `team1db`.
fn is_short_name(text: &str) -> bool {
    let mut parts = text.split(|character: char| character.is_ascii_digit());
    text.len() <= 16
        && parts.clone().count() <= 3
        && parts.clone().any(is_word)
        && parts.all(|part| {
            is_word(part) || (part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_lowercase()))
        })
}

/// Two words or more, joined: nobody shares such a secret, machines draw them.
pub(super) fn is_joined_name(text: &str) -> bool {
    text.contains(['-', '/', '.']) && (names::is_wordy(text) || is_of_product(text))
}

/// The name of an entry of a Secret: words, joined or alone. Of what is one word in small letters, what the dictionary
/// does not know may be a secret key, as of a test system: `minioadmin`.
pub(super) fn is_name_of_entry(text: &str) -> bool {
    const PARTS: [&str; 9] = [
        "key", "secret", "json", "yaml", "password", "token", "cert", "config", "user",
    ];
    let stem = text.trim_end_matches(|character: char| character.is_ascii_digit());
    let is_of = |is: fn(&u8) -> bool| text.bytes().all(|byte| byte.is_ascii_digit() || is(&byte));
    let is_variable =
        is_of(|byte| byte.is_ascii_uppercase() || *byte == b'_') && text.contains('_');
    let is_known = || is_word(text) || PARTS.iter().any(|part| stem.contains(part));
    // Small letters, capitals and a long number, as people make up what is to be hard to guess.
    let has_all = text.len() - stem.len() >= 3
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.bytes().any(|byte| byte.is_ascii_lowercase());
    if has_all {
        return false;
    }
    is_entry(stem)
        || is_variable
        || (names::is_wordy(text) && (!is_of(u8::is_ascii_lowercase) || is_known()))
}

/// The entries that Secrets have: `password`, `tls.crt`, `client-id`.
pub(super) fn is_entry(text: &str) -> bool {
    const WORDS: [&str; 34] = [
        "access",
        "api",
        "auth",
        "ca",
        "cert",
        "certificate",
        "client",
        "conf",
        "config",
        "connection",
        "crt",
        "database",
        "db",
        "host",
        "id",
        "json",
        "key",
        "kubeconfig",
        "password",
        "pem",
        "port",
        "private",
        "root",
        "secret",
        "string",
        "tls",
        "token",
        "uri",
        "url",
        "user",
        "username",
        "value",
        "yaml",
        "admin",
    ];
    text.split(['-', '_', '.'])
        .all(|part| WORDS.iter().any(|word| part.eq_ignore_ascii_case(word)))
        || WORDS.iter().any(|word| {
            text.len() > word.len()
                && text.ends_with(word)
                && text.bytes().all(|byte| byte.is_ascii_alphabetic())
                && text.bytes().any(|byte| byte.is_ascii_uppercase())
        })
}

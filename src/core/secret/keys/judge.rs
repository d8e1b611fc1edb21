//! Whether a value under a telling key is a literal credential.
use super::{Literal, shapes::without_templates};
use crate::core::secret::{
    harmless::{facts, names, placeholder::is_placeholder},
    hit::Confidence,
    language::is_word,
    prose,
};

/// What a key says that its value is, which decides how little is needed to believe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A password. People choose them, so there is no such thing as one that is too simple.
    Password,
    /// `pass`: a password, or how many checks were passed.
    Pass,
    /// `pin`: digits that a person types, or a pinned version.
    Pin,
    /// `secret`: in Kubernetes more often the name of a Secret than what is in it.
    Secret,
    /// A secret that two sides share, such as `clientSecret`: no name of an object.
    SharedSecret,
    /// `secretKey`: the secret half of a pair, or the entry of a Secret.
    SecretKey,
    /// A token or key that a machine drew.
    Token,
    /// `credentials`: a pair of user and password, or a word about them.
    Credential,
    /// A key of a sort that is not known, or a header: only what is plainly drawn at random is believed.
    Key,
}

impl Kind {
    /// What it is, in words that stand after "looks like a".
    pub const fn what(self) -> &'static str {
        match self {
            Self::Password | Self::Pass => "literal password",
            Self::Pin => "literal PIN",
            Self::Token => "literal token",
            Self::SecretKey | Self::Key => "literal key",
            Self::Secret | Self::SharedSecret | Self::Credential => "literal credential",
        }
    }

    /// What a member is, of a map or list whose key says this.
    pub(super) const fn of_members(self) -> Self {
        match self {
            // `pass: {…}` is a map of checks, `pins: {…}` one of versions.
            Self::Pass | Self::Pin => Self::Key,
            other => other,
        }
    }
}

/// How sure it is that `literal`, which is neither inert nor a fact, is a credential of `kind`.
pub(in crate::core::secret) fn judge(kind: Kind, literal: Literal<'_>) -> Option<Confidence> {
    let text = literal.text().trim();
    let is_credential = if facts::is_number(text) {
        is_credential_of_digits(kind, text)
    } else {
        is_credential(kind, text)
    };
    // Keys of a sort that is not known are made from digests too, and short ones from words.
    let is_sure = kind != Kind::Key || (text.len() >= 20 && !facts::is_digest(text));
    let confidence = if is_sure {
        Confidence::High
    } else {
        Confidence::Medium
    };
    is_credential.then_some(confidence)
}

/// Counts, limits and times stand under `tokens`, `pass` and `secrets` too; a person who types digits types four.
fn is_credential_of_digits(kind: Kind, text: &str) -> bool {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        Kind::Password => text.len() >= 3,
        Kind::Pin => is_digits && (4..=12).contains(&text.len()),
        Kind::Pass | Kind::Secret | Kind::SharedSecret | Kind::SecretKey => {
            is_digits && text.len() >= 6
        }
        // Longer than any time in nanoseconds since 1970 would be too long: 15 digits are an account's API key.
        Kind::Token => is_digits && (14..=18).contains(&text.len()) && !is_placeholder(text),
        Kind::Credential | Kind::Key => false,
    }
}

fn is_credential(kind: Kind, text: &str) -> bool {
    // What JSON holds is looked at by itself.
    if is_json(text) && kind != Kind::Password {
        return false;
    }
    if text.contains(char::is_whitespace) && is_sentence(text) {
        return false;
    }
    match kind {
        Kind::Password => !is_pointer(text) && !is_stored(text) && !is_label(text),
        Kind::Pass => !is_pointer(text) && !is_outcome(text),
        Kind::Pin => false,
        Kind::Secret => !is_pointer(text) && !is_name_of_secret(text) && !is_placeholder(text),
        Kind::SharedSecret => !is_pointer(text) && !is_joined_name(text) && !is_placeholder(text),
        Kind::SecretKey => !is_pointer(text) && !is_name_of_entry(text) && !is_placeholder(text),
        Kind::Token => !is_pointer(text) && !is_fingerprint(text) && is_token(text),
        Kind::Credential => !is_pointer(text) && (is_pair(text) || is_token(text)),
        Kind::Key => !is_pointer(text) && is_drawn(text),
    }
}

/// Whether it begins and ends as JSON does.
fn is_json(text: &str) -> bool {
    let begins = |sign: char, next: &[char]| {
        let inside = text.strip_prefix(sign).map(str::trim_start);
        inside.is_some_and(|inside| inside.starts_with(next))
    };
    (text.ends_with('}') && begins('{', &['"', '}']))
        || (text.ends_with(']') && begins('[', &['"', '{', '[', ']', '-']))
        || (text.ends_with(']') && text[1..].starts_with(|digit: char| digit.is_ascii_digit()))
}

/// Several words that speak of a credential, such as "see Secret example", instead of being one. The prose rules read
/// it; `correct horse battery staple` has no word that holds a sentence together.
fn is_sentence(text: &str) -> bool {
    const HOLDING: [&str; 44] = [
        "a", "an", "and", "are", "at", "be", "been", "by", "can", "check", "describe", "for",
        "from", "get", "has", "have", "if", "in", "is", "it", "kubectl", "must", "no", "not", "of",
        "on", "or", "read", "run", "secret", "secrets", "see", "set", "stored", "the", "this",
        "to", "use", "using", "vault", "via", "was", "will", "with",
    ];
    if holds_made_up(text) {
        return false;
    }
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_holding = |word: &str| {
        let word = word.trim_matches(|character: char| !character.is_ascii_alphanumeric());
        HOLDING
            .iter()
            .any(|holding| word.eq_ignore_ascii_case(holding))
    };
    (is_holding(first) || words.any(is_holding)) && !has_mixed_word(first)
}

/// Whether among the words is one that nobody writes into a sentence: "see Tr0ub4dor&3", "the hunter2".
fn holds_made_up(text: &str) -> bool {
    const LONGEST: usize = 512;
    const AROUND: &[char] = &['"', '\'', '`', '.', ',', ';', ':', '(', ')'];
    if text.len() > LONGEST {
        return false;
    }
    let mut words = text.split_whitespace();
    let is_lone = matches!((words.next(), words.next(), words.next()), (Some(_), Some(last), None) if prose::is_made_up(last.trim_matches(AROUND)));
    is_lone
        || text
            .split_whitespace()
            .any(|word| prose::is_typed(word.trim_matches(AROUND)))
}

/// Whether letters and digits, or letters and other signs than those of sentences, stand in one word.
fn has_mixed_word(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.iter().any(u8::is_ascii_digit) && bytes.iter().any(u8::is_ascii_alphabetic)
        || bytes.iter().any(|byte| b"!@#$%^&*+=".contains(byte))
}

/// What says where a credential is, or when it was: a link, a path, a resource, a point in time.
fn is_pointer(text: &str) -> bool {
    (facts::is_plain_url(text) && !facts::is_link_to_made_up(text))
        || facts::is_arn(text)
        || (facts::is_time(text) && text.contains('T'))
        || (facts::is_email(text) && !text.split('@').next().is_some_and(prose::is_made_up))
        || is_api_version(text)
        || is_telling_name(text)
        || is_path_of_entry(text)
}

/// A user and what a system stores of the password: a line of `htpasswd`.
fn is_stored(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(_, stored)| facts::is_hash(stored))
}

/// The word for a password in another language, as a translation has it: `Passwort`.
fn is_label(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
        && !text.eq_ignore_ascii_case("password")
        && text
            .chars()
            .all(|letter| letter.is_alphabetic() || letter == ' ')
        && super::kind_of(text) == Some(Kind::Password)
}

/// A version of an API of Kubernetes: `v1`, `v1beta1`.
fn is_api_version(text: &str) -> bool {
    let without_digits = |text: &str| {
        let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
        (rest.len() < text.len() && text.len() - rest.len() <= 2).then_some(rest.len())
    };
    let Some(major) = text.strip_prefix('v') else {
        return false;
    };
    let Some(rest) = without_digits(major).map(|length| &major[major.len() - length..]) else {
        return false;
    };
    let minor = rest
        .strip_prefix("alpha")
        .or_else(|| rest.strip_prefix("beta"));
    rest.is_empty() || minor.and_then(without_digits) == Some(0)
}

/// A name in three parts or more that ends in what Secrets are called: `example-app-credentials`.
fn is_telling_name(text: &str) -> bool {
    const ENDS: [&str; 8] = [
        "-secret",
        "-secrets",
        "-credentials",
        "-credential",
        "-creds",
        "-tls",
        "-secret-ref",
        "-password-secret",
    ];
    names::is_name(text)
        && text.split('-').count() >= 3
        && ENDS.iter().any(|end| text.ends_with(end))
        && !["super-", "top-", "very-"]
            .iter()
            .any(|word| text.contains(word))
}

/// Where in a store or a Secret an entry is, in three steps or more: `team/app/password`.
fn is_path_of_entry(text: &str) -> bool {
    text.split('/').count() >= 3
        && text.rsplit('/').next().is_some_and(is_entry)
        && text.split('/').all(names::is_step)
}

/// The digest of a public key, as OpenSSH shows it: `SHA256:` and 43 characters of base64.
fn is_fingerprint(text: &str) -> bool {
    text.strip_prefix("SHA256:").is_some_and(|digest| {
        digest.len() == 43
            && digest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    })
}

/// What a check under `pass` came to.
fn is_outcome(text: &str) -> bool {
    [
        "pass", "passed", "fail", "failed", "skip", "skipped", "warn", "error",
    ]
    .iter()
    .any(|outcome| text.eq_ignore_ascii_case(outcome))
}

/// The name of a Secret: words, joined or alone. A word with digits in it that stands alone is what people choose as
/// a password, and hardly ever what they call a Secret.
fn is_name_of_secret(text: &str) -> bool {
    let text = without_templates(text).map_or(text, |rest| rest.trim_matches(['-', '_', '.', '/']));
    let is_one_with_digits = || {
        text.len() >= 6
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text.ends_with(|last: char| last.is_ascii_digit())
    };
    (names::is_wordy(text) || is_short_name(text) || is_of_product(text)) && !is_one_with_digits()
}

/// What entries of Secrets are called, behind a name that need not be a word: `mapbox-token`.
fn is_of_product(text: &str) -> bool {
    text.split_once('-').is_some_and(|(product, entry)| {
        (2..=12).contains(&product.len())
            && product.bytes().all(|byte| byte.is_ascii_lowercase())
            && is_entry(entry)
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
fn is_joined_name(text: &str) -> bool {
    text.contains(['-', '/', '.']) && (names::is_wordy(text) || is_of_product(text))
}

/// The name of an entry of a Secret: words, joined or alone. Of what is one word in small letters, what the dictionary
/// does not know may be a secret key, as of a test system: `minioadmin`.
fn is_name_of_entry(text: &str) -> bool {
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

/// What a machine drew, or a person made up with digits in it.
fn is_token(text: &str) -> bool {
    if text.len() < 6 || text.contains(char::is_whitespace) || is_placeholder(text) {
        return false;
    }
    if !names::is_wordy(text) {
        return text.len() >= 8 || has_mixed_word(text);
    }
    // `hunter2`, but neither `sha256` nor `v1.2`.
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && ![
            "sha", "oauth", "hs", "rs", "es", "ps", "aes", "base", "bearer", "v",
        ]
        .iter()
        .any(|word| {
            text.trim_end_matches(|character: char| character.is_ascii_digit())
                .eq_ignore_ascii_case(word)
        })
}

/// `user:password`, `user / password`.
fn is_pair(text: &str) -> bool {
    let Some((user, password)) = text.split_once(" / ").or_else(|| text.split_once(':')) else {
        return false;
    };
    !user.is_empty()
        && user.len() <= 64
        && user
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte))
        && password.len() >= 4
        && !password.contains(char::is_whitespace)
        && !password.starts_with('/')
        && !facts::is_number(password)
        && !crate::core::secret::harmless::is_inert(password)
        // An object and where it is: `default:pg-app`.
        && (prose::is_known_user(user) || !(names::is_name(password) && password.contains('-')))
}

/// Sixteen characters or more in which letters and digits are mixed as in no name, and no UUID.
fn is_drawn(text: &str) -> bool {
    text.len() >= 16
        && !text.contains(char::is_whitespace)
        && !names::is_wordy(text)
        && !facts::is_uuid(text)
        && !text.contains(':')
        && !is_placeholder(text)
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.%".contains(&byte))
}

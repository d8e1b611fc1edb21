//! Whether a value under a telling key is a literal credential.
use super::{
    Literal,
    entries::{is_joined_name, is_name_of_entry, is_name_of_secret},
    pointer::{is_colour, is_fingerprint, is_pointer},
};
use crate::core::secret::{
    harmless::{facts, names, placeholder::is_placeholder},
    hit::Confidence,
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

    /// Whether the word has other senses, so that a key around it may say more.
    pub(super) const fn says_little(self) -> bool {
        match self {
            Self::Pass | Self::Pin | Self::Secret | Self::Credential | Self::Key => true,
            Self::Password | Self::Token | Self::SharedSecret | Self::SecretKey => false,
        }
    }

    /// Whether something may hold the value, beside what is said of it: no check, no state, no mark of a place.
    pub(super) const fn is_held(self) -> bool {
        !matches!(self, Self::Pass | Self::Pin | Self::Key)
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
        Kind::SharedSecret => {
            !is_pointer(text)
                && (!is_joined_name(text) || is_word_and_number(text))
                && !is_placeholder(text)
        }
        Kind::SecretKey => !is_pointer(text) && !is_name_of_entry(text) && !is_placeholder(text),
        Kind::Token => {
            !is_pointer(text) && !is_fingerprint(text) && !is_colour(text) && is_token(text)
        }
        Kind::Credential => {
            !is_pointer(text) && (is_pair(text) || is_token(text) || prose::is_joined_large(text))
        }
        Kind::Key => !is_pointer(text) && is_drawn(text),
    }
}

/// A word and a number behind it, as people make up what they share: `word-9917`. Objects have longer names, or
/// shorter numbers.
fn is_word_and_number(text: &str) -> bool {
    text.split_once('-').is_some_and(|(word, number)| {
        word.bytes().all(|byte| byte.is_ascii_alphabetic())
            && number.len() >= 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && super::kind_of(word).is_none()
    })
}

/// Whether it begins and ends as JSON does.
fn is_json(text: &str) -> bool {
    let begins = |sign: char, next: &[char]| {
        let inside = text.strip_prefix(sign).map(str::trim_start);
        inside.is_some_and(|inside| inside.starts_with(next))
    };
    (text.ends_with('}') && begins('{', &['"', '}']))
        || (text.ends_with(']') && begins('[', &['"', '{', '[', ']', '-']))
        || (text.ends_with(']')
            && text
                .strip_prefix('[')
                .is_some_and(|inside| inside.starts_with(|digit: char| digit.is_ascii_digit())))
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
    // "Forgot your password?", "Mot de passe oublié ?"
    let is_question = text.ends_with('?')
        && text.starts_with(char::is_uppercase)
        && !text.bytes().any(|byte| byte.is_ascii_digit());
    if is_question {
        return true;
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

/// What a check under `pass` came to.
fn is_outcome(text: &str) -> bool {
    [
        "pass", "passed", "fail", "failed", "skip", "skipped", "warn", "error",
    ]
    .iter()
    .any(|outcome| text.eq_ignore_ascii_case(outcome))
}

/// What a machine drew, or a person made up with digits in it.
fn is_token(text: &str) -> bool {
    if is_salt(text) {
        return true;
    }
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

/// Sixty-four characters of every kind, with blanks among them: what `WordPress` signs sessions with.
fn is_salt(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    text.len() == 64
        && text.is_ascii()
        && text.bytes().filter(u8::is_ascii_punctuation).count() >= 8
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
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

/// `fs.s3.cse.kms.keyId`: what a setting is called.
fn is_property(text: &str) -> bool {
    let is_part = |part: &str| {
        (1..=12).contains(&part.len())
            && part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().filter(u8::is_ascii_digit).count() <= 2
    };
    text.split('.').count() > 2 && text.split('.').all(is_part)
}

/// `linux-node-` and a digest: what caches keep something under.
fn is_name_and_digest(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(name, digest)| {
        digest.len() == 64 && facts::is_digest(digest) && names::is_wordy(name)
    })
}

/// Where something is in a file system: `/dev/disk/by-id/…`.
fn is_device(text: &str) -> bool {
    [
        "/dev/", "/etc/", "/mnt/", "/opt/", "/run/", "/srv/", "/tmp/", "/usr/", "/var/", "/home/",
    ]
    .iter()
    .any(|root| text.starts_with(root))
}

/// Sixteen characters or more in which letters and digits are mixed as in no name, and no UUID.
fn is_drawn(text: &str) -> bool {
    text.len() >= 16
        && !text.contains(char::is_whitespace)
        && !names::is_wordy(text)
        && !facts::is_uuid(text)
        && !text.contains(':')
        && !is_device(text)
        && !is_name_and_digest(text)
        && !is_property(text)
        && !is_placeholder(text)
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.%".contains(&byte))
}

//! Keys that are a literal instead of a name, where they stand below a word for a credential: `tokens: {hunter2: …}`.
use super::{
    harmless::{facts, names},
    judge::may_be_password,
    keys::words,
    language::is_word,
    prose,
};

/// Whether a key that stands below a word for a credential may be the credential, or a user and one. Errs on the side
/// of yes, but not for what people call users, systems and objects: it decides only what is shown.
pub(super) fn may_be_literal(key: &str) -> bool {
    // Most names are words, and joined.
    if key
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(&byte))
    {
        return may_be_password(key);
    }
    is_pair(key) || may_be_typed(key) || facts::is_uuid(key) || has_made_up(key)
}

/// Whether a key below a word for a password that has no value is one: what people make up, or type in digits.
pub(super) fn may_be_typed(key: &str) -> bool {
    const SHORTEST: usize = 4;
    may_be_password(key) || (key.len() >= SHORTEST && key.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a key is a user and a literal: `admin:swordfish`, but neither an address nor an object and where it is,
/// `default:pg-app`.
pub(super) fn is_pair(key: &str) -> bool {
    let Some((user, literal)) = halves(key) else {
        return false;
    };
    let is_user = (1..=64).contains(&user.len())
        && user
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte));
    if !is_user || literal.len() < 4 || facts::is_address(key) || facts::is_version(literal) {
        return false;
    }
    if prose::is_known_user(user) {
        return !is_name(literal) || literal.eq_ignore_ascii_case(user);
    }
    !facts::is_number(literal)
        && (has_made_up(literal) || (key.contains([':', '=']) && !is_name(literal)))
}

/// Whether one of the entries of a list in a text is a user and what nobody takes for anything but a password:
/// `admin: hunter2, app: Tr0ub4dor&3`.
pub(super) fn holds_pair(text: &str) -> bool {
    const LONGEST: usize = 1024;
    if text.len() > LONGEST || !text.contains(JOINING) {
        return false;
    }
    let mut entries = text.split([',', ';', '\n']).map(str::trim);
    entries.any(|entry| {
        let literal = halves(entry).map_or("", |(_, literal)| literal);
        let is_fact = || {
            facts::is_time(literal)
                || facts::is_email(literal)
                || facts::is_digest(literal)
                || facts::is_uuid(literal)
        };
        is_pair(entry)
            && !is_within_realm(entry)
            && has_made_up(literal)
            && !literal.contains(char::is_whitespace)
            && !is_fact()
    })
}

/// Whether a key is a user that systems come with and a word that people make up for a password: `admin:hunter2`.
pub(super) fn is_login(key: &str) -> bool {
    // Most keys are names.
    if !key.bytes().any(|byte| matches!(byte, b':' | b'=')) {
        return false;
    }
    let (user, literal) = halves(key).unwrap_or_default();
    literal.len() >= SHORTEST_MADE_UP
        && prose::is_known_user(user)
        && !is_called(literal)
        && (holds_pair(key) || prose::is_joined_large(literal))
}

/// Whether it is a version of an API, or words with capitals as programs name things: `v1beta1`, `readWrite1`.
fn is_called(literal: &str) -> bool {
    let is_api = literal.strip_prefix('v').is_some_and(|version| {
        version.starts_with(|first: char| first.is_ascii_digit())
            && (version.contains("alpha") || version.contains("beta"))
    });
    let has_capital = literal
        .bytes()
        .skip(1)
        .any(|byte| byte.is_ascii_uppercase());
    let is_name = literal.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_api || (is_name && has_capital && !is_grown(literal) && names::is_wordy(literal))
}

/// The fewest characters of a word that is nothing but a password beside a user: `v1beta1` and `pod2` are none.
const SHORTEST_MADE_UP: usize = 6;

/// Whether a user is said with where it is known: `ldap:mueller42`, `CORP/Mueller42`, `uid=mueller42,ou=people`.
fn is_within_realm(entry: &str) -> bool {
    const REALMS: [&str; 22] = [
        "aad", "azure", "azuread", "cn", "github", "gitlab", "google", "kerberos", "keycloak",
        "ldap", "mongodb", "mssql", "mysql", "oauth", "oidc", "okta", "oracle", "saml", "sso",
        "sub", "uid", "user",
    ];
    let realm = entry.split(JOINING).next().unwrap_or_default();
    let is_listed = || REALMS.iter().any(|known| realm.eq_ignore_ascii_case(known));
    let is_joined_loosely = !entry[realm.len()..].starts_with([':', '=', '|']);
    !prose::is_known_user(realm) && (is_joined_loosely || is_listed())
}

/// Signs between a user and a password.
const JOINING: [char; 5] = [':', '=', '/', '|', ' '];

/// What stands before and behind the first sign that joins a user and a password.
fn halves(key: &str) -> Option<(&str, &str)> {
    let (user, literal) = key.split_once(JOINING)?;
    let literal = literal.trim_start_matches(JOINING);
    // `admin -> hunter2`
    let literal = literal.strip_prefix("->").map_or(literal, str::trim_start);
    Some((user, literal))
}

/// Whether a text is words and abbreviations, joined.
fn is_name(text: &str) -> bool {
    let mut parts = text.split(['-', '_', '.', '/']);
    let is_part = |part: &str| {
        let stem = part.trim_end_matches(|last: char| last.is_ascii_digit());
        stem.len() <= 3 || is_word(stem)
    };
    (text.contains('-') && names::is_name(text)) || parts.all(is_part)
}

/// Whether a part of a key, or one of its words, is what people make up or machines draw, but not as Kubernetes and
/// digests do.
fn has_made_up(key: &str) -> bool {
    let is_made_up = |part: &str| !is_generated(part) && prose::is_made_up(part);
    let mut parts = key.split(|sign: char| !sign.is_ascii_alphanumeric());
    parts.any(is_made_up) || words(key).any(|word| is_made_up(word) || is_grown(word))
}

/// Whether letters and digits are those of which Kubernetes and digests make names.
fn is_generated(part: &str) -> bool {
    part.bytes()
        .all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte))
        || part.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether digits stand behind letters that are no word, and letters behind them: `hunter2zz`.
pub(super) fn is_grown(part: &str) -> bool {
    const SHORTEST: usize = 5;
    let mut runs = part.split(|digit: char| digit.is_ascii_digit());
    let is_unknown = |run: &str| {
        run.len() >= SHORTEST && run.bytes().all(|byte| byte.is_ascii_alphabetic()) && !is_word(run)
    };
    part.bytes().any(|byte| byte.is_ascii_digit())
        && part.ends_with(|last: char| last.is_ascii_alphabetic())
        && runs.any(is_unknown)
}

#[cfg(test)]
mod tests {
    use super::may_be_literal;

    #[test]
    fn what_reads_like_a_literal_is_told_from_names() {
        for key in [
            "hunter2",
            "hunter2ZZ",
            "hunter2zz-like",
            "admin:hunter2ZZ",
            "app=hunter2",
            "admin:swordfish",
            "root / toor",
            "app/s3cr3tpw",
            "postgres:postgres",
            "app:swordfish",
            "0b2c9f6e-7d7c-4a54-9f0e-5f8e7a6b1c2d",
            "471147",
        ] {
            assert!(may_be_literal(key), "{key}");
        }
        for key in [
            "admin",
            "app-user",
            "db_1",
            "user2",
            "appUser2Db",
            "pg-7c9f8b6d4-x2x9k",
            "root@localhost",
            "default:pg-app",
            "redis.svc:6379",
            "team-a/db",
            "oauth2Proxy",
            "web01",
            "eu-west-1",
            "admin/reader",
            "db password",
            "length",
            "443",
        ] {
            assert!(!may_be_literal(key), "{key}");
        }
    }
}

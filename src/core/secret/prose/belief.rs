//! How much is needed to believe that a word is a credential, by what announced it.
use super::{
    gap::{Gap, How},
    head,
    look::{Look, is_term, look},
    marker::{Form, Marker},
    written::Written,
};
use crate::core::secret::{
    harmless::{self, facts, placeholder},
    hit::Confidence,
    keys::{self, Kind, Literal},
    language::is_word,
};

/// How sure it is that what is written is a credential of `kind`.
pub(super) fn confidence(
    text: &str,
    written: &Written,
    kind: Kind,
    gap: Gap,
    marker: &Marker,
) -> Option<Confidence> {
    let (how, form) = (gap.how, marker.form);
    let word = &text[written.span.clone()];
    // "You can pass: `-e version=…`"
    if kind == Kind::Pass && word.starts_with('-') {
        return None;
    }
    // A plain word, however it looks, is believed only in quotes or behind a name.
    if !written.is_quoted && form == Form::Word && is_plain(word) && !is_known(word) {
        return None;
    }
    let look = look(word);
    // The most usual of all, and nothing more is needed to know it: "the password of".
    if (how == How::Beside && look == Look::Ordinary) || placeholder::says_so(word) {
        return None;
    }
    if word.contains(char::is_whitespace) {
        let is_phrase = kind == Kind::Password
            && written.is_quoted
            && how != How::Beside
            && !harmless::is_inert(word)
            && (word.bytes().any(|byte| byte.is_ascii_digit())
                || (announces_phrase(&text[marker.start..marker.end]) && is_phrase(word)));
        return is_phrase
            .then(|| keys::judge(kind, Literal::Text(word)))
            .flatten()
            .map(|_| Confidence::Medium);
    }
    // Behind a name and a sign stands a value, whatever follows it.
    let is_last = || {
        written.is_quoted
            || form != Form::Word
            || gap.is_bound(text)
            || ends_clause(&text[written.passed..])
    };
    // "FirebaseAuth: <digest>" in a lock file.
    let name = &text[marker.start..marker.end];
    if kind == Kind::Key && name.ends_with("Auth") && facts::is_digest(word) {
        return None;
    }
    match kind {
        Kind::Password | Kind::Pass => {
            // "`USER_PASSWORD`: Swift user password"
            let is_described = !written.is_quoted
                && !gap.is_bound(text)
                && word.starts_with(|first: char| first.is_ascii_uppercase())
                && !ends_clause(&text[written.passed..]);
            let place = (form, written.is_quoted, is_described);
            of_password(word, look, how, place, kind, is_last)
        }
        Kind::Pin => of_pin(word, how, is_last),
        Kind::Token => of_token(word, look, how, is_last),
        Kind::Secret | Kind::SharedSecret | Kind::SecretKey | Kind::Key | Kind::Credential => {
            let is_explicit = how == How::Explicit
                && (look == Look::Drawn
                    || (look == Look::Numbered && word.len() >= 6 && is_last()));
            // "registered with secret …": objects have other names.
            let is_led_in = kind == Kind::Secret
                && how == How::With
                && look == Look::Drawn
                && (32..64).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
            // The secret half of a pair, as vendors draw it.
            let is_half = kind == Kind::SecretKey
                && look == Look::Drawn
                && word.len() >= 16
                && !word.contains('-')
                && word.bytes().any(|byte| byte.is_ascii_uppercase())
                && word.bytes().any(|byte| byte.is_ascii_lowercase())
                && word.bytes().any(|byte| byte.is_ascii_digit());
            let is_credible =
                is_explicit || is_led_in || is_half || is_long_secret(word, kind, look);
            is_credible
                .then(|| keys::judge(kind, Literal::Text(word)))
                .flatten()
        }
    }
}

/// Whether a word has nothing but letters, and no capital but the first: nobody can tell that it was made up.
fn is_plain(word: &str) -> bool {
    let mut letters = word.bytes();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_lowercase())
}

fn of_password(
    word: &str,
    look: Look,
    how: How,
    (form, is_quoted, is_described): (Form, bool, bool),
    kind: Kind,
    is_last: impl Fn() -> bool,
) -> Option<Confidence> {
    let sure = if how == How::Beside {
        Confidence::Medium
    } else {
        Confidence::High
    };
    if kind == Kind::Pass && (how == How::Beside || (how == How::With && !super::is_made_up(word)))
    {
        return None;
    }
    match look {
        Look::Drawn => Some(sure),
        Look::Numbered if word.len() >= 6 && is_last() => Some(sure),
        Look::Joined if how == How::Explicit && kind == Kind::Password && is_last() => {
            Some(of_joined(word))
        }
        Look::Joined if how == How::With && kind == Kind::Password && is_last() => {
            Some(of_joined(word))
        }
        // Objects in Kubernetes have no capitals in their names.
        Look::Joined
            if kind == Kind::Password && of_joined(word) == Confidence::High && is_last() =>
        {
            Some(Confidence::Medium)
        }
        Look::Ordinary | Look::Numbered
            if how == How::Explicit && kind == Kind::Password && is_short(word) && is_last() =>
        {
            Some(sure)
        }
        Look::Digits
            if how != How::Beside && word.len() >= 4 && kind == Kind::Password && is_last() =>
        {
            Some(sure)
        }
        Look::Unknown
            if how == How::Explicit
                && word.is_ascii()
                && (is_quoted || form != Form::Word)
                && (is_last() && !is_described) =>
        {
            let has_digit = || word.bytes().any(|byte| byte.is_ascii_digit());
            (!is_camel(word) || has_digit()).then_some(Confidence::Medium)
        }
        Look::Ordinary | Look::Unknown if how != How::Beside && is_known(word) && is_last() => {
            Some(Confidence::Medium)
        }
        _ => None,
    }
}

/// Whether a word announces several: `passphrase`, `seed phrase`, `mnemonic`.
fn announces_phrase(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.ends_with("phrase") || word.ends_with("mnemonic")
}

/// Three words or more in small letters and nothing else, as people are told to choose for a phrase.
fn is_phrase(text: &str) -> bool {
    let is_plain = |word: &str| {
        (3..=12).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    (3..=8).contains(&text.split(' ').count()) && text.split(' ').all(is_plain)
}

/// Five characters with capitals, small letters and digits among them, as no term has: what people are told to choose,
/// cut short.
fn is_short(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    word.len() == 5
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && word.starts_with(|first: char| first.is_ascii_alphabetic())
        && !is_term(word)
        && !is_word(word.trim_end_matches(|digit: char| digit.is_ascii_digit()))
}

/// A long secret directly behind "client secret" or "secret key": beside "secret" alone stands the name of an object.
fn is_long_secret(word: &str, kind: Kind, look: Look) -> bool {
    let is_long = match kind {
        Kind::SharedSecret | Kind::SecretKey => word.len() >= 20,
        Kind::Key => word.len() >= 32 && !word.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => false,
    };
    is_long
        && look == Look::Drawn
        && !facts::is_uuid(word)
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_".contains(&byte))
}

/// Objects in Kubernetes have no capitals in their names.
fn of_joined(word: &str) -> Confidence {
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Confidence::High
    } else {
        Confidence::Medium
    }
}

/// Names of things in programs: `passwordField`, `SecretStore`.
fn is_camel(word: &str) -> bool {
    word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
        && word.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Passwords without digits that everybody knows, and that no sentence about passwords holds at this place.
fn is_known(word: &str) -> bool {
    const KNOWN: [&str; 15] = [
        "adminadmin",
        "dragon",
        "hunter",
        "iloveyou",
        "letmein",
        "minioadmin",
        "monkey",
        "opensesame",
        "passw",
        "prom-operator",
        "qwerty",
        "rootroot",
        "sunshine",
        "swordfish",
        "trustno",
    ];
    KNOWN.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn of_pin(word: &str, how: How, is_last: impl Fn() -> bool) -> Option<Confidence> {
    let is_pin = (4..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    let sure = if how == How::Beside {
        Confidence::Medium
    } else {
        Confidence::High
    };
    // "pin 1234 pods"
    (is_pin && (how == How::Explicit || is_last())).then_some(sure)
}

fn of_token(word: &str, look: Look, how: How, is_last: impl Fn() -> bool) -> Option<Confidence> {
    // What machines draw is written in the characters of base64, of links and of hex.
    let is_writable = word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.:~%|!".contains(&byte));
    let is_credible = || is_writable && keys::judge(Kind::Token, Literal::Text(word)).is_some();
    match (look, how) {
        (Look::Drawn, How::Explicit) if is_credible() => Some(Confidence::High),
        (Look::Numbered, How::Explicit) if word.len() >= 6 && is_last() && is_credible() => {
            Some(Confidence::Medium)
        }
        // Beside the word "token" stands more often what tells one token from another.
        (Look::Drawn, _) if word.len() >= 12 && !is_key_id(word) && is_credible() => {
            let is_sure = word.len() >= 20 && !facts::is_digest(word);
            Some(if is_sure {
                Confidence::High
            } else {
                Confidence::Medium
            })
        }
        _ => None,
    }
}

/// What tells one key from another: a UUID, or the few digits of a fingerprint that GPG shows.
fn is_key_id(word: &str) -> bool {
    let is_of_gpg = || {
        word.len() == 40
            && word
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
    };
    facts::is_uuid(word)
        || is_of_gpg()
        || (word.len() < 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether nothing follows, or what follows begins a new clause: "hunter2, please …" against "md5 hash".
fn ends_clause(rest: &str) -> bool {
    const JOINING: [&str; 24] = [
        "a", "after", "and", "as", "at", "because", "before", "but", "e", "et", "for", "in", "on",
        "or", "please", "so", "then", "to", "und", "until", "via", "which", "with", "y",
    ];
    let Some(behind) = head(rest, 32).strip_prefix(' ') else {
        return true;
    };
    let end = behind
        .find(|character: char| !character.is_alphanumeric())
        .unwrap_or(behind.len());
    let next = &behind[..end];
    next.is_empty()
        || JOINING
            .iter()
            .any(|joining| next.eq_ignore_ascii_case(joining))
        || behind[end..].starts_with(['=', ':'])
}

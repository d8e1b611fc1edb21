//! How a word looks: like those that sentences are made of, or like a credential.
use crate::core::secret::{
    harmless::{facts, is_inert, is_letters, names},
    language::is_word,
};

/// How a candidate looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// What sentences and logs hold: words, names, times, addresses.
    Ordinary,
    /// Letters that may be a word of another language, or a name.
    Unknown,
    /// Digits alone.
    Digits,
    /// One word with digits behind it.
    Numbered,
    /// Words joined by hyphens, with a number: `winter-2026`. So are the names of many objects.
    Joined,
    /// Letters, digits and signs as in no word.
    Drawn,
}

/// Looks at `word`.
pub(super) fn look(word: &str) -> Look {
    if is_inert(word) || (!is_letters(word) && is_fact(word)) {
        return Look::Ordinary;
    }
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    if !has(|byte| !byte.is_ascii_digit()) {
        return Look::Digits;
    }
    if has(|byte| !byte.is_ascii()) {
        return if has(u8::is_ascii_digit) {
            Look::Drawn
        } else {
            Look::Unknown
        };
    }
    let has_letter = has(u8::is_ascii_alphabetic);
    // A sentence hardly ever ends with a number and an exclamation mark, a password often does.
    let is_loud = word
        .trim_end_matches('!')
        .ends_with(|last: char| last.is_ascii_digit());
    if has_letter && is_loud && word.ends_with('!') {
        return Look::Drawn;
    }
    if !has_letter || word.len() < 4 {
        return Look::Ordinary;
    }
    let body = word
        .trim_start_matches(['#', '@'])
        .trim_end_matches(['!', '?', '@', '%']);
    let has_sign = body.bytes().any(|byte| b"!@#$%^&*+=~?".contains(&byte));
    let has_digit = has(u8::is_ascii_digit);
    if has_sign {
        return signed(body, has_digit);
    }
    if !has_digit && names_a_secret(body) {
        return Look::Ordinary;
    }
    match (names::is_wordy(body), has_digit) {
        (true, true) if is_joined(body) => Look::Joined,
        (true, _) if body.contains(['-', '.', '/', ':']) => Look::Ordinary,
        (true, true) if is_term(body) => Look::Ordinary,
        (true, true) if body.contains('_') => Look::Unknown,
        (true, true) => Look::Numbered,
        (true, false) if is_word(body) || body.contains('_') => Look::Ordinary,
        (true, false) => Look::Unknown,
        (false, true) if body.len() >= 6 && !is_measured(body) => Look::Drawn,
        // Letters of one case that read as no word may be one of a language that is not English.
        (false, false) if body.len() >= 8 && is_mixed_case(body) => Look::Drawn,
        (false, _) => Look::Ordinary,
    }
}

/// Whether digits stand behind letters that are no word of documentation: `hunter2`, but neither `version2` nor `db1`.
pub(super) fn is_numbered_unknown(word: &str) -> bool {
    let stem = word.trim_end_matches(|character: char| !character.is_ascii_alphabetic());
    let is_unknown = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphabetic())
            && !is_word(part)
            && !names_a_secret(part)
    };
    // `Kiesel3Stein`: of names with a number in the middle a part is a word or an abbreviation.
    let mut parts = stem.split(|character: char| character.is_ascii_digit());
    let is_one = parts.clone().count() == 1 && stem.len() < word.len();
    word.len() >= 6
        && if is_one {
            is_unknown(stem)
        } else {
            parts.clone().count() == 2 && parts.all(|part| part.len() > 3 && is_unknown(part))
        }
}

/// A word with a sign in it. Programs and markup join words with most signs; people put `@`, `!` and `$` in passwords.
fn signed(word: &str, has_digit: bool) -> Look {
    let is_numbered_term = || word.split_once('#').is_some_and(|(term, _)| is_term(term));
    if is_padded(word) {
        Look::Drawn
    } else if is_assignment(word)
        || is_numbered_term()
        || (!has_digit && !word.contains(['@', '!', '$', '%', '&', '*']))
    {
        Look::Ordinary
    } else {
        Look::Drawn
    }
}

/// Capitals within a word that has small letters, and nothing but letters.
fn is_mixed_case(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().skip(1).any(|byte| is(&byte));
    word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

/// Base64 that says so itself.
fn is_padded(word: &str) -> bool {
    let body = word.trim_end_matches('=');
    let has = |is: fn(&u8) -> bool| body.bytes().skip(1).any(|byte| is(&byte));
    body.len() < word.len()
        && word.len() >= 8
        && word.len().is_multiple_of(4)
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

/// Words joined by hyphens of which the last is a number of two digits or more, or of which two mix capitals and digits.
/// Neither what an algorithm or a norm is called, nor what a Secret is.
fn is_joined(word: &str) -> bool {
    const NORMS: [&str; 6] = ["iso", "rfc", "cve", "sha", "utf", "aes"];
    let is_number = |part: &str| {
        (2..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_mixed = |part: &&str| {
        part.bytes().any(|byte| byte.is_ascii_digit())
            && part.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    let is_capital = |part: &str| {
        part.len() >= 4
            && part.starts_with(|first: char| first.is_ascii_uppercase())
            && part[1..].bytes().any(|byte| byte.is_ascii_lowercase())
            && !is_word(part)
    };
    // `Tournesol_45`, `Ankara.0606`: variables and hosts have no capital in front.
    let is_begun_large = || {
        let body = word.trim_end_matches(|last: char| last.is_ascii_digit());
        // `Vesna_2026qz`
        let mut parts = word.split(['_', '.']);
        let (first, last) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        let is_mixed = parts.next().is_none()
            && last.len() > 4
            && last
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && last.starts_with(|first: char| first.is_ascii_digit());
        if is_mixed
            && first.len() >= 4
            && first.starts_with(|first: char| first.is_ascii_uppercase())
            && first[1..].bytes().all(|byte| byte.is_ascii_lowercase())
        {
            return true;
        }
        let is_part = |part: &str| {
            part.is_empty()
                || (part.starts_with(|first: char| first.is_ascii_uppercase())
                    && part[1..].bytes().all(|byte| byte.is_ascii_lowercase()))
        };
        body.len() < word.len()
            && body
                .split(['_', '.'])
                .next()
                .is_some_and(|first| first.len() >= 4)
            && body.split(['_', '.']).all(is_part)
    };
    let is_large = || is_mixed_in_parts(word) || is_large_in_parts(word);
    if !word.contains(['/', ':']) && is_large() && !names_a_secret(word) {
        return true;
    }
    if word.contains(['_', '.']) {
        return is_begun_large() && !names_a_secret(word);
    }
    let mut parts = word.split('-');
    let first = parts.next().unwrap_or_default();
    let last = parts.next_back().unwrap_or_default();
    // `Mq2-Lantern-Fig`
    let is_of_capitals = || {
        let is_large = |part: &&str| {
            part.len() > 2
                && part.starts_with(|first: char| first.is_ascii_uppercase())
                && part[1..].bytes().any(|byte| byte.is_ascii_lowercase())
        };
        word.bytes().any(|byte| byte.is_ascii_digit())
            && word.split('-').count() > 2
            && word.split('-').all(|part| is_large(&part))
    };
    // `toor-2-toor`
    let is_parted = || {
        let is_letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let all = || word.split('-');
        let longest = all().filter(|part| is_letters(part)).map(str::len).max();
        is_letters(first)
            && is_letters(last)
            && first.len() > 2
            && last.len() > 2
            && longest >= Some(4)
            && all().filter(|part| is_digits(part)).count() == 1
            && all().all(|part| is_letters(part) || is_digits(part))
    };
    word.len() >= 6
        && !word.contains(['/', ':'])
        && !is_term(first)
        && !NORMS.iter().any(|norm| first.eq_ignore_ascii_case(norm))
        && !names_a_secret(word)
        && (is_number(last)
            || is_parted()
            || is_of_capitals()
            || word.split('-').filter(is_mixed).count() >= 2
            // Objects in Kubernetes have no capitals.
            || (word.split('-').any(is_capital) && last.ends_with(|end: char| end.is_ascii_digit())))
}

/// Words joined of which the first has a capital, and digits somewhere: `Tourn3sol-18`, `Medved-204-x`, `Aceituna.2026`.
fn is_large_in_parts(word: &str) -> bool {
    const NORMS: [&str; 10] = [
        "ISO", "RFC", "CVE", "SHA", "UTF", "AES", "TLS", "RSA", "PKCS", "HTTP",
    ];
    let parts = || word.split(['-', '_', '.']);
    let first = parts().next().unwrap_or_default();
    let is_version = |part: &str| {
        part.strip_prefix(['v', 'V'])
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    word.len() >= 8
        && first.len() >= 4
        && (2..=4).contains(&parts().count())
        && first.starts_with(|first: char| first.is_ascii_uppercase())
        && first[1..].bytes().any(|byte| byte.is_ascii_lowercase())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && parts()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        && !is_term(first)
        && !NORMS.iter().any(|norm| first.starts_with(norm))
        && !parts().any(is_version)
}

/// Two words joined, of which one has digits behind it, and one capitals: `Vq8-lantern`, `acorn_Blitz7`. Neither an
/// algorithm nor a version of something.
fn is_mixed_in_parts(word: &str) -> bool {
    const KNOWN: [&str; 8] = [
        "k8s", "s3", "ipv4", "ipv6", "sha3", "x509", "ed25519", "ec2",
    ];
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    let is_part = |part: &str| {
        let stem = part.trim_end_matches(|last: char| last.is_ascii_digit());
        (2..=16).contains(&part.len())
            && part.len() - stem.len() <= 4
            && stem.bytes().all(|byte| byte.is_ascii_alphabetic())
            && !KNOWN.iter().any(|known| part.eq_ignore_ascii_case(known))
    };
    let is_numbered_term = |part: &str| {
        let stem = part.trim_end_matches(|last: char| last.is_ascii_digit());
        stem.len() < part.len()
            && (is_term(part)
                || (stem.len() > 3
                    && is_word(stem)
                    && stem.starts_with(|first: char| first.is_ascii_uppercase())))
    };
    word.len() >= 9
        && word.split(['-', '_', '.']).count() == 2
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && word.split(['-', '_', '.']).all(is_part)
        && !word.split(['-', '_', '.']).any(is_numbered_term)
}

/// Letters that name a credential instead of being one: `yourpassword`, `MYAPIKEY`, `client_secret`.
fn names_a_secret(word: &str) -> bool {
    const NAMES: [&str; 9] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "credential",
        "passwort",
        "userpass",
    ];
    const OWNERS: [&str; 6] = ["your", "my", "some", "the", "db", "user"];
    let mut lower = [0; 40];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return false;
    };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let lower = std::str::from_utf8(lower).unwrap_or_default();
    NAMES.iter().any(|name| lower.contains(name))
        || OWNERS
            .iter()
            .any(|owner| lower.strip_prefix(owner) == Some("pass"))
}

/// What is a fact wherever it stands in a sentence.
fn is_fact(word: &str) -> bool {
    (word.contains("://") && !facts::is_link_to_made_up(word))
        || word.contains('\\')
        || word.contains("{}")
        || facts::is_format(word)
        || word.starts_with('/')
        || facts::is_image_or_file(word)
        || word.ends_with('@')
        || facts::is_time(word)
        || facts::is_duration(word)
        || facts::is_version(word)
        || facts::is_address(word)
        || facts::is_email(word)
        || facts::is_arn(word)
        || (word.contains(':') && facts::is_digest(word))
        || (facts::is_number(word) && word.bytes().any(|byte| !byte.is_ascii_digit()))
}

/// `key=value` with words on both sides.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(key, value)| {
        names::is_wordy(key)
            && (value.is_empty() || names::is_wordy(value) || facts::is_number(value))
    })
}

/// Names of algorithms and formats, which have digits in them.
pub(super) fn is_term(word: &str) -> bool {
    const TERMS: [&str; 23] = [
        "b", "sha", "md", "aes", "rsa", "ed", "ecdsa", "hs", "rs", "es", "ps", "base", "utf", "x",
        "pkcs", "oauth", "argon", "bcrypt", "ripemd", "scram", "v", "http", "tls",
    ];
    let stem = word.trim_end_matches(|character: char| character.is_ascii_digit());
    let head = word
        .find(|character: char| character.is_ascii_digit())
        .map_or(word, |digit| &word[..digit]);
    let is_joined = ["With", "with", "dec", "enc", "Sum", "sum"]
        .iter()
        .any(|part| word.contains(part));
    let is_listed = |stem: &str| TERMS.iter().any(|term| stem.eq_ignore_ascii_case(term));
    is_listed(stem) || (is_joined && is_listed(head))
}

/// A number with a word behind it: `8chars`, `3times`.
fn is_measured(word: &str) -> bool {
    let unit = word.trim_start_matches(|character: char| character.is_ascii_digit());
    unit.len() < word.len() && is_word(unit)
}

//! Names that people and controllers give to things, told from credentials by the words in them.

use crate::core::secret::language::{Steps, reads_well};

/// Whether `text` is a name as Kubernetes allows them (DNS-1123), made of words and of short generated parts.
pub fn is_name(text: &str) -> bool {
    text.len() <= 253
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
        })
        && is_wordy(text)
}

/// Whether `text` is words joined in any of the usual ways, with numbers between and generated parts after them:
/// `example-es-elastic-user`, `MyDbSecret`, `prod/db_admin`, `pg-7c9f8b6d4-x2x9k`, `v1.31.2`.
pub fn is_wordy(text: &str) -> bool {
    let text = without_uuid(text);
    let (mut words, mut generated, mut short_first) = (0, 0, false);
    for part in text.split(['-', '_', '.', '/', ':']) {
        match part_of_name(part) {
            Part::Empty | Part::Number => {}
            Part::Word => words += 1,
            // Controllers put what they generate behind the name that they were given.
            Part::Generated if words > 0 => generated += 1,
            // `k8s-cluster-admin`: an abbreviation in front, with words behind it.
            Part::Generated if !short_first && is_abbreviation(part) => short_first = true,
            Part::Generated | Part::Other => return false,
        }
    }
    words > usize::from(short_first) && generated <= MOST_GENERATED && generated <= words + 1
}

/// Few letters with digits between, or letters that read as no word but have no digits among them.
fn is_abbreviation(part: &str) -> bool {
    part.len() <= 4 || part.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether `text` is a step of a path or of a link: words, or something as short as what Kubernetes generates.
pub fn is_step(text: &str) -> bool {
    is_wordy(text) || matches!(part_of_name(text), Part::Number | Part::Generated)
}

/// A Pod of a Deployment has two generated parts, one in a release of a chart may have a third.
const MOST_GENERATED: usize = 3;
/// The longest part that Kubernetes generates: the hash of a pod template.
const LONGEST_GENERATED: usize = 10;
/// The longest part in hex that tools generate: half of a short digest.
const LONGEST_HEX: usize = 12;
/// The longest word that stands alone in names.
const LONGEST_WORD: usize = 22;

enum Part {
    Empty,
    Number,
    Word,
    Generated,
    Other,
}

fn part_of_name(part: &str) -> Part {
    let bytes = part.as_bytes();
    if bytes.is_empty() {
        return Part::Empty;
    }
    if bytes.iter().all(u8::is_ascii_digit) {
        return if bytes.len() <= 12 {
            Part::Number
        } else {
            Part::Other
        };
    }
    if is_camel_words(bytes) {
        return Part::Word;
    }
    let is_hex = bytes.len() <= LONGEST_HEX && bytes.iter().all(u8::is_ascii_hexdigit);
    if (is_hex || bytes.len() <= LONGEST_GENERATED)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    {
        return Part::Generated;
    }
    Part::Other
}

/// Letters that read as words, each with a capital or all in capitals, and at most three digits after each.
fn is_camel_words(bytes: &[u8]) -> bool {
    let (mut at, mut words) = (0, 0);
    let mut steps = Steps::default();
    while at < bytes.len() {
        let upper = run(&bytes[at..], u8::is_ascii_uppercase);
        let length = upper + run(&bytes[at + upper..], u8::is_ascii_lowercase);
        let digits = run(&bytes[at + length..], u8::is_ascii_digit);
        if length == 0 || digits > 3 || length > LONGEST_WORD {
            return false;
        }
        steps.add(&bytes[at..at + length]);
        at += length + digits;
        words += 1;
        if digits > 0 && at < bytes.len() {
            steps.add(&[]);
        }
    }
    // One short word may be any abbreviation.
    steps.read_well() || (words == 1 && reads_well(&bytes[..run(bytes, u8::is_ascii_alphabetic)]))
}

/// How many bytes at the start of `bytes` are of a class.
fn run(bytes: &[u8], is_of_class: fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| is_of_class(byte)).count()
}

/// `text` without a UUID at its end, as names of volumes have one.
fn without_uuid(text: &str) -> &str {
    let Some(start) = text.len().checked_sub(36) else {
        return text;
    };
    match (text.get(..start), text.get(start..)) {
        (Some(name), Some(uuid))
            if name.ends_with(['-', '/', '_']) && super::facts::is_uuid(uuid) =>
        {
            name
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::is_wordy;

    #[test]
    fn names_are_words() {
        for name in [
            "example-es-elastic-user",
            "pg-7c9f8b6d4-x2x9k",
            "pvc-0b2c9f6e-7d7c-4a54-9f0e-5f8e7a6b1c2d",
            "MyDbSecret",
            "AWSCURRENT",
            "prod/db_admin",
            "tls.crt",
            "app-v2",
            "kube-root-ca.crt",
            "ip-10-0-1-23",
            "k8s-created-secret",
            "1pw-item-name",
            "isbsvc-default-js-client-auth",
            "gcp-backup-743cfd150129-5rdt4",
        ] {
            assert!(is_wordy(name), "{name}");
        }
    }

    #[test]
    fn what_is_drawn_at_random_is_no_name() {
        for text in [
            "7c9f8b6d4x2x9k3m",
            "x2x9k",
            "s3cr3t-token",
            "abcd-x7k2-p9qm-4tzr",
            "aB3dE5gH7jK9",
            "zX7kQ2mP9vR4",
            "5d686mormq0umo5bwvd9_65ehkorbt347fhepl3g",
            "wjalrxutnfemik7mdeng",
        ] {
            assert!(!is_wordy(text), "{text}");
        }
    }

    /// Of texts drawn from an alphabet less than one in a hundred may pass for names.
    #[test]
    fn random_texts_hardly_ever_pass() {
        let mut state = 7_u64;
        let mut draw = |alphabet: &str, length: usize| -> String {
            let bytes = alphabet.as_bytes();
            let mut one = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                bytes[usize::try_from((state >> 33) % alphabet.len() as u64).unwrap()] as char
            };
            (0..length).map(|_| one()).collect()
        };
        let lower = "abcdefghijklmnopqrstuvwxyz";
        let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let digits = "0123456789";
        for (alphabet, length) in [
            ([lower, upper, digits].concat(), 16),
            ([lower, digits].concat(), 16),
            ([upper, digits].concat(), 16),
            (lower.to_owned(), 20),
            ([lower, upper].concat(), 16),
            (["abcdef", digits].concat(), 20),
            ([lower, upper, digits, "-_"].concat(), 24),
        ] {
            let passed: Vec<_> = (0..10_000)
                .map(|_| draw(&alphabet, length))
                .filter(|text| is_wordy(text))
                .collect();
            assert!(
                passed.len() <= 70,
                "{alphabet}: {} {:?}",
                passed.len(),
                &passed[..4]
            );
        }
    }
}

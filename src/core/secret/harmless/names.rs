//! Names that people and controllers give to things, told from credentials by the words in them.

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
    let (mut words, mut generated) = (0, 0);
    for part in text.split(['-', '_', '.', '/', ':']) {
        match part_of_name(part) {
            Part::Empty | Part::Number => {}
            Part::Word => words += 1,
            // Controllers put what they generate behind the name that they were given.
            Part::Generated if words > 0 => generated += 1,
            Part::Generated | Part::Other => return false,
        }
    }
    words > 0 && generated <= MOST_GENERATED
}

/// A Pod of a Deployment has two generated parts, one in a release of a chart may have a third.
const MOST_GENERATED: usize = 3;
/// The longest part that Kubernetes generates: the hash of a pod template.
const LONGEST_GENERATED: usize = 10;
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
    let is_short = bytes.len() <= LONGEST_GENERATED;
    if is_short
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
    let mut at = 0;
    while at < bytes.len() {
        let word = &bytes[at..];
        let upper = word
            .iter()
            .take_while(|byte| byte.is_ascii_uppercase())
            .count();
        let lower = word[upper..]
            .iter()
            .take_while(|byte| byte.is_ascii_lowercase())
            .count();
        let length = upper + lower;
        let digits = word[length..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        // `aB3dE` is no word: a lone letter before each digit, or a capital at each second place.
        if length == 0 || digits > 3 || !is_pronounceable(&word[..length]) {
            return false;
        }
        if length < 3 && at + length + digits < bytes.len() && digits > 0 {
            return false;
        }
        at += length + digits;
    }
    true
}

/// Whether letters alternate as in words and in the usual abbreviations.
pub fn is_pronounceable(letters: &[u8]) -> bool {
    if letters.len() <= 5 {
        return !letters.is_empty();
    }
    if letters.len() > LONGEST_WORD {
        return false;
    }
    let (mut consonants, mut vowels) = (0, 0);
    let (mut longest_consonants, mut longest_vowels) = (0, 0);
    for letter in letters {
        if b"aeiouy".contains(&letter.to_ascii_lowercase()) {
            vowels += 1;
            consonants = 0;
        } else {
            consonants += 1;
            vowels = 0;
        }
        longest_consonants = longest_consonants.max(consonants);
        longest_vowels = longest_vowels.max(vowels);
    }
    longest_consonants <= 4 && longest_vowels <= 3
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
        ] {
            assert!(is_wordy(name), "{name}");
        }
    }

    #[test]
    fn what_is_drawn_at_random_is_no_name() {
        for text in [
            "7c9f8b6d4x2x9k3m",
            "x2x9k",
            "aB3dE5gH7jK9",
            "zX7kQ2mP9vR4",
            "5d686mormq0umo5bwvd9_65ehkorbt347fhepl3g",
        ] {
            assert!(!is_wordy(text), "{text}");
        }
    }
}

//! Tokens that are none: masks, templates, and the stand-ins of documentation.

/// Words that stand only in made-up tokens. Each is long enough never to come up in a random one.
const STAND_INS: [&str; 12] = [
    "example",
    "placeholder",
    "your_",
    "your-",
    "_here",
    "-here",
    "changeme",
    "change_me",
    "redacted",
    "insert_",
    "replace_",
    "xxxx",
];

/// Whether this is a mask or a stand-in: `sk-xxxxxxxx`, `YOUR_TOKEN_HERE`.
///
/// Meant for the part of a text that a pattern took for a token, so it is stricter than what holds of a password:
/// few distinct characters are a mask here.
pub fn is_placeholder(token: &[u8]) -> bool {
    is_monotonous(token) || has_stand_in(token)
}

/// Whether a program fills this in: shell, Helm, Terraform, printf, Python, CI systems.
pub fn is_template(token: &[u8]) -> bool {
    let starts = [
        "$", "%s", "%v", "%(", "%{", "{{", "{%", "<", "#{", "@@", "[[", "__", "(",
    ];
    let within = ["${", "$(", "{{", "%s", "#{", "<%"];
    starts
        .iter()
        .any(|start| token.starts_with(start.as_bytes()))
        || within.iter().any(|part| holds(token, part.as_bytes()))
}

/// Whether it is made of hardly more than one character, as masks are, and as all zeros are.
fn is_monotonous(token: &[u8]) -> bool {
    let is_mask = !token.iter().any(u8::is_ascii_alphanumeric);
    is_mask || (distinct(token) <= 4 && token.len() >= 8)
}

/// How many different letters, digits and mask characters there are.
fn distinct(token: &[u8]) -> u32 {
    let seen = token
        .iter()
        .filter(|byte| byte.is_ascii_graphic() && !b"-_.".contains(byte))
        .fold(0_u128, |seen, byte| seen | 1 << (byte & 0x7f));
    seen.count_ones()
}

fn has_stand_in(token: &[u8]) -> bool {
    STAND_INS
        .iter()
        .any(|word| holds_in_any_case(token, word.as_bytes()))
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Whether the text holds the part, letters in any case.
pub(super) fn holds_in_any_case(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part))
}

/// Shannon's entropy of the bytes, in bits each.
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let Ok(all) = u32::try_from(bytes.len()) else {
        return 0.0;
    };
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / f64::from(all))
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{entropy, is_placeholder, is_template};

    #[test]
    fn what_a_program_fills_in_is_a_template() {
        for token in [
            "${TOKEN}",
            "$TOKEN",
            "{{ .Values.token }}",
            "<token>",
            "%(token)s",
            "prefix-${TOKEN}",
        ] {
            assert!(is_template(token.as_bytes()), "{token}");
        }
        assert!(!is_template(b"hunter2"));
    }

    #[test]
    fn masks_and_stand_ins_are_placeholders() {
        for token in [
            "XXXXXXXXXXXXXXXXXXXX",
            "xxxxxxxx-xxxx-xxxx",
            "********",
            "...",
            "000000000000",
            "12312312312312312",
            "AKIAIOSFODNN7EXAMPLE",
            "YOUR_TOKEN_HERE",
            "a1b2c3d4_xxxxxxxxxxxx",
        ] {
            assert!(is_placeholder(token.as_bytes()), "{token}");
        }
    }

    #[test]
    fn random_ones_are_not() {
        for token in [
            "hunter2",
            "q9V7nB2K4xL8",
            "3f786850e387550fdab836ed7e6dc881",
            "p-4w0r.d",
        ] {
            assert!(!is_placeholder(token.as_bytes()), "{token}");
        }
    }

    #[test]
    fn entropy_is_in_bits_a_byte() {
        assert!(entropy(b"aaaa") < 0.01);
        assert!((entropy(b"abcdefgh") - 3.0).abs() < 0.01);
    }
}

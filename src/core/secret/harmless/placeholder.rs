//! Texts in the shape of a credential that show what one looks like, and are none.

/// Whether `text`, taken for a credential, is only an example: it says so, repeats itself, or counts up.
///
/// For tokens and keys, whose real values are drawn at random. A password may well be `changeme`: do not ask this
/// about one.
pub fn is_placeholder(text: &str) -> bool {
    let bytes = text.as_bytes();
    says_so(text)
        || is_to_be_changed(bytes)
        || is_monotonous(bytes)
        || is_sequence(bytes)
        || is_periodic(bytes)
}

/// Words long enough not to come up by chance inside a token.
const WORDS: [&[u8]; 12] = [
    b"xxxx",
    b"example",
    b"placeholder",
    b"replaceme",
    b"replace-",
    b"replace_",
    b"redacted",
    b"not-a-",
    b"goes-here",
    b"goes_here",
    b"some-other",
    b"too_short",
];

/// Words that count only where they stand alone between other characters than letters and digits.
const LONE_WORDS: [&[u8]; 14] = [
    b"dummy", b"fake", b"foo", b"bar", b"foobar", b"here", b"insert", b"invalid", b"mock",
    b"sample", b"short", b"todo", b"your", b"xxx",
];

/// A token of this name is still to come. A password of this name is in use, and everybody knows it.
fn is_to_be_changed(bytes: &[u8]) -> bool {
    const WORDS: [&[u8]; 3] = [b"changeme", b"change-me", b"change_me"];
    WORDS
        .iter()
        .any(|word| positions(bytes, word).next().is_some())
}

/// Whether `text` says in words that it is an example.
pub fn says_so(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= LONGEST_EXAMPLE && (0..bytes.len()).any(|at| says_so_at(bytes, at))
}

/// Whether a word that says so begins at `at`, or points where something is left out.
fn says_so_at(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    let first = bytes[at].to_ascii_lowercase();
    match first {
        b'.' => return rest.starts_with(b"..."),
        0xe2 => return rest.starts_with("…".as_bytes()),
        _ => {}
    }
    let mut left = BY_FIRST[usize::from(first)];
    while left != 0 {
        let number = left.trailing_zeros() as usize;
        let (word, is_lone) = match number.checked_sub(WORDS.len()) {
            None => (WORDS[number], false),
            Some(number) => (LONE_WORDS[number], true),
        };
        let there = rest.get(..word.len());
        if there.is_some_and(|there| there.eq_ignore_ascii_case(word))
            && (!is_lone || is_alone(bytes, at, word.len()))
        {
            return true;
        }
        left &= left - 1;
    }
    false
}

/// Whether neither letters nor digits stand around so many bytes at `at`.
fn is_alone(bytes: &[u8], at: usize, length: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let after = bytes.get(at + length).copied();
    [before, after]
        .into_iter()
        .flatten()
        .all(|byte| !byte.is_ascii_alphanumeric())
}

/// By their first letter the words that begin with it, as bits: those that always count, and then those that stand alone.
static BY_FIRST: [u32; 256] = {
    let mut by_first = [0; 256];
    let mut number = 0;
    while number < WORDS.len() {
        by_first[WORDS[number][0] as usize] |= 1 << number;
        number += 1;
    }
    number = 0;
    while number < LONE_WORDS.len() {
        by_first[LONE_WORDS[number][0] as usize] |= 1 << (WORDS.len() + number);
        number += 1;
    }
    by_first
};

/// In a longer text a word says nothing about the rest.
const LONGEST_EXAMPLE: usize = 400;

/// Where `word`, in lower case and with a letter before all others, stands in `bytes`, in any case.
fn positions<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    bytes
        .windows(word.len())
        .enumerate()
        .filter(|(_, window)| window[0] | 0x20 == word[0] && window.eq_ignore_ascii_case(word))
        .map(|(at, _)| at)
}

/// One character over and over, for a good part of the text: `XXXXXXXX`, `sk_live_0000000000`.
fn is_monotonous(bytes: &[u8]) -> bool {
    let mut longest = 0;
    let mut run = 0;
    let mut last = None;
    for byte in bytes {
        run = if last == Some(byte) { run + 1 } else { 1 };
        last = Some(byte);
        longest = longest.max(run);
    }
    // Padding and leading zeros in real keys come to some ten characters of a hundred.
    longest >= 6 && longest * 3 >= bytes.len() || bytes.len() >= 12 && distinct(bytes) <= 3
}

fn distinct(bytes: &[u8]) -> u32 {
    let mut seen = [0_u64; 4];
    for byte in bytes {
        seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    seen.iter().map(|part| part.count_ones()).sum()
}

/// Characters that count up or down for most of the text: `1234567890abcdef`, `abcdefghijkl`, `fedcba98`.
fn is_sequence(bytes: &[u8]) -> bool {
    let is_step = |pair: &[u8]| {
        let (one, two) = (pair[0], pair[1]);
        pair.iter().all(u8::is_ascii_alphanumeric)
            && (one.abs_diff(two) == 1 || matches!((one, two), (b'9', b'0') | (b'0', b'a' | b'A')))
    };
    let (mut counted, mut run) = (0, 0);
    for pair in bytes.windows(2) {
        run = if is_step(pair) { run + 1 } else { 0 };
        // Three or four in a row come up by chance, and in what people make up by turns of letters and digits.
        counted += match run {
            0..SHORTEST_COUNT => 0,
            SHORTEST_COUNT => SHORTEST_COUNT,
            _ => 1,
        };
    }
    bytes.len() >= 8 && counted * 10 >= (bytes.len() - 1) * 6
}

/// Steps in a row from which characters count up.
const SHORTEST_COUNT: usize = 5;

/// The same few characters again and again: `abcdabcdabcdabcd`, `123123123123`.
fn is_periodic(bytes: &[u8]) -> bool {
    // What stands before is the prefix of a vendor.
    let tail = &bytes[bytes.len() / 3..];
    tail.len() >= 12
        && (1..=4).any(|period| {
            tail.len() >= 3 * period && tail[period..].iter().zip(tail).all(|(one, two)| one == two)
        })
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn examples_are_told() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "your_api_key:your_key_here",
            "<your-token>",
            "glpat-XXXXXXXXXXX-XXXXXXXX",
            "0000000000000000000000000000000000000000",
            "1234567890abcdef1234567890abcdef",
            "abcdefghijklmnopqrstuvwxyz",
            "123123123123123123",
            "sk_test_placeholder",
            "insert-token",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn what_is_drawn_at_random_is_not() {
        for text in [
            "q9V7nB2K4xL8zR3tW6yP1mC5",
            "3f8a1c9e5b7d2046e8a9c1f3b5d70246",
            "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0VzB2h4Kq8Rt5Yw7Zx9Cv1Bn3Ml6Pk4Jf2Hd0Gs8Aa",
            "hunter2",
            "abc123def456ghi789jkl012mno345pq",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}

//! Texts that have the whole form of a vendor's token and stand for one: masks, and the words of documentation.

/// Words that stand only in made-up tokens, each long enough never to come up in a random one.
const WORDS: [&[u8]; 13] = [
    b"example",
    b"placeholder",
    b"your_",
    b"your-",
    b"_your",
    b"-your",
    b"_here",
    b"-here",
    b"changeme",
    b"change_me",
    b"redacted",
    b"some-other",
    b"xxxxx",
];

/// Whether this has too few different characters for a token that was drawn at random, or says that it is none.
///
/// Less is asked than of a text that only a key calls a token: the form of the vendor is proof enough that a run such
/// as `abcd1234` was drawn, or copied from one that was.
pub(super) fn is_stand_in(token: &[u8]) -> bool {
    // What stands before is the prefix of the vendor.
    let tail = &token[token.len() / 3..];
    (token.len() >= 8 && distinct(tail) <= 4)
        || WORDS.iter().any(|word| {
            token
                .windows(word.len())
                .any(|window| window.eq_ignore_ascii_case(word))
        })
}

/// How many different characters there are, without those that only part a token.
fn distinct(token: &[u8]) -> u32 {
    let parts = b"-_.";
    let seen = token
        .iter()
        .filter(|byte| !parts.contains(byte))
        .fold(0_u128, |seen, byte| seen | 1 << (byte & 0x7f));
    seen.count_ones()
}

#[cfg(test)]
mod tests {
    use super::is_stand_in;

    #[test]
    fn masks_and_words_are_stand_ins() {
        for token in [
            "XXXXXXXXXXXXXXXXXXXX",
            "xxxxxxxx-xxxx-xxxx",
            "000000000000",
            "12312312312312312",
            "GR13489411231231231231231231",
            "AKIAIOSFODNN7EXAMPLE",
            "YOUR_TOKEN_HERE",
            "a1b2c3d4_xxxxxxxxxxxx",
        ] {
            assert!(is_stand_in(token.as_bytes()), "{token}");
        }
    }

    #[test]
    fn drawn_ones_are_not() {
        for token in [
            "q9V7nB2K4xL8",
            "3f786850e387550fdab836ed7e6dc881",
            "abcd1234efgh5678",
        ] {
            assert!(!is_stand_in(token.as_bytes()), "{token}");
        }
    }
}

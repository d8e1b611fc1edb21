//! Checksums that vendors put into their tokens, so that a made-up one can be told from a real one.

/// Which checksum a token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// The last six characters are the CRC32 of what stands between the prefix and them, in base 62 with the digits
    /// 0-9A-Za-z: GitHub's, which npm took over.
    Crc32Base62,
}

impl Checksum {
    /// The checksum of this name in the rules.
    pub(super) fn named(name: &str) -> Option<Self> {
        (name == "crc32-base62").then_some(Self::Crc32Base62)
    }

    /// Whether the token's own checksum is right.
    pub(super) fn holds(self, token: &[u8]) -> bool {
        let Self::Crc32Base62 = self;
        let Some(body) = token.iter().rposition(|byte| *byte == b'_') else {
            return false;
        };
        let body = &token[body + 1..];
        body.split_last_chunk()
            .is_some_and(|(body, sum)| base62(crc32(body)) == *sum)
    }
}

/// The CRC32 of ISO 3309, bit by bit: tokens are short.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// The number in six digits of base 62.
fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// A body with its checksum behind it, for made-up tokens.
pub(super) fn sealed(body: &str) -> String {
    let sum = base62(crc32(body.as_bytes()));
    sum.iter().fold(body.to_owned(), |text, digit| {
        text + &char::from(*digit).to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::{Checksum, crc32, sealed};

    #[test]
    fn the_crc_is_the_common_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn one_changed_character_is_seen() {
        let token = format!("ghp_{}", sealed("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"));
        assert!(Checksum::Crc32Base62.holds(token.as_bytes()));
        let changed = token.replace("zQ", "zR");
        assert!(!Checksum::Crc32Base62.holds(changed.as_bytes()));
        assert!(!Checksum::Crc32Base62.holds(b"ghp_"));
    }
}

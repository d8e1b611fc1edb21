//! Makes the tokens of the rules' own hits and misses, so that no file holds one that looks live.
use super::checksum;

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// The text with each `{alphabet:length}` in it replaced by so many characters of that alphabet, the same ones for
/// the same seed.
pub(in crate::core::secret) fn made(template: &str, seed: u64) -> String {
    let mut text = String::new();
    let mut rest = template;
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    while let Some((before, after)) = rest.split_once('{') {
        text += before;
        let filled = after.split_once('}').and_then(|(inside, after)| {
            let (alphabet, length) = inside.split_once(':')?;
            Some((fill(alphabet, length.parse().ok()?, &mut random)?, after))
        });
        if let Some((filled, after)) = filled {
            text += &filled;
            rest = after;
        } else {
            text.push('{');
            rest = after;
        }
    }
    text + rest
}

fn fill(alphabet: &str, length: usize, random: &mut u64) -> Option<String> {
    if alphabet == "sealed" {
        let body = fill("alnum", length.checked_sub(6)?, random)?;
        return Some(checksum::sealed(&body));
    }
    let characters: Vec<char> = characters(alphabet)?.chars().collect();
    let drawn = |_| {
        // Xorshift; the high bits choose.
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        characters[(*random >> 33) as usize % characters.len()]
    };
    Some((0..length).map(drawn).collect())
}

/// The alphabets that templates name.
fn characters(alphabet: &str) -> Option<String> {
    Some(match alphabet {
        "x" => "x".to_owned(),
        "X" => "X".to_owned(),
        "zero" => "0".to_owned(),
        "digits" => DIGITS.to_owned(),
        "hex" => format!("{DIGITS}abcdef"),
        "HEX" => format!("{DIGITS}ABCDEF"),
        "small" => LOWER.to_owned(),
        "big" => UPPER.to_owned(),
        "letters" => format!("{LOWER}{UPPER}"),
        "lower" => format!("{LOWER}{DIGITS}"),
        "upper" => format!("{UPPER}{DIGITS}"),
        "base32" => format!("{UPPER}234567"),
        "base32small" => format!("{LOWER}234567"),
        "base58" => format!("{LOWER}{UPPER}123456789").replace(['l', 'I', 'O'], ""),
        "alnum" => format!("{LOWER}{UPPER}{DIGITS}"),
        "base64" => format!("{LOWER}{UPPER}{DIGITS}+/"),
        "url" => format!("{LOWER}{UPPER}{DIGITS}-_"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::made;

    #[test]
    fn templates_are_filled_and_other_braces_stay() {
        assert_eq!(made("a{x:3}b{digits:0}{c}", 1), "axxxb{c}");
        assert_ne!(made("{hex:32}", 1), made("{hex:32}", 2));
        assert_eq!(made("{sealed:36}", 1).len(), 36);
    }
}

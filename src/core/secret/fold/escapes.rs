//! Escapes: characters as the source of programs writes them, and colours as terminals read them.
use std::borrow::Cow;

/// What begins a sequence that sets a colour on a terminal.
pub(super) const ESCAPE: u8 = 0x1b;

/// `text` with the characters of ASCII for which escapes stand in the source of programs, and without colours.
pub(super) fn without_escapes(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut copied = 0;
    for at in memchr::memchr2_iter(b'\\', ESCAPE, text.as_bytes()) {
        if at < copied {
            continue;
        }
        let rest = &text[at..];
        let colour = colour(rest).map(|length| (None, length));
        let found =
            colour.or_else(|| escape(rest).map(|(character, length)| (Some(character), length)));
        if let Some((character, length)) = found {
            plain.push_str(&text[copied..at]);
            plain.extend(character);
            copied = at + length;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(&text[copied..]);
    Cow::Owned(plain)
}

/// The length of the sequence for a terminal that `text` begins with, as it is sent or as it is written in programs:
/// `\x1b[1;31m`, `\033[0m`, `\u001b[K`, `\e[m`.
fn colour(text: &str) -> Option<usize> {
    const SIGNS: [&str; 8] = [
        "\u{1b}[", "\\x1b[", "\\x1B[", "\\033[", "\\u001b[", "\\u001B[", "\\e[", "\\u{1b}[",
    ];
    let sign = SIGNS.iter().find(|sign| text.starts_with(**sign))?;
    let parameters = &text.as_bytes()[sign.len()..];
    let is_parameter = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b';' | b':' | b'?');
    let end = parameters
        .iter()
        .take(24)
        .position(|byte| !is_parameter(byte))?;
    parameters[end]
        .is_ascii_alphabetic()
        .then_some(sign.len() + end + 1)
}

/// The character and the length of the escape that `text` begins with: `\u0077`, `\u{77}`, `\x77`, `\U00000077`, `\167`.
fn escape(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let kind = text.as_bytes().get(1)?;
    let (start, digits, radix) = match kind {
        b'u' if text.as_bytes().get(2) == Some(&b'{') => {
            let near = text.as_bytes().iter().take(LONGEST);
            let end = near.skip(3).position(|byte| *byte == b'}')?;
            (3, end, 16)
        }
        b'u' => (2, 4, 16),
        b'U' => (2, 8, 16),
        b'x' => (2, 2, 16),
        b'0' | b'1' => (1, 3, 8),
        _ => return None,
    };
    let end = start + digits;
    let code = u32::from_str_radix(text.get(start..end)?, radix).ok()?;
    let character = char::from_u32(code)
        .filter(|character| character.is_ascii_graphic() || *character == ' ')?;
    Some((character, end + usize::from(start == 3)))
}

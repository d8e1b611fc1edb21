//! Texts and keys as people read them: without characters that nobody sees, in the letters that they look like.
use std::borrow::Cow;

/// The longest text that is folded, in bytes: more than the API server takes.
const LONGEST: usize = 4 << 20;

/// `text` as it is read on a screen: entities of HTML as their characters, without its usual tags, without the colours
/// of a terminal and without invisible characters, with wide and mathematical letters and those of other alphabets that look like Latin ones as these.
///
/// `None` if that changes nothing.
pub(super) fn text(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let has_markup = memchr::memchr3(b'&', b'<', b'\\', bytes).is_some()
        || memchr::memchr(ESCAPE, bytes).is_some();
    if text.len() > LONGEST || (text.is_ascii() && !has_markup) {
        return None;
    }
    let plain = without_escapes(text);
    let plain = without_markup(&plain);
    let folded = letters(&plain);
    (folded != text).then(|| folded.into_owned())
}

/// What begins a sequence that sets a colour on a terminal.
const ESCAPE: u8 = 0x1b;

/// `text` with the characters of ASCII for which escapes stand in the source of programs, and without colours.
fn without_escapes(text: &str) -> Cow<'_, str> {
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

/// `key` in the letters that it looks like, with those that stand for others: `p@ssw0rd`, `p.a.s.s.w.o.r.d`.
pub(super) fn key(key: &str) -> Cow<'_, str> {
    let bytes = key.as_bytes();
    let is_spelt = || {
        bytes.len() > 8
            && bytes.iter().enumerate().all(|(at, byte)| {
                byte.is_ascii_alphabetic() == at.is_multiple_of(2) && *byte != b'$'
            })
    };
    if !key.is_ascii() {
        let folded: String = letters(key).chars().filter_map(base).collect();
        return if folded.is_ascii() {
            Cow::Owned(self::key(&folded).into_owned())
        } else {
            Cow::Owned(folded)
        };
    }
    if is_spelt() {
        return key.chars().step_by(2).collect::<String>().into();
    }
    let stands_for = |at: usize| {
        let letter = match bytes[at] {
            b'0' => 'o',
            b'@' => 'a',
            b'$' => 's',
            _ => return None,
        };
        let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        (at > 0 && is_letter(at - 1) && (is_letter(at + 1) || bytes[at] == b'$')).then_some(letter)
    };
    if (0..bytes.len()).all(|at| stands_for(at).is_none()) {
        return Cow::Borrowed(key);
    }
    let folded = bytes.iter().enumerate();
    let folded = folded.map(|(at, byte)| stands_for(at).unwrap_or(char::from(*byte)));
    Cow::Owned(folded.collect())
}

/// A letter without what is above or below it, and in lower case if it is of another alphabet.
fn base(character: char) -> Option<char> {
    const BASES: [(&str, char); 15] = [
        ("áàâäãåāăąạảấầẩẫậắằẳẵặ", 'a'),
        ("çćč", 'c'),
        ("ďđ", 'd'),
        ("éèêëēėęěẹẻẽếềểễệ", 'e'),
        ("ğ", 'g'),
        ("íìîïīıị", 'i'),
        ("łľĺ", 'l'),
        ("ñńň", 'n'),
        ("óòôöõøőọỏốồổỗộơ", 'o'),
        ("řŕ", 'r'),
        ("śšşșß", 's'),
        ("ťţț", 't'),
        ("úùûüůűūųụủư", 'u'),
        ("ýÿ", 'y'),
        ("źżž", 'z'),
    ];
    if character.is_ascii() {
        return Some(character);
    }
    if ('\u{300}'..='\u{36f}').contains(&character) {
        return None;
    }
    // `ό` and the like are one letter in Greek.
    let character = match character {
        'ά' => 'α',
        'ό' => 'ο',
        'ί' => 'ι',
        _ => character,
    };
    let lower = character.to_lowercase().next().unwrap_or(character);
    let base = BASES.iter().find(|(letters, _)| letters.contains(lower));
    Some(match base {
        Some((_, base)) if lower != character => base.to_ascii_uppercase(),
        Some((_, base)) => *base,
        None => lower,
    })
}

/// `text` in Latin letters and visible characters.
fn letters(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    if text
        .chars()
        .all(|character| as_read(character, true) == Some(character))
    {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for word in text.split_inclusive(|character: char| !character.is_alphabetic()) {
        // Words in other alphabets stay as they are; a mixed one is a Latin one in disguise.
        let is_mixed = word.bytes().any(|byte| byte.is_ascii_alphabetic());
        folded.extend(
            word.chars()
                .filter_map(|character| as_read(character, is_mixed)),
        );
    }
    Cow::Owned(folded)
}

/// The character that `character` is read as; `None` if nobody sees it.
fn as_read(character: char, is_mixed: bool) -> Option<char> {
    let latin = |first: u32| {
        let at = u32::from(character) - first;
        let letter = if at % 52 < 26 { b'A' } else { b'a' - 26 };
        char::from(letter + u8::try_from(at % 52).unwrap_or_default())
    };
    Some(match character {
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        // What stands above or below the letter before, where the two are not one.
        | '\u{300}'..='\u{36f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => return None,
        // These are not small and great in the same way as others, so that a search in any case passes them by.
        'ſ' => 's',
        '\u{212a}' => 'K',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0)?,
        '\u{1d400}'..='\u{1d6a3}' => latin(0x1d400),
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((u32::from(character) - 0x1d7ce) % 10, 10)?,
        _ if is_mixed => look_alike(character),
        _ => character,
    })
}

/// Letters of Cyrillic and Greek that look like Latin ones.
const fn look_alike(character: char) -> char {
    match character {
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'о' | 'ο' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'ѡ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'Е' | 'Ε' => 'E',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Х' | 'Χ' => 'X',
        _ => character,
    }
}

/// `text` without tags that only say how it looks, and with the characters that entities stand for.
fn without_markup(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut rest = text;
    let mut copied = 0;
    while let Some(at) = memchr::memchr2(b'&', b'<', rest.as_bytes()) {
        let from = text.len() - rest.len() + at;
        let found = entity(&text[from..]).or_else(|| tag(&text[from..]));
        let length = found.map_or(1, |(_, length)| length);
        if let Some((character, length)) = found {
            plain.push_str(&text[copied..from]);
            plain.push(character);
            copied = from + length;
        }
        rest = &text[from + length..];
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(&text[copied..]);
    Cow::Owned(plain)
}

/// The character and the length of the entity that `text` begins with: `&#58;`, `&#x3a;`, `&quot;`.
fn entity(text: &str) -> Option<(char, usize)> {
    const NAMES: [(&str, char); 9] = [
        ("quot", '"'),
        ("apos", '\''),
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("nbsp", ' '),
        ("colon", ':'),
        ("equals", '='),
        ("shy", '\u{ad}'),
    ];
    let name = text.strip_prefix('&')?;
    let end = name.bytes().take(9).position(|byte| byte == b';')?;
    let name = &name[..end];
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?)?
        }
        None => NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((character, end + 2))
}

/// A space and the length of the tag that `text` begins with, if it is one of those that only say how text looks.
fn tag(text: &str) -> Option<(char, usize)> {
    const TAGS: [&str; 19] = [
        "b", "br", "br/", "code", "dd", "div", "dt", "em", "i", "li", "p", "pre", "span", "strong",
        "td", "th", "tr", "tt", "u",
    ];
    let name = text.strip_prefix('<')?;
    let end = name.bytes().take(8).position(|byte| byte == b'>')?;
    let name = name[..end].trim_start_matches('/').trim_end();
    TAGS.iter()
        .any(|known| known.eq_ignore_ascii_case(name))
        .then_some((' ', end + 2))
}

#[cfg(test)]
mod tests {
    use super::{key, text};

    #[test]
    fn keys_are_read_as_they_look() {
        for disguised in [
            "pass\u{200b}word",
            "pass\u{ad}word",
            "ｐａｓｓｗｏｒｄ",
            "p\u{430}ssw\u{43e}rd",
            "𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝",
            "p@ssw0rd",
            "p.a.s.s.w.o.r.d",
        ] {
            assert_eq!(key(disguised), "password", "{disguised}");
        }
        for plain in [
            "ipv4Address",
            "s3Bucket",
            "пароль",
            "パスワード",
            "a.b.c.d",
            "",
        ] {
            assert_eq!(key(plain), plain);
        }
    }

    #[test]
    fn texts_are_read_as_they_look() {
        for (disguised, read) in [
            ("pass\u{200b}word：\u{a0}x", "password: x"),
            (
                "&quot;a&quot;&#58;&#x20;b &unknown; &",
                "\"a\": b &unknown; &",
            ),
            ("<b>Password</b>: <x>1</x>", " Password : <x>1</x>"),
            ("pa\u{17f}sword: x", "password: x"),
            ("contrasen\u{303}a: x", "contrasena: x"),
            ("api \u{212a}ey", "api Key"),
            (
                "p\\u0061\\x73\\163w\\u{6f}\\U00000072&#100;: x",
                "password: x",
            ),
        ] {
            assert_eq!(text(disguised).as_deref(), Some(read), "{disguised}");
        }
        for plain in [
            "пароль: x",
            "a < b && c",
            "naïve café",
            "パスワード",
            "C:\\users\\x\\unit\\u",
            "\\u00",
            "\\u{zz} \\12é \\",
        ] {
            assert_eq!(text(plain), None, "{plain}");
        }
    }
}

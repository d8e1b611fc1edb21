//! Texts and keys as people read them: without characters that nobody sees, in the letters that they look like.
use std::borrow::Cow;

mod escapes;
mod letters;
mod markup;

use escapes::{ESCAPE, without_escapes};
use letters::letters;
use markup::without_markup;

/// The longest text that is folded, in bytes: more than the API server takes.
const LONGEST: usize = 4 << 20;
/// How often what was written in the place of characters is read: an entity may stand for the sign of another.
const MOST_LAYERS: usize = 3;

/// `text` as it is read on a screen: escapes and entities of HTML as their characters, without its usual tags, without
/// the colours of a terminal and without invisible characters, with wide, small, raised and mathematical letters and
/// those of other alphabets that look like Latin ones as these.
///
/// `None` if that changes nothing.
pub(super) fn text(text: &str) -> Option<String> {
    if text.len() > LONGEST || text.bytes().all(is_as_read) {
        return None;
    }
    let mut plain = Cow::Borrowed(text);
    for _ in 0..MOST_LAYERS {
        let read = without_escapes(&plain);
        let read = without_markup(&read);
        if *read == *plain {
            break;
        }
        plain = Cow::Owned(read.into_owned());
    }
    let folded = letters(&plain);
    (folded != text).then(|| folded.into_owned())
}

/// Whether a byte stands for nothing but the character that it is, and everybody sees that.
pub(super) const fn is_as_read(byte: u8) -> bool {
    match byte {
        b'&' | b'<' | b'\\' | ESCAPE => false,
        b'\t' | b'\n' | b'\r' => true,
        _ => byte.is_ascii() && !byte.is_ascii_control(),
    }
}

/// `key` in the letters that it looks like, with those that stand for others: `p@ssw0rd`, `p.a.s.s.w.o.r.d`.
pub(super) fn key(key: &str) -> Cow<'_, str> {
    if key.bytes().all(is_as_read) {
        return spelt(key);
    }
    let read = text(key).map_or(Cow::Borrowed(key), Cow::Owned);
    let folded: String = read.chars().filter_map(base).collect();
    if folded.is_ascii() {
        Cow::Owned(spelt(&folded).into_owned())
    } else {
        Cow::Owned(folded)
    }
}

/// `key` with the letters that signs and digits stand for.
fn spelt(key: &str) -> Cow<'_, str> {
    let bytes = key.as_bytes();
    let is_spelt = || {
        bytes.len() > 8
            && bytes.iter().enumerate().all(|(at, byte)| {
                byte.is_ascii_alphabetic() == at.is_multiple_of(2) && *byte != b'$'
            })
    };
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
            "&#112;assword",
            "pass\\u0077ord",
            "pass\u{7}word",
            "<b>password</b>",
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
            ("<b>Password</b>: <x>1</x>", "Password: <x>1</x>"),
            ("<td>Password</td><td>x</td>", " Password  x "),
            ("<i>Password</i><b>x</b>", "Password x"),
            ("pass<b>word</b>: x", "password: x"),
            (
                "<span class=\"k\">Password</span>: <kbd>x</kbd>",
                "Password: x",
            ),
            ("&#112assword&#0000058; &amp;#120;", "password: x"),
            ("\\u0026#112;assword&ZeroWidthSpace;&sol;x", "password/x"),
            ("pass\u{0}wo\u{7f}rd \u{8}is x", "password is x"),
            ("pass\u{3164}wo\u{e0100}rd\u{2236} x", "password: x"),
            ("ⓟⓐⓢⓢ \u{1f130} ᴘᴀꜱꜱ ᵖᵃˢˢ 𝓅𝒶𝓈𝓈ℴ", "pass A pass pass passo"),
            ("раѕѕԝогԁ: x", "password: x"),
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
            "секрет: x",
            "тест",
            "a < b && c",
            "see <label> and <a b>, a<b and c>",
            "?a=1&#x=2&num=3",
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

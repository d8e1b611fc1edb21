//! Letters that are read as Latin ones, and characters that nobody sees.
use std::borrow::Cow;

use crate::core::secret::language::is_word;

/// `text` in Latin letters and visible characters.
pub(super) fn letters(text: &str) -> Cow<'_, str> {
    if text
        .chars()
        .all(|character| as_read(character, true) == Some(character))
    {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for word in text.split_inclusive(|character: char| !is_of_word(character)) {
        let is_disguised = is_disguised(word);
        folded.extend(
            word.chars()
                .filter_map(|character| as_read(character, is_disguised)),
        );
    }
    Cow::Owned(folded)
}

/// Whether a character is a letter, or stands within a word unseen.
fn is_of_word(character: char) -> bool {
    character.is_alphabetic() || as_read(character, false).is_none()
}

/// Whether a word is a Latin one in disguise: letters of another alphabet stand among Latin ones, or all of them look
/// like the letters of a word. Others stay as they are.
fn is_disguised(word: &str) -> bool {
    if word.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return true;
    }
    let letters = word
        .chars()
        .filter_map(|character| as_read(character, true));
    let letters: Option<String> = letters
        .filter(|letter| letter.is_alphabetic())
        .map(|letter| letter.is_ascii().then_some(letter))
        .collect();
    letters.is_some_and(|letters| letters.len() > 2 && is_word(&letters))
}

/// The character that `character` is read as; `None` if nobody sees it.
fn as_read(character: char, is_disguised: bool) -> Option<char> {
    if character.is_ascii() {
        let is_seen = !character.is_ascii_control() || "\t\n\r".contains(character);
        return is_seen.then_some(character);
    }
    if is_unseen(character) {
        return None;
    }
    if let Some(letter) = letter_of_row(character) {
        return Some(letter);
    }
    let read = match character {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0)?,
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((u32::from(character) - 0x1d7ce) % 10, 10)?,
        '\u{2d0}' | '\u{589}' | '\u{5c3}' | '\u{2236}' | '\u{a789}' | '\u{fe13}' | '\u{fe55}' => {
            ':'
        }
        '\u{a78a}' | '\u{fe66}' => '=',
        _ => styled(character)
            .or_else(|| is_disguised.then(|| look_alike(character)).flatten())
            .unwrap_or(character),
    };
    Some(read)
}

/// Whether a character takes no place of its own: controls, what parts or joins others unseen, and what stands above or
/// below the letter before it where the two are not one.
const fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{489}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fe20}'..='\u{fe2f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The letter that a character is, of those that stand in rows from A to Z: mathematical, in circles and in squares.
fn letter_of_row(character: char) -> Option<char> {
    /// The first of each row, and whether capitals and small letters follow each other in it.
    const ROWS: [(u32, u32, u8); 8] = [
        (0x249c, 0x24b5, b'a'),
        (0x24b6, 0x24cf, b'A'),
        (0x24d0, 0x24e9, b'a'),
        (0x1f110, 0x1f129, b'A'),
        (0x1f130, 0x1f149, b'A'),
        (0x1f150, 0x1f169, b'A'),
        (0x1f170, 0x1f189, b'A'),
        (0x1f1e6, 0x1f1ff, b'A'),
    ];
    let code = u32::from(character);
    let letter = |first: u8, number: u32| Some(char::from(first + u8::try_from(number).ok()?));
    if (0x1d400..=0x1d6a3).contains(&code) {
        let number = (code - 0x1d400) % 52;
        return if number < 26 {
            letter(b'A', number)
        } else {
            letter(b'a', number - 26)
        };
    }
    let is_in = |(first, last, _): &&(u32, u32, u8)| (*first..=*last).contains(&code);
    let (first, _, a) = ROWS.iter().find(is_in)?;
    letter(*a, code - first)
}

/// The letter that a character is in another style: small capitals, raised and lowered letters, those of formulas.
const fn styled(character: char) -> Option<char> {
    Some(match character {
        'ᵃ' | 'ₐ' | 'ᴀ' => 'a',
        'ᵇ' | 'ʙ' => 'b',
        'ᶜ' | 'ᴄ' => 'c',
        'ᵈ' | 'ᴅ' => 'd',
        'ᵉ' | 'ₑ' | 'ᴇ' | 'ℯ' => 'e',
        'ᶠ' | 'ꜰ' => 'f',
        'ᵍ' | 'ɢ' | 'ℊ' => 'g',
        'ʰ' | 'ₕ' | 'ʜ' | 'ℎ' => 'h',
        'ⁱ' | 'ɪ' => 'i',
        'ʲ' | 'ᴊ' => 'j',
        'ᵏ' | 'ₖ' | 'ᴋ' => 'k',
        'ˡ' | 'ₗ' | 'ʟ' | 'ℓ' => 'l',
        'ᵐ' | 'ₘ' | 'ᴍ' => 'm',
        'ⁿ' | 'ₙ' | 'ɴ' => 'n',
        'ᵒ' | 'ₒ' | 'ᴏ' | 'ℴ' => 'o',
        'ᵖ' | 'ₚ' | 'ᴘ' => 'p',
        'ʳ' | 'ʀ' => 'r',
        // The first is not small and great in the same way as others, so that a search in any case passes it by.
        'ſ' | 'ˢ' | 'ₛ' | 'ꜱ' => 's',
        'ᵗ' | 'ₜ' | 'ᴛ' => 't',
        'ᵘ' | 'ᴜ' => 'u',
        'ᵛ' | 'ᴠ' => 'v',
        'ʷ' | 'ᴡ' => 'w',
        'ˣ' | 'ₓ' => 'x',
        'ʸ' | 'ʏ' => 'y',
        'ᶻ' | 'ᴢ' => 'z',
        'ᴬ' => 'A',
        'ᴮ' | 'ℬ' => 'B',
        'ℂ' | 'ℭ' => 'C',
        'ᴰ' => 'D',
        'ᴱ' | 'ℰ' => 'E',
        'ℱ' => 'F',
        'ᴳ' => 'G',
        'ᴴ' | 'ℋ' | 'ℌ' | 'ℍ' => 'H',
        'ᴵ' | 'ℐ' | 'ℑ' => 'I',
        'ᴶ' => 'J',
        'ᴷ' | '\u{212a}' => 'K',
        'ᴸ' | 'ℒ' => 'L',
        'ᴹ' | 'ℳ' => 'M',
        'ᴺ' | 'ℕ' => 'N',
        'ᴼ' => 'O',
        'ᴾ' | 'ℙ' => 'P',
        'ℚ' => 'Q',
        'ᴿ' | 'ℛ' | 'ℜ' | 'ℝ' => 'R',
        'ᵀ' => 'T',
        'ᵁ' => 'U',
        'ᵂ' => 'W',
        'ℤ' | 'ℨ' => 'Z',
        _ => return None,
    })
}

/// The Latin letter that one of Cyrillic, Greek or another alphabet looks like.
const fn look_alike(character: char) -> Option<char> {
    Some(match character {
        'а' | 'α' | 'ɑ' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'ɡ' | 'ց' => 'g',
        'һ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'п' | 'η' | 'ո' => 'n',
        'о' | 'ο' | 'σ' | 'օ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ѡ' | 'ω' | 'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ү' => 'y',
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ԛ' => 'Q',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Ԝ' => 'W',
        'Х' | 'Χ' => 'X',
        'Υ' => 'Y',
        'Ζ' => 'Z',
        _ => return None,
    })
}

//! Markup: characters as HTML writes them, and tags that only say how a text looks.
use std::borrow::Cow;

/// `text` without tags that only say how it looks, and with the characters that entities stand for.
pub(super) fn without_markup(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut rest = text;
    let mut copied = 0;
    while let Some(at) = memchr::memchr2(b'&', b'<', rest.as_bytes()) {
        let from = text.len() - rest.len() + at;
        let here = &text[from..];
        let found = entity(here).map(|(character, length)| (Some(character), length));
        let found = found.or_else(|| tag(here));
        let length = found.map_or(1, |(_, length)| length);
        if let Some((character, length)) = found {
            plain.push_str(&text[copied..from]);
            plain.extend(character);
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

/// The character and the length of the entity that `text` begins with: `&#58;`, `&#x3a;`, `&#58`, `&quot;`.
fn entity(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 16;
    let name = text.strip_prefix('&')?;
    if let Some(number) = name.strip_prefix('#') {
        let (character, length) = numbered(number)?;
        return Some((character, length + 2));
    }
    let end = name.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let (_, character) = NAMES.iter().find(|(known, _)| *known == &name[..end])?;
    Some((*character, end + 2))
}

/// The names of characters that stand in credentials and in the words about them.
const NAMES: [(&str, char); 44] = [
    ("quot", '"'),
    ("apos", '\''),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("comma", ','),
    ("period", '.'),
    ("excl", '!'),
    ("quest", '?'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("ast", '*'),
    ("plus", '+'),
    ("hyphen", '-'),
    ("lowbar", '_'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("commat", '@'),
    ("grave", '`'),
    ("Hat", '^'),
    ("verbar", '|'),
    ("lpar", '('),
    ("rpar", ')'),
    ("lsqb", '['),
    ("rsqb", ']'),
    ("lcub", '{'),
    ("rcub", '}'),
    ("shy", '\u{ad}'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
    ("ZeroWidthSpace", '\u{200b}'),
    ("NoBreak", '\u{2060}'),
    ("lrm", '\u{200e}'),
    ("rlm", '\u{200f}'),
];

/// The character that a number stands for, and the length of the number: in hex behind an `x`. Zeros before it and the
/// semicolon behind it may be there or not, as browsers read it.
fn numbered(number: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 16;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    let length = digits
        .chars()
        .take(LONGEST)
        .take_while(|digit| digit.is_digit(radix))
        .count();
    let code = u32::from_str_radix(&digits[..length], radix).ok()?;
    let character = char::from_u32(code)?;
    let end = number.len() - digits.len() + length;
    let has_end = number[end..].starts_with(';');
    Some((character, end + usize::from(has_end)))
}

/// Tags that begin a line or a cell of their own, so that words on both sides are two.
const BLOCKS: [&str; 22] = [
    "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "table", "tbody", "td", "th", "tr", "ul",
];
/// Tags that say how a part of a line looks. Others are as often what stands in for a value: `<label>`.
const INLINE: [&str; 20] = [
    "a", "b", "big", "code", "del", "em", "font", "i", "ins", "kbd", "s", "samp", "small", "span",
    "strong", "sub", "sup", "tt", "u", "wbr",
];

/// What is read in the place of the tag that `text` begins with, and the length of the tag.
fn tag(text: &str) -> Option<(Option<char>, usize)> {
    const LONGEST_NAME: usize = 8;
    let inside = text.strip_prefix('<')?;
    let is_end = inside.starts_with('/');
    let bare = inside.strip_prefix('/').unwrap_or(inside);
    let length = bare
        .bytes()
        .take(LONGEST_NAME)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    let is_one_of = |tags: &[&str]| {
        tags.iter()
            .any(|tag| tag.eq_ignore_ascii_case(&bare[..length]))
    };
    let is_block = is_one_of(&BLOCKS);
    if !is_block && !is_one_of(&INLINE) {
        return None;
    }
    let length = text.len() - bare.len() + length;
    let end = length + end_of_tag(&text[length..])?;
    // Of two parts that only look different, each is a word.
    let is_between = is_end && text[end..].starts_with('<') && !text[end..].starts_with("</");
    Some(((is_block || is_between).then_some(' '), end))
}

/// Where a tag ends whose name stands before `text`: at once, or behind its attributes.
fn end_of_tag(text: &str) -> Option<usize> {
    const LONGEST: usize = 256;
    let near = &text.as_bytes()[..text.len().min(LONGEST)];
    let end = near.iter().position(|byte| b"<>".contains(byte))?;
    let attributes = near[..end].trim_ascii();
    let is_blank = near[0].is_ascii_whitespace();
    let is_tag =
        attributes.is_empty() || attributes == b"/" || (is_blank && attributes.contains(&b'='));
    (near[end] == b'>' && is_tag).then_some(end + 1)
}

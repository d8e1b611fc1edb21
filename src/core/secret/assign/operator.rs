//! What stands between a name and its value.
use std::ops::Range;

use crate::core::secret::harmless::facts::ends_in_arn;

/// How a value is given to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `=` without spaces, as files of variables, flags and connection strings write it.
    Equals,
    /// `=`, `:=`, `=>`, `->` and the like, as code writes them.
    Assigns,
    /// `:`, as YAML, JSON and headers write it.
    Colon,
    /// `(`, with a quoted value.
    Call,
    /// `,` between two quoted texts.
    Comma,
    /// A space: flags, `#define`, `ENV`.
    Space,
    /// The end of a tag.
    Tag,
    /// The same, where the name is an attribute of it.
    Attribute,
}

/// The most spaces around an operator.
const MOST_SPACES: usize = 16;

/// The operator behind the name, and where the value begins.
pub(super) fn operator(text: &[u8], name: &Range<usize>) -> Option<(Operator, usize)> {
    let before = text[..name.start].last().copied();
    // What has two brackets is to be filled in, and no tag: `<<password>>`.
    if text[..name.start].ends_with(b"<<") {
        return None;
    }
    if before == Some(b'<') || before == Some(b':') && has_tag_start(text, name.start) {
        return tag(text, name.end);
    }
    if before == Some(b':')
        && text[name.end..].starts_with(b":")
        && ends_in_arn(&text[..name.start])
    {
        return None;
    }
    // `${DB_PASSWORD:?must be set}`: what is said if it is not.
    if text[..name.start].ends_with(b"${") && text[name.end..].starts_with(b":?") {
        return None;
    }
    // What psql puts in: `PASSWORD :'new_password'`.
    if text[name.clone()] == *b"PASSWORD" && is_variable_of_psql(text, name.end) {
        return None;
    }
    let mut reader = Reader { text, at: name.end };
    let is_quoted = reader.closing();
    let is_spaced = reader.spaces();
    // `is_hidden ? 'password' : 'text'`
    if is_quoted && is_alternative(&text[..name.start]) {
        return None;
    }
    if is_quoted && is_spaced && is_attribute_next(&text[reader.at..]) {
        return None;
    }
    let found = match reader.peek()? {
        b'>' if is_quoted && is_attribute(text, name.start) => {
            let is_of_several = text[name.clone()].iter().any(|byte| b"_-".contains(byte));
            let operator = if is_of_several {
                Operator::Attribute
            } else {
                Operator::Tag
            };
            return Some((operator, reader.at + 1));
        }
        b'<' if !is_quoted => return next_element(text, reader.at),
        b'=' | b':' | b'|' | b'?' | b'+' | b'-' => reader.symbols(is_spaced),
        b'(' if !is_quoted => {
            reader.at += 1;
            reader.spaces();
            reader.is_quote().then_some(Operator::Call)
        }
        b',' if is_quoted => {
            reader.at += 1;
            reader.spaces();
            if reader.value_member() {
                Some(Operator::Colon)
            } else {
                reader.is_quote().then_some(Operator::Comma)
            }
        }
        _ if is_spaced && is_flag(text, name) => Some(Operator::Space),
        _ => reader.value_member().then_some(Operator::Colon),
    }?;
    reader.spaces();
    // `read -sp "Password: " PW`: the quote ends what it stands in.
    let opened = before.filter(|byte| matches!(byte, b'"' | b'\'' | b'`') && !is_quoted);
    if found == Operator::Colon && opened.is_some() && opened == reader.peek() {
        return None;
    }
    Some((found, reader.at))
}

/// Whether a quote that opens stands behind a question mark and a blank.
fn is_alternative(before: &[u8]) -> bool {
    before.ends_with(b"? '") || before.ends_with(b"? \"")
}

/// Whether another attribute of a tag follows, as Vue writes it: `v-model="password" :rules="…"`.
fn is_attribute_next(rest: &[u8]) -> bool {
    let Some(name) = rest.strip_prefix(b":") else {
        return false;
    };
    let length = name
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'-')
        .count();
    length > 0 && name[length..].starts_with(b"=\"")
}

/// Whether ` :'name'` stands at `at`.
pub(in crate::core::secret) fn is_variable_of_psql(text: &[u8], at: usize) -> bool {
    let Some(name) = text[at..].strip_prefix(b" :'") else {
        return false;
    };
    let is_of_name = |byte: &&u8| byte.is_ascii_lowercase() || **byte == b'_';
    let length = name.iter().take_while(is_of_name).count();
    length > 0 && name.get(length) == Some(&b'\'')
}

/// Whether `<prefix` stands before the `:` that this name follows.
fn has_tag_start(text: &[u8], end: usize) -> bool {
    let prefix = text[..end - 1].iter().rev().take(24);
    let mut rest = prefix.skip_while(|byte| byte.is_ascii_alphanumeric());
    rest.next() == Some(&b'<')
}

/// The end of a tag that begins with the name, past its attributes.
fn tag(text: &[u8], at: usize) -> Option<(Operator, usize)> {
    const LONGEST_ATTRIBUTES: usize = 128;
    let rest = &text[at..text.len().min(at + LONGEST_ATTRIBUTES)];
    let end = rest.iter().position(|byte| *byte == b'>')?;
    let is_open = !rest[..end].contains(&b'<') && !rest[..end].ends_with(b"/");
    is_open.then_some((Operator::Tag, at + end + 1))
}

/// Whether the name is all of an attribute: `<entry key="password">`.
fn is_attribute(text: &[u8], start: usize) -> bool {
    matches!(
        &text[..start],
        [.., b'=', b'"' | b'\''] | [.., b'=', b'\\', b'"']
    )
}

/// Where the text of the element behind the end of another begins: `<key>password</key><string>`.
fn next_element(text: &[u8], at: usize) -> Option<(Operator, usize)> {
    const LONGEST: usize = 160;
    let rest = &text[at..text.len().min(at + LONGEST)];
    let closed = rest.strip_prefix(b"</")?;
    let closed = &closed[closed.iter().position(|byte| *byte == b'>')? + 1..];
    let opened = closed.trim_ascii_start().strip_prefix(b"<")?;
    if opened.starts_with(b"/") {
        return None;
    }
    let end = opened.iter().position(|byte| *byte == b'>')?;
    let is_open = !opened[..end].contains(&b'<') && !opened[..end].ends_with(b"/");
    let start = at + rest.len() - opened.len() + end + 1;
    is_open.then_some((Operator::Tag, start))
}

/// Whether the name is one that takes its value after a space: `--token`, `#define TOKEN`, `ENV TOKEN`, `set token`.
fn is_flag(text: &[u8], name: &Range<usize>) -> bool {
    let before = &text[name.start.saturating_sub(12)..name.start];
    let word = before.trim_ascii_end();
    text[name.clone()].starts_with(b"-")
        && before
            .last()
            .is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`".contains(byte))
        || (word.len() < before.len()
            && word.last().is_some_and(|last| b"egtvxEGTVX".contains(last))
            && ["#define", "env", "arg", "setx", "set", "%define"]
                .iter()
                .any(|keyword| {
                    let start = word.len().checked_sub(keyword.len());
                    start.is_some_and(|start| {
                        word[start..].eq_ignore_ascii_case(keyword.as_bytes())
                            // `unset PASSWORD TOKEN`
                            && !word[..start].ends_with(b"n")
                    })
                }))
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip(&mut self, most: usize, is_skipped: impl Fn(u8) -> bool) -> usize {
        let rest = self.text[self.at..].iter().take(most);
        let count = rest.take_while(|byte| is_skipped(**byte)).count();
        self.at += count;
        count
    }

    /// Skips spaces, and says whether there were any.
    fn spaces(&mut self) -> bool {
        self.skip(MOST_SPACES, |byte| byte == b' ' || byte == b'\t') > 0
    }

    /// Skips what closes a quoted or indexed name, and says whether there was anything.
    fn closing(&mut self) -> bool {
        self.skip(4, |byte| b"\\\"'`])".contains(&byte) && byte != b')') > 0
    }

    fn is_quote(&self) -> bool {
        let rest = &self.text[self.at..];
        matches!(rest, [b'"' | b'\'' | b'`', ..] | [b'\\', b'"' | b'\'', ..])
    }

    /// Skips an operator of signs.
    fn symbols(&mut self, is_spaced: bool) -> Option<Operator> {
        const SIGNS: [(&[u8], Operator); 14] = [
            (b"===", Operator::Assigns),
            (b":::=", Operator::Assigns),
            (b"||=", Operator::Assigns),
            (b"??=", Operator::Assigns),
            (b"==", Operator::Assigns),
            (b"=>", Operator::Assigns),
            (b"=~", Operator::Assigns),
            (b"->", Operator::Assigns),
            (b":=", Operator::Assigns),
            (b"?=", Operator::Assigns),
            (b"+=", Operator::Assigns),
            (b"||", Operator::Assigns),
            (b"=", Operator::Equals),
            (b":", Operator::Colon),
        ];
        let rest = &self.text[self.at..];
        let (sign, operator) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign))?;
        self.at += sign.len();
        // `token::new`, `secret://`
        if *operator == Operator::Colon {
            if matches!(self.peek(), Some(b':' | b'/')) {
                return None;
            }
            return Some(if self.type_and_equals() {
                Operator::Assigns
            } else {
                Operator::Colon
            });
        }
        if *operator == Operator::Equals && (is_spaced || self.peek() == Some(b' ')) {
            return Some(Operator::Assigns);
        }
        Some(*operator)
    }

    /// Skips `: str =`, the type of a name in code.
    fn type_and_equals(&mut self) -> bool {
        let start = self.at;
        self.spaces();
        self.skip(24, |byte| {
            byte.is_ascii_alphanumeric() || b"_&'<>[]?".contains(&byte)
        });
        self.spaces();
        if self.at > start && self.peek() == Some(b'=') && self.text.get(self.at + 1) != Some(&b'=')
        {
            let is_type = self.text[start..self.at]
                .trim_ascii()
                .first()
                .is_some_and(|first| first.is_ascii_alphabetic() || *first == b'&');
            if is_type && self.text[self.at - 1] == b' ' {
                self.at += 1;
                return true;
            }
        }
        self.at = start;
        false
    }

    /// Skips `value:` of a pair whose name is a value itself: `{name: TOKEN, value: …}`, `key="token" value="…"`.
    fn value_member(&mut self) -> bool {
        // Mostly another word.
        let is_other = |next: u8| next.is_ascii_alphanumeric() && !matches!(next, b'v' | b'V');
        if self.peek().is_some_and(is_other) {
            return false;
        }
        let start = self.at;
        self.skip(2, |byte| b",;".contains(&byte));
        self.skip(32, |byte| byte.is_ascii_whitespace());
        self.skip(2, |byte| b"\\\"'".contains(&byte));
        // `ParameterKey=DBPassword,ParameterValue=…`
        if self.text[self.at..].starts_with(b"ParameterValue=") {
            self.at += b"Parameter".len();
        }
        let rest = &self.text[self.at..];
        if rest.len() > 6 && rest[..5].eq_ignore_ascii_case(b"value") {
            self.at += 5;
            self.skip(2, |byte| b"\\\"'".contains(&byte));
            self.spaces();
            if self.skip(1, |byte| b":=".contains(&byte)) == 1 {
                return true;
            }
        }
        self.at = start;
        false
    }
}

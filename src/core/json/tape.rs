//! JSON read once into a flat list of its parts, without copying what it holds.
use std::borrow::Cow;

use super::plain::plain;

/// A JSON text and where its parts are, in the order in which they are written.
///
/// Nesting has no limit here; time and memory are linear in the length of the text.
pub struct Tape<'a> {
    text: &'a str,
    parts: Vec<Part>,
}

/// One key or value.
#[derive(Clone, Copy)]
struct Part {
    kind: Kind,
    /// Where it begins and ends in the text; of a string, what is between its quotes.
    start: u32,
    end: u32,
    /// The first part after all that is in it.
    next: u32,
}

/// What a part is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Number,
    /// A string without any escape.
    Plain,
    Escaped,
    List,
    Object,
}

/// A value on a tape.
#[derive(Clone, Copy)]
pub struct Node<'t, 'a> {
    tape: &'t Tape<'a>,
    at: usize,
}

/// What a value is.
pub enum Json<'a> {
    /// `null`, or what stands for no JSON.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number as written.
    Number(&'a str),
    /// A string.
    Text(Cow<'a, str>),
    /// A list.
    List,
    /// An object.
    Object,
}

impl<'a> Tape<'a> {
    /// Reads a text; none if it is no JSON.
    pub fn read(text: &'a str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        // Of what is usual a part has some nine bytes.
        let mut reader = Reader::of(text, text.len() / 8 + 1);
        reader.read()?;
        let is_all = reader.next().is_none();
        is_all.then(|| reader.into_tape())
    }

    /// Reads the JSON that a text begins with, of about so many parts; how far it was read, and none if it is no JSON.
    pub(in crate::core) fn read_first(text: &'a str, parts: usize) -> (Option<Self>, usize) {
        if u32::try_from(text.len()).is_err() {
            return (None, 0);
        }
        let mut reader = Reader::of(text, parts);
        let is_read = reader.read().is_some();
        let at = reader.at;
        (is_read.then(|| reader.into_tape()), at)
    }

    /// Whether it holds an object with something in it.
    pub(in crate::core) fn has_members(&self) -> bool {
        let mut parts = self.parts.iter().enumerate();
        parts.any(|(at, part)| part.kind == Kind::Object && part.next as usize > at + 1)
    }

    /// Whether a number in it has more bytes than these.
    pub(in crate::core) fn has_number_longer_than(&self, most: usize) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| part.kind == Kind::Number && (part.end - part.start) as usize > most)
    }

    /// How many keys and values there are.
    pub(in crate::core) const fn len(&self) -> usize {
        self.parts.len()
    }

    /// The value that the text is.
    pub const fn root(&self) -> Node<'_, 'a> {
        Node { tape: self, at: 0 }
    }
}

impl<'t, 'a> Node<'t, 'a> {
    /// What it is.
    pub fn json(self) -> Json<'a> {
        let written = self.written();
        match self.part().kind {
            Kind::Word if written == "null" => Json::Null,
            Kind::Word => Json::Boolean,
            Kind::Number => Json::Number(written),
            Kind::Plain => Json::Text(Cow::Borrowed(written)),
            Kind::Escaped => Json::Text(Cow::Owned(unescape(written))),
            Kind::List => Json::List,
            Kind::Object => Json::Object,
        }
    }

    /// Its text as written; of a string, what is between its quotes.
    pub fn written(self) -> &'a str {
        let part = self.part();
        &self.tape.text[part.start as usize..part.end as usize]
    }

    /// All of its text as written.
    pub fn whole(self) -> super::Json<'a> {
        let part = self.part();
        let quote = usize::from(matches!(part.kind, Kind::Plain | Kind::Escaped));
        super::Json(&self.tape.text[part.start as usize - quote..part.end as usize + quote])
    }

    /// Its text, if it is a string.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self.part().kind {
            Kind::Plain => Some(Cow::Borrowed(self.written())),
            Kind::Escaped => Some(Cow::Owned(unescape(self.written()))),
            _ => None,
        }
    }

    /// Whether it is `true`, in quotes or not.
    pub fn is_true(self) -> bool {
        self.written() == "true"
    }

    /// Whether it is an object or a list.
    pub fn is_container(self) -> bool {
        matches!(self.part().kind, Kind::Object | Kind::List)
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.part().kind == Kind::List
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.part().kind == Kind::Object
    }

    /// Whether it is written as another value is.
    pub fn is_same(self, other: Node<'_, '_>) -> bool {
        self.part().kind == other.part().kind && self.written() == other.written()
    }

    /// The elements of a list.
    pub fn elements(self) -> impl Iterator<Item = Self> + use<'t, 'a> {
        let mut parts = self.inside();
        std::iter::from_fn(move || {
            let element = Self {
                at: parts.next()?,
                ..self
            };
            parts.start = element.part().next as usize;
            Some(element)
        })
    }

    /// The members of an object.
    pub fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Self)> + use<'t, 'a> {
        let mut parts = self.elements();
        std::iter::from_fn(move || Some((parts.next()?.text()?, parts.next()?)))
    }

    /// The keys of an object, each with what stands under it; none if a key holds half a surrogate pair.
    pub fn keys_and_values(self) -> Option<Vec<(Cow<'a, str>, super::Json<'a>)>> {
        let mut members = Vec::with_capacity(16);
        for (key, value) in self.pairs() {
            members.push((key.strict_text()?, value.whole()));
        }
        Some(members)
    }

    /// The members of an object, with their keys as they are written.
    pub fn pairs(self) -> impl Iterator<Item = (Self, Self)> + use<'t, 'a> {
        let mut parts = self.elements();
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
    }

    /// Its text, if it is a string without half a surrogate pair in it.
    pub fn strict_text(self) -> Option<Cow<'a, str>> {
        match self.part().kind {
            Kind::Plain => Some(Cow::Borrowed(self.written())),
            _ => self.whole().text(),
        }
    }

    /// All that is in it, at any depth, in the order in which it is written: keys and values.
    pub fn descendants(self) -> impl Iterator<Item = Self> + use<'t, 'a> {
        self.inside().map(move |at| Self { at, ..self })
    }

    fn inside(self) -> std::ops::Range<usize> {
        self.at + 1..self.part().next as usize
    }

    fn part(self) -> Part {
        self.tape.parts[self.at]
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    parts: Vec<Part>,
    /// The containers that are not yet closed, by their numbers.
    open: Vec<usize>,
}

/// How much of a value was read.
enum Read {
    Whole,
    /// What begins a container of this kind.
    Opener(Kind),
}

impl<'a> Reader<'a> {
    fn of(text: &'a str, parts: usize) -> Self {
        Self {
            text,
            at: 0,
            parts: Vec::with_capacity(parts),
            open: Vec::new(),
        }
    }

    fn into_tape(self) -> Tape<'a> {
        Tape {
            text: self.text,
            parts: self.parts,
        }
    }

    /// Reads the value that the text begins with, and all that is in it.
    fn read(&mut self) -> Option<()> {
        let mut is_in_object = false;
        loop {
            if is_in_object {
                self.key()?;
            }
            if let Read::Opener(kind) = self.value()? {
                is_in_object = kind == Kind::Object;
                continue;
            }
            // A value has ended, and with it perhaps all that it is the last part of.
            loop {
                let Some(&container) = self.open.last() else {
                    return Some(());
                };
                is_in_object = self.parts[container].kind == Kind::Object;
                match self.next()? {
                    b',' => break,
                    byte if byte == closer_of(is_in_object) => {
                        self.open.pop();
                        self.close(container);
                    }
                    _ => return None,
                }
                self.at += 1;
            }
            self.at += 1;
        }
    }

    fn key(&mut self) -> Option<()> {
        self.expect(b'"')?;
        self.string()?;
        self.expect(b':')
    }

    /// Reads a value; of a container with something in it, only the first byte.
    fn value(&mut self) -> Option<Read> {
        let first = self.next()?;
        let start = self.at;
        self.at += 1;
        match first {
            b'"' => self.string()?,
            b'{' => return self.container(Kind::Object, start),
            b'[' => return self.container(Kind::List, start),
            b'-' | b'0'..=b'9' => {
                let is_part =
                    |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
                let rest = &self.text.as_bytes()[self.at..];
                self.at += rest.iter().take_while(|byte| is_part(byte)).count();
                self.push(Kind::Number, start, self.at);
            }
            _ => {
                let rest = &self.text[start..];
                let mut words = ["null", "true", "false"].into_iter();
                let word = words.find(|word| rest.starts_with(word))?;
                self.at = start + word.len();
                self.push(Kind::Word, start, self.at);
            }
        }
        Some(Read::Whole)
    }

    fn container(&mut self, kind: Kind, start: usize) -> Option<Read> {
        let number = self.parts.len();
        self.push(kind, start, start);
        if self.next()? == closer_of(kind == Kind::Object) {
            self.close(number);
            self.at += 1;
            return Some(Read::Whole);
        }
        self.open.push(number);
        Some(Read::Opener(kind))
    }

    /// Reads a string whose first quote has been read.
    fn string(&mut self) -> Option<()> {
        let start = self.at;
        let mut kind = Kind::Plain;
        loop {
            self.at = plain(self.text.as_bytes(), self.at);
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    kind = Kind::Escaped;
                    self.at += 2;
                }
                // A control character, which others would not take.
                _ => self.at += 1,
            }
        }
        self.push(kind, start, self.at);
        self.at += 1;
        Some(())
    }

    /// Ends a container with the byte that is read next.
    fn close(&mut self, container: usize) {
        let next = position(self.parts.len());
        let part = &mut self.parts[container];
        (part.end, part.next) = (position(self.at + 1), next);
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.parts.push(Part {
            kind,
            start: position(start),
            end: position(end),
            next: position(self.parts.len() + 1),
        });
    }

    /// Passes over blanks and `byte`, which must come next.
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    /// The next byte that is no blank; none at the end.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

const fn closer_of(is_object: bool) -> u8 {
    if is_object { b'}' } else { b']' }
}

fn position(at: usize) -> u32 {
    u32::try_from(at).expect("a tape is made only of texts whose length fits")
}

/// The text of a string as written between its quotes. Half of a surrogate pair becomes U+FFFD, so that nothing can
/// stand behind one unread.
fn unescape(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let mut escape = rest[at + 1..].chars();
        match escape.next() {
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let (character, after) = code_point(escape.as_str());
                text.push(character);
                escape = after.chars();
            }
            other => text.extend(other),
        }
        rest = escape.as_str();
    }
    text.push_str(rest);
    text
}

/// The character whose code units are written after `\u`, and what stands behind it.
fn code_point(written: &str) -> (char, &str) {
    let unit = |written: &str| {
        let digits = written.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(written) else {
        return (char::REPLACEMENT_CHARACTER, written);
    };
    let rest = &written[4..];
    let second = rest.strip_prefix("\\u").and_then(unit);
    let mut characters = char::decode_utf16(std::iter::once(first).chain(second));
    match characters.next() {
        Some(Ok(character)) if character.len_utf16() == 2 => (character, &rest[6..]),
        Some(Ok(character)) => (character, rest),
        _ => (char::REPLACEMENT_CHARACTER, rest),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::{Json, Node, Tape};

    fn value(node: Node<'_, '_>) -> Value {
        match node.json() {
            Json::Null => Value::Null,
            Json::Boolean => node.is_true().into(),
            Json::Number(written) => serde_json::from_str(written).unwrap(),
            Json::Text(text) => Value::from(&*text),
            Json::List => node.elements().map(value).collect(),
            Json::Object => node
                .members()
                .map(|(key, node)| (key.into_owned(), value(node)))
                .collect(),
        }
    }

    fn read(text: &str) -> Option<Value> {
        Tape::read(text).map(|tape| value(tape.root()))
    }

    #[test]
    fn what_is_json_reads_as_it_does_elsewhere() {
        for text in [
            "null",
            " true ",
            "-1.5e+3",
            r#""a\"\\\/\b\f\n\r\t\u0041\u20ac\ud83d\ude00é""#,
            "[]",
            " { } ",
            r#"[ 1 , [] , {"a" : {"b":[null,{}]}, "":"" } , "c" ]"#,
        ] {
            assert_eq!(read(text), serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_not_read() {
        for text in [
            "",
            " ",
            "nul",
            "[",
            "]",
            "[1",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{1:2}",
            "\"a",
            "\"a\\",
            "1 2",
            "{\"a\" 1}",
            "x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_hides_nothing() {
        assert_eq!(read(r#""\ud83dabc""#), Some("\u{fffd}abc".into()));
        assert_eq!(
            read(r#""\ude00\ud83d\u0041b""#),
            Some("\u{fffd}\u{fffd}Ab".into())
        );
        assert_eq!(read(r#""\u00""#), Some("\u{fffd}00".into()));
    }

    #[test]
    fn nesting_has_no_limit() {
        let text = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
        let tape = Tape::read(&text).unwrap();
        assert_eq!(tape.root().descendants().count(), 499_999);
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in "[\\[\\]{},:\"\\\\ a-f0-9u.é-]{0,40}") {
            let expected: Option<Value> = serde_json::from_str(&text).ok();
            let read = Tape::read(&text).is_some();
            prop_assert!(read || expected.is_none(), "{}", text);
        }
    }
}

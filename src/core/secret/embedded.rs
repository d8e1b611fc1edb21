//! JSON that stands somewhere in a text: behind the words of a log line, line by line, in a fence, cut, with a comma too
//! many, or written as programs in Python print it.

use memchr::{memchr, memchr2};

use crate::core::{json::tape::Tape, secret::harmless::program};

/// The longest text in single quotes, in bytes, so that an apostrophe costs no more than other characters.
const LONGEST_SINGLE: usize = 256;
/// The longest name or word without quotes, in bytes.
const LONGEST_WORD: usize = 64;
/// How much room a piece begins with at most, in bytes or parts.
const MOST_USUAL: usize = 512;

/// Whether two brackets open at once, and no name in quotes stands behind them: no object begins with another.
fn is_template(rest: &[u8]) -> bool {
    rest.strip_prefix(b"{{")
        .is_some_and(|inner| !matches!(inner.trim_ascii_start(), [b'"' | b'\'' | b'\\', ..]))
}

/// JSON in a text.
pub(super) enum Piece<'t> {
    /// As it stands there.
    Whole(Tape<'t>),
    /// Made whole.
    Mended(String),
}

impl Piece<'_> {
    /// What is found in it.
    pub(super) fn look<R>(&self, look: impl FnOnce(&Tape<'_>) -> R) -> Option<R> {
        match self {
            Self::Whole(tape) => Some(look(tape)),
            Self::Mended(json) => Tape::read(json).as_ref().map(look),
        }
    }
}

/// The JSON in `text`, each piece made whole.
///
/// Every byte is read once, or twice where it is no JSON as it stands there: where a piece ends early, the search for the
/// next goes on there.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> + use<'_> {
    let mut pieces = Pieces::of(text);
    std::iter::from_fn(move || pieces.next())
}

/// A text while the JSON in it is looked for.
struct Pieces<'t> {
    text: &'t str,
    at: usize,
    /// How far it was read as JSON in vain.
    tried: usize,
    has_quotes: bool,
    /// Most pieces are as long as the one before, and have as many parts.
    usual: usize,
    usual_parts: usize,
}

impl<'t> Pieces<'t> {
    const fn of(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            tried: 0,
            has_quotes: true,
            usual: 0,
            usual_parts: 0,
        }
    }

    fn next(&mut self) -> Option<Piece<'t>> {
        while let Some(start) = memchr2(b'{', b'[', self.text.as_bytes().get(self.at..)?) {
            let start = self.at + start;
            // A variable, or a template.
            if start > 0 && b"$#%".contains(&self.text.as_bytes()[start - 1]) {
                self.at = start + 1;
                continue;
            }
            if is_template(&self.text.as_bytes()[start..]) {
                self.at = start + 2;
                continue;
            }
            if let Some(tape) = self.whole(start) {
                self.usual_parts = tape.len().min(MOST_USUAL);
                if tape.has_members() {
                    return Some(Piece::Whole(tape));
                }
            } else if let Some(piece) = self.mended(start) {
                self.usual = piece.len().min(MOST_USUAL);
                return Some(Piece::Mended(piece));
            }
        }
        None
    }

    /// The JSON that stands at `start` as it has to be.
    fn whole(&mut self, start: usize) -> Option<Tape<'t>> {
        let text = &self.text[start..];
        let may_be = text[1..].trim_start().starts_with(['"', '{', '[']);
        if start < self.tried || !may_be {
            return None;
        }
        let (tape, read) = Tape::read_first(text, self.usual_parts);
        self.tried = start + read;
        let tape = tape.filter(|tape| !tape.has_number_longer_than(LONGEST_WORD))?;
        self.at = self.tried;
        Some(tape)
    }

    /// The JSON that begins at `start`, made whole.
    fn mended(&mut self, start: usize) -> Option<String> {
        let mut reader = Reader {
            text: self.text,
            at: start,
            piece: String::with_capacity(self.usual),
            open: Vec::new(),
            has_quotes: self.has_quotes,
            members: 0,
        };
        reader.read();
        self.has_quotes = reader.has_quotes;
        self.at = reader.at.max(start + 1);
        (reader.members > 0).then(|| reader.whole())
    }
}

/// `text` without one layer of the escapes that JSON has in a string, if JSON stands in it with quotes escaped.
pub(super) fn unescaped(text: &str) -> Option<String> {
    const HEADS: [&[u8]; 3] = [b"{\\\"", b"{ \\\"", b"{\\n"];
    let is_escaped = memchr(b'\\', text.as_bytes()).is_some()
        && HEADS
            .iter()
            .any(|head| memchr::memmem::find(text.as_bytes(), head).is_some());
    is_escaped.then(|| {
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            plain.push_str(&rest[..at]);
            let mut behind = rest[at + 1..].chars();
            match behind.next() {
                Some('n' | 'r' | 't') => plain.push(' '),
                other => plain.extend(other),
            }
            rest = behind.as_str();
        }
        plain.push_str(rest);
        plain
    })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// What was read, as JSON.
    piece: String,
    /// What closes the containers that are open.
    open: Vec<char>,
    /// Whether a double quote may still be closed.
    has_quotes: bool,
    /// How many members of objects were read.
    members: usize,
}

impl<'t> Reader<'t> {
    fn read(&mut self) {
        if self.value().is_none() {
            return;
        }
        while let Some(&close) = self.open.last() {
            self.skip_blanks();
            let is_first = self.piece.ends_with(['{', '[']);
            let next = self.peek();
            if next == Some(close as u8) {
                self.at += 1;
                self.close();
                continue;
            }
            if !is_first {
                if next != Some(b',') {
                    return;
                }
                self.at += 1;
                self.skip_blanks();
                if self.peek() == Some(close as u8) {
                    continue;
                }
            }
            if self.member(close == '}', is_first).is_none() {
                return;
            }
        }
    }

    fn member(&mut self, is_object: bool, is_first: bool) -> Option<()> {
        let before = self.piece.len();
        if !is_first {
            self.piece.push(',');
        }
        let is_read = self.key_and_value(is_object);
        if is_read.is_none() && self.open.last() == Some(&if is_object { '}' } else { ']' }) {
            self.piece.truncate(before);
        }
        is_read
    }

    fn key_and_value(&mut self, is_object: bool) -> Option<()> {
        if is_object {
            self.name()?;
            self.skip_blanks();
            if self.peek() != Some(b':') {
                return None;
            }
            self.at += 1;
            self.piece.push(':');
            self.skip_blanks();
            self.members += 1;
        }
        self.value()
    }

    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' => self.enter('{', '}'),
            b'[' => self.enter('[', ']'),
            b'"' | b'\'' => self.string()?,
            _ => {
                let word = self.word()?;
                match word {
                    "true" | "True" => self.piece.push_str("true"),
                    "false" | "False" => self.piece.push_str("false"),
                    "null" | "None" | "nil" => self.piece.push_str("null"),
                    _ if is_number(word) => self.piece.push_str(word),
                    // What a program reads or calls.
                    _ if is_of_program(word) && !self.open.is_empty() => {
                        self.piece.push_str("null");
                        self.skip_call();
                    }
                    _ => self.push_quoted(word),
                }
            }
        }
        Some(())
    }

    fn name(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' | b'\'' => self.string()?,
            _ => {
                let word = self.word()?;
                self.push_quoted(word);
            }
        }
        Some(())
    }

    fn push_quoted(&mut self, text: &str) {
        self.piece.push('"');
        self.piece.push_str(text);
        self.piece.push('"');
    }

    fn enter(&mut self, open: char, close: char) {
        self.at += 1;
        self.piece.push(open);
        self.open.push(close);
    }

    fn close(&mut self) {
        self.piece.extend(self.open.pop());
    }

    fn string(&mut self) -> Option<()> {
        if self.peek() == Some(b'\'') {
            return self.single();
        }
        let start = self.at + 1;
        let mut at = start;
        while self.has_quotes {
            let Some(sign) = memchr2(b'"', b'\\', self.text.as_bytes().get(at..)?) else {
                self.has_quotes = false;
                break;
            };
            at += sign;
            if self.text.as_bytes()[at] == b'"' {
                self.push_quoted(&self.text[start..at]);
                self.at = at + 1;
                return Some(());
            }
            at += 2;
        }
        None
    }

    /// A text in single quotes. An apostrophe does not end it.
    fn single(&mut self) -> Option<()> {
        let start = self.at + 1;
        let near = &self.text[start..];
        let near = &near[..near.floor_char_boundary(LONGEST_SINGLE)];
        let is_end = |(at, _): &(usize, &str)| {
            let behind = near[at + 1..].trim_start();
            behind.is_empty() || behind.starts_with([':', ',', '}', ']'])
        };
        let (end, _) = near.match_indices('\'').find(is_end)?;
        self.piece.push('"');
        for character in near[..end].chars() {
            if matches!(character, '"' | '\\') {
                self.piece.push('\\');
            }
            self.piece.push(character);
        }
        self.piece.push('"');
        self.at = start + end + 1;
        Some(())
    }

    /// A name or word without quotes.
    fn word(&mut self) -> Option<&'t str> {
        let is_part = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`{}[],:\\<>()".contains(byte);
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest
            .iter()
            .take(LONGEST_WORD)
            .take_while(|byte| is_part(byte))
            .count();
        let word = &self.text[self.at..self.at + length];
        self.at += length;
        (length > 0).then_some(word)
    }

    /// Skips the arguments of a call, and what is called of what it gives.
    fn skip_call(&mut self) {
        let near = &self.text.as_bytes()[self.at..];
        let near = &near[..near.len().min(LONGEST_WORD)];
        if near.first() != Some(&b'(') {
            return;
        }
        let mut deep = 0_usize;
        for (at, byte) in near.iter().enumerate() {
            match byte {
                b'(' => deep += 1,
                b')' => deep = deep.saturating_sub(1),
                b',' | b'}' | b'\n' if deep == 0 => {
                    self.at += at;
                    return;
                }
                _ => {}
            }
        }
    }

    /// The piece with what it lacks at its end.
    fn whole(mut self) -> String {
        if self.piece.ends_with(':') {
            self.piece.push_str("null");
        }
        while !self.open.is_empty() {
            self.close();
        }
        self.piece
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// Whether a word is a type or an attribute of a program.
fn is_of_program(word: &str) -> bool {
    is_attribute(word) || program::is_program(word, &(0..word.len()))
}

/// Whether a word is names with points between them, as programs write what belongs to what: `creds.password`.
fn is_attribute(word: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
    };
    let is_owner = |first: &str| OWNERS.contains(&first);
    word.split('.').all(is_name)
        && word.split('.').count() > 1
        && (word.split('.').next().is_some_and(is_owner) || word.ends_with(".password"))
}

/// What programs call what holds settings, or makes schemas.
const OWNERS: [&str; 24] = [
    "auth",
    "body",
    "config",
    "conn",
    "context",
    "creds",
    "credentials",
    "ctx",
    "env",
    "form",
    "item",
    "options",
    "opts",
    "params",
    "process",
    "props",
    "req",
    "request",
    "row",
    "self",
    "settings",
    "this",
    "values",
    "yup",
];

fn is_number(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-+.eE".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::{Piece, Pieces, pieces, unescaped};

    fn value(piece: &Piece<'_>) -> Option<Value> {
        let written = piece.look(|tape| tape.root().whole().get().to_owned());
        serde_json::from_str(&written?).ok()
    }

    #[test]
    fn json_is_read_wherever_it_stands() {
        for (text, expected) in [
            (r#"done: {"a": {"b": 1}} in 2 s"#, &[r#"{"a":{"b":1}}"#][..]),
            ("{\"a\":1}\n{\"b\":[2,]},", &[r#"{"a":1}"#, r#"{"b":[2]}"#]),
            (r#"[INFO] {"a": {"b": "c"#, &[r#"{"a":{}}"#]),
            (
                r#"{'a': {'b': "it's", 'c': 'don't', 'd': None}}"#,
                &[r#"{"a":{"b":"it's","c":"don't","d":null}}"#],
            ),
            ("map {a: {b: c-1}}", &[r#"{"a":{"b":"c-1"}}"#]),
            (r#"{"a" {"b":{"c":1}"#, &[r#"{"b":{"c":1}}"#]),
            (r#"[["x"], {"a": 1}]"#, &[r#"[["x"],{"a":1}]"#]),
            ("if (a) { b(c); } [x]", &[]),
            ("[[[[ {{{{ \"", &[]),
        ] {
            let found: Vec<_> = pieces(text).map(|piece| value(&piece)).collect();
            let expected = expected.iter().map(|json| serde_json::from_str(json).ok());
            assert_eq!(found, expected.collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn what_is_read_is_json() {
        let parts = [
            "{", "}", "[", "]", ":", ",", "\"", "'", "a", " ", "1", "\\", "é", "{\"a\":", "\n",
        ];
        let mut state = 7_u64;
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            parts[usize::try_from(state >> 33).unwrap() % parts.len()]
        };
        for _ in 0..5_000 {
            let text: String = (0..24).map(|_| draw()).collect();
            for piece in pieces(&text) {
                assert!(piece.look(|_| ()).is_some(), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_json_as_it_stands_is_read_as_what_is_made_whole(
            text in "[{\\[]([{}\\[\\],: ]|\"a\"|\"b\\\\\"\"|\"c\": |-1|true|nil){0,12}",
        ) {
            let (mut one, mut other) = (Pieces::of(&text), Pieces::of(&text));
            if let Some(tape) = one.whole(0) {
                let has_members = tape.has_members();
                let mended = other.mended(0);
                prop_assert_eq!(one.at, other.at);
                prop_assert_eq!(has_members, mended.is_some());
                if let Some(mended) = mended {
                    prop_assert_eq!(value(&Piece::Whole(tape)), value(&Piece::Mended(mended)));
                }
            }
        }
    }

    #[test]
    fn one_layer_of_escapes_is_taken_off() {
        let plain = unescaped(r#"msg="{\"a\":\n \"b\\\"c\"}""#);
        assert_eq!(plain.as_deref(), Some(r#"msg="{"a":  "b\"c"}""#));
        assert_eq!(unescaped(r"C:\a {b}"), None);
    }
}

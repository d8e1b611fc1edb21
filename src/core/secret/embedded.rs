//! JSON that stands somewhere in a text: behind the words of a log line, line by line, in a fence, cut, with a comma too
//! many, or written as programs in Python print it.

use memchr::{memchr, memchr2};

/// The longest text in single quotes, in bytes, so that an apostrophe costs no more than other characters.
const LONGEST_SINGLE: usize = 256;
/// The longest name or word without quotes, in bytes.
const LONGEST_WORD: usize = 64;
/// How much room a piece begins with at most, in bytes.
const MOST_USUAL: usize = 512;

/// Whether two brackets open at once, and no name in quotes stands behind them: no object begins with another.
fn is_template(rest: &[u8]) -> bool {
    rest.strip_prefix(b"{{")
        .is_some_and(|inner| !matches!(inner.trim_ascii_start(), [b'"' | b'\'' | b'\\', ..]))
}

/// The JSON in `text`, each piece made whole.
///
/// Every byte is read once: where a piece ends early, the search for the next goes on there.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = String> + use<'_> {
    let mut at = 0;
    let mut has_quotes = true;
    // Most pieces are as long as the one before.
    let mut usual = 0;
    std::iter::from_fn(move || {
        while let Some(start) = memchr2(b'{', b'[', text.as_bytes().get(at..)?) {
            let start = at + start;
            // A variable, or a template.
            if start > 0 && b"$#%".contains(&text.as_bytes()[start - 1]) {
                at = start + 1;
                continue;
            }
            if is_template(&text.as_bytes()[start..]) {
                at = start + 2;
                continue;
            }
            let mut reader = Reader {
                text,
                at: start,
                piece: String::with_capacity(usual),
                open: Vec::new(),
                has_quotes,
                members: 0,
            };
            reader.read();
            has_quotes = reader.has_quotes;
            at = reader.at.max(start + 1);
            if reader.members > 0 {
                let piece = reader.whole();
                usual = piece.len().min(MOST_USUAL);
                return Some(piece);
            }
        }
        None
    })
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
                    _ if is_attribute(word) && !self.open.is_empty() => {
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
    use super::{pieces, unescaped};

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
            let found: Vec<_> = pieces(text).collect();
            assert_eq!(found, expected, "{text}");
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
                assert!(
                    crate::core::json::tape::Tape::read(&piece).is_some(),
                    "{text}: {piece}"
                );
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

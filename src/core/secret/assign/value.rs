//! The value behind an operator.
use std::ops::Range;

use super::operator::Operator;

/// The longest text in angle brackets that stands in for a value, in bytes.
const LONGEST_STAND_IN: usize = 64;

/// Where a value stands.
pub(super) struct Value {
    pub(super) span: Range<usize>,
    pub(super) is_quoted: bool,
}

/// The value that begins at `at`, and ends with the text at the latest.
pub(super) fn read(text: &[u8], at: usize, operator: Operator) -> Option<Value> {
    if matches!(operator, Operator::Tag | Operator::Attribute) {
        return tagged(text, at, operator == Operator::Attribute);
    }
    let (at, prefix) = past_prefix(text, at);
    if let Some((start, quote)) = opening(text, at) {
        return quoted(text, start, quote);
    }
    if prefix || matches!(operator, Operator::Call | Operator::Comma) {
        return None;
    }
    let at = block(text, at).unwrap_or(at);
    let span = bare(text, at);
    (!span.is_empty()).then_some(Value {
        span,
        is_quoted: false,
    })
}

/// What stands in a tag, without the spaces around it.
fn tagged(text: &[u8], at: usize, is_attribute: bool) -> Option<Value> {
    let end = at + text[at..].iter().position(|byte| *byte == b'<')?;
    let inner = text[at..end].trim_ascii_start();
    // `-p <password> -e none https://<host>` shows what is to be filled in, and `<string name="bad_password">` what people
    // are told.
    let is_closed = text[end..].starts_with(b"</");
    let is_words = inner.contains(&b' ') && (!is_closed || (is_attribute && is_told(inner)));
    // `Validator<Token> create(Validator<Token> …)`
    let is_call = (inner.contains(&b'(') || inner.first() == Some(&b'.')) && !is_closed;
    if is_words || is_call {
        return None;
    }
    let start = end - inner.len();
    let span = start..start + inner.trim_ascii_end().len();
    (!span.is_empty()).then_some(Value {
        span,
        is_quoted: true,
    })
}

/// Whether several words are a sentence for people: with a capital, and letters and signs of sentences alone.
fn is_told(inner: &[u8]) -> bool {
    let is_of_sentence =
        |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii() || b" ,.'!?:;-()".contains(byte);
    inner.first().is_some_and(u8::is_ascii_uppercase)
        && inner.trim_ascii().split(|byte| *byte == b' ').count() > 2
        && inner.iter().all(is_of_sentence)
}

/// Past the letter that some languages put before a quote, as `b"…"`, and whether there is one.
fn past_prefix(text: &[u8], at: usize) -> (usize, bool) {
    match &text[at..] {
        [
            b'b' | b'r' | b'f' | b'u' | b'@' | b'L' | b'N',
            b'"' | b'\'',
            ..,
        ] => (at + 1, true),
        _ => (at, false),
    }
}

/// Where a quoted value begins, and its quote.
fn opening(text: &[u8], at: usize) -> Option<(usize, &[u8])> {
    const QUOTES: [&[u8]; 8] = [
        b"\"\"\"", b"'''", b"\\\\\"", b"\\\"", b"\\'", b"\"", b"'", b"`",
    ];
    let rest = &text[at..];
    let quote = QUOTES.iter().find(|quote| rest.starts_with(quote))?;
    // Shells end one quote and begin another.
    (!rest[quote.len()..].starts_with(quote) || quote.len() > 1)
        .then_some((at + quote.len(), *quote))
}

fn quoted(text: &[u8], start: usize, quote: &[u8]) -> Option<Value> {
    let mut end = start;
    loop {
        let rest = text.get(end..)?;
        if rest.starts_with(quote) {
            break;
        }
        let step = match rest {
            [b'\\', _, ..] if quote.len() == 1 => 2,
            // The quote of the text around it.
            [] | [b'\n', ..] if quote.len() < 3 => break,
            [] => break,
            _ => 1,
        };
        end += step;
    }
    let span = start..end.min(text.len());
    // A command, whose output is the value.
    if quote == b"`" && is_command(&text[span.clone()]) {
        return None;
    }
    (!span.is_empty()).then_some(Value {
        span,
        is_quoted: true,
    })
}

/// Whether words in backquotes are a command, and not one that prints its own words.
fn is_command(inner: &[u8]) -> bool {
    let mut words = inner.split(|byte| *byte == b' ');
    let is_name = |word: &[u8]| {
        !word.is_empty()
            && word
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(byte))
    };
    words
        .next()
        .is_some_and(|first| is_name(first) && ![&b"echo"[..], b"printf"].contains(&first))
        && words
            .next()
            .is_some_and(|second| second.starts_with(b"-") || is_name(second))
        && inner.windows(2).any(|pair| pair == b" -" || pair == b" /")
}

/// Where the first line of a block of YAML begins: `|` and the next line.
fn block(text: &[u8], at: usize) -> Option<usize> {
    let rest = text[at..]
        .strip_prefix(b"|")
        .or(text[at..].strip_prefix(b">"))?;
    let rest = match rest {
        [b'-' | b'+' | b'1'..=b'9', behind @ ..] => behind,
        _ => rest,
    };
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    let rest = rest.strip_prefix(b"\n")?;
    Some(text.len() - rest.trim_ascii_start().len())
}

/// A value without quotes: to the next space, without what belongs to what is around it.
fn bare(text: &[u8], at: usize) -> Range<usize> {
    let is_inside = |byte: &u8| !byte.is_ascii_whitespace() && !b"\"'`".contains(byte);
    let mut value = &text[at..];
    if value.first() == Some(&b'<') {
        // `<the token>`, `<in Secret example>`.
        let near = &value[..value.len().min(LONGEST_STAND_IN)];
        let end = near.iter().position(|byte| b">\n".contains(byte));
        if let Some(end) = end.filter(|end| near[*end] == b'>') {
            return at..at + end + 1;
        }
    }
    value = &value[..value.iter().take_while(|byte| is_inside(byte)).count()];
    // `Pwd=;Mode=x`: nothing.
    if value.first() == Some(&b';') && value.contains(&b'=') {
        return at..at;
    }
    // `sha256~<token>`: a part that is to be filled in.
    if let Some(end) = to_fill_in(value) {
        return at..at + end;
    }
    // The next parameter, member or line.
    let cuts = value
        .iter()
        .enumerate()
        .skip(1)
        .find(|(index, byte)| match byte {
            b'&' | b';' | b'<' => true,
            b',' => value
                .get(index + 1)
                .is_none_or(|next| next.is_ascii_alphabetic() || b"-{\"".contains(next)),
            b'\\' => value
                .get(index + 1)
                .is_none_or(|next| b"nrt\\".contains(next)),
            _ => false,
        });
    value = &value[..cuts.map_or(value.len(), |(index, _)| index)];
    for (open, close) in [(b'(', b')'), (b'[', b']'), (b'{', b'}')] {
        if !value.contains(&open) {
            let end = value
                .iter()
                .position(|byte| *byte == close)
                .filter(|end| *end > 0);
            value = &value[..end.unwrap_or(value.len())];
        }
    }
    while let [rest @ .., b',' | b';' | b'.' | b'\\' | b':'] = value {
        value = rest;
    }
    at..at + value.len()
}

/// The text in quotes behind a word or sign that says that it stands in for what is missing, or `-` in a variable.
pub(super) fn default(line: &[u8]) -> Option<Range<usize>> {
    const BEFORE: [&[u8]; 7] = [b" or", b"?:", b"??", b"||", b",", b"default", b"{"];
    let mut at = 0;
    while let Some(open) = line[at..]
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\''))
    {
        let open = at + open;
        let rest = &line[open + 1..];
        let close = rest.iter().position(|byte| *byte == line[open])?;
        let before = line[..open].trim_ascii_end();
        if open > 0 && BEFORE.iter().any(|word| before.ends_with(word)) {
            return Some(open + 1..open + 1 + close);
        }
        at = open + close + 2;
        if at >= line.len() {
            break;
        }
    }
    None
}

/// The end of what a value ends with if that is words in angle brackets.
fn to_fill_in(value: &[u8]) -> Option<usize> {
    let open = value
        .iter()
        .position(|byte| *byte == b'<')
        .filter(|at| *at > 0)?;
    let inner = &value[open + 1..];
    let close = inner.iter().position(|byte| *byte == b'>')?;
    let is_of_name = |byte: &u8| byte.is_ascii_lowercase() || b"-_".contains(byte);
    let is_end = !inner
        .get(close + 1)
        .is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'(');
    (close > 1 && is_end && inner[..close].iter().all(is_of_name)).then_some(open + close + 2)
}

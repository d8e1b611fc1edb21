//! The value behind an operator, and whether it is a literal or code.
use std::ops::Range;

use super::{super::shapes::url::is_variable, operator::Operator};
use crate::core::secret::{
    harmless::{self, facts, names::is_wordy},
    keys::{self, Kind},
};

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

/// Whether the value is one that somebody wrote down, not a variable, a call, a type or a form.
pub(super) fn is_literal(name: &str, value: &str, operator: Operator, is_quoted: bool) -> bool {
    let bytes = value.as_bytes();
    if harmless::is_inert(value)
        || is_variable(bytes)
        || is_form(value)
        || facts::is_image_or_file(value)
        || facts::is_format(value)
        || value.eq_ignore_ascii_case(last_word(name))
    {
        return false;
    }
    let is_mixed =
        bytes.iter().any(u8::is_ascii_digit) && bytes.iter().any(u8::is_ascii_alphabetic);
    match operator {
        Operator::Comma => {
            is_mixed
                && bytes.len() >= 8
                && (!is_wordy(value) || value.ends_with(|last: char| last.is_ascii_digit()))
                && !value.starts_with('/')
                && !has_end(name, "yaml")
        }
        Operator::Call => {
            is_mixed && bytes.len() >= 6 && !is_reader(name) && !is_scheme(name) && !is_check(name)
        }
        _ if is_quoted => !is_email_start(bytes),
        // Behind a flag may stand what the value is called: `--password PASSWORD`.
        Operator::Space => {
            !is_code(value) && !bytes.iter().all(u8::is_ascii_alphabetic) && !is_name_of_one(value)
        }
        Operator::Equals => !is_code(value),
        // Words behind a colon or in code are a sentence or a variable.
        _ => {
            let is_plain = |byte: u8| byte.is_ascii_alphabetic() || b"_.-/".contains(&byte);
            let is_text = |text: &str| text.bytes().all(is_plain) && is_wordy(text);
            // `tokenReview: authenticated=true`
            let is_word = match value.split_once('=') {
                Some((what, state)) => is_text(what) && harmless::is_state(state),
                None => is_text(value),
            };
            !is_word && !is_code(value)
        }
    }
}

/// What credentials are made or checked with: `sha512`.
fn is_algorithm(value: &str) -> bool {
    let stem = value.trim_end_matches(|last: char| last.is_ascii_digit());
    [
        "sha", "md", "bcrypt", "argon", "HS", "RS", "ES", "PS", "aes",
    ]
    .contains(&stem)
        && value.len() - stem.len() <= 3
}

/// `id=npm_token,env=NPM_TOKEN`: what of a secret is handed on, and from where.
fn is_list_of_parts(value: &str) -> bool {
    const PARTS: [&str; 9] = [
        "id", "env", "src", "source", "target", "type", "name", "key", "mode",
    ];
    let mut parts = value.split(',');
    value.contains('=')
        && parts.all(|part| {
            part.split_once('=').is_some_and(|(what, place)| {
                PARTS.contains(&what) && (is_wordy(place) || facts::is_number(place))
            })
        })
}

/// `trust_password=trust_password`, `"ClientSecret": "CLIENT_SECRET"`, `x_token = tokens.x_token`, `tokens = tokens2`: the
/// name once more.
fn is_of_same_name(name: &str, value: &str) -> bool {
    let letters = |text: &'_ str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    if value.len() > LONGEST_FORM || name.len() > LONGEST_FORM || value.len() < 4 {
        return false;
    }
    let is_verbatim = name == value;
    let last = value.rsplit('.').next().unwrap_or(value);
    let (called, value) = (letters(name), letters(value));
    let is_numbered = value
        .strip_prefix(called.as_str())
        .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    let is_drawn_one = || {
        let one = called.trim_end_matches('s');
        one.ends_with("token") || one.ends_with("key")
    };
    let is_same = match keys::kind_of(name) {
        // People choose what it is for.
        Some(Kind::Password | Kind::Pass) => is_verbatim,
        _ => called == value,
    };
    is_same
        || (last.len() > 3 && last.len() < value.len() && letters(last) == called)
        || (is_drawn_one() && (is_numbered || called.starts_with(&value)))
}

/// `$serde_json::private::Number`.
fn is_path_of_program(value: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
    };
    value.contains("::") && value.trim_start_matches('$').split("::").all(is_name)
}

/// `TASK_ROOT_KEY = 'TASK_ROOT'`: a constant for a name.
fn is_own_name(name: &str, value: &str) -> bool {
    value.contains('_')
        && value
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && name.starts_with(value)
}

/// Whether a value that would be a credential by its name is something else all the same. Asked last, of the few that are
/// left.
pub(super) fn is_other(name: &str, value: &str) -> bool {
    is_own_name(name, value)
        // `"signingkey="+id, "…"`
        || (value.starts_with('+') && value.trim_end().ends_with([',', '+']))
        || value.ends_with("::class")
        // "FirebaseAuth: <digest>" in a lock file.
        || (name.ends_with("Auth")
            && name.starts_with(|first: char| first.is_ascii_uppercase())
            && facts::is_digest(value))
        // "You can pass: `-e version=…`"
        || (value.starts_with('-') && value.contains(' ') && last_word(name).eq_ignore_ascii_case("pass"))
        // `errMissingToken = "…"`
        || (name.starts_with("err") && value.contains(' '))
        || is_of_same_name(name, value)
        || is_path_of_program(value)
        || is_algorithm(value)
        || is_list_of_parts(value)
        || (value.starts_with("***") && value.ends_with("/aws4_request"))
}

fn last_word(name: &str) -> &str {
    name.rsplit(['_', '-', '.']).next().unwrap_or(name)
}

/// What shows where a credential goes, or masks one: `password`, `{your_password}`, `myToken`, `AKxxxxxxxx`.
fn is_form(value: &str) -> bool {
    const WORDS: [&str; 12] = [
        "",
        "password",
        "passwd",
        "passphrase",
        "pass",
        "pwd",
        "secret",
        "token",
        "key",
        "apikey",
        "value",
        "credential",
    ];
    const BEFORE: [&str; 14] = [
        "my",
        "your",
        "the",
        "some",
        "a",
        "enter",
        "insert",
        "user",
        "db",
        "database",
        "example",
        "sample",
        "dummy",
        "placeholder",
    ];
    let masked = value.bytes().filter(|byte| b"xX*".contains(byte)).count();
    if masked >= 5 && masked * 2 > value.len() {
        return true;
    }
    // `MyPassword!`
    if value.contains(['!', '#', '&', '^']) {
        return false;
    }
    let letters = value.bytes().filter(u8::is_ascii_alphanumeric);
    let mut lower = [0; LONGEST_FORM];
    let mut length = 0;
    for letter in letters.take(LONGEST_FORM) {
        lower[length] = letter.to_ascii_lowercase();
        length += 1;
    }
    let letters = str::from_utf8(&lower[..length]).unwrap_or_default();
    let word = letters.strip_suffix("here").unwrap_or(letters);
    let without_owner = |word| {
        let mut owners = BEFORE.iter();
        owners
            .find_map(|before| str::strip_prefix(word, before))
            .unwrap_or(word)
    };
    letters.starts_with("your") || WORDS.contains(&without_owner(without_owner(word)))
}

/// More letters than any form has.
const LONGEST_FORM: usize = 48;

/// Whether a name is that of a file with this end.
fn has_end(name: &str, end: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, last)| last.eq_ignore_ascii_case(end))
}

/// Whether a call of this name says that something passes: `should_pass(…)`.
fn is_check(name: &str) -> bool {
    last_part(name)
        .rsplit_once('_')
        .is_some_and(|(_, last)| last.eq_ignore_ascii_case("pass"))
}

/// Whether a call of this name makes a client, from more than one value: `OAuth("…", "…")`.
fn is_scheme(name: &str) -> bool {
    last_part(name).to_ascii_lowercase().ends_with("auth")
}

/// `smb-file-server-password`: what a password is called.
fn is_name_of_one(value: &str) -> bool {
    let has_boast = || {
        ["my-", "super", "secret"]
            .iter()
            .any(|word| value.contains(word))
    };
    value.split('-').count() > 2
        && value.ends_with("-password")
        && !has_boast()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// What anonymous users of FTP give: `name@`.
fn is_email_start(value: &[u8]) -> bool {
    value.ends_with(b"@") && value[..value.len() - 1].iter().all(u8::is_ascii_alphabetic)
}

/// Whether a function of this name takes the name of a secret rather than the secret.
fn is_reader(name: &str) -> bool {
    let name = last_part(name);
    [
        "get", "read", "fetch", "load", "find", "has", "is", "check", "lookup", "require",
        "delete", "list", "describe",
    ]
    .iter()
    .any(|verb| {
        name.get(..verb.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(verb))
    })
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether this stands for a value somewhere else in a program: a call, a path of names, a type, a cast.
fn is_code(value: &str) -> bool {
    let is_name = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && part
                .bytes()
                .next()
                .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
    };
    let has_call = value.find('(').is_some_and(|at| {
        at == 0
            || value[..at]
                .split(['.', ':', '>', '-', '!', ' '])
                .all(|part| part.is_empty() || is_name(part))
    });
    let path: Vec<&str> = value.split(['.', '[']).collect();
    let is_path = path.len() > 1
        && path
            .iter()
            .all(|part| part.is_empty() || is_name(part.trim_end_matches(']')))
        && !path
            .iter()
            .any(|part| part.len() > 24 || part.bytes().filter(u8::is_ascii_digit).count() > 3);
    // `Winter(2026)`
    let is_year = value.split_once('(').is_some_and(|(word, digits)| {
        let digits = digits.trim_end_matches(')');
        word.starts_with(|first: char| first.is_ascii_uppercase())
            && digits.len() > 2
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    (has_call && !is_year)
        || is_path
        || value.starts_with(['$', '*', '[', '{', '(', '@', '#', '%']) && !harmless_start(value)
}

/// A password may begin with a sign, if more than a name follows.
fn harmless_start(value: &str) -> bool {
    value.len() > 1
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && !value.ends_with([')', ']', '}', '%'])
}

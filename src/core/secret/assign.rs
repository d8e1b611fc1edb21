//! Names with a value behind them, inside a text: `token=…`, `"apiKey": "…"`, `'secret' => '…'`, `<password>…`,
//! `--token …`. Code, configuration, logs and command lines write them so.
use std::ops::Range;

use super::{
    harmless::{self, names, program},
    hit::Hit,
    keys::{self, Literal},
    names::Names,
    prose,
};
use crate::core::finding::Rule;

mod literal;
mod operator;
mod value;

pub(super) use operator::is_variable_of_psql;
use operator::{Operator, operator};
use value::Value;

const PROSE: Rule = Rule::new("secret/prose");
const URL_PASSWORD: Rule = Rule::new("secret/url-password");

/// Parts of the names of credentials, in lower case, that lead to an assignment.
pub(super) const KEYWORDS: [&str; 15] = [
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "cred",
    "auth",
    "cookie",
    "jwt",
    "mnemonic",
    "kennwort",
    "contrasena",
    "senha",
    "wachtwoord",
    "login",
];

/// The longest name, in bytes on either side of the keyword.
const LONGEST_NAME: usize = 64;

/// What is known of the assignments so far in one text.
#[derive(Default)]
pub(super) struct Assignments {
    /// Where the last name that was looked at ends, so that none is looked at twice.
    name_end: usize,
    /// Where the quote stands that ends the last value.
    quote: Option<usize>,
    /// The length of all values that were read.
    read: usize,
}

/// The longest value, in bytes, and the longest where so many were read before that they must overlap.
const LONGEST_VALUE: usize = 4096;
const LONGEST_OVERLAPPING: usize = 64;

impl Assignments {
    /// How much of a value is read.
    const fn longest(&self, text: &[u8]) -> usize {
        if self.read <= text.len() + LONGEST_VALUE {
            LONGEST_VALUE
        } else {
            LONGEST_OVERLAPPING
        }
    }

    /// The credential that is assigned to the name of which the keyword is a part.
    pub(super) fn find(&mut self, text: &[u8], keyword: &Range<usize>) -> Option<Hit> {
        if keyword.start < self.name_end {
            return None;
        }
        let name = name_around(text, keyword);
        self.name_end = name.end;
        let (operator, at) = operator(text, &name)?;
        // What looks like an opening quote ends the text that this name stands in.
        if self.quote == Some(at) {
            return None;
        }
        let limit = text.len().min(at + self.longest(text));
        let value = value::read(&text[..limit], at, operator);
        let found = value.and_then(|value| {
            self.read += value.span.len();
            if value.is_quoted {
                self.quote = Some(value.span.end);
            }
            judge(text, &name, operator, value)
        });
        found.or_else(|| default(text, &name, at))
    }
}

/// The name that the keyword is a part of.
fn name_around(text: &[u8], keyword: &Range<usize>) -> Range<usize> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let start = super::shapes::run_start(text, keyword.start, LONGEST_NAME, is_name);
    let limit = text.len().min(keyword.end + LONGEST_NAME);
    let mut end = super::shapes::run_end(&text[..limit], keyword.end, is_name);
    // `token -> x`, `the token.`
    while end > keyword.end && b"-.".contains(&text[end - 1]) {
        end -= 1;
    }
    start..end
}

/// The bytes as a text, without a character that was cut at the end.
fn valid(bytes: &[u8]) -> &str {
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

fn judge(text: &[u8], name: &Range<usize>, operator: Operator, mut value: Value) -> Option<Hit> {
    if let Some(inner) = harmless::made_up_in_frame(valid(&text[value.span.clone()])) {
        value.span = value.span.start + inner.start..value.span.start + inner.end;
        value.is_quoted = true;
    }
    let literal = valid(&text[value.span.clone()]);
    let name_text = std::str::from_utf8(&text[name.clone()]).ok()?;
    let name_text = name_text.trim_matches(['-', '.', '_']);
    if !literal::is_literal(name_text, literal, operator, value.is_quoted) {
        return None;
    }
    let is_in_connection = is_in_connection(text, name, operator);
    // What an object of a store is called: `?key=backups/2026-11-03.tar`.
    let is_path = || {
        literal.contains('/')
            && literal
                .split('/')
                .all(|step| names::is_step(step) || is_cut_uuid(step))
    };
    if is_in_connection && name_text.eq_ignore_ascii_case("key") && is_path() {
        return None;
    }
    // How the documentation of ODBC writes a connection that is set up elsewhere: `DSN=Production;Pwd=changeme`.
    if is_in_connection && literal.eq_ignore_ascii_case("changeme") && is_documented(text, name) {
        return None;
    }
    if is_checksum(text, name.start, literal)
        || is_line_of_file(name_text, literal)
        || (operator == Operator::Colon
            && value.span.start == name.end + 1
            && is_tag(name_text, literal))
    {
        return None;
    }
    let told = keys::tell(&Names::in_text(name_text), Literal::Text(literal))?;
    if literal::is_other(name_text, literal) {
        return None;
    }
    // `pass || !found`, `secret.ID == id`
    let gap = &text[name.end..value.span.start];
    let is_compared = || gap.windows(2).any(|pair| pair == b"||" || pair == b"==");
    let is_made_up = || prose::is_made_up(literal.trim_start_matches('!'));
    if !value.is_quoted && is_compared() && !is_made_up() {
        return None;
    }
    if is_of_program(text, name, &value) {
        return None;
    }
    Some(Hit {
        rule: if is_in_connection {
            URL_PASSWORD
        } else {
            PROSE
        },
        span: value.span,
        ..told
    })
}

/// What stands in for a value that is missing: `os.getenv('DB_PASSWORD') or 'hunter2'`, `{{ .Values.password | default
/// "hunter2" }}`.
fn default(text: &[u8], name: &Range<usize>, at: usize) -> Option<Hit> {
    const LONGEST_CODE: usize = 160;
    // Code that reads a value begins with a letter or opens a template, and calls something.
    let line = &text[at..text.len().min(at + LONGEST_CODE)];
    let line = line.split(|byte| *byte == b'\n').next()?;
    let begins = line
        .first()
        .is_some_and(|first| first.is_ascii_alphabetic() || b"{$\"".contains(first));
    if !begins || !line.iter().any(|byte| b"({[|".contains(byte)) {
        return None;
    }
    let span = value::default(line)?;
    let span = at + span.start..at + span.end;
    let literal = valid(&text[span.clone()]);
    let name = std::str::from_utf8(&text[name.clone()]).ok()?;
    let name = name.trim_matches(['-', '.', '_']);
    if !prose::is_made_up(literal) || harmless::is_inert(literal) {
        return None;
    }
    let told = keys::tell(&Names::in_text(name), Literal::Text(literal))?;
    Some(Hit {
        rule: PROSE,
        span,
        ..told
    })
}

/// Whether the name or the value is a part of a program instead of what it works with.
fn is_of_program(text: &[u8], name: &Range<usize>, value: &Value) -> bool {
    let from = name.start.saturating_sub(AROUND);
    let near = &text[from..text.len().min(value.span.end + AROUND)];
    // What is cut may begin and end in a character.
    let cut = near.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
    let near = valid(&near[cut..]);
    let at = from + cut;
    near.get(value.span.start - at..value.span.end - at)
        .is_some()
        && near.is_char_boundary(name.start - at)
        && (program::is_kind_of_resource(near, name.start - at)
            || (!value.is_quoted
                && program::is_program(near, &(value.span.start - at..value.span.end - at))))
}

/// How much of a text is read around a name and its value, in bytes.
const AROUND: usize = 160;

/// Whether a digest stands behind what charts write so that Pods restart: `checksum/secret: …`.
pub(super) fn is_checksum(text: &[u8], name: usize, literal: &str) -> bool {
    text[..name].ends_with(b"checksum/") && literal.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a line of a file is named: `templates/secret.yaml:1:4`.
fn is_line_of_file(name: &str, literal: &str) -> bool {
    const ENDS: [&str; 10] = [
        ".yaml", ".yml", ".json", ".go", ".tf", ".py", ".java", ".js", ".ts", ".tpl",
    ];
    ENDS.iter().any(|end| name.ends_with(end))
        && literal
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b":)".contains(&byte))
}

/// Whether a name that only speaks of a credential is one of an image, with its tag behind it: `password-reset:4f1c8b3`.
fn is_tag(name: &str, literal: &str) -> bool {
    keys::is_about(name)
        && literal
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'.')
}

/// Parts in hex, joined as in a UUID.
fn is_cut_uuid(step: &str) -> bool {
    step.split('-').count() == 5 && step.split('-').all(|part| (4..=12).contains(&part.len()))
}

/// How far around a name the other parts of a link or connection string are looked for, in bytes.
const CONNECTION: usize = 256;

/// Whether the name is one of the parameters of a link or connection string.
fn is_in_connection(text: &[u8], name: &Range<usize>, operator: Operator) -> bool {
    let before = &text[name.start.saturating_sub(CONNECTION)..name.start];
    let joins = before.trim_ascii_end().last();
    let has = |part: &[u8]| {
        before
            .windows(part.len())
            .any(|window| window.eq_ignore_ascii_case(part))
    };
    operator == Operator::Equals
        && match joins {
            Some(b'?' | b'&') => has(b"://"),
            Some(b';') => {
                has(b"://")
                    || has(b"server=")
                    || has(b"data source=")
                    || has(b"host=")
                    || has(b"uid=")
                    || has(b"user id=")
                    || has(b"dsn=")
            }
            _ => has(b"host=") && has(b"user="),
        }
}

/// Whether nothing but the name of a data source stands before `name`, or a host that is there for documentation.
fn is_documented(text: &[u8], name: &Range<usize>) -> bool {
    let before = &text[name.start.saturating_sub(CONNECTION)..name.start];
    let word = before.rsplit(u8::is_ascii_whitespace).next();
    let word = word.unwrap_or_default();
    let is_behind_dsn = word.get(..4);
    is_behind_dsn.is_some_and(|start| start.eq_ignore_ascii_case(b"dsn="))
        || [&b"example.com"[..], b"example.org"]
            .iter()
            .any(|host| word.windows(host.len()).any(|part| part == *host))
}

#[cfg(test)]
mod tests;

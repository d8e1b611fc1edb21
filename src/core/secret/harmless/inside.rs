//! What stands between the signs of a template: a name, a path or an expression, or a literal after all.
use std::ops::Range;

use crate::core::secret::prose;

/// Whether `inner`, between brackets, names what is to stand there: `<vault-ref>`, `[from Secret app-db]`.
pub(super) fn is_stand_in(inner: &str) -> bool {
    !inner.is_empty()
        && inner.len() <= LONGEST_STAND_IN
        && !inner.contains(['<', '[', '"', '='])
        && inner.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !inner
            .split_whitespace()
            .any(|word| is_typed(word, b"!@$%^&") || is_numbered(word))
}

/// What stands in the frame that `text` is, if that is one word as people make them up for a password: `[hunter2]`,
/// `${Tr0ub4dor&3}`. In a frame belongs what stands in for a value.
pub fn made_up_in_frame(text: &str) -> Option<Range<usize>> {
    const FRAMES: [(&str, &str); 10] = [
        ("${", "}"),
        ("$(", ")"),
        ("#{", "}"),
        ("%(", ")"),
        ("<", ">"),
        ("[", "]"),
        ("{", "}"),
        ("(", ")"),
        ("‹", "›"),
        ("‘", "’"),
    ];
    let (mut start, mut end) = (0, text.len());
    let mut may_be_name = false;
    while let Some((open, close)) = FRAMES.iter().find(|(open, close)| {
        let framed = &text[start..end];
        framed.starts_with(open) && framed.ends_with(close) && framed.len() > open.len()
    }) {
        may_be_name |= open.len() == 2 && open.is_ascii();
        start += open.len();
        end = start.max(end - close.len());
    }
    let inner = &text[start..end];
    let is_word = (5..=LONGEST_STAND_IN).contains(&inner.len())
        && !inner.contains(|character: char| {
            character.is_whitespace() || "\"'`<>[](){}".contains(character)
        });
    // A variable may be called so.
    let is_name = || {
        inner
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    // `{self.secret_id!r}` shows a variable in Python.
    let is_shown = inner.ends_with("!r") && inner.contains(['.', '_']);
    (start > 0 && is_word && !is_shown && !(may_be_name && is_name()) && prose::is_made_up(inner))
        .then_some(start..end)
}

/// The longest of them, in bytes.
const LONGEST_STAND_IN: usize = 64;

/// Whether `inner`, between the signs of a language of templates, is an expression without a literal that it may come
/// to: `.Values.password`, `lookup("env", "X")`, but not `'hunter2'` and `.Values.password | default "hunter2"`.
pub(super) fn is_expression(inner: &str) -> bool {
    let mut rest = inner.trim_start_matches(['-', '~', '=', ' ', '(', '\t', '\n']);
    // What is written first, or stands in for what is missing, is what comes out.
    let mut comes_out = true;
    while let Some(first) = rest.chars().next() {
        if matches!(first, '"' | '\'' | '`') {
            let quoted = &rest[1..];
            let end = quoted.find(first).unwrap_or(quoted.len());
            if comes_out && is_literal(&quoted[..end]) {
                return false;
            }
            rest = quoted.get(end + 1..).unwrap_or_default();
            continue;
        }
        let end = rest.find(is_end).unwrap_or(rest.len());
        if end == 0 {
            let operator = &rest[..first.len_utf8()];
            if rest.starts_with("==") {
                rest = &rest[2..];
                continue;
            }
            if rest.starts_with("||") || rest.starts_with("??") || rest.starts_with(":=") {
                comes_out = true;
                rest = &rest[2..];
                continue;
            }
            comes_out = match first {
                '|' => false,
                '?' | ':' | '=' => true,
                _ => comes_out,
            };
            rest = &rest[operator.len()..];
            continue;
        }
        let (word, behind) = rest.split_at(end);
        let is_name = word.starts_with(['.', '$', '@']) || behind.starts_with(['(', '[', ':']);
        if is_typed(word, b"!%^&*") || (!is_name && is_numbered(word)) {
            return false;
        }
        comes_out = DEFAULTS.contains(&word) || (comes_out && word.ends_with('='));
        comes_out |= word == "set";
        rest = behind;
    }
    !inner.trim().is_empty()
}

/// Words before what stands in for what is missing.
const DEFAULTS: [&str; 7] = ["default", "d", "or", "else", "coalesce", "ternary", "then"];

fn is_end(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '"' | '\'' | '`' | '|' | '?' | ':' | '=' | '(' | ')' | ',' | '[' | ']' | ';'
        )
}

/// Whether `$(…)` is a variable or a command that prints something else than its own words.
pub(super) fn is_command(inner: &str) -> bool {
    let mut words = inner.split_whitespace();
    let is_printed = match words.next() {
        None => return false,
        Some("echo" | "printf") => words
            .take_while(|word| *word != "|")
            .any(|word| !word.starts_with(['-', '$', '"', '%', '|'])),
        Some(first) => is_typed(first, b"!%^&*"),
    };
    !is_printed
}

/// Whether a literal says anything that its template would come to.
fn is_literal(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !super::is_state(text) && !text.starts_with(['{', '$', '%', '<'])
}

/// Whether a word is one that somebody typed, with a sign that no name has: `[password: hunter2!]`.
fn is_typed(word: &str, signs: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && word.bytes().any(|byte| signs.contains(&byte))
}

/// Whether a word is one with a number in it, as people choose for a password: `hunter2`, `changeme123`. In names with
/// a number there are other words beside it, and some are known.
fn is_numbered(word: &str) -> bool {
    let parts = || word.split(['-', '_', '.', '/', ':', ',', '|', '#', '@']);
    let is_word =
        |part: &str| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_mixed = |part: &str| {
        part.len() > SHORTEST_NUMBERED
            && part.bytes().any(|byte| byte.is_ascii_digit())
            && part.bytes().any(|byte| byte.is_ascii_lowercase())
            && !KNOWN.iter().any(|known| holds(part, known))
    };
    parts().any(is_mixed) && (word.contains(':') || !parts().any(is_word))
}

/// Abbreviations and numbered things are as short: `db1`, `k8s`, `ipv4`.
const SHORTEST_NUMBERED: usize = 4;

/// Words with numbers in them that have a meaning, or parts of such.
const KNOWN: [&str; 16] = [
    "b64", "base32", "base64", "sha1", "sha256", "sha512", "md5", "oauth2", "uuid4", "x509",
    "pkcs", "auth0", "http2", "argon2", "utf8", "int64",
];

/// Whether `word` stands in `text`, in any case.
fn holds(text: &str, word: &str) -> bool {
    text.as_bytes()
        .windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{is_command, is_expression, is_stand_in};

    #[test]
    fn names_stand_in_for_what_is_to_come() {
        for inner in [
            "vault-ref",
            "your token",
            "oauth2-token",
            "db1-password",
            "from Secret db",
        ] {
            assert!(is_stand_in(inner), "{inner}");
        }
        for inner in [
            "hunter2",
            "Tr0ub4dor&3",
            "changeme123",
            "password: hunter2",
            "1",
        ] {
            assert!(!is_stand_in(inner), "{inner}");
        }
    }

    #[test]
    fn an_expression_has_no_literal_that_it_may_come_to() {
        for inner in [
            ".Values.password",
            " secrets.TOKEN ",
            "- with secret \"secret/data/db\" -",
            "lookup('env', 'DB_PASSWORD')",
            "index .Data \"password\" | b64dec",
            "(lookup \"v1\" \"Secret\" \"ns\" \"db1\").data.password | b64dec | quote",
            "required \"a password is needed\" .Values.password",
            ".Values.password | default \"\"",
            "randAlphaNum 16",
            "db_password2",
        ] {
            assert!(is_expression(inner), "{inner}");
        }
        for inner in [
            "'hunter2'",
            " \"hunter2\" | b64enc ",
            ".Values.password | default \"hunter2\"",
            "pw | default('hunter2')",
            "secrets.X || 'hunter2'",
            "set pw = 'hunter2'",
            "password is hunter2",
            "Tr0ub4dor&3",
            "",
        ] {
            assert!(!is_expression(inner), "{inner}");
        }
    }

    #[test]
    fn a_command_prints_no_word_of_its_own() {
        for inner in [
            "DB_PASSWORD",
            "cat /run/secrets/db",
            "echo $PASSWORD | base64",
        ] {
            assert!(is_command(inner), "{inner}");
        }
        for inner in ["echo Tr0ub4dor", "Tr0ub4dor&3", " "] {
            assert!(!is_command(inner), "{inner}");
        }
    }
}

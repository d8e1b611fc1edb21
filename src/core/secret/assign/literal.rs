//! Whether what stands behind an operator is a literal, or code, a form or a name.
use super::{super::shapes::url::is_variable, operator::Operator};
use crate::core::secret::{
    harmless::{self, facts, names::is_wordy},
    keys::{self, Kind},
};

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

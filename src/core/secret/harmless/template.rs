//! Texts that stand where a secret will be put, or where one has been blotted out.

use memchr::memmem;

use super::{inside, names};
use crate::core::secret::prose;

/// Whether `text` is masked: all of it, or enough that what is left says nothing.
pub(super) fn is_mask(text: &str) -> bool {
    let mut masked = 0;
    let mut others = 0;
    let mut run = 0;
    let mut longest = 0;
    for character in text.chars() {
        if is_blot(character) {
            // An ellipsis stands for three points.
            let points = if character == '…' { 3 } else { 1 };
            masked += points;
            run += points;
            longest = longest.max(run);
        } else {
            others += 1;
            run = 0;
            // Long texts are ordinary ones, and masks begin early.
            if others > MOST_SHOWN {
                return is_words_of_mask(text);
            }
        }
    }
    (others == 0 && masked >= 3)
        || (longest >= 3 && shows_little(text, masked))
        || is_repeated_letter(text)
        || is_words_of_mask(text)
}

/// The prefix of a vendor, and nothing but crosses behind it: `CLOJARS_xxxxxxxxxxxxxxxx`.
pub(super) fn is_crossed_out(text: &str) -> bool {
    const SHORTEST: usize = 16;
    let prefix = text.trim_end_matches(['x', 'X']);
    text.len() - prefix.len() >= SHORTEST
        && prefix.ends_with(['_', '-', '.', ':'])
        && !prefix.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether what a mask leaves to be seen is no password of its own: a few characters at its ends, or in front what tells
/// which token it is.
fn shows_little(text: &str, masked: usize) -> bool {
    let most = if masked >= LONG_MASK { 6 } else { 4 };
    let (before, behind) = text.split_once(is_blot).unwrap_or((text, ""));
    // `ya29.***`: what tells the kind of a token, and nothing of it.
    if behind.trim_matches(is_blot).is_empty()
        && before.len() <= 6
        && before.ends_with(['.', '_', '-'])
    {
        return true;
    }
    let behind = behind.trim_matches(is_blot);
    let last = before
        .rsplit(['_', '-', ':', '=', ' '])
        .next()
        .unwrap_or_default();
    // What tells the kind of a key is in capitals, as of AWS, or the head of a JSON Web Token.
    let is_kind = before.bytes().all(|byte| byte.is_ascii_uppercase()) || before.starts_with("eyJ");
    let is_tag = before.len() > last.len()
        && !before[..before.len() - last.len()]
            .bytes()
            .any(|byte| byte.is_ascii_digit());
    let count = |text: &str| text.chars().count();
    count(behind) <= most && (count(before) <= most || is_kind || (is_tag && count(last) <= most))
}

/// Points from which on a mask hides so much that a little more of it may be seen.
const LONG_MASK: usize = 8;

/// Characters that a mask may leave to be seen, as `ghp_…abcd` does.
const MOST_SHOWN: usize = 12;

const fn is_blot(character: char) -> bool {
    matches!(
        character,
        '*' | '•' | '●' | '∙' | '·' | '…' | '█' | '▪' | '⬤'
    )
}

/// Three or more of one of the characters that people blot out with.
pub(super) fn is_repeated_letter(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 3 && b"xX.-_#?".contains(&bytes[0]) && bytes.iter().all(|byte| *byte == bytes[0])
}

/// Words in capitals with which templates mark a place that nobody has filled in: `CHANGE_ME`, `YOUR_PASSWORD_HERE`. In
/// small letters they are what charts begin with, and so a password in use.
pub(super) fn is_to_fill_in(text: &str) -> bool {
    const BEGINNINGS: [&str; 6] = ["CHANGE_", "REPLACE_", "INSERT_", "YOUR_", "FILL_", "TO_BE_"];
    let has_form = text.len() <= LONGEST_MARK
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'));
    let is_example = || {
        text.split(['_', '-'])
            .any(|word| matches!(word, "EXAMPLE" | "PLACEHOLDER"))
    };
    has_form
        && (BEGINNINGS
            .iter()
            .any(|beginning| text.starts_with(beginning))
            || is_example())
}

/// The longest of these, in bytes.
const LONGEST_MARK: usize = 40;

fn is_words_of_mask(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        // What kubectl shows of a kubeconfig.
        "data+omitted",
        "(sensitive value)",
        // What Ansible writes for what it does not log.
        "not_logging_parameter",
        "not_logging_password",
        "value_specified_in_no_log_parameter",
        "(known after apply)",
        "(sensitive)",
        "sensitive value",
        "[redacted]",
        "value redacted",
        "--- redacted ---",
        "** redacted **",
    ];
    text.len() <= 35 && WORDS.iter().any(|words| text.eq_ignore_ascii_case(words))
}

/// Words that say where something is or what was done with it.
const HOLDING: [&str; 22] = [
    "by",
    "in",
    "por",
    "par",
    "per",
    "im",
    "an",
    "see",
    "not",
    "via",
    "to",
    "at",
    "from",
    "sent",
    "stored",
    "set",
    "value",
    "password",
    "secret",
    "hidden",
    "sensitive",
    "known",
];

/// Words in brackets that say why there is nothing: `(sent by mail)`.
pub(super) fn is_aside(text: &str) -> bool {
    let inner = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    inner.is_some_and(|inner| {
        inner.len() <= LONGEST_MARK
            && inner.split(' ').any(|word| HOLDING.contains(&word))
            && inner.chars().all(|sign| sign.is_lowercase() || sign == ' ')
    })
}

/// Whether `text` is made of nothing but templates and what stands between them, or of a scheme and a template.
pub(super) fn is_template(text: &str) -> bool {
    // An `Authorization` header whose credential is still to come.
    let schemes = ["Bearer ", "Basic ", "Token ", "token ", "bearer "];
    let scheme = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    let mut rest = scheme.unwrap_or_else(|| without_kind(text));
    let mut templates = 0;
    while let Some(character) = rest.chars().next() {
        if let Some(length) = template(rest) {
            templates += 1;
            rest = &rest[length..];
        } else if let Some(behind) = rest.strip_prefix("atlasv1").filter(|_| templates > 0) {
            // What Terraform Cloud puts between the parts of a token.
            rest = behind;
        } else if character.is_ascii_punctuation() || character == ' ' {
            rest = &rest[character.len_utf8()..];
        } else {
            return false;
        }
    }
    templates > 0
}

/// What stands behind the part of a token that says of which kind it is, if that is to be filled in: `sha256~<token>`.
fn without_kind(text: &str) -> &str {
    const LONGEST_KIND: usize = 16;
    let Some(at) = text
        .find(['<', '$', '{'])
        .filter(|at| (2..=LONGEST_KIND).contains(at))
    else {
        return text;
    };
    let (kind, rest) = text.split_at(at);
    // `dapi<token>`
    let is_head = kind.len() <= 4
        && kind.bytes().all(|byte| byte.is_ascii_lowercase())
        && rest.starts_with('<');
    let is_kind = (is_head || kind.ends_with(['.', '_', '-', '~', ':']))
        && kind
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-~:".contains(&byte))
        && kind
            .split(['.', '_', '-', '~', ':'])
            .all(|part| part.len() <= 6 && (!prose::is_made_up(part) || part == "sha256"));
    if is_kind { rest } else { text }
}

/// The longest template, in bytes, so that brackets that nothing closes cost no more than others.
const LONGEST: usize = 256;

/// The length of the template that `text` begins with.
pub(crate) fn template(text: &str) -> Option<usize> {
    // The longest opening first.
    const PAIRS: [(&str, &str); 19] = [
        ("${{", "}}"),
        ("${", "}"),
        ("$(", ")"),
        ("#{", "}"),
        ("{{", "}}"),
        ("{%", "%}"),
        ("((", "))"),
        ("<%", "%>"),
        ("<<", ">>"),
        // Harness.
        ("<+", ">"),
        // What Grafana reads its settings from.
        ("$__file{", "}"),
        ("$__env{", "}"),
        ("$__vault{", "}"),
        ("<", ">"),
        ("[", "]"),
        ("{", "}"),
        ("%(", ")s"),
        // Puppet and Symfony.
        ("%{", "}"),
        ("%env(", ")%"),
    ];
    for (open, close) in PAIRS {
        let Some(inner) = text.strip_prefix(open) else {
            continue;
        };
        let near = &inner.as_bytes()[..inner.len().min(LONGEST)];
        let end = memmem::find(near, close.as_bytes())?;
        return is_name_inside(open, &inner[..end]).then_some(open.len() + end + close.len());
    }
    variable(text)
}

/// Whether what stands between the brackets names something, so that the whole is no literal.
fn is_name_inside(open: &str, inner: &str) -> bool {
    let inner = inner.trim();
    match open {
        // A default is a literal: `${DB_PASSWORD:-hunter2}`.
        "${" => {
            !has_default(inner)
                && (identifier(inner.trim_start_matches(':'))
                    == Some(inner.trim_start_matches(':').len())
                    || inside::is_expression(inner))
        }
        "$(" => inside::is_command(inner),
        "<" | "<<" | "[" | "((" | "%(" | "%env(" => inside::is_stand_in(inner),
        "$__file{" | "$__env{" | "$__vault{" => {
            inner.starts_with('/') || inside::is_stand_in(inner)
        }
        "{" => {
            let inner = ["!r", "!s"]
                .iter()
                .find_map(|shown| inner.strip_suffix(shown))
                .unwrap_or(inner);
            !inner.is_empty()
                && inner
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || b"_. ".contains(&byte))
        }
        _ => inside::is_expression(inner),
    }
}

/// Whether a literal stands in for a variable that is not set: `${DB_PASSWORD:-hunter2}`, `${db.password:hunter2}`. In
/// `${vault:path}` a provider stands before the colon.
fn has_default(inner: &str) -> bool {
    const PROVIDERS: [&str; 22] = [
        "file",
        "env",
        "strimzienv",
        "strimzidir",
        "strimzifile",
        "strimzisecrets",
        "configtree",
        "secrets",
        "secret",
        "configmaps",
        "vault",
        "sys",
        "dir",
        "directory",
        "aws",
        "ssm",
        "sm",
        "gcp",
        "azure",
        "op",
        "sops",
        "keyvault",
    ];
    // `${:LOAD_PASSWORD}`
    let inner = inner.strip_prefix(':').unwrap_or(inner);
    let Some(at) = inner.find([':', '-', '=']) else {
        return false;
    };
    // `${DB_PASSWORD:?must be set}` says what is missing.
    let message = inner[at..].strip_prefix(":?");
    if message.is_some_and(|message| !message.split_whitespace().any(prose::is_made_up)) {
        return false;
    }
    let default = inner[at..].trim_start_matches([':', '-', '=', '?']);
    let is_provided = inner[at..].starts_with(':') && PROVIDERS.contains(&&inner[..at]);
    !is_provided && !default.is_empty() && !default.starts_with('$') && !inner.contains("..")
}

/// The length of the variable that `text` begins with: `$DB_PASSWORD`, `$env:DB_PASSWORD`, `%DB_PASSWORD%`, `__X__`.
fn variable(text: &str) -> Option<usize> {
    if let Some(name) = text.strip_prefix("$env:") {
        return Some(5 + identifier(name)?);
    }
    if let Some(name) = text.strip_prefix('$') {
        let length = name.len() - name.trim_start_matches(is_of_variable).len();
        identifier(name)?;
        return is_variable(&name[..length]).then_some(1 + length);
    }
    for around in ["%", "__", "@@", "@"] {
        if let Some(name) = text.strip_prefix(around) {
            let near = &name.as_bytes()[..name.len().min(LONGEST)];
            let end = memmem::find(near, around.as_bytes())?;
            let is_name = end >= 2
                && name[..end]
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
            return is_name.then_some(around.len() * 2 + end);
        }
    }
    None
}

/// A password may begin with a dollar, as `$ummer2026` does; a variable is all capitals, or words joined by `_`.
fn is_variable(name: &str) -> bool {
    let is_upper = name
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
    let is_words = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.'));
    let is_path = name.contains('.')
        && !name.bytes().any(|byte| byte.is_ascii_digit())
        && names::is_wordy(name);
    is_upper
        || is_path
        || (is_words
            && (name.contains(['_', '.'])
                || ["password", "token", "secret", "key"].contains(&name)))
}

fn is_of_variable(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.')
}

fn identifier(text: &str) -> Option<usize> {
    let length = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    (length > 0 && !text.as_bytes()[0].is_ascii_digit()).then_some(length)
}

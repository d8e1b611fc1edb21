//! Parts of programs that stand where a value would: types, macros, attributes, calls.
use std::ops::Range;

use super::names;

/// How far a word is read around a value, in bytes.
const LONGEST: usize = 160;

/// Whether what stands at `value`, without quotes, is a part of a program by what it is and what stands around it.
pub fn is_program(text: &str, value: &Range<usize>) -> bool {
    let rest = &text[value.start..];
    let rest = rest[..rest.floor_char_boundary(LONGEST)].trim_start();
    let word = rest.split_whitespace().next().unwrap_or_default();
    let behind = &rest[word.len()..];
    is_borrowed(word)
        || is_macro(word, behind)
        || is_scalar(word)
        || is_type(word)
        || is_own(word)
        || is_reserved(word)
        || is_chained(word)
        || word == "yield*"
        || is_opened(word)
        || is_element(word)
        || is_of_go(word)
        || word.starts_with("/^")
        || is_shorthand(word)
        || is_argument(text, value)
        || is_constant(text, value)
        || is_defined(text, value)
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `&Secrets`, `&'a str`, `&proc_macro::Literal`.
fn is_borrowed(word: &str) -> bool {
    let Some(name) = word.strip_prefix('&') else {
        return false;
    };
    // `&v1.Secret{Name: name}`
    if let Some((kind, _)) = name.split_once('{') {
        return kind.contains('.') && kind.bytes().all(|byte| is_of_name(byte) || byte == b'.');
    }
    let bare = name.trim_end_matches([',', ';', ')', '>', '}']);
    // `&provider.framework.Namespace.Name`
    let is_path = || {
        let is_part =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic());
        bare.split('.').count() > 2 && bare.split('.').all(is_part)
    };
    let is_type = |byte: u8| byte.is_ascii_alphabetic() || b"_:'<".contains(&byte);
    // `password: &moonrise`: an anchor, or a password.
    let has_sign = bare.len() < name.len()
        || bare.contains("::")
        || bare.starts_with('\'')
        || ["str", "mut", "self"].contains(&bare);
    is_path()
        || (has_sign
            && bare.starts_with(|first: char| first.is_ascii_alphabetic() || first == '\'')
            && bare.bytes().all(is_type))
}

/// `Token![static]`, `stringify! {`.
fn is_macro(word: &str, behind: &str) -> bool {
    let Some((name, inside)) = word.split_once('!') else {
        return false;
    };
    // In GraphQL what is never missing.
    if ["String", "ID", "Int", "Float", "Boolean"].contains(&name)
        && (inside.is_empty() || inside.starts_with([',', ')', ']']))
    {
        return true;
    }
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let name = name
        .strip_prefix("Token")
        .map_or(name, |rest| if rest.is_empty() { "token" } else { rest });
    !name.is_empty()
        && name.bytes().all(is_name)
        && (inside.starts_with(['(', '[', '{']) || (inside.is_empty() && behind.starts_with(" {")))
}

/// `u32`, `__u64`, `int64_t`, `float32`.
fn is_scalar(word: &str) -> bool {
    let word = word.trim_end_matches([',', ';', ')', '>', '}']);
    let word = word.trim_start_matches('_');
    let word = word.strip_suffix("_t").unwrap_or(word);
    let kind = word.trim_end_matches(|last: char| last.is_ascii_digit());
    ["8", "16", "32", "64", "128"].contains(&&word[kind.len()..])
        && ["u", "i", "f", "uint", "int", "float"].contains(&kind)
}

/// `PKCS7PrivateKeyTypes`: words with capitals, and abbreviations that have a number of their own.
fn is_type(word: &str) -> bool {
    const NUMBERED: [&str; 10] = [
        "PKCS1", "PKCS7", "PKCS8", "PKCS12", "X509", "OAuth2", "Ed25519", "SHA256", "Base64",
        "HTTP2",
    ];
    let name = word.trim_end_matches([',', ';', ')', '>', '}', '{']);
    let Some((before, behind)) = NUMBERED.iter().find_map(|part| name.split_once(part)) else {
        return false;
    };
    let is_words = |part: &str| {
        part.is_empty()
            || (part.bytes().all(|byte| byte.is_ascii_alphabetic()) && names::is_wordy(part))
    };
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && ["Key", "Token", "Secret", "Password", "Cert", "Credential"]
            .iter()
            .any(|word| before.contains(word) || behind.contains(word))
        && is_words(before)
        && is_words(behind)
}

/// `self.secret_id`, `this.token2`, `creds.password`: an attribute of something.
fn is_own(word: &str) -> bool {
    const OWNERS: [&str; 4] = ["self.", "this.", "$this->", "cls."];
    let word = word.strip_suffix("!r").unwrap_or(word);
    let is_of_code = |byte: u8| is_of_name(byte) || b".()[],;->:".contains(&byte);
    OWNERS.iter().any(|owner| {
        word.strip_prefix(owner)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_of_code))
    })
}

/// `__restrict`: a word of C.
fn is_reserved(word: &str) -> bool {
    let word = word.trim_matches([',', ';', ')', '*']);
    word.strip_prefix("__").is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_lowercase())
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

/// `config?.login?.pass`.
fn is_chained(word: &str) -> bool {
    let word = word.trim_end_matches([',', ';', ')', '(', '\'']);
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || b"_.".contains(&byte))
    };
    word.contains("?.") && word.split("?.").all(is_part)
}

/// `bucket_properties[`: a name with what has only been opened behind it.
fn is_opened(word: &str) -> bool {
    let name = word.trim_end_matches(['(', '[', '{']);
    name.len() < word.len()
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || b"_.".contains(&byte))
}

/// `tokens[0]`, `line[start:end]`, `[0x42u8; 32]`: an element, a part, or a list of numbers.
fn is_element(word: &str) -> bool {
    let Some((name, index)) = word.split_once('[') else {
        return false;
    };
    // A password may end in a bracket: `Summer[2026]`.
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        || (name.bytes().all(|byte| byte.is_ascii_alphabetic())
            && name.starts_with(|first: char| first.is_ascii_lowercase()));
    // `path[last+1:]`, `key[len(prefix):]`
    if let Some((from, _)) = index.split_once(":]") {
        let is_of_index = |byte: u8| is_of_name(byte) || b"+-().".contains(&byte);
        return is_name && !name.is_empty() && from.bytes().all(is_of_index);
    }
    // `tokens[i].trim()`
    let index = match index.split_once(']') {
        Some((index, behind)) if behind.starts_with(['.', '(']) => index,
        _ => index,
    };
    let index = index.trim_end_matches([';', ',', ')', ']']);
    let is_index = |part: &str| {
        let digits = part.strip_prefix('-').unwrap_or(part);
        let is_number = digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        is_number || part.starts_with("0x") || (!name.is_empty() && part.bytes().all(is_of_name))
    };
    is_name && !index.is_empty() && index.split(':').all(is_index)
}

/// `map[string]cache.Config{`, `[]v1.Reference{`, `&Provider{}`, `reflect.TypeFor[Secret]().Name()`: what makes a value.
fn is_of_go(word: &str) -> bool {
    let mut rest = word;
    loop {
        rest = if let Some(behind) = rest.strip_prefix("map[") {
            match behind.split_once(']') {
                Some((_, behind)) => behind,
                None => return false,
            }
        } else if let Some(behind) = ["&", "*", "[]"]
            .iter()
            .find_map(|sign| rest.strip_prefix(sign))
        {
            behind
        } else {
            break;
        };
    }
    let name = rest
        .bytes()
        .take_while(|byte| is_of_name(*byte) || *byte == b'.')
        .count();
    let (name, behind) = rest.split_at(name);
    // `corev1.Secret`, `esv1beta1.Store`
    let is_part = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        !part.is_empty()
            && (digits == 0 || (digits <= 2 && part.contains("v1") || part.contains("v2")))
    };
    let is_name =
        name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.split('.').all(is_part);
    // `BcryptHasher{0}`
    let is_type = || {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_alphabetic())
            && behind.starts_with('{')
            && behind.ends_with(['}', ',', ')'])
            && names::is_wordy(name)
    };
    let is_made =
        rest.len() < word.len() || name.contains('.') || behind.starts_with("{}") || is_type();
    is_name && is_made && behind.starts_with(['{', '(', '['])
}

/// `Enabled=true,Mode=x`: settings that a command takes as one argument, each with a name of its own.
fn is_shorthand(word: &str) -> bool {
    let word = word.trim_start_matches(['\\', '{']);
    word.split_once('=').is_some_and(|(name, rest)| {
        let is_name = name.len() > 3
            && name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_alphabetic())
            && name[1..].bytes().any(|byte| byte.is_ascii_lowercase())
            && names::is_wordy(name);
        let is_next = |next: &str| next.starts_with(|first: char| first.is_ascii_uppercase());
        let has_next = rest
            .split_once(',')
            .is_some_and(|(_, next)| is_next(next) && next.contains('='));
        is_name && (has_next || ["true", "false"].contains(&rest))
    })
}

/// `(file, password=ask_for_it)`: a variable that is given to a call.
fn is_argument(text: &str, value: &Range<usize>) -> bool {
    let name = &text[value.clone()];
    let is_name = name.contains('_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !is_name || !text[value.end..].starts_with(')') {
        return false;
    }
    // A call that was logged has the values of its other arguments as well.
    let call = before(text, value.start).rsplit_once('(');
    call.is_some_and(|(called, arguments)| {
        called.ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_')
            && arguments.matches('=').count() == 1
    })
}

/// What stands before `end`, as far as it is read.
fn before(text: &str, end: usize) -> &str {
    &text[text.ceil_char_boundary(end.saturating_sub(LONGEST))..end]
}

/// `0x0462`: a number that a program writes with its digits.
fn is_constant(text: &str, value: &Range<usize>) -> bool {
    text[value.clone()]
        .strip_prefix("0x")
        .is_some_and(|digits| {
            (1..=8).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
                && !is_of_password(text, value)
        })
}

/// Whether the line before a value has a word for a password.
fn is_of_password(text: &str, value: &Range<usize>) -> bool {
    let line = before(text, value.start).rsplit('\n').next();
    let line = line.unwrap_or_default().to_ascii_lowercase();
    ["pass", "pwd", "pin"]
        .iter()
        .any(|word| line.contains(word))
}

/// The name of the constant that a line of C gives a value.
fn defined<'t>(text: &'t str, value: &Range<usize>) -> Option<&'t str> {
    let line = before(text, value.start).rsplit('\n').next()?;
    line.trim().strip_prefix("#define ").map(str::trim)
}

/// `#define REASON_NO_PASSPHRASE 159`: the number of a constant whose name has more parts than one for a credential.
fn is_defined(text: &str, value: &Range<usize>) -> bool {
    const FAULTS: [&str; 9] = [
        "NO", "NOT", "UNABLE", "INVALID", "BAD", "MISSING", "ERR", "REASON", "FAILED",
    ];
    let number = &text[value.clone()];
    if number.len() > 4 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    defined(text, value).is_some_and(|name| name.split('_').any(|part| FAULTS.contains(&part)))
}

/// Whether the name that begins at `start` is the last part of what a cloud calls a kind of resource:
/// `AWS::SecretsManager::Secret`.
pub fn is_kind_of_resource(text: &str, start: usize) -> bool {
    let before = &text[..start];
    let near = &before[before.ceil_char_boundary(start.saturating_sub(LONGEST))..];
    let from = near
        .bytes()
        .rposition(|byte| !(byte.is_ascii_alphanumeric() || byte == b':'))
        .map_or(0, |at| at + 1);
    let mut parts = near[from..].split("::");
    near.ends_with("::")
        && matches!(parts.next(), Some("AWS" | "Alexa" | "Custom"))
        && parts.next().is_some_and(|service| !service.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{is_kind_of_resource, is_program};

    #[test]
    fn what_a_program_is_made_of_is_no_literal() {
        for text in [
            "token: &proc_macro::Literal,",
            "key: &'a str",
            "token: Token![static],",
            "tokens = stringify! {",
            "passwd: __u32,",
            "key: PKCS7PrivateKeyTypes,",
            "token = self.token_2",
            "key = properties[",
            "pass: config?.core?.pass,",
            "f(file, password=ask_for_it)",
            "token = 0x0462",
        ] {
            let start = text.find([':', '=']).map_or(6, |at| at + 2);
            let start = if text.starts_with("f(") {
                start - 1
            } else {
                start
            };
            let length = text[start..]
                .find([',', ')', '['])
                .unwrap_or(text.len() - start);
            assert!(is_program(text, &(start..start + length)), "{text}");
        }
        for text in [
            "hunter2",
            "&9xK2mQ7!",
            "hunter!2",
            "Pkcs7hunter",
            "self-hunter2",
            "0x0462aabbcc",
            "Winter2026Snow",
            "Winter2026! (change it)",
            "aB3!(kX9z2",
            "aB3dE5gH7jK9{",
            "Summer[2026]",
            "x9K2mQ7vR4tL8pWz3nB6[1]",
            "Summer=2026!",
            "&Bluemoonrising",
            "Welcome!(temp)",
            "Zq4?.tLm8vRx2",
            "&Vt7Lq2(9xKm",
            "aB3.dE5(gH7jK9",
            "this.is.Sparta300!",
            "SHA256Dragon",
        ] {
            assert!(!is_program(text, &(0..text.len())), "{text}");
        }
    }

    #[test]
    fn kinds_of_resources_are_told_from_names() {
        assert!(is_kind_of_resource("AWS::ApiGateway::ApiKey", 17));
        assert!(!is_kind_of_resource("x::password", 3));
        assert!(!is_kind_of_resource("AWS::password", 5));
    }
}

//! What is said about a secret: what it looks like, and what to write instead; never anything of it.
use crate::core::{
    kratix,
    path::{Key, Path, Step},
    secret::{hit::Hit, judge},
    status::{CONDITIONS, MESSAGE},
};

/// What is wrong.
pub fn fault(hit: &Hit) -> String {
    let encoding = hit
        .encoding
        .map(|encoding| format!(", in {}", encoding.as_str()))
        .unwrap_or_default();
    let looks_like = |what: &str| format!("looks like {}{encoding}", with_article(what));
    match (hit.rule.id(), hit.what) {
        ("secret/declared", _) => {
            format!("is declared secret by the schema, and holds a literal{encoding}")
        }
        ("secret/sensitive-output", _) => {
            format!("is marked as sensitive, and holds a literal{encoding}")
        }
        ("secret/key-name", "") => "is a key that looks like a secret itself".to_owned(),
        ("secret/key-name", what) => {
            format!("is a key that {}", looks_like(what))
        }
        ("secret/prose", "") => format!("tells a credential in plain words{encoding}"),
        ("secret/prose", what) => format!("tells {} in plain words{encoding}", with_article(what)),
        ("secret/credential-key", "") => looks_like("literal credential"),
        ("secret/private-key", "") => looks_like("private key"),
        ("secret/jwt", "") => looks_like("JSON Web Token"),
        ("secret/kubeconfig", "") => looks_like("kubeconfig with credentials"),
        ("secret/url-password", "") => looks_like("link with a password in it"),
        ("secret/authorization", "") => looks_like("Authorization header"),
        (_, "") => looks_like("secret"),
        (_, what) => looks_like(what),
    }
}

/// What to write instead, for a rule at `path` whose data may know better.
pub fn remedy(rule: &str, better: Option<&'static str>, path: &Path) -> String {
    if let Some(better) = better {
        return better.to_owned();
    }
    match rule {
        "secret/key-name" => "write a name as the key".to_owned(),
        "secret/prose" => "say which Secret holds it instead".to_owned(),
        "secret/url-password" => {
            "write the link without the password, and the name of the Secret that holds it"
                .to_owned()
        }
        "secret/sensitive-output" => {
            "leave it out, or write the name of the Secret that holds it".to_owned()
        }
        _ => {
            let example = secret_name(path)
                .map(|name| format!(", under a key such as {name}"))
                .unwrap_or_default();
            format!("write the name of the Secret that holds it instead{example}")
        }
    }
}

/// How to remove a secret that was there before this write: Kratix's merge replaces the keys of the root whole, and
/// never removes one.
pub fn removal(path: &Path) -> String {
    let Some(Step::Key(root)) = path.steps().first() else {
        return "write an object without it".to_owned();
    };
    match (&**root, path.steps().len()) {
        (MESSAGE, _) => "write another message to remove it".to_owned(),
        (CONDITIONS, _) => "write this condition again without it".to_owned(),
        ("healthStatus", _) => "remove it where this health record is written".to_owned(),
        (key, _) if kratix::is_key(key) => {
            "remove it with kubectl patch --subresource=status".to_owned()
        }
        (key, 1) => format!("{}: null in status.yaml removes it", Key(key)),
        (key, _) => format!("write {} again without it", Key(key)),
    }
}

/// A key for the name of the Secret that holds what stands at `path`, in the spelling of its own.
fn secret_name(path: &Path) -> Option<String> {
    let Some(Step::Key(key)) = path.steps().last() else {
        return None;
    };
    // Below a name that tells a password, or beside one, a key may be the password.
    if path.ends_masked() || judge::may_be_password(key) {
        return None;
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(is_plain) || !is_apt(key) {
        return None;
    }
    let has_lower = key.bytes().any(|byte| byte.is_ascii_lowercase());
    let ending = match (key.contains('-'), key.contains('_'), has_lower) {
        (true, ..) => "-secret-name",
        (_, true, true) => "_secret_name",
        (_, _, false) => "_SECRET_NAME",
        _ => "SecretName",
    };
    Some(Key(&format!("{key}{ending}")).to_string())
}

/// Whether a key tells what stands under it, so that `…SecretName` behind it would; and is not of that kind already.
fn is_apt(key: &str) -> bool {
    let letters: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let is_reference = ["secretname", "secretref", "secretkeyref"]
        .iter()
        .any(|ending| letters.ends_with(ending));
    !is_reference && !TELLING_NOTHING.contains(&letters.as_str())
}

/// Keys of anything, in lower case.
const TELLING_NOTHING: [&str; 22] = [
    "body",
    "content",
    "data",
    "description",
    "detail",
    "details",
    "endpoint",
    "info",
    "link",
    "log",
    "logs",
    "message",
    "name",
    "note",
    "output",
    "reason",
    "text",
    "uri",
    "url",
    "user",
    "username",
    "value",
];

/// The longest key that an example is made of.
const LONGEST_KEY: usize = 32;

fn with_article(what: &str) -> String {
    let first = what.split(' ').next().unwrap_or_default();
    // An abbreviation is spelt out, so that its first letter's own name decides.
    let is_spelt = first.len() <= 4 && first.bytes().all(|byte| byte.is_ascii_uppercase());
    let vowels = if is_spelt { "AEFHILMNORSX" } else { "AEIOaeio" };
    let article = if first.starts_with(|letter| vowels.contains(letter)) {
        "an"
    } else {
        "a"
    };
    format!("{article} {what}")
}

#[cfg(test)]
mod tests {
    use super::{fault, remedy, removal};
    use crate::core::{
        finding::Rule,
        path::Path,
        secret::hit::{Confidence, Encoding, Hit},
    };

    fn hit(rule: &'static str, what: &'static str, encoding: Option<Encoding>) -> Hit {
        Hit {
            rule: Rule::new(rule),
            confidence: Confidence::High,
            what,
            remedy: None,
            encoding,
            span: 0..1,
        }
    }

    #[test]
    fn a_fault_says_what_it_looks_like() {
        for (rule, what, encoding, words) in [
            (
                "secret/vendor-token",
                "GitHub personal access token",
                None,
                "looks like a GitHub personal access token",
            ),
            (
                "secret/vendor-token",
                "AWS access key",
                Some(Encoding::Base64),
                "looks like an AWS access key, in base64",
            ),
            (
                "secret/vendor-token",
                "SSH key",
                None,
                "looks like an SSH key",
            ),
            (
                "secret/credential-key",
                "",
                None,
                "looks like a literal credential",
            ),
            (
                "secret/key-name",
                "Stripe key",
                None,
                "is a key that looks like a Stripe key",
            ),
            (
                "secret/prose",
                "password",
                None,
                "tells a password in plain words",
            ),
            (
                "secret/sensitive-output",
                "",
                None,
                "is marked as sensitive, and holds a literal",
            ),
        ] {
            assert_eq!(fault(&hit(rule, what, encoding)), words);
        }
    }

    #[test]
    fn an_example_is_spelt_as_the_key_is() {
        for (key, example) in [
            ("password", ", under a key such as passwordSecretName"),
            (
                "db_password",
                ", under a key such as db_password_secret_name",
            ),
            (
                "db-password",
                ", under a key such as db-password-secret-name",
            ),
            (
                "DB_PASSWORD",
                ", under a key such as DB_PASSWORD_SECRET_NAME",
            ),
            ("my password", ""),
        ] {
            let words = remedy("secret/credential-key", None, &Path::root().key(key));
            assert_eq!(
                words,
                format!("write the name of the Secret that holds it instead{example}")
            );
        }
    }

    #[test]
    fn what_is_there_is_removed_where_it_was_written() {
        let root = Path::root();
        let removals = [
            (
                root.key("password"),
                "password: null in status.yaml removes it",
            ),
            (
                root.key("iam").key("password"),
                "write iam again without it",
            ),
            (root.key("message"), "write another message to remove it"),
            (
                root.key("conditions").index(0).key("message"),
                "write this condition again without it",
            ),
        ];
        for (path, words) in removals {
            assert_eq!(removal(&path), words);
        }
    }
}

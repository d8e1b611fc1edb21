//! Secrets in a status: which strings hold one, and which keys must not be shown.

mod assign;
mod beside;
mod embedded;
mod encoded;
mod fold;
mod glance;
mod grams;
pub mod harmless;
pub mod hit;
mod judge;
pub mod keys;
mod known;
pub mod language;
mod made_key;
pub mod names;
mod pair;
mod prefilter;
pub mod prose;
pub mod rules;
mod seen;
mod shapes;
mod spot;
pub mod text;
pub mod told;
mod vendor;
pub mod vocabulary;
mod walk;
pub mod words;

pub use beside::{keys_to_leave_out, masked_keys};
pub use walk::Leak;

use self::{hit::Hit, spot::Spot, vocabulary::Vocabulary, walk::Walk};
use crate::core::{
    finding::Rule,
    json::{Json, tape::Tape},
    path::Path,
    schema::declared::Declared,
    status::Status,
};

/// The family of all rules about secrets.
pub const FAMILY: &str = "secret";

/// The ids of all rules about secrets, sorted.
pub const RULES: [&str; 11] = [
    "secret/authorization",
    "secret/credential-key",
    "secret/declared",
    "secret/jwt",
    "secret/key-name",
    "secret/kubeconfig",
    "secret/private-key",
    "secret/prose",
    "secret/sensitive-output",
    "secret/url-password",
    "secret/vendor-token",
];

/// What need not be found in a status, and what a schema declares of it.
pub struct Exceptions<'p> {
    /// Whether what a rule finds at a place does not count.
    pub is_lifted: &'p dyn Fn(&Path, &Rule) -> bool,
    /// What the status was, if what stands there still, in containers that did not change, need not be looked into.
    pub before: Option<&'p Status<'p>>,
    /// What a schema declares secret or public.
    pub declared: Option<&'p Declared>,
    /// The keys that it names.
    pub vocabulary: Option<&'p Vocabulary>,
    /// Whether the schema sees a member of the root, of this key.
    pub is_seen_by_schema: &'p dyn Fn(&str) -> bool,
}

/// The secrets in a status, or in what stands in its place, in the order in which they are written.
///
/// Time is linear in its length, whatever it holds.
pub fn leaks<'a>(status: Json<'a>, exceptions: &Exceptions<'_>) -> Vec<Leak<'a>> {
    Tape::read(status.get()).map_or_else(Vec::new, |tape| leaks_on(&tape, exceptions))
}

/// The same, of one that has been read.
pub fn leaks_on<'a>(status: &Tape<'a>, exceptions: &Exceptions<'_>) -> Vec<Leak<'a>> {
    let mut walk = Walk::new(exceptions);
    let declared = exceptions.declared.filter(|declared| !declared.is_empty());
    let declared = declared.map(Declared::root);
    let root = status.root();
    walk.value(root, &Spot::root(declared.as_ref()), None);
    walk.into_leaks()
}

/// The most telling secret in a text that stands under `key`.
pub fn leak_in_field(key: &str, text: &str) -> Option<Hit> {
    let mut walk = Walk::new(&Exceptions::NONE);
    let says = walk.says(key);
    walk.text(text.into(), &Spot::root(None).member(key, says, None));
    walk.leaks.pop().map(|leak| leak.hit)
}

/// Builds what the first text that is looked through would wait for.
pub fn prepare() {
    for text in [
        "the password of the user is kept elsewhere",
        "login with elastic / an example",
    ] {
        leak_in_field("message", text);
    }
}

impl Exceptions<'_> {
    /// No exceptions.
    pub const NONE: Self = Self {
        is_lifted: &|_, _| false,
        before: None,
        declared: None,
        vocabulary: None,
        is_seen_by_schema: &|_| false,
    };
}

/// Whether a key of a status looks like a secret itself, so that it must be masked wherever it would be shown.
///
/// Errs on the side of masking: beside what a rule takes for a secret, a long word in which letters and digits are
/// mixed like in a token, one that holds the punctuation of a link, or one with the signs of a password.
pub fn looks_secret(key: &str) -> bool {
    key.contains("://")
        || key.contains("-----BEGIN")
        || longest_mixed_run(key) >= SHORTEST_TOKEN
        || key.split_whitespace().any(prose::is_typed)
        || made_key::is_login(key)
        || judge::key(key).is_some()
}

/// Whether a key looks like a secret where it stands below these keys, nearest first: what reads like a literal
/// instead of a name is one below a word for a credential, such as `passwords`.
pub fn looks_secret_below<'k>(key: &str, above: impl Iterator<Item = &'k str>) -> bool {
    looks_secret(key) || (made_key::may_be_literal(key) && keys::tell_of_credential(above))
}

/// Length in bytes from which a run of mixed letters and digits is taken for a token. Generated names in Kubernetes
/// (`pg-7c9f8b6d4-x2x9k`) have runs of up to ten.
const SHORTEST_TOKEN: usize = 16;

fn longest_mixed_run(key: &str) -> usize {
    key.split(|character: char| !(character.is_ascii_alphanumeric() || "+/=".contains(character)))
        .filter(|run| is_mixed(run))
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// Whether digits stand between letters more than once, as they do in no word.
fn is_mixed(run: &str) -> bool {
    let changes = run
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    changes >= 3
}

#[cfg(test)]
mod tests {
    use super::{looks_secret, looks_secret_below};

    #[test]
    fn what_tells_a_password_is_masked() {
        for key in [
            "password is hunter2",
            "login with elastic / changeme123",
            "Tr0ub4dor&3",
            "user Tr0ub4dor&3",
            "DB_PASSWORD=hunter2",
        ] {
            assert!(looks_secret(key), "{key}");
        }
        assert!(looks_secret_below(
            "hunter2",
            ["password", "db"].into_iter()
        ));
        assert!(!looks_secret_below("hunter2", ["note"].into_iter()));
        assert!(!looks_secret_below("length", ["password"].into_iter()));
        assert!(looks_secret_below("hunter2ZZ-like", ["tokens"].into_iter()));
        assert!(!looks_secret_below("db_1", ["tokens"].into_iter()));
    }

    #[test]
    fn tokens_and_links_are_masked() {
        // Built from parts, so that no scanner takes a made-up token for a live one.
        assert!(looks_secret(&["ghp", "_", "A1b2C3d4E5f6G7h8I9j0"].concat()));
        assert!(looks_secret("postgres://u:p@h"));
        assert!(looks_secret(&["AK", "IA", "QYLPMNUHNXTPQZWX"].concat()));
    }

    #[test]
    fn ordinary_keys_are_shown() {
        for key in [
            "passwordSecretName",
            "ipv4Address",
            "s3BucketName2",
            "pg-7c9f8b6d4-x2x9k",
            "kratix.io/work",
            "the password is set",
            "app=web,tier in (a1)",
            "*.example.com",
        ] {
            assert!(!looks_secret(key), "{key}");
        }
    }
}

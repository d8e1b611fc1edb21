//! Code that says where a value comes from, such as `var.db_password`, where a pipeline wrote the code instead of it.
use super::names;
use crate::core::secret::prose;

/// Whether `text` is an expression of a language of configuration or programs that reads a value from somewhere.
pub(super) fn is_code(text: &str) -> bool {
    text.len() <= LONGEST && (is_call(text) || is_attribute(text))
}

/// Longer than what names a variable.
const LONGEST: usize = 160;

/// What reads a variable of the environment, and what stands behind the name of the variable.
const CALLS: [(&str, &str); 14] = [
    ("os.environ[", "]"),
    ("os.environ.get(", ")"),
    ("os.getenv(", ")"),
    ("os.Getenv(", ")"),
    ("process.env.", ""),
    ("process.env[", "]"),
    ("import.meta.env.", ""),
    ("ENV[", "]"),
    ("ENV.fetch(", ")"),
    ("System.getenv(", ")"),
    ("std::env::var(", ")"),
    ("env::var(", ")"),
    ("$_ENV[", "]"),
    ("getenv(", ")"),
];

/// `os.environ["DB_PASSWORD"]`: the name of a variable, in capitals, and nothing else.
fn is_call(text: &str) -> bool {
    let name = CALLS
        .iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    let Some(name) = name.map(|name| name.trim_matches(['"', '\''])) else {
        return false;
    };
    let is_variable = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(is_variable) && name.split('_').count() > 1 && names::is_wordy(name)
}

/// What an attribute of Terraform begins with, and how many steps it has at least.
const ROOTS: [(&str, usize); 5] = [
    ("var.", 2),
    ("local.", 2),
    ("module.", 3),
    ("data.", 4),
    ("each.value.", 3),
];
/// What the types of resources begin with that make or hold credentials.
const TYPES: [&str; 12] = [
    "random_",
    "aws_",
    "google_",
    "azurerm_",
    "azuread_",
    "vault_",
    "kubernetes_",
    "tls_",
    "github_",
    "helm_",
    "digitalocean_",
    "cloudflare_",
];
/// Of which one stands in what is called after a credential.
const TELLING: [&str; 7] = [
    "password",
    "passwd",
    "secret",
    "token",
    "key",
    "credential",
    "passphrase",
];

/// `random_password.db.result`, `var.db_password`, `data.vault_generic_secret.db.data["token"]`: steps of words, of which
/// one says that it is a credential.
fn is_attribute(text: &str) -> bool {
    let root = ROOTS.iter().find(|(root, _)| text.starts_with(root));
    let is_resource = || TYPES.iter().any(|kind| text.starts_with(kind));
    let Some(least) = root
        .map(|(_, least)| *least)
        .or_else(|| is_resource().then_some(3))
    else {
        return false;
    };
    let steps = || {
        text.split(['.', '[', ']', '"'])
            .filter(|step| !step.is_empty())
    };
    let is_index = |step: &str| {
        step.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'*')
    };
    let is_name = |step: &str| {
        step.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
            && names::is_wordy(step)
            && !prose::is_made_up(step)
    };
    // An index stands in brackets.
    let is_step = |step: &str| is_name(step) || (text.contains('[') && is_index(step));
    text.split('.').count() >= least
        && TELLING.iter().any(|word| text.contains(word))
        && steps().all(is_step)
}

#[cfg(test)]
mod tests {
    use super::is_code;

    #[test]
    fn code_that_reads_a_value_holds_none() {
        for text in [
            "var.db_password",
            "local.token",
            "module.db.admin_password",
            "random_password.db.result",
            "aws_db_instance.orders[0].password",
            "data.vault_generic_secret.orders.data[\"token\"]",
            "os.environ['API_KEY']",
            "os.getenv(\"DB_PASSWORD\")",
            "process.env.DB_PASSWORD",
            "ENV.fetch('API_TOKEN')",
        ] {
            assert!(is_code(text), "{text}");
        }
        for text in [
            "var.x7Kq9Zr2Lm4",
            "var.hunter2",
            "random_hunter2",
            "data.hunter2",
            "process.env.",
            "os.getenv('Tr0ub4dor&3')",
            "ENV[API_KEY",
            "process.env.q9V7nB2K4xL8zR3t",
            "local.admin",
            "local.4711",
            "data.correct.horse.battery",
            "var.correct-horse-battery-staple",
            "aws.hunter.two",
        ] {
            assert!(!is_code(text), "{text}");
        }
    }
}

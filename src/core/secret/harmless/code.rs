//! Code that says where a value comes from, such as `var.db_password`, where a pipeline wrote the code instead of it.
use super::names;
use crate::core::secret::prose;

/// Whether `text` is an expression of a language of configuration or programs that reads a value from somewhere.
pub(super) fn is_code(text: &str) -> bool {
    text.len() <= LONGEST && (is_call(text) || is_attribute(text))
}

/// Longer than what names a variable.
const LONGEST: usize = 160;

/// What reads a variable of the environment, up to its name.
const CALLS: [&str; 14] = [
    "os.environ[",
    "os.environ.get(",
    "os.getenv(",
    "os.Getenv(",
    "process.env.",
    "process.env[",
    "import.meta.env.",
    "ENV[",
    "ENV.fetch(",
    "System.getenv(",
    "std::env::var(",
    "env::var(",
    "$_ENV[",
    "getenv(",
];

/// `os.environ["DB_PASSWORD"]`: the name of a variable and nothing else.
fn is_call(text: &str) -> bool {
    let Some(name) = CALLS.iter().find_map(|call| text.strip_prefix(call)) else {
        return false;
    };
    let name = name.trim_end_matches([']', ')']);
    let name = name.trim_matches(['"', '\'']);
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name
            .bytes()
            .any(|byte| byte == b'_' || byte.is_ascii_uppercase())
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

/// `random_password.db.result`, `var.db_password`, `data.vault_generic_secret.db.data["token"]`: steps of words.
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
    let is_step = |step: &str| {
        step.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-*".contains(&byte))
            && ((names::is_wordy(step) && !prose::is_made_up(step))
                || step
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'*'))
    };
    text.split('.').count() >= least && steps().all(is_step)
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
            "ENV.fetch('TOKEN_X')",
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
            "ENV[x",
            "aws.hunter.two",
        ] {
            assert!(!is_code(text), "{text}");
        }
    }
}

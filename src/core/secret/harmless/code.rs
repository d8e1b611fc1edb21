//! Code that says where a value comes from, such as `var.db_password`, where a pipeline wrote the code instead of it.
use super::names;
use crate::core::secret::prose;

/// Whether `text` is an expression of a language of configuration or programs that reads a value from somewhere.
pub(super) fn is_code(text: &str) -> bool {
    text.len() <= LONGEST && (is_call(text) || is_attribute(text) || is_function(text, DEEPEST))
}

/// Longer than what names a variable.
const LONGEST: usize = 160;

/// What reads a variable of the environment, and what stands behind the name of the variable.
const CALLS: [(&str, &str); 15] = [
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
    ("env(", ")"),
];

/// `os.environ["DB_PASSWORD"]`: the name of a variable, in capitals, and nothing else but that there is no other value.
fn is_call(text: &str) -> bool {
    let inside = CALLS
        .iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    let Some(inside) = inside else {
        return false;
    };
    let (name, default) = inside.split_once(',').unwrap_or((inside, ""));
    let name = name.trim_matches(['"', '\'']);
    let is_variable = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    is_nothing(default)
        && name.bytes().all(is_variable)
        && name.split('_').count() > 1
        && names::is_wordy(name)
}

/// Whether an argument is no value: `""`, `null`.
fn is_nothing(argument: &str) -> bool {
    ["", "\"\"", "''", "null", "None", "nil"].contains(&argument.trim())
}

/// What Terraform hands a value on with, at least in part.
const FUNCTIONS: [&str; 12] = [
    "base64decode",
    "base64encode",
    "coalesce",
    "element",
    "jsondecode",
    "lookup",
    "nonsensitive",
    "one",
    "sensitive",
    "tostring",
    "trimspace",
    "try",
];
/// Calls inside one another.
const DEEPEST: u8 = 4;

/// `try(var.db_password, null)`, `jsondecode(data.x.y.secret_string)["password"]`: a function, and what it reads, but no
/// literal that it may come to.
fn is_function(text: &str, deepest: u8) -> bool {
    let Some((name, rest)) = text.split_once('(') else {
        return false;
    };
    let Some((inside, behind)) = rest.rsplit_once(')').filter(|_| deepest > 0) else {
        return false;
    };
    let is_read = |argument: &str| is_attribute(argument) || is_function(argument, deepest - 1);
    let is_step = |step: &str| {
        let step = step.trim_matches('"');
        names::is_wordy(step) && !prose::is_made_up(step)
    };
    // Which of several is read.
    let is_key = |at: usize, argument: &str| {
        at == 1 && ["lookup", "element"].contains(&name) && is_step(argument)
    };
    let mut arguments = inside.split(',').map(str::trim).enumerate();
    FUNCTIONS.contains(&name)
        && arguments.all(|(at, argument)| {
            is_read(argument) || (at > 0 && (is_nothing(argument) || is_key(at, argument)))
        })
        && behind
            .split(['[', ']', '.'])
            .all(|step| step.is_empty() || is_step(step))
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
            "env('DB_PASSWORD', '')",
            "try(var.db_password, null)",
            "coalesce(var.password, random_password.db.result)",
            "lookup(var.secrets, \"db\")",
            "nonsensitive(random_password.db.result)",
            "jsondecode(data.aws_secretsmanager_secret_version.db.secret_string)[\"password\"]",
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
            "env('DB_PASSWORD', 'hunter2')",
            "try(var.db_password, \"hunter2\")",
            "try(\"hunter2\")",
            "lookup(var.secrets, \"db\", \"hunter2\")",
            "sensitive(\"hunter2\")",
            "try(var.db_password, null)hunter2",
            "try(var.db_password, null)[\"hunter2\"]",
            "try()",
        ] {
            assert!(!is_code(text), "{text}");
        }
    }
}

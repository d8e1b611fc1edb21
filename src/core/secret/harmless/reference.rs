//! Texts that say where a secret is, and texts that are sealed.
use super::names;

/// Whether `text` says where a secret is kept, in one of the ways of the tools that fetch secrets.
pub(super) fn is_reference(text: &str) -> bool {
    if text.len() > LONGEST || text.contains([' ', '\n', '"']) {
        return false;
    }
    is_by_scheme(text) || is_resource(text) || is_mount(text) || is_file(text)
}

/// Longer texts than any path to a secret.
const LONGEST: usize = 512;

/// What comes before a place: `vault:secret/data/db#password`, `op://vault/item/field`.
const SCHEMES: [&str; 38] = [
    "akv:",
    "aws-secretsmanager:",
    "aws-ssm:",
    "awsparamstore:",
    "awsparameterstore:",
    "awssecretsmanager:",
    "awssm:",
    "azkv:",
    "azurekeyvault:",
    "bao:",
    "bitwarden:",
    "bws:",
    "conjur:",
    "doppler:",
    "env:",
    "file:",
    "gcp-sm:",
    "gcpsecretmanager:",
    "gcpsm:",
    "gsm:",
    "infisical:",
    "k8s:",
    "keyvault:",
    "kubernetes:",
    "op:",
    "openbao:",
    "param:",
    "ref+",
    "secret:",
    "secretmanager:",
    "secretref:",
    "secrets:",
    "secretsmanager:",
    "sm:",
    "sops:",
    "ssm:",
    "sts:",
    "vault:",
];

/// `scheme:place`, where the place is made of words: a credential does not become harmless by a word before it.
fn is_by_scheme(text: &str) -> bool {
    // The longest scheme, and its colon.
    let head = &text.as_bytes()[..text.len().min(20)];
    let Some(end) = head.iter().position(|byte| matches!(byte, b':' | b'+')) else {
        return false;
    };
    let (scheme, place) = text.split_at(end + 1);
    SCHEMES
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        && is_place(place)
}

/// A place has steps or is a plain name; `vault:hunter2` is a trick, and `op:x` too short to say anything.
fn is_place(place: &str) -> bool {
    let steps = place.trim_start_matches('/');
    let is_ciphertext = steps.starts_with("v1:");
    is_ciphertext || (steps.len() >= 3 && is_words(steps))
}

/// Whether each step of a place is words, as people name things.
fn is_words(place: &str) -> bool {
    place
        .split(['/', '#', '?', '&', '=', ':', '@', '+', '!'])
        .filter(|step| !step.is_empty())
        .all(|step| step.starts_with(['$', '{']) || names::is_step(step))
}

/// Secrets as resources of a cloud, whose last part the cloud itself makes up.
fn is_resource(text: &str) -> bool {
    const SERVICES: [&str; 4] = [":secretsmanager:", ":ssm:", ":kms:", ":iam:"];
    (text.starts_with("arn:") && SERVICES.iter().any(|service| text.contains(service)))
        || (text.starts_with("projects/")
            && (text.contains("/secrets/") || text.contains("/cryptoKeys/")))
        || (text.starts_with("/subscriptions/") && text.contains("/providers/"))
        || text.starts_with("@Microsoft.KeyVault(")
        || (text.starts_with("https://") && text.contains(".vault.azure.net/"))
        || ["!vault", "!Ref", "!Sub", "!GetAtt", "!secret"].contains(&text)
}

/// A path below one of the names that secret engines are mounted at.
fn is_mount(text: &str) -> bool {
    const MOUNTS: [&str; 9] = [
        "secret/",
        "secrets/",
        "kv/",
        "kv-v1/",
        "kv-v2/",
        "kv2/",
        "cubbyhole/",
        "vault/",
        "database/creds/",
    ];
    MOUNTS.iter().any(|mount| text.starts_with(mount)) && is_words(text)
}

/// A path of a file, with two steps or more. Base64 may begin with a slash, but its steps are no words.
pub(crate) fn is_file(text: &str) -> bool {
    let path = text.strip_prefix("~").unwrap_or(text);
    let path = path.strip_prefix('.').unwrap_or(path);
    path.strip_prefix('/')
        .is_some_and(|path| path.trim_end_matches('/').contains('/') && is_words(path))
}

/// Whether `text` is encrypted, as a marker of the tool that did it says.
pub(super) fn is_sealed(text: &str) -> bool {
    (text.starts_with("ENC[") && text.ends_with(']'))
        || (text.starts_with("ENC(") && text.ends_with(')'))
        || text.starts_with("$ANSIBLE_VAULT;")
        // What AWX shows of an encrypted variable.
        || text == "$encrypted$"
        || is_sealed_secret(text)
        || text.starts_with("age-encryption.org/v1")
        || text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----")
        || text.starts_with("-----BEGIN PGP MESSAGE-----")
}

/// A value of a `SealedSecret`: the length of a session key of RSA in two bytes, the key, and the text, in base64.
fn is_sealed_secret(text: &str) -> bool {
    const SHORTEST: usize = 256;
    text.len() >= SHORTEST
        && ["AgA", "AgB", "AgC", "AgD"]
            .iter()
            .any(|start| text.starts_with(start))
        && text
            .trim_end_matches('=')
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

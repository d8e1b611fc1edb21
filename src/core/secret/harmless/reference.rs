//! Texts that say where a secret is, and texts that are sealed.
use super::{facts, names, public};

/// Whether `text` says where a secret is kept, in one of the ways of the tools that fetch secrets.
pub(super) fn is_reference(text: &str) -> bool {
    if text.len() > LONGEST || text.contains([' ', '\n', '"']) {
        return is_tagged(text);
    }
    is_by_scheme(text)
        || is_of_argo_cd(text)
        || is_of_token(text)
        || is_resolved(text)
        || is_resource(text)
        || is_mount(text)
        || is_file(text)
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

/// `!GetAtt Database.SecretArn`: what a tag of YAML puts in.
fn is_tagged(text: &str) -> bool {
    const TAGS: [&str; 6] = [
        "!GetAtt ",
        "!Ref ",
        "!ImportValue ",
        "!vault ",
        "!secret ",
        "!env ",
    ];
    text == "!vault |"
        || text.len() <= LONGEST
            && TAGS.iter().any(|tag| {
                text.strip_prefix(tag)
                    .is_some_and(|name| !name.contains([' ', '\n', '"']) && is_place(name))
            })
}

/// `pkcs11:token=hsm;object=release-2026`: a key that stays where it is, without what opens it.
fn is_of_token(text: &str) -> bool {
    let Some(place) = text.strip_prefix("pkcs11:") else {
        return false;
    };
    !place.contains("pin-value")
        && place.split([';', '?', '&']).all(|part| {
            part.split_once('=').is_some_and(|(_, value)| {
                value
                    .split(['/', ':'])
                    .filter(|step| !step.is_empty())
                    .all(names::is_step)
            })
        })
}

/// `$dex-github:client.secret`: the entry of a Secret, as Argo CD reads it.
fn is_of_argo_cd(text: &str) -> bool {
    let Some((name, entry)) = text.strip_prefix('$').and_then(|text| text.split_once(':')) else {
        return false;
    };
    let is_entry = entry
        .split(['.', '-', '_'])
        .all(|part| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    names::is_name(name) && is_entry && names::is_wordy(entry) && !is_numbered_word(name)
}

/// What `CloudFormation` puts in: `{{resolve:secretsmanager:team/db:SecretString:password}}`.
fn is_resolved(text: &str) -> bool {
    let inner = text
        .strip_prefix("{{resolve:")
        .and_then(|inner| inner.strip_suffix("}}"));
    inner.is_some_and(|inner| {
        ["ssm:", "ssm-secure:", "secretsmanager:"]
            .iter()
            .find_map(|service| inner.strip_prefix(service))
            .is_some_and(|place| is_place(place) || facts::is_arn(place))
    })
}

/// A place has steps or is a plain name; `vault:hunter2` is a trick, and `op:x` too short to say anything.
fn is_place(place: &str) -> bool {
    let steps = place.trim_start_matches('/');
    match steps.strip_prefix("v1:") {
        Some(ciphertext) => is_base64(ciphertext) && ciphertext.len() >= SHORTEST_CIPHERTEXT,
        None => steps.len() >= 3 && is_words(steps) && !is_numbered_word(steps),
    }
}

/// What Vault encrypts has a nonce and a tag beside the text: 28 bytes.
const SHORTEST_CIPHERTEXT: usize = 38;

/// One word with a number behind it, as people choose for a password: `hunter2`.
fn is_numbered_word(place: &str) -> bool {
    place.len() > 4
        && place.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && place.bytes().any(|byte| byte.is_ascii_digit())
        && place.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn is_base64(text: &str) -> bool {
    let is_base64 = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte) || byte.is_ascii_whitespace()
    };
    !text.is_empty() && text.bytes().all(is_base64)
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
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@=,;+()${}*~#!".contains(&byte))
    };
    is_plain(text)
        && (is_arn(text)
            || (text.starts_with("projects/")
                && (text.contains("/secrets/") || text.contains("/cryptoKeys/")))
            || (text.starts_with("/subscriptions/") && text.contains("/providers/"))
            || (text.starts_with("@Microsoft.KeyVault(") && text.ends_with(')'))
            || (text.starts_with("https://")
                && ["secrets/", "keys/", "certificates/"].iter().any(|kind| {
                    text.split_once(".vault.azure.net/")
                        .is_some_and(|(_, place)| place.starts_with(kind))
                })))
        || ["!vault", "!vault |", "!Ref", "!Sub", "!GetAtt", "!secret"].contains(&text)
}

/// A secret, or who may read it, as AWS names it.
fn is_arn(text: &str) -> bool {
    let service = text.split(':').nth(2).unwrap_or_default();
    let resource = text.splitn(6, ':').nth(5).unwrap_or_default();
    facts::is_arn(text) && is_of_service(service, resource) == Some(true)
}

/// Whether `resource` is of a kind that `service` has, of those that hold secrets or say who may read them.
pub(super) fn is_of_service(service: &str, resource: &str) -> Option<bool> {
    const SERVICES: [(&str, &[&str]); 4] = [
        ("secretsmanager", &["secret:"]),
        ("ssm", &["parameter", "document/"]),
        ("kms", &["key/", "alias/"]),
        (
            "iam",
            &[
                "user/",
                "role/",
                "policy/",
                "saml-provider/",
                "mfa/",
                "federated-user/",
                "group/",
                "instance-profile/",
                "oidc-provider/",
                "server-certificate/",
                "access-key/",
                "root",
                "aws",
            ],
        ),
    ];
    let (_, kinds) = SERVICES.iter().find(|(known, _)| *known == service)?;
    Some(kinds.iter().any(|kind| resource.starts_with(kind)))
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
    let place = MOUNTS.iter().find_map(|mount| text.strip_prefix(mount));
    place.is_some_and(|place| !is_numbered_word(place)) && is_words(text)
}

/// A path of a file, with two steps or more. Base64 may begin with a slash, but its steps are no words.
pub(crate) fn is_file(text: &str) -> bool {
    let path = text.strip_prefix("~").unwrap_or(text);
    let path = path.strip_prefix('.').unwrap_or(path);
    // `~/.vault-token`, `/home/app/.pgpass`
    let is_hidden = |file: &str| {
        file.strip_prefix('.').is_some_and(|name| {
            name.len() > 2
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte))
        })
    };
    let Some(path) = path.strip_prefix('/') else {
        return false;
    };
    if let Some((directory, _)) = path.rsplit_once('/').filter(|(_, file)| is_hidden(file)) {
        return is_words(directory);
    }
    (text.starts_with('~') && is_hidden(path))
        || (path.trim_end_matches('/').contains('/') && is_words(path))
}

/// Whether `text` is encrypted, as a marker of the tool that did it says, and all of it in the alphabet of that tool.
pub(super) fn is_sealed(text: &str) -> bool {
    let between = |open: &str, close: char| text.strip_prefix(open)?.strip_suffix(close);
    between("ENC[", ']').is_some_and(is_sealed_field)
        || between("ENC(", ')').is_some_and(|body| is_base64(body) && body.len() >= 16)
        || text
            .strip_prefix("$ANSIBLE_VAULT;")
            .is_some_and(is_ansible)
        // What AWX shows of an encrypted variable.
        || text == "$encrypted$"
        || is_sealed_secret(text)
        || text
            .strip_prefix("age-encryption.org/v1")
            .is_some_and(is_age)
        || public::is_block(text, &["AGE ENCRYPTED FILE", "PGP MESSAGE"])
}

/// `AES256_GCM,data:…,iv:…` of SOPS, `PKCS7,…` of eyaml, or a name.
fn is_sealed_field(body: &str) -> bool {
    let is_field = |field: &str| {
        let value = field.split_once(':').map_or(field, |(_, value)| value);
        is_base64(value) || value.is_empty()
    };
    if let Some((algorithm, fields)) = body.split_once(',') {
        let is_known = ["AES256_GCM", "PKCS7", "GPG", "GKMS", "KMS", "VAULT"].contains(&algorithm);
        return is_known && fields.split(',').all(is_field);
    }
    // A place, as Datadog has it: `k8s_secret@monitoring/datadog/api-key`.
    let place = body.strip_prefix("k8s_secret@").unwrap_or(body);
    is_words(place) && !is_numbered_word(place)
}

/// Version and cipher, and then hexadecimal digits.
fn is_ansible(text: &str) -> bool {
    let head = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b".;_-".contains(byte));
    let (head, body) = text.split_at(head.count());
    let body = body.strip_suffix("...").unwrap_or(body);
    let mut fields = head.split(';');
    fields
        .next()
        .is_some_and(|version| version.starts_with("1."))
        && fields.next() == Some("AES256")
        && body.bytes().all(|byte| {
            byte.is_ascii_hexdigit() || byte.is_ascii_whitespace() || b"\\nr".contains(&byte)
        })
}

/// Recipients, and then what only they read.
fn is_age(text: &str) -> bool {
    let is_line = |line: &str| {
        let body = line.strip_prefix("-> ").or(line.strip_prefix("--- "));
        line.is_empty() || body.map_or(!line.contains(' ') && is_base64(line), is_base64)
    };
    text.starts_with('\n') && text.trim_start().starts_with("-> ") && text.lines().all(is_line)
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

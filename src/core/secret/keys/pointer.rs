//! Values under a telling key that only say where a credential is, or which one.
use super::entries::is_entry;
use crate::core::secret::{
    harmless::{facts, names},
    prose,
};

/// What says where a credential is, or when it was: a link, a path, a resource, a point in time.
pub(super) fn is_pointer(text: &str) -> bool {
    (facts::is_plain_url(text) && !facts::is_link_to_made_up(text))
        || facts::is_arn(text)
        || (facts::is_time(text) && text.contains('T'))
        || (facts::is_email(text) && !text.split('@').next().is_some_and(prose::is_made_up))
        || is_api_version(text)
        || is_telling_name(text)
        || is_path_of_entry(text)
}

/// A colour, as style sheets write it: themes are made of tokens too.
pub(super) fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        [3, 4, 6, 8].contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// A version of an API of Kubernetes: `v1`, `v1beta1`.
fn is_api_version(text: &str) -> bool {
    let without_digits = |text: &str| {
        let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
        (rest.len() < text.len() && text.len() - rest.len() <= 2).then_some(rest.len())
    };
    let Some(major) = text.strip_prefix('v') else {
        return false;
    };
    let Some(rest) = without_digits(major).map(|length| &major[major.len() - length..]) else {
        return false;
    };
    let minor = rest
        .strip_prefix("alpha")
        .or_else(|| rest.strip_prefix("beta"));
    rest.is_empty() || minor.and_then(without_digits) == Some(0)
}

/// A name in three parts or more that ends in what Secrets are called: `example-app-credentials`.
fn is_telling_name(text: &str) -> bool {
    const ENDS: [&str; 8] = [
        "-secret",
        "-secrets",
        "-credentials",
        "-credential",
        "-creds",
        "-tls",
        "-secret-ref",
        "-password-secret",
    ];
    names::is_name(text)
        && text.split('-').count() >= 3
        && ENDS.iter().any(|end| text.ends_with(end))
        && !["super-", "top-", "very-"]
            .iter()
            .any(|word| text.contains(word))
}

/// Where in a store or a Secret an entry is, in three steps or more: `team/app/password`.
fn is_path_of_entry(text: &str) -> bool {
    text.split('/').count() >= 3
        && text.rsplit('/').next().is_some_and(is_entry)
        && text.split('/').all(names::is_step)
}

/// The digest of a public key, as OpenSSH shows it: `SHA256:` and 43 characters of base64.
pub(super) fn is_fingerprint(text: &str) -> bool {
    is_of_gpg(text)
        || text.strip_prefix("SHA256:").is_some_and(|digest| {
            digest.len() == 43
                && digest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        })
}

/// What GPG calls a key by: the end of its fingerprint, or all of it.
fn is_of_gpg(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| {
        [8, 16, 40].contains(&digits.len())
            && digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
    })
}

//! Keys and certificates that anybody may see.

/// Whether `text` is wholly public keys or certificates.
pub(super) fn is_public(text: &str) -> bool {
    match text.as_bytes() {
        [b'-', ..] => is_public_pem(text),
        [b'L', b'S', b'0', b't', ..] => is_public_pem_in_base64(text),
        [b's' | b'e', ..] => is_public_ssh(text),
        [b'a', b'g', b'e', b'1', rest @ ..] => {
            rest.len() >= 50 && rest.iter().all(u8::is_ascii_alphanumeric)
        }
        _ => false,
    }
}

/// Blocks in the text form of PEM (RFC 7468) that hold nothing secret.
const PUBLIC: [&str; 9] = [
    "CERTIFICATE",
    "CERTIFICATE REQUEST",
    "NEW CERTIFICATE REQUEST",
    "TRUSTED CERTIFICATE",
    "X509 CRL",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "SSH2 PUBLIC KEY",
    "PGP PUBLIC KEY BLOCK",
];

/// One block after the other, all public, and nothing around them.
fn is_public_pem(text: &str) -> bool {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some(after) = public_block(rest) else {
            return false;
        };
        rest = after.trim_start();
    }
    true
}

/// What follows the public block that `text` begins with.
fn public_block(text: &str) -> Option<&str> {
    let (label, body) = text.strip_prefix("-----BEGIN ")?.split_once("-----")?;
    let (body, after) = body.split_once("-----END ")?;
    let after = after.strip_prefix(label)?.strip_prefix("-----")?;
    (PUBLIC.contains(&label) && !body.contains("-----")).then_some(after)
}

/// Base64 of such blocks, as the keys of a Secret hold them. The words "PRIVATE KEY" have three forms in base64, by
/// where they stand.
fn is_public_pem_in_base64(text: &str) -> bool {
    // "-----BEGIN CER", "-----BEGIN PUB".
    const HEADS: [&str; 2] = ["LS0tLS1CRUdJTiBDRV", "LS0tLS1CRUdJTiBQVU"];
    const PRIVATE: [&str; 3] = ["UFJJVkFURSBLRV", "BSSVZBVEUgS0", "QUklWQVRFIEtFW"];
    HEADS.iter().any(|head| text.starts_with(head))
        && !PRIVATE.iter().any(|private| text.contains(private))
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte) || byte.is_ascii_whitespace()
        })
}

/// A line of `authorized_keys`: type, key, comment.
fn is_public_ssh(text: &str) -> bool {
    const TYPES: [&str; 6] = [
        "ssh-rsa ",
        "ssh-dss ",
        "ssh-ed25519 ",
        "ecdsa-sha2-nistp",
        "sk-ssh-ed25519@openssh.com ",
        "sk-ecdsa-sha2-nistp256@openssh.com ",
    ];
    TYPES.iter().any(|kind| text.starts_with(kind))
        && text
            .split_ascii_whitespace()
            .nth(1)
            .is_some_and(|key| key.starts_with("AAAA"))
        && !text.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn a_private_key_beside_a_certificate_is_seen_in_base64_too() {
        let certificate = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIK";
        assert!(is_public(certificate));
        for private in [
            "UFJJVkFURSBLRVktLS0t",
            "IFBSSVZBVEUgS0VZLS0t",
            "ICBQUklWQVRFIEtFWS0t",
        ] {
            assert!(!is_public(&[certificate, private].concat()), "{private}");
        }
    }
}

//! Keys and certificates that anybody may see.
use base64::Engine;

use crate::core::secret::encoded::BASE64;

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
    is_block(text, &PUBLIC)
}

/// Whether `text` is blocks with these labels, one after the other, with nothing else in them and around them. The last
/// one may be cut.
pub(super) fn is_block(text: &str, labels: &[&str]) -> bool {
    let mut rest = text.trim();
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let Some(after) = block(rest, labels) else {
            return false;
        };
        rest = after
            .trim_start_matches(|character: char| character.is_whitespace() || character == '\\');
        rest = rest.strip_prefix('n').unwrap_or(rest);
    }
    true
}

/// What follows the block that `text` begins with.
fn block<'t>(text: &'t str, labels: &[&str]) -> Option<&'t str> {
    let (label, rest) = text.strip_prefix("-----BEGIN ")?.split_once("-----")?;
    if !labels.contains(&label) {
        return None;
    }
    let Some((body, after)) = rest.split_once("-----END ") else {
        return is_body(label, rest).then_some("");
    };
    let after = after.strip_prefix(label)?.strip_prefix("-----")?;
    is_body(label, body).then_some(after)
}

/// Whether a body is what such a label stands above: base64 in lines, with headers above it, of what begins as it must.
fn is_body(label: &str, body: &str) -> bool {
    const HEADERS: [&str; 6] = [
        "Version:",
        "Comment:",
        "Charset:",
        "Hash:",
        "MessageID:",
        "Subject:",
    ];
    let is_base64 = |byte: u8| {
        byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=\\.".contains(&byte)
    };
    let is_header = |line: &str| HEADERS.iter().any(|header| line.starts_with(header));
    body.lines()
        .all(|line| line.bytes().all(is_base64) || is_header(line.trim()))
        && !is_private_der(body)
        && begins_as(label, body)
}

/// The base64 of a body without the ends of its lines, written or as escapes, up to where a part of it is left out.
fn base64_of(body: &str) -> Vec<u8> {
    let body = body.replace("\\r", "").replace("\\n", "");
    let bytes = body.bytes().filter(|byte| !byte.is_ascii_whitespace());
    bytes.take_while(|byte| *byte != b'.').collect()
}

/// Whether nothing stands there, or base64 of what begins as it must below such a label.
fn begins_as(label: &str, body: &str) -> bool {
    /// Shorter than any packet of `OpenPGP` with a key or a message in it, in base64.
    const SHORTEST_PGP: usize = 24;
    let body: String = body.lines().filter(|line| !line.contains(": ")).collect();
    let base64 = base64_of(&body);
    match label.split(' ').next() {
        _ if base64.is_empty() => true,
        Some("SSH2") => base64.starts_with(b"AAAA"),
        Some("AGE") => base64.starts_with(b"YWdlLWVu"),
        Some("PGP") => base64.len() >= SHORTEST_PGP,
        _ => is_sequence(&base64),
    }
}

/// Whether base64 begins as a sequence does in DER: a long one, or a short one of just the length that it says.
fn is_sequence(base64: &[u8]) -> bool {
    if base64.starts_with(b"MI") {
        return true;
    }
    let der = BASE64.decode(base64).unwrap_or_default();
    matches!(&der[..], [0x30, length, inside @ ..] if usize::from(*length) == inside.len())
}

/// Whether the body begins as a private key does in DER: a sequence whose first member is a version, where public ones
/// have a sequence or a long number.
fn is_private_der(body: &str) -> bool {
    let base64 = base64_of(body);
    let Ok(der) = BASE64.decode(&base64[..base64.len().min(12)]) else {
        return false;
    };
    let members = match der.get(..2) {
        Some([0x30, length]) if *length < 0x80 => 2,
        Some([0x30, length]) => 2 + usize::from(length & 0x7f),
        _ => return false,
    };
    der.get(members..)
        .is_some_and(|members| members.starts_with(&[2, 1]))
}

/// Base64 of such blocks, as the keys of a Secret hold them.
fn is_public_pem_in_base64(text: &str) -> bool {
    // "-----BEGIN CER", "-----BEGIN PUB".
    const HEADS: [&str; 2] = ["LS0tLS1CRUdJTiBDRV", "LS0tLS1CRUdJTiBQVU"];
    if !HEADS.iter().any(|head| text.starts_with(head)) {
        return false;
    }
    let mut base64: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    if base64.len() % 4 == 1 {
        base64.pop();
    }
    let Ok(decoded) = BASE64.decode(&base64) else {
        return false;
    };
    std::str::from_utf8(&decoded).is_ok_and(is_public_pem)
}

/// A line of `authorized_keys`: type, key, comment.
fn is_public_ssh(text: &str) -> bool {
    // What the key begins with in base64 is the length and name of its type.
    const TYPES: [(&str, &str); 6] = [
        ("ssh-rsa ", "AAAAB3NzaC1yc2E"),
        ("ssh-dss ", "AAAAB3NzaC1kc3M"),
        ("ssh-ed25519 ", "AAAAC3NzaC1lZDI1NTE5"),
        ("ecdsa-sha2-nistp", "AAAAE2VjZHNhLXNoYTItbmlzdH"),
        ("sk-ssh-ed25519@openssh.com ", "AAAAGnNrLXNzaC1lZDI1NTE5"),
        (
            "sk-ecdsa-sha2-nistp256@openssh.com ",
            "AAAAInNrLWVjZHNhLXNoYTItbmlzdH",
        ),
    ];
    let Some((_, head)) = TYPES.iter().find(|(kind, _)| text.starts_with(kind)) else {
        return false;
    };
    let mut words = text.split(' ').skip(1);
    let key = words.next().unwrap_or_default();
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=.".contains(&byte);
    let is_comment = |byte: u8| byte.is_ascii_alphanumeric() || b"@._-:/+() ".contains(&byte);
    key.starts_with(head)
        && key.bytes().all(is_key)
        && words.all(|word| word.bytes().all(is_comment))
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn between_the_lines_of_a_certificate_stands_one() {
        for public in [
            "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU",
            "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n",
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: 2\n\nmDMEZxB2VRYJKwYBBAHaRw8BAQdA\n-----END PGP PUBLIC KEY BLOCK-----\n",
        ] {
            assert!(is_public(public), "{public}");
        }
        for other in [
            "-----BEGIN CERTIFICATE-----hunter2",
            "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n",
            "-----BEGIN PUBLIC KEY-----\nMySecretPassw0rd\n-----END PUBLIC KEY-----\n",
        ] {
            assert!(!is_public(other), "{other}");
        }
    }

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

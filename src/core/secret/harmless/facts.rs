//! Shapes of values that state a fact: numbers, digests, times, addresses, and the like.
use super::{names, reference};
use crate::core::secret::prose;

/// Whether `text` has one of the shapes below.
pub(super) fn is_fact(text: &str) -> bool {
    is_number(text)
        || is_uuid(text)
        || is_digest(text)
        || is_time(text)
        || is_duration(text)
        || is_arn(text)
        || is_version(text)
        || is_address(text)
        || is_email(text)
        || super::reference::is_file(text)
        || is_plain_url(text)
        || is_image(text)
        || is_hash(text)
}

/// A number, with a sign, a fraction, an exponent, a unit of Kubernetes' quantities or a percent sign.
pub fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    let body = digits.trim_end_matches(|character: char| "kKmMGTPEi%nu".contains(character));
    digits.len() - body.len() <= 2
        && body
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit())
        && body
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-' | b'/'))
}

/// How long something is: `24 bytes`, as kubectl describes a Secret.
pub fn is_size(text: &str) -> bool {
    text.strip_suffix(" bytes").is_some_and(|number| {
        (1..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// A UUID, in either case.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// What Okta calls a user, a group or an app: letters and digits as in a token, but of this length and beginning.
pub fn is_okta_id(text: &str) -> bool {
    const KINDS: [&str; 4] = ["00u", "00g", "00o", "0oa"];
    text.len() == 20
        && KINDS.iter().any(|kind| text.starts_with(kind))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A digest of a usual length in hex, with or without its algorithm before it.
pub fn is_digest(text: &str) -> bool {
    let hex = ["sha256:", "sha512:", "sha384:", "sha1:", "md5:", "SHA256:"]
        .iter()
        .find_map(|algorithm| text.strip_prefix(algorithm));
    match hex {
        Some(digest) => digest.len() >= 7 && digest.bytes().all(is_of_base64),
        None => [32, 40, 56, 64, 96, 128].contains(&text.len()) && is_hex(text),
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

const fn is_of_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// What begins like RFC 3339 (`2026-11-03`).
pub fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes.len() <= 40
        && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => matches!(byte, b'-' | b'/'),
            _ => byte.is_ascii_digit(),
        })
        && bytes[10..]
            .iter()
            .all(|byte| byte.is_ascii_digit() || b"TZ:.+- UTCtz".contains(byte))
}

/// `1h30m`, `24h0m0s`, `90d`, `P30D`.
pub fn is_duration(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 24
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_alphabetic)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_digit() || b"hmsdwyPTHMSDWYnu. ".contains(byte))
}

/// An Amazon resource name: with the number of an account, if any, and of a service whose resources are of known kinds
/// one of these.
pub fn is_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    if parts.next() != Some("arn") || text.contains(' ') {
        return false;
    }
    let (Some(_), Some(service), Some(_), Some(account), Some(resource)) = (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) else {
        return false;
    };
    let is_number = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_account =
        is_number || ["", "aws", "*"].contains(&account) || account.contains(['$', '<', '{', 'X']);
    let is_typed = || resource.split(['/', ':']).any(prose::is_typed);
    is_account
        && match reference::is_of_service(service, resource) {
            Some(is_of_kind) => is_of_kind,
            None => !is_typed(),
        }
}

/// Whether `before` ends within a name that is joined by colons, so that what follows is a part of it:
/// `arn:…:secret:…`.
pub fn ends_in_arn(before: &[u8]) -> bool {
    const LONGEST: usize = 128;
    if !before.ends_with(b":") {
        return false;
    }
    let run = before.iter().rev().take(LONGEST);
    let run = run.take_while(|byte| IS_IN_ARN[usize::from(**byte)]);
    let run = &before[before.len() - run.count()..];
    // As CloudFormation puts it in.
    let run = run.strip_prefix(b"resolve:secretsmanager:").unwrap_or(run);
    run.starts_with(b"arn:") || run.starts_with(b"urn:")
}

/// Which bytes stand in such a name: it is asked for at every word that may announce a credential.
static IS_IN_ARN: [bool; 256] = {
    let mut is_inside = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        is_inside[byte as usize] = !matches!(
            byte,
            b'"' | b'\''
                | b'`'
                | b'<'
                | b'>'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b','
                | b';'
                | b'='
        );
        byte += 1;
    }
    is_inside
};

/// A version: up to four numbers with points between them, and what semantic versioning allows behind.
pub fn is_version(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let core = text.find(['-', '+']).map_or(text, |at| &text[..at]);
    let rest = &text[core.len()..];
    let mut numbers = core.split('.');
    core.contains('.')
        && numbers.clone().count() <= 4
        && numbers.all(|number| {
            !number.is_empty()
                && number.len() <= 8
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
        && rest.len() <= 40
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte))
}

/// An IP address, a block of them, or the name of a host; each may have a port.
pub fn is_address(text: &str) -> bool {
    if is_ip(text) {
        return true;
    }
    let host = match text.rsplit_once(':') {
        Some((host, port)) => {
            let is_port =
                (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
            if !is_port {
                return false;
            }
            host
        }
        None => text,
    };
    host.contains('.') && names::is_name(host)
}

/// Four numbers with points, or groups of hex with colons; a port or the size of the block may follow.
fn is_ip(text: &str) -> bool {
    let count = |wanted: u8| text.bytes().filter(|byte| *byte == wanted).count();
    text.len() <= 64
        && (count(b'.') == 3 || count(b':') >= 2)
        && text.bytes().all(|byte| {
            byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'/' | b'[' | b']')
        })
}

/// One address of electronic mail.
pub fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty()
            && !who.contains([' ', ':', '/'])
            && host
                .rsplit_once('.')
                .is_some_and(|(_, top)| top.bytes().all(|byte| byte.is_ascii_alphabetic()))
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            && names::is_wordy(host)
    })
}

/// A link whose host and path are words, without a user, and with nothing in its query but what pages are called by.
pub fn is_plain_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.contains(['@', ' ', '"', '\n'])
        && (query.is_empty() || scheme.starts_with("http"))
        && query
            .split('&')
            .all(|part| is_of_page(part) || is_of_console(rest, part))
        && rest
            .split(['/', '#', ':', ',', '&', '='])
            .filter(|step| !step.is_empty())
            .all(|step| {
                step.split("%2F").all(names::is_step)
                    || is_uuid(step)
                    || step.starts_with(['$', '{'])
                    || is_issuer(rest, step)
            })
}

/// A part of a query that says which page is shown: `region=eu-west-1`, `name=team%2Fdb`.
fn is_of_page(part: &str) -> bool {
    const NAMES: [&str; 17] = [
        "account",
        "client_id",
        "cluster",
        "env",
        "environment",
        "id",
        "name",
        "namespace",
        "org",
        "orgId",
        "path",
        "project",
        "region",
        "tab",
        "tenant",
        "version",
        "view",
    ];
    part.is_empty()
        || part.split_once('=').is_some_and(|(name, value)| {
            NAMES.contains(&name)
                && (value.contains(['-', '%', '/'])
                    || name == "client_id"
                    || (value.len() <= 4 && value.bytes().all(|byte| byte.is_ascii_digit())))
                && value
                    .split("%2F")
                    .all(|step| names::is_step(step) && !prose::is_made_up(step))
        })
}

/// Which secret a page of AWS shows: `name=team-db-AbCdEf`.
fn is_of_console(rest: &str, part: &str) -> bool {
    let host = rest.split('/').next().unwrap_or_default();
    host.ends_with("console.aws.amazon.com") && part.strip_prefix("name=").is_some_and(is_of_store)
}

/// A name with the six characters that AWS puts behind those of secrets: `team/db-AbCdEf`.
pub fn is_of_store(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(name, drawn)| {
        drawn.len() == 6
            && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && names::is_wordy(name)
    })
}

/// Whether nothing but a word that people make up for a password stands behind the scheme of a link: `my://hunter2`.
pub fn is_link_to_made_up(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        !["http", "https"].contains(&scheme)
            && !rest.contains(['/', '.', ':', '?', '#'])
            && prose::is_made_up(rest)
    })
}

/// The last step of the links under which EKS publishes the keys of a cluster: `…/id/5A6B…`.
fn is_issuer(rest: &str, step: &str) -> bool {
    step.len() == 32 && is_hex(step) && rest.starts_with("oidc.eks.") && rest.ends_with(step)
}

/// A reference to a container image: repository, and a tag or digest.
fn is_image(text: &str) -> bool {
    let (name, digest) = text.split_once('@').unwrap_or((text, ""));
    let (name, tag) = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (name, ""),
    };
    name.contains('/')
        && name.split('/').all(names::is_name)
        && (digest.is_empty() || is_digest(digest))
        && (tag.is_empty()
            || is_version(tag)
            || is_digest(tag)
            || names::is_wordy(tag)
            || is_number(tag))
}

/// The digest of an image, or a file beside the program that reads it: `app@sha256:…`, `./password.txt`.
pub fn is_image_or_file(text: &str) -> bool {
    let file = text.strip_prefix("./").or_else(|| text.strip_prefix("../"));
    text.contains("@sha256:") || file.is_some_and(names::is_wordy)
}

/// What holds a place where a program puts in a value: `%s`, `got=%d`, `<%+v>`.
pub fn is_format(text: &str) -> bool {
    // A drawn password may hold it by chance.
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    !has_digit
        && text.match_indices('%').any(|(at, _)| {
            let verb = text[at + 1..].trim_start_matches(['+', '#']);
            let is_verb = verb.starts_with(['s', 'd', 'v', 'q', 'w', 'x', 't']);
            is_verb
                && !text[..at].ends_with(|last: char| last.is_ascii_alphanumeric())
                && !verb[1..].starts_with(|next: char| next.is_ascii_alphanumeric())
        })
}

/// A password as a system stores it to compare with, not as somebody types it.
pub fn is_hash(text: &str) -> bool {
    const HEADS: [&str; 16] = [
        "$2a$",
        "$2b$",
        "$2y$",
        "$5$",
        "$6$",
        "$1$",
        "$apr1$",
        "$y$",
        "$argon2",
        "$pbkdf2",
        "$scrypt$",
        "pbkdf2_sha256$",
        "SCRAM-SHA-",
        "{SSHA}",
        "{SHA",
        "{bcrypt}",
    ];
    HEADS.iter().any(|head| text.starts_with(head)) && !text.contains(' ') && text.len() >= 20
}

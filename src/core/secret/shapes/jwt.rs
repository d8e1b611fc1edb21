//! JSON Web Tokens: three or five parts of base64url, of which the first is a JSON object that names an algorithm.
use base64::{Engine, alphabet, engine};
use serde_json::{Map, Value};

use super::{JWT, run_end, sure};
use crate::core::secret::hit::{Confidence, Hit};

/// Tokens come without padding, and those that were cut have loose bits at the end.
const BASE64URL: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &alphabet::URL_SAFE,
    engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The longest header or payload that is read, in bytes of base64.
const LONGEST_READ: usize = 16_384;
/// The shortest signature, in characters: shorter ones are cut, and of no use to anybody.
const SHORTEST_SIGNATURE: usize = 8;
/// The least characters of each part of what only looks like a token.
const SHORTEST_PART: usize = 20;

/// The token that begins at this byte.
pub(super) fn find(text: &[u8], start: usize) -> Option<Hit> {
    let before = start.checked_sub(1).map(|before| text[before]);
    // Inside base64, or the second part of a token.
    if before.is_some_and(|byte| is_part(byte) || b"+.".contains(&byte)) && !is_escaped(text, start)
    {
        return None;
    }
    let mut parts = Vec::new();
    let mut at = start;
    while parts.len() < 5 {
        let end = run_end(text, at, is_part);
        parts.push(at..end);
        if text.get(end) != Some(&b'.') {
            break;
        }
        at = end + 1;
    }
    let [header, payload, signature, ..] = parts.as_slice() else {
        return None;
    };
    let span = start..parts.last()?.end;
    let Some(header) = read(&text[header.clone()]) else {
        let is_long = [header, payload, signature]
            .iter()
            .all(|part| part.len() >= SHORTEST_PART);
        return is_long.then(|| Hit {
            confidence: Confidence::Medium,
            ..sure(JWT, "JSON Web Token", span)
        });
    };
    let is_encrypted = header.contains_key("enc");
    let is_signed =
        signature.len() >= SHORTEST_SIGNATURE || header.get("alg").is_some_and(|alg| alg == "none");
    let is_empty = payload.is_empty() && signature.is_empty();
    if is_empty || !(is_encrypted || is_signed && header.contains_key("alg")) {
        return None;
    }
    let is_kubernetes = read(&text[payload.clone()]).is_some_and(|payload| {
        payload.contains_key("kubernetes.io")
            || payload
                .get("iss")
                .is_some_and(|issuer| issuer == "kubernetes/serviceaccount")
    });
    let what = if is_kubernetes {
        "Kubernetes service account token"
    } else {
        "JSON Web Token"
    };
    Some(sure(JWT, what, span))
}

/// The object that this part holds.
fn read(part: &[u8]) -> Option<Map<String, Value>> {
    let json = BASE64URL
        .decode(part.get(..part.len().min(LONGEST_READ))?)
        .ok()?;
    serde_json::from_slice(&json).ok()
}

const fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether what stands before is a line end as JSON and code write it, or a percent-encoded character.
fn is_escaped(text: &[u8], start: usize) -> bool {
    matches!(&text[..start], [.., b'\\', b'n' | b'r' | b't'])
        || matches!(&text[..start], [.., b'%', _, _])
}

//! Texts in a text: base64 and percent-encoding, one layer deep.
use std::{borrow::Cow, ops::Range};

use super::{
    glance::Glance,
    hit::{Encoding, Hit},
    names::Names,
    prose,
    text::{Best, find_plain},
};
use base64::{Engine, alphabet, engine};

/// Base64 as people paste it: cut, or without its padding.
pub(super) const BASE64: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &alphabet::STANDARD,
    engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The shortest base64 that is decoded, in characters: less holds nothing that is secret by its shape.
pub(super) const SHORTEST: usize = 20;
/// How much of it is decoded first, to see whether text comes out.
const PROBE: usize = 24;

/// The texts that stand in `text` in base64.
pub(super) fn texts(text: &str) -> impl Iterator<Item = String> + use<'_> {
    runs(text.as_bytes()).filter_map(|run| decoded(&text.as_bytes()[run]))
}

/// What stands in `text` behind one layer of what encodes it.
pub(super) fn readings(text: &str, glance: Glance) -> impl Iterator<Item = String> + use<'_> {
    let base64 = glance.may_hold_base64().then(|| texts(text));
    let percent = glance
        .may_be_percent_encoded()
        .then(|| percent_decoded(text));
    let percent = percent.flatten().map(Cow::into_owned);
    base64.into_iter().flatten().chain(percent)
}

/// Looks into everything in the text that is encoded.
pub(super) fn find(text: &str, glance: Glance, names: &Names<'_>, best: &mut Best) {
    if glance.may_hold_base64() {
        in_base64(text, names, best);
    }
    if glance.may_be_percent_encoded() && best.is_open() {
        in_percent(text, names, best);
    }
}

fn in_base64(text: &str, names: &Names<'_>, best: &mut Best) {
    for run in runs(text.as_bytes()) {
        let Some(decoded) = decoded(&text.as_bytes()[run.clone()]) else {
            continue;
        };
        let glance = Glance::at(&decoded);
        let found = find_plain(&decoded, glance, names);
        if let Some(hit) = found.or_else(|| prose::find_glanced(&decoded, glance, names)) {
            best.offer(wrapped(hit, Encoding::Base64, run));
            if !best.is_open() {
                return;
            }
        }
    }
}

/// Where base64 may stand: long runs of its characters, also over line ends.
fn runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let is_base64 =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at + text[at..].iter().position(|byte| is_base64(*byte))?;
            at = start;
            loop {
                at += text[at..]
                    .iter()
                    .take_while(|byte| is_base64(**byte))
                    .count();
                let line_end = text[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_whitespace())
                    .count();
                let is_wrapped = at - start >= WRAPPED
                    && (1..=12).contains(&line_end)
                    && text[at..at + line_end].contains(&b'\n');
                if !is_wrapped || text.get(at + line_end).is_none_or(|byte| !is_base64(*byte)) {
                    break;
                }
                at += line_end;
            }
            // Padding ends it; before it a name and `=` may stand.
            let padding = text[at..].iter().take(2).take_while(|byte| **byte == b'=');
            at += padding.count();
            if at - start >= SHORTEST {
                return Some(start..at);
            }
        }
        None
    })
}

/// The shortest line at which programs wrap base64.
const WRAPPED: usize = 32;

/// The text that this is the base64 of; none if it is of anything else.
fn decoded(run: &[u8]) -> Option<String> {
    let mut probe = [0; PROBE];
    let probe = probe_of(&run[..run.len().min(PROBE)], &mut probe)?;
    let is_text =
        |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace() || *byte >= 0x80;
    if !probe.iter().all(is_text) {
        return wide(probe, run);
    }
    let mut bytes = BASE64.decode(standard(run)?).ok()?;
    // A text that was cut.
    if let Err(fault) = std::str::from_utf8(&bytes) {
        bytes.truncate(fault.valid_up_to());
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() >= SHORTEST / 2)
}

/// The text that this is the base64 of in UTF-16, as programs for Windows write it, if its first characters are ASCII.
fn wide(probe: &[u8], run: &[u8]) -> Option<String> {
    let probe = probe.strip_prefix(b"\xff\xfe").unwrap_or(probe);
    let is_wide = |pair: &[u8]| pair[1] == 0 && (pair[0].is_ascii_graphic() || pair[0] == b' ');
    if probe.len() < 8 || !probe.chunks_exact(2).all(is_wide) {
        return None;
    }
    let bytes = BASE64.decode(standard(run)?).ok()?;
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(text.filter(|character| *character != '\u{feff}').collect())
}

/// What the base64 is of that `head` is, as far as it goes. Most of what looks like base64 is none, so this costs little.
fn probe_of<'p>(head: &[u8], probe: &'p mut [u8; PROBE]) -> Option<&'p [u8]> {
    let mut base64 = [0; PROBE];
    let mut length = 0;
    for byte in one_line(head).take(PROBE) {
        base64[length] = byte;
        length += 1;
    }
    length -= usize::from(length % 4 == 1);
    let decoded = BASE64.decode_slice(&base64[..length], probe).ok()?;
    (length > 0).then_some(&probe[..decoded])
}

/// In the standard alphabet, in one line, cut to whole groups if it was cut within one.
fn standard(run: &[u8]) -> Option<Vec<u8>> {
    let mut base64: Vec<u8> = one_line(run).collect();
    if base64.len() % 4 == 1 {
        base64.pop();
    }
    (!base64.is_empty()).then_some(base64)
}

/// Up to its padding, in the standard alphabet and without line ends.
fn one_line(run: &[u8]) -> impl Iterator<Item = u8> {
    run.iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take_while(|byte| **byte != b'=')
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => *byte,
        })
}

fn in_percent(text: &str, names: &Names<'_>, best: &mut Best) {
    let Some(decoded) = percent_decoded(text) else {
        return;
    };
    let glance = Glance::at(&decoded);
    let found = find_plain(&decoded, glance, names);
    if let Some(hit) = found.or_else(|| prose::find_glanced(&decoded, glance, names)) {
        best.offer(wrapped(hit, Encoding::Percent, 0..text.len()));
    }
}

/// The text without percent-encoding; none if there is none in it.
fn percent_decoded(text: &str) -> Option<Cow<'static, str>> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return None;
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut is_changed = false;
    while let Some(first) = rest.first() {
        let byte = match rest {
            [b'%', high, low, ..] => digit(*high)
                .zip(digit(*low))
                .map(|(high, low)| high << 4 | low),
            _ => None,
        };
        decoded.push(byte.unwrap_or(*first));
        is_changed |= byte.is_some();
        rest = &rest[if byte.is_some() { 3 } else { 1 }..];
    }
    is_changed.then(|| Cow::Owned(String::from_utf8_lossy(&decoded).into_owned()))
}

fn digit(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

fn wrapped(hit: Hit, encoding: Encoding, span: Range<usize>) -> Hit {
    Hit {
        encoding: Some(encoding),
        span,
        ..hit
    }
}

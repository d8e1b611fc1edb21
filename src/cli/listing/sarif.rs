//! Findings as SARIF 2.1.0, which code hosts show beside the lines of a change and follow from change to change.
use std::{collections::BTreeMap, fmt::Write as _};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Entry, Group, Level, Listing};
use crate::{cli::source::printable, core::explain};

/// Where the schema of the format is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The scheme by which fingerprints are made; another one needs another name.
const FINGERPRINT: &str = "statusguard/v1";

/// The document.
pub(in crate::cli) fn of(listing: &Listing) -> String {
    let mut rules: Vec<&str> = listing
        .entries()
        .map(|(_, entry)| entry.rule.as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    let short: BTreeMap<String, &str> = explain::all().into_iter().collect();
    let descriptors: Vec<Value> = rules.iter().map(|rule| descriptor(rule, &short)).collect();
    let run = Run {
        column_kind: "unicodeCodePoints",
        results: Results {
            listing,
            rules: &rules,
        },
        tool: json!({"driver": {
            "name": "statusguard",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": descriptors,
        }}),
    };
    let document = Document {
        schema: SCHEMA,
        runs: [run],
        version: "2.1.0",
    };
    let mut text = serde_json::to_string_pretty(&document)
        .expect("a document is made of strings, numbers and lists");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<'a>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    column_kind: &'static str,
    results: Results<'a>,
    tool: Value,
}

/// The results, each of which is made when it is written: there may be very many.
struct Results<'a> {
    listing: &'a Listing,
    rules: &'a [&'a str],
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seen = BTreeMap::new();
        let entries = self.listing.entries();
        serializer
            .collect_seq(entries.map(|(group, entry)| result(group, entry, self.rules, &mut seen)))
    }
}

fn descriptor(rule: &str, short: &BTreeMap<String, &str>) -> Value {
    let help = explain::rule(rule).unwrap_or_else(|| rule.to_owned());
    json!({
        "id": rule,
        "shortDescription": {"text": short.get(rule).copied().unwrap_or(rule)},
        "help": {"text": help},
    })
}

fn result(group: &Group, entry: &Entry, rules: &[&str], seen: &mut BTreeMap<u64, usize>) -> Value {
    let level = match entry.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let mut location = json!({"artifactLocation": {"uri": uri(&entry.file)}});
    if let Some(place) = entry.place {
        location["region"] = json!({"startLine": place.line, "startColumn": place.column});
    }
    // Neither lines nor other findings are in it, so that it stays the same when these change.
    let print = fingerprint(&[&group.name, &entry.file, &entry.rule, &entry.path]);
    let count = seen.entry(print).or_default();
    *count += 1;
    json!({
        "ruleId": entry.rule,
        "ruleIndex": rules.binary_search(&entry.rule.as_str()).unwrap_or_default(),
        "level": level,
        "message": {"text": printable(&entry.words)},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {FINGERPRINT: format!("{print:016x}:{count}")},
    })
}

/// FNV-1a of the parts: the same in every release, which the hashers of the standard library do not promise.
fn fingerprint(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

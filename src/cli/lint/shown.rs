//! The points about schemas for people, with the lines of the schemas, and for programs.
use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    cli::{
        listing::{Entry, Level, Listing},
        report::human::{Paint, plural},
        source::{Source, printable},
    },
    core::{policy::manifest::API_VERSION, secret},
};

/// Characters of a line that are shown.
const LONGEST: usize = 100;

/// The points as text. The lines of a schema may be shown: it holds nothing of a status.
pub(super) fn human(listing: &Listing, sources: &[Source], paint: Paint) -> String {
    let mut text = String::new();
    for (group, source) in listing.groups.iter().zip(sources) {
        for entry in &group.entries {
            add(&mut text, entry, source, paint);
        }
    }
    let count = |level| {
        listing
            .entries()
            .filter(|(_, entry)| entry.level == level)
            .count()
    };
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    let files = plural(listing.groups.len(), "file");
    let _ = match (errors, warnings) {
        (0, 0) => writeln!(text, "{files}: nothing to mend"),
        _ => writeln!(
            text,
            "{files}: {}, {}",
            plural(errors, "error"),
            plural(warnings, "warning")
        ),
    };
    let first = listing.entries().map(|(_, entry)| &entry.rule).next();
    text.extend(first.map(|rule| format!("more about a rule: statusguard explain {rule}\n")));
    text
}

fn add(text: &mut String, entry: &Entry, source: &Source, paint: Paint) {
    let (level, code) = match entry.level {
        Level::Error => ("error", Paint::ERROR),
        Level::Warning | Level::Note => ("warning", Paint::WARNING),
    };
    let level = paint.set(code, &format!("{level}[{}]", entry.rule));
    let words = paint.set(Paint::STRONG, &format!(": {}", printable(&entry.words)));
    let _ = writeln!(text, "{level}{words}");
    let file = printable(&entry.file);
    let arrow = paint.set(Paint::NOTE, "-->");
    let Some(place) = entry.place else {
        let _ = writeln!(text, " {arrow} {file}\n");
        return;
    };
    let margin = place.line.to_string().len();
    let _ = writeln!(
        text,
        "{:margin$}{arrow} {file}:{}:{}",
        "", place.line, place.column
    );
    if let Some(line) = line(source, place.line) {
        let bar = paint.set(Paint::NOTE, "|");
        let number = paint.set(Paint::NOTE, &place.line.to_string());
        let _ = writeln!(text, "{:margin$} {bar}\n{number} {bar} {line}", "");
        let at = usize::try_from(place.column.saturating_sub(1)).unwrap_or_default();
        if at < LONGEST {
            let caret = paint.set(code, "^");
            let _ = writeln!(text, "{:margin$} {bar} {:at$}{caret}", "", "");
        }
    }
    text.push('\n');
}

/// A line of a source, as far as it can be read and holds no value that may be a secret. A file that is no schema may be
/// a status, of which nothing is shown.
fn line(source: &Source, number: u64) -> Option<String> {
    let text = std::str::from_utf8(&source.bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !is_schema(text) {
        return None;
    }
    let line = text
        .lines()
        .nth(usize::try_from(number).ok()?.checked_sub(1)?)?;
    let holds_value = ["default", "example", "examples", "const"]
        .iter()
        .any(|keyword| is_keyword_in(line, keyword));
    if holds_value || secret::leak_in_field("line", line).is_some() {
        return None;
    }
    let shown: String = line.chars().take(LONGEST).collect();
    Some(printable(&shown.replace('\t', " ")))
}

/// Whether this keyword is a key on the line, with a value behind it.
fn is_keyword_in(line: &str, keyword: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(keyword).any(|(at, _)| {
        let behind = line[at + keyword.len()..].trim_start_matches(['"', '\'', ' ']);
        behind.starts_with(':') && !line[..at].ends_with(is_word)
    })
}

/// Whether a text says of itself that it is a schema or a Promise, although it may not be readable as one.
fn is_schema(text: &str) -> bool {
    text.lines().any(|line| {
        let words = line.trim().trim_end_matches(',');
        let kind = words
            .strip_prefix("kind:")
            .or_else(|| words.strip_prefix("\"kind\":"));
        kind.is_some_and(|kind| {
            ["StatusSchema", "Promise"].contains(&kind.trim().trim_matches(['"', '\'']))
        })
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LintReport<'a> {
    api_version: &'static str,
    kind: &'static str,
    findings: Vec<Finding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    severity: &'static str,
    rule: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
}

fn finding(entry: &Entry) -> Finding<'_> {
    Finding {
        file: &entry.file,
        line: entry.place.map(|place| place.line),
        column: entry.place.map(|place| place.column),
        severity: if entry.level == Level::Error {
            "error"
        } else {
            "warning"
        },
        rule: &entry.rule,
        message: &entry.words,
    }
}

/// The points as one JSON document.
pub(super) fn json(listing: &Listing) -> String {
    let count = |level| {
        listing
            .entries()
            .filter(|(_, entry)| entry.level == level)
            .count()
    };
    let report = LintReport {
        api_version: API_VERSION,
        kind: "LintReport",
        findings: listing.entries().map(|(_, entry)| finding(entry)).collect(),
        summary: Summary {
            files: listing.groups.len(),
            errors: count(Level::Error),
            warnings: count(Level::Warning),
        },
    };
    let mut text = serde_json::to_string_pretty(&report)
        .expect("a report is made of strings, numbers and lists");
    text.push('\n');
    text
}

//! Findings as XML in the manner of `JUnit`, which every CI shows as tests: one for each object, file or case.
use std::fmt::Write as _;

use super::{Entry, Group, Level, Listing};

/// The document.
pub(in crate::cli) fn of(listing: &Listing, command: &str) -> String {
    let is_failed = |group: &&Group| {
        group
            .entries
            .iter()
            .any(|entry| entry.level == Level::Error)
    };
    let failures = listing.groups.iter().filter(is_failed).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\"",
        listing.groups.len()
    );
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"statusguard\" {counts}>\n  \
         <testsuite name=\"statusguard {}\" {counts} skipped=\"0\">\n",
        escaped(command)
    );
    for group in &listing.groups {
        add(&mut text, group);
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn add(text: &mut String, group: &Group) {
    let (name, file) = (escaped(&group.name), escaped(&group.file));
    let _ = write!(
        text,
        "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\""
    );
    if group.entries.is_empty() {
        text.push_str("/>\n");
        return;
    }
    text.push_str(">\n");
    let errors: Vec<&Entry> = of_level(group, true);
    if let Some(first) = errors.first() {
        let _ = writeln!(
            text,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            escaped(&first.rule),
            escaped(&first.words),
            escaped(&lines(&errors))
        );
    }
    let others = of_level(group, false);
    if !others.is_empty() {
        let _ = writeln!(
            text,
            "      <system-out>{}</system-out>",
            escaped(&lines(&others))
        );
    }
    text.push_str("    </testcase>\n");
}

fn of_level(group: &Group, are_errors: bool) -> Vec<&Entry> {
    let entries = group.entries.iter();
    entries
        .filter(|entry| (entry.level == Level::Error) == are_errors)
        .collect()
}

fn lines(entries: &[&Entry]) -> String {
    let lines = entries.iter().map(|entry| {
        let place = entry
            .place
            .map(|place| format!(":{}:{}", place.line, place.column));
        let place = place.unwrap_or_default();
        format!("{}{place}: {} [{}]", entry.file, entry.words, entry.rule)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text for XML, in which most control characters cannot stand at all.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line
            .strip_suffix('\n')
            .map_or((line, ""), |line| (line, "\n"));
        for character in crate::cli::source::printable(line).chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
                other => escaped.push(other),
            }
        }
        escaped.push_str(end);
    }
    escaped
}

//! Findings as the commands of a GitHub workflow, which it shows beside the lines of a change.
use std::fmt::Write as _;

use super::{Level, Listing};

/// One command for each entry.
pub(in crate::cli) fn of(listing: &Listing) -> String {
    let mut text = String::new();
    for (_, entry) in listing.entries() {
        let command = match entry.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut properties = format!("file={}", property(&entry.file));
        if let Some(place) = entry.place {
            let _ = write!(properties, ",line={},col={}", place.line, place.column);
        }
        let title = property(&format!("statusguard {}", entry.rule));
        let words = data(&format!("{} [{}]", entry.words, entry.rule));
        let _ = writeln!(text, "::{command} {properties},title={title}::{words}");
    }
    text
}

/// A message: its end of line would end the command.
fn data(text: &str) -> String {
    let plain = crate::cli::source::printable(text);
    plain
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property, in which a comma and a colon mean something too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

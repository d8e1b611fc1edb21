//! Texts and names of files as a line can show them: whatever they hold, they stay on their line.
use std::{fmt, path::Path};

use crate::core::path::write_plain;

/// A text that prints with each control, bidirectional and invisible character as `\uXXXX`.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'t>(pub &'t str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .try_for_each(|character| write_plain(formatter, character))
    }
}

/// A path that prints with each control, bidirectional and invisible character as `\uXXXX`.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'p>(pub &'p Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Plain(&self.0.to_string_lossy()).fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_begin_a_line_of_its_own() {
        let name = Path::new("a\n[+]ready\u{1b}[2J\u{202e}é.yaml");
        assert_eq!(
            Shown(name).to_string(),
            "a\\u000a[+]ready\\u001b[2J\\u202eé.yaml"
        );
    }
}

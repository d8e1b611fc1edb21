//! Reading a directory of schemas.
use std::{fmt, path::PathBuf};

/// A fault of a file, at its place.
///
/// Prints as `schemas/elastic-cloud.yaml:14:7: words`, or without the numbers where the whole file is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// The file, as people will look for it.
    pub file: PathBuf,
    /// Line and column, both from 1.
    pub place: Option<(u64, u64)>,
    /// What is wrong and what to do, in one line.
    pub words: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file.display())?;
        if let Some((line, column)) = self.place {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}", self.words)
    }
}

//! The texts that commands are given: files, and what is piped in.
use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::core::{
    shown::{Plain, Shown},
    yaml::{Document, Place, Stream, YamlFault},
};

/// The largest input that is read, in bytes.
pub(super) const MAX_BYTES: u64 = 64 << 20;

/// The argument that stands for what is piped in.
const PIPED: &str = "-";
/// What people call that.
pub(super) const STDIN: &str = "<stdin>";

/// A text, and what people call it. It may hold anything, and is not shown.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// Why an input cannot be used; it prints as `status.yaml:3:7: words`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) struct InputFault {
    pub(super) name: String,
    pub(super) place: Option<Place>,
    pub(super) words: String,
}

impl fmt::Display for InputFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if let Some(Place { line, column }) = self.place {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}", self.words)
    }
}

impl Source {
    /// Reads a file, or what is piped in for `-`.
    pub(super) fn open(path: &Path) -> Result<Self, InputFault> {
        let (name, reader) = reader(path)?;
        match limited(reader) {
            Ok(bytes) => Self { name, bytes }.within_limit(),
            Err(error) => Err(fault(name, unreadable(&error))),
        }
    }

    /// Reads a file that was found in a folder, where a pipe would block whoever opens it.
    pub(super) fn open_regular(path: &Path) -> Result<Self, InputFault> {
        match std::fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => {
                let words = "is no file; remove it, or give it another name".to_owned();
                Err(fault(shown(path), words))
            }
            Err(error) => Err(fault(shown(path), unreadable(&error))),
            Ok(_) => Self::open(path),
        }
    }

    /// What was read already of a text of that name.
    ///
    /// # Errors
    /// If it is too large.
    pub(super) fn of(name: String, bytes: Vec<u8>) -> Result<Self, InputFault> {
        Self { name, bytes }.within_limit()
    }

    fn within_limit(self) -> Result<Self, InputFault> {
        if self.bytes.len() as u64 > MAX_BYTES {
            let words = format!(
                "is larger than {} MB, the most that is read; split it",
                MAX_BYTES >> 20
            );
            return Err(fault(self.name, words));
        }
        Ok(self)
    }

    /// The documents in the text.
    pub(super) fn documents(&self) -> Result<Stream, InputFault> {
        Document::read_as_kratix(&self.bytes).map_err(|fault| self.of_yaml(fault))
    }

    /// What is wrong with the text as YAML.
    pub(super) fn of_yaml(&self, fault: YamlFault) -> InputFault {
        self.at(fault.place, fault.words)
    }

    /// What is wrong at a place of the text.
    pub(super) fn at(&self, place: Place, words: impl Into<String>) -> InputFault {
        InputFault {
            name: self.name.clone(),
            place: Some(place),
            words: words.into(),
        }
    }
}

/// What people call a file, or what is piped in for `-`, and whatever reads it.
pub(super) fn reader(path: &Path) -> Result<(String, Box<dyn io::Read>), InputFault> {
    if path.as_os_str() == PIPED {
        return Ok((STDIN.to_owned(), Box::new(io::stdin().lock())));
    }
    let name = shown(path);
    let opened = std::fs::metadata(path).and_then(|metadata| {
        let is_directory = metadata.is_dir();
        Ok((is_directory, File::open(path)?))
    });
    match opened {
        Err(error) => Err(fault(name, unreadable(&error))),
        Ok((true, _)) => {
            let words = "is a directory; name the files in it".to_owned();
            Err(fault(name, words))
        }
        Ok((false, file)) => Ok((name, Box::new(file))),
    }
}

// By hand, as it may hold anything.
impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Source")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A path as it is printed, with nothing in it that a terminal obeys.
pub(super) fn shown(path: &Path) -> String {
    Shown(path).to_string()
}

/// A text with each character that changes how the text around it is shown as `\uXXXX`.
pub(super) fn printable(text: &str) -> String {
    Plain(text).to_string()
}

/// The files of these that are there.
pub(super) fn first_of(paths: &[PathBuf]) -> Option<&PathBuf> {
    paths.iter().find(|path| path.is_file())
}

fn limited(reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn fault(name: String, words: String) -> InputFault {
    InputFault {
        name,
        place: None,
        words,
    }
}

/// What to say of a text that cannot be had.
pub(super) fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file; check the spelling".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "may not be read; give yourself the right to read it".to_owned()
        }
        kind => {
            // What the system says names no more than its own error.
            let why = error.raw_os_error().map(|_| error.to_string());
            let why = why.unwrap_or_else(|| kind.to_string());
            format!("cannot be read ({why}); mend it, or name another")
        }
    }
}

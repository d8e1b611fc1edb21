//! Reads a directory of schemas: which files count, how large they may be, and what each of them says.
use std::{
    fmt,
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::core::{
    policy::{
        Policy,
        manifest::{self, Spot},
    },
    shown::Shown,
    yaml::{Document, Place},
};

/// The largest file that is read, in bytes. A `ConfigMap`, the usual home of these files, holds no more.
pub const MAX_BYTES: u64 = 1 << 20;

/// The most files of a directory that are read.
pub const MAX_FILES: usize = 10_000;

/// A fault of a file, at its place.
///
/// Prints as `schemas/elastic-cloud.yaml:14:7: words`, or without the numbers where the whole file is at fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFault {
    /// The file, as people will look for it.
    pub file: PathBuf,
    /// Line and column, both from 1.
    pub place: Option<(u64, u64)>,
    /// What is wrong and what to do, in one line.
    pub words: String,
}

/// A file of the directory, read but not yet understood.
#[derive(Debug)]
pub struct SchemaFile {
    /// Its path: the directory's and its name.
    pub path: PathBuf,
    content: Content,
}

/// What a file holds. It may be anything, and is not shown.
enum Content {
    Bytes(Vec<u8>),
    Unreadable(String),
}

/// What a good file says.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Its policy.
    pub policy: Arc<Policy>,
    /// What its author should know although nothing is wrong.
    pub notes: Vec<FileFault>,
    /// Where it says which resource it guards: line and column.
    pub request: (u64, u64),
}

/// Why a file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Every fault of it, by place.
    pub faults: Vec<FileFault>,
    /// API group and plural that the file means to guard, as far as that can be read.
    pub resource: Option<(String, String)>,
}

/// What a whole directory says.
#[derive(Debug, Default)]
pub struct Reading {
    /// The policies of its good files, with the file of each.
    pub policies: Vec<(PathBuf, Arc<Policy>)>,
    /// What authors should know although nothing is wrong.
    pub notes: Vec<FileFault>,
    /// The faults of the others, by file and place.
    pub faults: Vec<FileFault>,
}

/// Reads every schema of `directory`: good files count even when others are bad.
///
/// Of several files for one resource none counts.
///
/// # Errors
/// What the system says if the directory itself cannot be read.
pub fn read(directory: &Path) -> io::Result<Reading> {
    let mut reading = Reading::default();
    let mut accepted = Vec::new();
    for file in scan(directory)? {
        match file.understand() {
            Ok(one) => accepted.push((file.path, one)),
            Err(refused) => reading.faults.extend(refused.faults),
        }
    }
    refuse_conflicts(&mut reading, accepted);
    reading.faults.sort();
    Ok(reading)
}

impl Reading {
    /// What one file says.
    pub fn of(file: PathBuf, understood: Result<Accepted, Refused>) -> Self {
        match understood {
            Ok(accepted) => Self {
                policies: vec![(file, accepted.policy)],
                notes: accepted.notes,
                faults: Vec::new(),
            },
            Err(refused) => Self {
                faults: refused.faults,
                ..Self::default()
            },
        }
    }
}

fn refuse_conflicts(reading: &mut Reading, accepted: Vec<(PathBuf, Accepted)>) {
    for (file, one) in &accepted {
        let other = accepted
            .iter()
            .find(|(path, other)| path != file && is_for_same(&other.policy, &one.policy));
        match other {
            None => reading
                .policies
                .push((file.clone(), Arc::clone(&one.policy))),
            Some((other, _)) => reading.faults.push(conflict(file, other, one)),
        }
    }
    reading
        .notes
        .extend(accepted.into_iter().flat_map(|(_, one)| one.notes));
}

/// Whether two policies guard the same resource.
pub fn is_for_same(one: &Policy, other: &Policy) -> bool {
    one.group == other.group && one.resource == other.resource
}

/// The fault of `file`, in which `said` is for a resource that `other` guards too.
pub fn conflict(file: &Path, other: &Path, said: &Accepted) -> FileFault {
    FileFault {
        file: file.to_owned(),
        place: Some(said.request),
        words: format!(
            "guards {}.{}, and so does {}; keep one of the two files, or join them",
            said.policy.resource,
            said.policy.group,
            Shown(other)
        ),
    }
}

/// Reads the files of `directory` that are schemas by their name, sorted, without understanding them.
///
/// These are `*.yaml`, `*.yml` and `*.json` in the directory itself, but nothing that begins with a dot: a mounted
/// `ConfigMap` keeps its files in `..data`, to which the visible names link.
///
/// # Errors
/// What the system says if the directory itself cannot be read, or that it holds too many files.
pub fn scan(directory: &Path) -> io::Result<Vec<SchemaFile>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if is_schema(&path) {
            paths.push(path);
        }
    }
    if paths.len() > MAX_FILES {
        let words = format!("it holds more than {MAX_FILES} schema files");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    paths.sort();
    Ok(paths.into_iter().map(SchemaFile::open).collect())
}

fn is_schema(path: &Path) -> bool {
    let is_hidden = path
        .file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().and_then(|extension| extension.to_str());
    !is_hidden && matches!(extension, Some("yaml" | "yml" | "json"))
}

impl SchemaFile {
    /// Reads the file at `path`, as far as that is possible.
    pub fn open(path: PathBuf) -> Self {
        let content = match read_file(&path) {
            Ok(bytes) => Content::Bytes(bytes),
            Err(words) => Content::Unreadable(words),
        };
        Self { path, content }
    }

    /// A number that changes when what the file holds does.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match &self.content {
            Content::Bytes(bytes) => bytes.hash(&mut hasher),
            Content::Unreadable(words) => words.hash(&mut hasher),
        }
        hasher.finish()
    }

    /// The policy that the file holds.
    ///
    /// # Errors
    /// [`Refused`] with every fault of the file.
    pub fn understand(&self) -> Result<Accepted, Refused> {
        let bytes = match &self.content {
            Content::Bytes(bytes) => bytes,
            Content::Unreadable(words) => return Err(self.refused(None, words.clone())),
        };
        // A schema compiles through code that is not ours: whatever it does must not take the program down.
        catch_unwind(AssertUnwindSafe(|| self.parse(bytes))).unwrap_or_else(|_| {
            let words = "could not be understood because of a fault in statusguard itself; please report it";
            Err(self.refused(None, words.to_owned()))
        })
    }

    fn parse(&self, bytes: &[u8]) -> Result<Accepted, Refused> {
        let document =
            Document::read(bytes).map_err(|fault| self.refused(Some(fault.place), fault.words))?;
        let value = document.value();
        let told = |place: Place, words| self.fault(Some(place), words);
        match Policy::from_manifest(&value) {
            Ok((policy, notes)) => {
                let notes = notes.into_iter();
                let mut notes: Vec<FileFault> = notes
                    .map(|note| told(document.place(&note.pointer), note.words))
                    .collect();
                notes.sort();
                let request = document.key_place("/spec/request");
                Ok(Accepted {
                    policy: Arc::new(policy),
                    notes,
                    request: (request.line, request.column),
                })
            }
            Err(faults) => {
                let place_of = |pointer: &str, spot| match spot {
                    Spot::Key => document.key_place(pointer),
                    Spot::Value => document.place(pointer),
                };
                let mut faults: Vec<FileFault> = faults
                    .into_iter()
                    .map(|fault| told(place_of(&fault.pointer, fault.spot), fault.words))
                    .collect();
                faults.sort();
                Err(Refused {
                    faults,
                    resource: manifest::resource(&value),
                })
            }
        }
    }

    fn refused(&self, place: Option<Place>, words: String) -> Refused {
        Refused {
            faults: vec![self.fault(place, words)],
            resource: None,
        }
    }

    fn fault(&self, place: Option<Place>, words: String) -> FileFault {
        FileFault {
            file: self.path.clone(),
            place: place.map(|place| (place.line, place.column)),
            words,
        }
    }
}

/// The bytes of a file, or why there are none.
fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    // A pipe would block whoever opens it.
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !metadata.is_file() {
        return Err("is no file; remove it, or give it another name".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!(
            "is larger than {MAX_BYTES} bytes, the most that is read; make the schema smaller"
        ));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    match error.kind() {
        io::ErrorKind::NotFound if is_link => {
            "is a link to a file that does not exist; mend the link or remove it".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "may not be read; give the user that runs statusguard the right to read it".to_owned()
        }
        kind => format!("cannot be read ({kind}); mend it or remove it"),
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", Shown(&self.file))?;
        if let Some((line, column)) = self.place {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}", self.words)
    }
}

// By hand, as a file may hold anything.
impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bytes(_) => "<bytes>",
            Self::Unreadable(_) => "<unreadable>",
        })
    }
}

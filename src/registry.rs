//! Joins the sources of policies, and publishes the catalog in force.
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use arc_swap::ArcSwap;

use crate::{
    core::{
        catalog::Catalog,
        policy::{Enforcement, Policy},
    },
    disk::FileFault,
};

/// The policies of a directory: the catalog in force, and how each file stands.
///
/// # Guarantees
/// Once open, nothing that happens to the directory takes the catalog away: a bad file leaves its last good policy in
/// force.
#[derive(Debug)]
pub struct Registry {
    directory: PathBuf,
    catalog: ArcSwap<Catalog>,
}

/// Why a server can not start with a directory.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the schema directory {}; name one that exists with --schemas", directory.display())]
pub struct OpenError {
    /// The directory.
    pub directory: PathBuf,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

/// How a file of the directory stands.
#[derive(Debug, Clone)]
pub struct FileState {
    /// The file, as it is named in messages.
    pub file: PathBuf,
    /// What is wrong with it; empty for an accepted file.
    pub faults: Vec<FileFault>,
    /// Since when it stands like this.
    pub since: SystemTime,
    /// The policy of this file that is in force: for a refused file the last good one, if there is any.
    pub in_force: Option<Arc<Policy>>,
}

/// How the directory stands as a whole, for `/readyz?verbose` and the lines at the start.
#[derive(Debug, Clone)]
pub struct State {
    /// The directory.
    pub directory: PathBuf,
    /// What is wrong with the directory itself, in one line; the last good state is in force then.
    pub trouble: Option<String>,
    /// Its files, sorted by name.
    pub files: Vec<FileState>,
}

/// How loudly an event is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// All is well.
    Info,
    /// Something needs a person, and less is guarded than was asked for, or it may be soon.
    Warn,
    /// A file or the directory is refused.
    Error,
}

/// Something changed; told once, not on each look at the directory. `Display` is one line, fit for a log.
#[derive(Debug, Clone)]
pub struct Event {
    /// How loudly to tell it.
    pub level: Level,
    /// The words, in one line.
    pub words: String,
    /// The file that it is about, if it is about one.
    pub file: Option<PathBuf>,
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}

/// Keeps a directory watched as long as it lives.
#[derive(Debug)]
#[must_use = "the watch ends when this is dropped"]
pub struct Watch {}

impl Registry {
    /// Reads `directory` and puts its good files in force, with no effect above `mode`.
    ///
    /// What was found, bad files too, is in [`Self::state`], and [`State::events`] puts it into lines.
    ///
    /// # Errors
    /// [`OpenError`] if the directory itself cannot be read. A bad file is no error.
    #[expect(
        clippy::missing_panics_doc,
        reason = "an empty catalog holds no conflict"
    )]
    pub fn open(directory: &Path, mode: Enforcement) -> Result<Arc<Self>, OpenError> {
        std::fs::read_dir(directory).map_err(|source| OpenError {
            directory: directory.to_owned(),
            source,
        })?;
        let catalog = Catalog::new([], mode).expect("an empty catalog holds no conflict");
        Ok(Arc::new(Self {
            directory: directory.to_owned(),
            catalog: ArcSwap::from_pointee(catalog),
        }))
    }

    /// The catalog in force. Cheap enough to be asked for with each request.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    /// How the directory and its files stand.
    pub fn state(&self) -> State {
        State {
            directory: self.directory.clone(),
            trouble: None,
            files: Vec::new(),
        }
    }

    /// Watches the directory on a thread of its own, and tells `tell` of each change, once.
    ///
    /// A directory that cannot be watched is still looked at every ten seconds, and `tell` hears why.
    pub fn watch(self: &Arc<Self>, tell: impl Fn(&Event) + Send + 'static) -> Watch {
        let _ = tell;
        Watch {}
    }
}

impl State {
    /// How everything stands, as one event a file and one for the directory where it is in trouble or empty.
    pub fn events(&self) -> Vec<Event> {
        Vec::new()
    }
}

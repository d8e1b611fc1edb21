//! Joins the sources of policies, and publishes the catalog in force.
use std::{
    fmt, io,
    path::{self, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;

use crate::{
    core::{
        catalog::Catalog,
        policy::{Enforcement, Policy},
        shown::Shown,
    },
    disk::{self, FileFault},
};

mod cluster;
mod cores;
mod event;
mod history;
mod standing;
mod watch;

pub use cluster::{
    Change, ClusterState, Listed, Object, PromiseState, Reason, SchemaState, Verdict, read_once,
};
pub use event::{Event, Level};
use history::Chronicle;
pub use history::History;
use standing::Standing;
pub use watch::Watch;

/// The policies of a directory: the catalog in force, and how each file stands.
///
/// # Guarantees
/// Once open, nothing that happens to the directory takes the catalog away:
/// * a bad file leaves its last good policy in force; if it has none, its resource has the built-in one;
/// * of several files for one resource the one in force stays, and where none is, none counts;
/// * a file that is deleted takes its policy with it, but a directory that cannot be read, or that is suddenly empty,
///   is taken for a mount in trouble: everything stays in force until it is back. To guard nothing any more, restart
///   with an empty directory.
#[derive(Debug)]
pub struct Registry {
    directory: PathBuf,
    mode: Enforcement,
    catalog: ArcSwap<Catalog>,
    state: Mutex<Directory>,
    /// Held while the directory is read, so that an older reading never replaces a newer one.
    turn: Mutex<()>,
    chronicle: Chronicle,
    /// Where policies come from a cluster instead; there is no directory then.
    cluster: Option<Cluster>,
}

#[derive(Debug)]
struct Cluster {
    source: Mutex<cluster::Source>,
    /// Apart from the source, which is held while schemas compile.
    state: ArcSwap<ClusterState>,
}

/// How the directory stands.
#[derive(Debug, Clone, Default)]
struct Directory {
    standings: Vec<Standing>,
    trouble: Option<String>,
}

/// Why a server cannot start with a directory.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the schema directory {}; {}", Shown(directory), remedy(source.kind()))]
pub struct OpenError {
    /// The directory, from the root on.
    pub directory: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// How a file of the directory stands. Prints as lines for a person who asks what is wrong.
#[derive(Debug, Clone)]
pub struct FileState {
    /// The file, as it is named in messages.
    pub file: PathBuf,
    /// What is wrong with it; empty for an accepted file.
    pub faults: Vec<FileFault>,
    /// What its author should know although it is accepted.
    pub notes: Vec<FileFault>,
    /// Since when it stands like this.
    pub since: SystemTime,
    /// The policy of this file that is in force: for a refused file the last good one, if there is any.
    pub in_force: Option<Arc<Policy>>,
    /// What holds while the file is refused; empty for an accepted one.
    pub what_stands: String,
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
    events: Vec<Event>,
}

fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::PermissionDenied => {
            "give the user that runs statusguard the right to read it, or name another with --schemas"
        }
        io::ErrorKind::NotADirectory => "name the directory that the file is in with --schemas",
        io::ErrorKind::FileTooLarge => {
            "keep there only the schemas, or name another with --schemas"
        }
        _ => "create it, or name another with --schemas",
    }
}

impl Registry {
    /// Reads `directory` and puts its good files in force, with no effect above `mode`.
    ///
    /// What was found, bad files too, is in [`Self::state`].
    ///
    /// # Errors
    /// [`OpenError`] if the directory itself cannot be read. A bad file is no error, and an empty directory is none.
    pub fn open(directory: &Path, mode: Enforcement) -> Result<Arc<Self>, OpenError> {
        let files = disk::scan(directory).map_err(|source| OpenError {
            // A relative one says little to somebody who reads the log of a container.
            directory: path::absolute(directory).unwrap_or_else(|_| directory.to_owned()),
            source,
        })?;
        let registry = Self {
            directory: directory.to_owned(),
            mode,
            catalog: ArcSwap::from_pointee(Catalog::empty(mode)),
            state: Mutex::default(),
            turn: Mutex::default(),
            chronicle: Chronicle::default(),
            cluster: None,
        };
        let now = Directory {
            standings: standing::settle(&files, &[], SystemTime::now()),
            trouble: None,
        };
        registry.chronicle.told(&event::all(directory, &now));
        registry.publish(now);
        Ok(Arc::new(registry))
    }

    /// A registry of what a cluster holds; nothing is in force before [`Self::hear`] was told of everything in it.
    ///
    /// With `allow_opt_out` the annotation `Off` of a Promise takes secrets out as well.
    pub fn of_cluster(mode: Enforcement, allow_opt_out: bool) -> Arc<Self> {
        Arc::new(Self {
            directory: PathBuf::new(),
            mode,
            catalog: ArcSwap::from_pointee(Catalog::empty(mode)),
            state: Mutex::default(),
            turn: Mutex::default(),
            chronicle: Chronicle::default(),
            cluster: Some(Cluster {
                source: Mutex::new(cluster::Source::new(allow_opt_out)),
                state: ArcSwap::from_pointee(ClusterState::unknown()),
            }),
        })
    }

    /// Takes in what was heard of a cluster, puts in force what is good, and returns what there is to tell.
    ///
    /// It blocks, and compiles what changed; it is not for a thread that serves.
    pub fn hear(&self, changes: Vec<Change>) -> Vec<Event> {
        let Some(cluster) = &self.cluster else {
            return Vec::new();
        };
        let mut source = cluster
            .source
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (policies, events) = source.apply(changes);
        let state = source.state();
        // Before everything has been listed, what is missing would look like something that is gone.
        if state.is_complete() {
            // No two of them guard the same; did they, the catalog in force would be the best there is.
            if let Ok(catalog) = Catalog::new(policies, self.mode) {
                self.put_in_force(catalog);
            }
        }
        cluster.state.store(state);
        self.chronicle.told(&events);
        events
    }

    /// How what a cluster holds stands; `None` where policies come from a directory.
    pub fn cluster(&self) -> Option<Arc<ClusterState>> {
        self.cluster
            .as_ref()
            .map(|cluster| cluster.state.load_full())
    }

    /// The catalog in force. Cheap enough to be asked for with each request.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.load_full()
    }

    /// What became of the catalogs so far.
    pub fn history(&self) -> History {
        self.chronicle.history()
    }

    /// How the directory and its files stand.
    pub fn state(&self) -> State {
        let now = self.present();
        State {
            directory: self.directory.clone(),
            events: event::all(&self.directory, &now),
            trouble: now.trouble,
            files: now.standings.iter().map(FileState::from).collect(),
        }
    }

    /// Reads the directory again, puts in force what is good, and returns what changed since the last time.
    ///
    /// It blocks, and compiles what changed; it is not for a thread that serves.
    pub fn refresh(&self) -> Vec<Event> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.present();
        let now = self.read(&before);
        let events = event::changes(&self.directory, &before, &now);
        self.chronicle.told(&events);
        self.publish(now);
        events
    }

    /// Watches the directory on a thread of its own, and tells `tell` of each change, once: of all that one look found
    /// together.
    ///
    /// A directory that the system does not watch is looked at every ten seconds, and `tell` hears so.
    pub fn watch(self: &Arc<Self>, tell: impl Fn(&[Event]) + Send + 'static) -> Watch {
        watch::start(Arc::clone(self), watch::POLL, tell)
    }

    /// As [`Self::watch`], and looks at the directory every `poll` although nothing was heard.
    pub fn watch_every(
        self: &Arc<Self>,
        poll: Duration,
        tell: impl Fn(&[Event]) + Send + 'static,
    ) -> Watch {
        watch::start(Arc::clone(self), poll, tell)
    }

    fn read(&self, before: &Directory) -> Directory {
        let trouble = match disk::scan(&self.directory) {
            Ok(files) if files.is_empty() && !before.standings.is_empty() => {
                "is suddenly empty, which is taken for a mount in trouble".to_owned()
            }
            Ok(files) => {
                return Directory {
                    standings: standing::settle(&files, &before.standings, SystemTime::now()),
                    trouble: None,
                };
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => "is gone".to_owned(),
            Err(error) => format!("cannot be read ({})", error.kind()),
        };
        let remedy =
            "what was in force stays in force; bring the directory back, or restart to do without";
        Directory {
            standings: before.standings.clone(),
            trouble: Some(format!("{trouble}; {remedy}")),
        }
    }

    fn present(&self) -> Directory {
        // The state is replaced whole, so a panic elsewhere cannot have left half of one.
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    fn put_in_force(&self, catalog: Catalog) {
        if !history::is_same(&self.catalog(), &catalog) {
            self.chronicle.swapped();
        }
        self.catalog.store(Arc::new(catalog));
    }

    fn publish(&self, now: Directory) {
        let policies = standing::in_force(&now.standings);
        // Settled files are not in conflict; were they, the catalog in force would be the best there is.
        if let Ok(catalog) = Catalog::new(policies, self.mode) {
            self.put_in_force(catalog);
        }
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl From<&Standing> for FileState {
    fn from(standing: &Standing) -> Self {
        let faults = standing.faults().to_vec();
        let is_accepted = faults.is_empty();
        Self {
            file: standing.file.clone(),
            faults,
            notes: standing.notes().to_vec(),
            since: standing.since,
            in_force: standing.in_force().cloned(),
            what_stands: if is_accepted {
                String::new()
            } else {
                event::what_stands(standing)
            },
        }
    }
}

impl FileState {
    /// Whether nothing is wrong with the file.
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for FileState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = Shown(&self.file);
        if self.is_accepted() {
            return write!(formatter, "{file}: accepted");
        }
        // A clock that was set back makes it no younger than it is.
        let age = self.since.elapsed().unwrap_or_default().as_secs();
        write!(
            formatter,
            "{file}: refused {age} s ago; {}",
            self.what_stands
        )?;
        self.faults
            .iter()
            .try_for_each(|fault| write!(formatter, "\n  {fault}"))
    }
}

impl State {
    /// How everything stands, as lines to tell at the start.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

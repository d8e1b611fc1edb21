//! The thread that keeps a directory watched: told by the system, and by looking now and then.
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{self, Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use notify::{
    EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};

use super::{Event, Level, Registry};
use crate::core::shown::Shown;

/// How often the directory is looked at although nothing was heard: some file systems tell nothing.
pub(super) const POLL: Duration = Duration::from_secs(10);
/// How long nothing must be heard before the files are read: who writes several writes them at once.
const QUIET: Duration = Duration::from_millis(30);
/// How long reading waits at most for it to become quiet.
const PATIENCE: Duration = Duration::from_millis(200);

/// Keeps a directory watched as long as it lives.
#[derive(Debug)]
#[must_use = "the watch ends when this is dropped"]
pub struct Watch {
    signals: Sender<Signal>,
    thread: Option<JoinHandle<()>>,
}

enum Signal {
    Changed,
    Stop,
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Fails only if the thread has ended already.
        let _ = self.signals.send(Signal::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Watches the directory of `registry` on a thread of its own.
pub(super) fn start(
    registry: Arc<Registry>,
    poll: Duration,
    tell: impl Fn(&[Event]) + Send + 'static,
) -> Watch {
    let (signals, heard) = mpsc::channel();
    let ear = Ear::new(&registry.directory, signals.clone());
    let thread = thread::Builder::new()
        .name("schemas".to_owned())
        .spawn(move || run(&registry, ear, &heard, poll, &tell));
    Watch {
        signals,
        thread: thread.ok(),
    }
}

fn run(
    registry: &Registry,
    mut ear: Ear,
    heard: &Receiver<Signal>,
    poll: Duration,
    tell: &impl Fn(&[Event]),
) {
    loop {
        // First listen, then read: what changes in between is heard.
        ear.listen(tell);
        let events = refresh(registry);
        if !events.is_empty() {
            tell(&events);
        }
        match heard.recv_timeout(poll) {
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Ok(Signal::Changed) if settle(heard).is_break() => return,
            Ok(Signal::Changed) | Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Waits until nothing more is heard; breaks if the watch is to stop.
fn settle(heard: &Receiver<Signal>) -> std::ops::ControlFlow<()> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match heard.recv_timeout(QUIET) {
            Ok(Signal::Changed) => {}
            Ok(Signal::Stop) => return std::ops::ControlFlow::Break(()),
            Err(_) => break,
        }
    }
    std::ops::ControlFlow::Continue(())
}

/// A fault of ours while reading must not end the watch.
fn refresh(registry: &Registry) -> Vec<Event> {
    catch_unwind(AssertUnwindSafe(|| registry.refresh())).unwrap_or_else(|_| {
        let words = "could not be read because of a fault in statusguard itself; what was in force stays in force";
        vec![Event::new(
            Level::Error,
            format!("{}: {words}", Shown(&registry.directory)),
        )]
    })
}

/// What hears of changes.
struct Ear {
    directory: PathBuf,
    watcher: Result<RecommendedWatcher, notify::Error>,
    is_deaf: bool,
}

impl Ear {
    fn new(directory: &Path, signals: Sender<Signal>) -> Self {
        // What the system tells names absolute paths, whatever was asked for.
        let directory = path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        let own = directory.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.as_ref().map_or(true, |event| is_change(event, &own)) {
                // Fails only while the watch is being dropped.
                let _ = signals.send(Signal::Changed);
            }
        });
        Self {
            directory,
            watcher,
            is_deaf: false,
        }
    }

    /// Listens to the directory that has its name now, which may be another one than before, and to its parent, which
    /// tells when it comes back.
    fn listen(&mut self, tell: &impl Fn(&[Event])) {
        let parent = self.directory.parent();
        let heard = match &mut self.watcher {
            Ok(watcher) => {
                // A parent that cannot be watched is no loss that the poll does not make up for.
                let _ = parent.map(|parent| watcher.watch(parent, RecursiveMode::NonRecursive));
                watcher
                    .watch(&self.directory, RecursiveMode::NonRecursive)
                    .is_ok()
            }
            Err(_) => false,
        };
        // While the directory does not exist there is nothing to listen to, and its absence is told elsewhere.
        let is_deaf = !heard && self.directory.is_dir();
        if is_deaf && !self.is_deaf {
            let words = "the system does not tell when files change here (fs.inotify limits may be too low); they are \
                         looked at every 10 seconds instead";
            tell(&[Event::new(
                Level::Warn,
                format!("{}: {words}", Shown(&self.directory)),
            )]);
        }
        self.is_deaf = is_deaf;
    }
}

/// Whether an event may have changed what the files say. Our own reading makes events too.
fn is_change(event: &notify::Event, directory: &Path) -> bool {
    let is_reading = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    };
    let is_ours =
        |path: &PathBuf| path.starts_with(directory) || path.file_name() == directory.file_name();
    !is_reading
        && (event.need_rescan() || event.paths.is_empty() || event.paths.iter().any(is_ours))
}

//! Keeps certificates up with their directory: at each change in it, and every few seconds.
use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode},
};

use crate::{
    core::pki::Moment,
    server::certificates::{Certificates, Change, now},
};

/// How often the directory is looked at when nothing seems to change: a network file system tells of no change, and
/// time passes without one.
const POLL: Duration = Duration::from_secs(10);

/// How long the directory must be quiet after a change, so that two files that are written after another are read
/// together.
const QUIET: Duration = Duration::from_millis(100);

/// How long it is waited at most for the directory to become quiet: something may change in it all the time.
const PATIENCE: Duration = Duration::from_millis(300);

/// What is told of a panic.
const BROKEN: &str = "the certificates could not be looked at because of a fault in statusguard itself; please report it";

/// Keeps certificates watched as long as it lives.
#[derive(Debug)]
#[must_use = "the watch ends when this is dropped"]
pub struct Watch(Sender<Signal>);

/// What wakes the watching thread.
#[derive(Debug, PartialEq, Eq)]
enum Signal {
    Changed,
    End,
}

impl Drop for Watch {
    fn drop(&mut self) {
        // An error means that the thread has ended already.
        let _ = self.0.send(Signal::End);
    }
}

impl Certificates {
    /// Watches the directory on a thread of its own, and tells `tell` of each change.
    pub fn watch(self: &Arc<Self>, tell: impl Fn(&Change) + Send + 'static) -> Watch {
        self.watch_every(POLL, now, tell)
    }

    /// As [`Self::watch`], looking every `poll` although nothing was heard, and taking the time from `clock`.
    pub fn watch_every(
        self: &Arc<Self>,
        poll: Duration,
        clock: impl Fn() -> Moment + Send + 'static,
        tell: impl Fn(&Change) + Send + 'static,
    ) -> Watch {
        let (sender, receiver) = mpsc::channel();
        let certificates = Arc::clone(self);
        let mut watcher = watcher(sender.clone());
        if let Err(error) = watch(&mut watcher, &self.directory) {
            tracing::warn!(%error, "certificates cannot be watched; they are looked at every 10 s");
        }
        thread::spawn(move || {
            while is_awaited(&receiver, poll) {
                // A directory that was taken away and put back is another one.
                let _ = watch(&mut watcher, &certificates.directory);
                if let Some(change) = look(&certificates, &clock) {
                    tell(&change);
                }
            }
        });
        Watch(sender)
    }
}

/// Waits for the next look at the directory; false when there shall be none.
fn is_awaited(signals: &Receiver<Signal>, poll: Duration) -> bool {
    match signals.recv_timeout(poll) {
        Ok(Signal::Changed) => settle(signals).is_continue(),
        Err(RecvTimeoutError::Timeout) => true,
        Ok(Signal::End) | Err(RecvTimeoutError::Disconnected) => false,
    }
}

/// Waits until nothing more is heard; breaks if the watch is to end.
fn settle(signals: &Receiver<Signal>) -> ControlFlow<()> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match signals.recv_timeout(QUIET) {
            Ok(Signal::Changed) => {}
            Ok(Signal::End) => return ControlFlow::Break(()),
            Err(_) => break,
        }
    }
    ControlFlow::Continue(())
}

/// A fault of ours while looking must not end the watch, or the certificate would end with it.
fn look(certificates: &Certificates, clock: &impl Fn() -> Moment) -> Option<Change> {
    let look = AssertUnwindSafe(|| certificates.refresh(clock()));
    catch_unwind(look).unwrap_or_else(|_| certificates.trouble(BROKEN.to_owned(), now()))
}

fn watcher(signals: Sender<Signal>) -> notify::Result<RecommendedWatcher> {
    notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| is_change(event.kind)) {
            // An error means that nobody watches any more.
            let _ = signals.send(Signal::Changed);
        }
    })
}

/// Looking at a file is an event too, and must not lead to the next look.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

fn watch(watcher: &mut notify::Result<RecommendedWatcher>, directory: &Path) -> Result<(), String> {
    watcher
        .as_mut()
        .map_err(|error| error.to_string())?
        .watch(directory, RecursiveMode::NonRecursive)
        .map_err(|error| error.to_string())
}

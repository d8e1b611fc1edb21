//! What is wrong at present between statusguard and what it depends on, for whoever asks.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

/// The troubles that last; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Troubles(Arc<Mutex<Board>>);

#[derive(Debug, Default)]
struct Board {
    present: BTreeMap<String, Trouble>,
    /// How often one was reported, the same again too.
    reports: u64,
    watches: BTreeMap<&'static str, Watch>,
}

/// How a watch goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Watch {
    /// When it was heard of last.
    pub heard: Option<SystemTime>,
    /// How often everything was to be listed anew, since something went wrong.
    pub restarts: u64,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In a sentence, with what to do.
    pub words: String,
    /// Since when it is said like this.
    pub since: SystemTime,
}

impl Troubles {
    /// `what` is in trouble. Whether that is news.
    pub fn begin(&self, what: &str, words: &str) -> bool {
        let mut board = self.lock();
        board.reports += 1;
        if board.present.get(what).is_some_and(|it| it.words == words) {
            return false;
        }
        let trouble = Trouble {
            words: words.to_owned(),
            since: SystemTime::now(),
        };
        board.present.insert(what.to_owned(), trouble);
        true
    }

    /// `what` is well. Whether it was not.
    pub fn end(&self, what: &str) -> bool {
        self.lock().present.remove(what).is_some()
    }

    /// All that last, by what they are about.
    pub fn present(&self) -> BTreeMap<String, Trouble> {
        self.lock().present.clone()
    }

    /// How often a trouble was reported so far, the same again too.
    pub fn reports(&self) -> u64 {
        self.lock().reports
    }

    /// What is watched under this name was heard of just now.
    pub fn heard(&self, kind: &'static str) {
        self.lock().watches.entry(kind).or_default().heard = Some(SystemTime::now());
    }

    /// What is watched under this name is to be listed anew.
    pub fn restarted(&self, kind: &'static str) {
        self.lock().watches.entry(kind).or_default().restarts += 1;
    }

    /// How it goes with each that is watched.
    pub fn watches(&self) -> BTreeMap<&'static str, Watch> {
        self.lock().watches.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        // Each change is one call, so a panic elsewhere leaves nothing half-done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_news_once_until_it_is_over() {
        let troubles = Troubles::default();
        assert!(troubles.begin("a", "is away"));
        assert!(!troubles.begin("a", "is away"));
        assert!(troubles.begin("a", "is slow"));
        assert_eq!(troubles.present()["a"].words, "is slow");
        assert!(troubles.end("a"));
        assert!(!troubles.end("a"));
        assert!(troubles.present().is_empty());
        assert_eq!(troubles.reports(), 3);
        assert!(troubles.watches().is_empty());
        troubles.restarted("Promises");
        assert_eq!(troubles.watches()["Promises"].heard, None);
        troubles.heard("Promises");
        assert!(troubles.watches()["Promises"].heard.is_some());
        assert_eq!(troubles.watches()["Promises"].restarts, 1);
    }
}

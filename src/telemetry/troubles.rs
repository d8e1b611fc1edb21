//! What is wrong at present between statusguard and what it depends on, for whoever asks.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

/// The troubles that last; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Troubles(Arc<Mutex<BTreeMap<String, Trouble>>>);

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
        let mut troubles = self.lock();
        if troubles.get(what).is_some_and(|it| it.words == words) {
            return false;
        }
        let trouble = Trouble {
            words: words.to_owned(),
            since: SystemTime::now(),
        };
        troubles.insert(what.to_owned(), trouble);
        true
    }

    /// `what` is well. Whether it was not.
    pub fn end(&self, what: &str) -> bool {
        self.lock().remove(what).is_some()
    }

    /// All that last, by what they are about.
    pub fn present(&self) -> BTreeMap<String, Trouble> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Trouble>> {
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
    }
}

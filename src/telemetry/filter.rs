//! What is logged, which can be changed while the program runs.
use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use tracing_subscriber::{EnvFilter, reload::Handle};

use super::{InitError, readable};

/// The filter of the log.
pub struct LogFilter {
    /// As it was written.
    present: Mutex<String>,
    put: Box<dyn Fn(EnvFilter) -> bool + Send + Sync>,
}

impl LogFilter {
    /// The filter behind `handle`, which was made of `words`.
    pub(super) fn new<S: 'static>(words: &str, handle: Handle<EnvFilter, S>) -> Self {
        Self {
            present: Mutex::new(words.to_owned()),
            put: Box::new(move |filter| handle.reload(filter).is_ok()),
        }
    }

    /// The filter, as it was written.
    pub fn present(&self) -> String {
        let present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.clone()
    }

    /// Logs what `words` say from now on.
    ///
    /// # Errors
    /// [`InitError::Filter`] or [`InitError::Word`] if they are no filter; the one before stays then.
    pub fn change(&self, words: &str) -> Result<(), InitError> {
        let filter = read(words)?;
        // Held until the other one counts, so that what is shown is what is so.
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the one before, since under the other one nobody may ever read it.
        let is_heard = tracing::enabled!(tracing::Level::WARN);
        if is_heard {
            tell(words);
        }
        if !(self.put)(filter) {
            return Err(InitError::Ended);
        }
        words.clone_into(&mut present);
        drop(present);
        if !is_heard {
            tell(words);
        }
        Ok(())
    }
}

impl fmt::Debug for LogFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("LogFilter")
            .field(&self.present())
            .finish()
    }
}

fn tell(words: &str) {
    tracing::warn!(filter = words, "what is logged is changed to this filter");
}

/// The filter that `words` are.
pub(super) fn read(words: &str) -> Result<EnvFilter, InitError> {
    EnvFilter::builder()
        .parse(readable(words)?)
        .map_err(InitError::Filter)
}

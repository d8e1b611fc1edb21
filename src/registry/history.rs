//! What became of the catalogs so far: how often another was put in force, when last, and how often something was
//! refused.
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use super::{Event, Level};
use crate::core::catalog::Catalog;

/// The figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// How often a catalog was put in force that differs from the one before.
    pub swaps: u64,
    /// When that was done last.
    pub last_swap: SystemTime,
    /// How often a file or an object was refused, or could not be read.
    pub refusals: u64,
}

/// Keeps the figures.
#[derive(Debug)]
pub(super) struct Chronicle {
    swaps: Mutex<(u64, SystemTime)>,
    refusals: AtomicU64,
}

impl Default for Chronicle {
    fn default() -> Self {
        Self {
            swaps: Mutex::new((0, SystemTime::now())),
            refusals: AtomicU64::new(0),
        }
    }
}

impl Chronicle {
    pub(super) fn swapped(&self) {
        let mut swaps = self.swaps.lock().unwrap_or_else(PoisonError::into_inner);
        *swaps = (swaps.0 + 1, SystemTime::now());
    }

    pub(super) fn told(&self, events: &[Event]) {
        let errors = events.iter().filter(|event| event.level == Level::Error);
        self.refusals
            .fetch_add(errors.count() as u64, Ordering::Relaxed);
    }

    pub(super) fn history(&self) -> History {
        let (swaps, last_swap) = *self.swaps.lock().unwrap_or_else(PoisonError::into_inner);
        History {
            swaps,
            last_swap,
            refusals: self.refusals.load(Ordering::Relaxed),
        }
    }
}

/// Whether two catalogs hold the very same policies.
pub(super) fn is_same(one: &Catalog, other: &Catalog) -> bool {
    let (one, other) = (one.policies(), other.policies());
    one.map(Arc::as_ptr).eq(other.map(Arc::as_ptr))
}

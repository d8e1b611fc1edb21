//! Where decisions go that could take long: each policy has one at a time, and the policies take turns.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use crate::{
    server::{
        Limits,
        queue::{Full, Queue, Seat},
    },
    telemetry::metrics::Metrics,
};

/// Seats for long decisions.
///
/// # Guarantees
/// Whoever waits has at most one decision of each other policy before it, beside those of its own: a policy that keeps
/// its lane busy all the time cannot hold up another one for longer. None has more than half of the places to wait in.
#[derive(Debug)]
pub(super) struct Lane {
    seats: Queue,
    /// Where all together wait.
    places: Semaphore,
    /// Places that one policy may take.
    share: usize,
    /// Those whose turn it is or that wait for it.
    turns: Mutex<BTreeMap<Box<str>, Weak<Queue>>>,
}

/// The right to decide for a policy whose turn it is.
#[derive(Debug)]
pub(super) struct Turn {
    _seat: Seat,
    _own: Seat,
    /// Keeps others of the policy in one line.
    _line: Arc<Queue>,
}

impl Lane {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            seats: Queue::new(limits.long_decisions, limits.long_queue),
            places: Semaphore::new(limits.long_queue),
            share: limits.long_queue / 2,
            turns: Mutex::default(),
        }
    }

    /// A turn for `policy`, at once or after waiting for so long at most, which `metrics` knows of.
    pub(super) async fn enter(
        &self,
        policy: &str,
        wait: Duration,
        metrics: &Metrics,
    ) -> Result<Turn, Full> {
        let _place = self.places.try_acquire().map_err(|_| Full)?;
        let began = Instant::now();
        let line = self.line(policy);
        // Who waits here is in no line for a seat: each policy has one there at most, so that first come is in turn.
        let own = line.enter(wait, metrics).await?;
        let left = wait.saturating_sub(began.elapsed());
        let seat = self.seats.enter(left, metrics).await?;
        Ok(Turn {
            _seat: seat,
            _own: own,
            _line: line,
        })
    }

    fn line(&self, policy: &str) -> Arc<Queue> {
        // Each change is whole before the lock is let go, so a panic elsewhere leaves nothing half-done.
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = turns.get(policy).and_then(Weak::upgrade) {
            return line;
        }
        turns.retain(|_, line| line.strong_count() > 0);
        let line = Arc::new(Queue::new(1, self.share));
        turns.insert(policy.into(), Arc::downgrade(&line));
        line
    }
}

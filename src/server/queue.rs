//! Decides who may decide: as many at once as there are seats, and the others wait in line, but not for long.
use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::telemetry::metrics::Metrics;

/// A bounded number of seats and a bounded line in front of them.
#[derive(Debug)]
pub(super) struct Queue {
    seats: Arc<Semaphore>,
    line: Semaphore,
}

/// The right to decide, given back when it is dropped.
pub(super) type Seat = OwnedSemaphorePermit;

/// There is no seat, and no place in line, or the wait was too long.
#[derive(Debug)]
pub(super) struct Full;

impl Queue {
    pub(super) fn new(seats: usize, line: usize) -> Self {
        Self {
            seats: Arc::new(Semaphore::new(seats)),
            line: Semaphore::new(line),
        }
    }

    /// A seat, at once or after waiting for so long at most, which `metrics` knows of.
    pub(super) async fn enter(&self, wait: Duration, metrics: &Metrics) -> Result<Seat, Full> {
        if let Ok(seat) = Arc::clone(&self.seats).try_acquire_owned() {
            return Ok(seat);
        }
        let _place = self.line.try_acquire().map_err(|_| Full)?;
        let _waiting = metrics.waits();
        match timeout(wait, Arc::clone(&self.seats).acquire_owned()).await {
            Ok(Ok(seat)) => Ok(seat),
            _ => Err(Full),
        }
    }
}

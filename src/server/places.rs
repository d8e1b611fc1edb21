//! Places for connections: so many and no more, and when all are taken, whoever has nothing to do makes way.
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    server::{Limits, activity::Activity},
    telemetry::clients::Clients,
};

/// How long a new connection waits for one that was asked to leave, or for one to become idle, before another is asked.
const PATIENCE: Duration = Duration::from_millis(50);

/// The places of one listener.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    all: u32,
    spare: Duration,
    taken: Mutex<Taken>,
    clients: Arc<Clients>,
}

/// Who has a place, by a number that is never given twice.
#[derive(Debug, Default)]
struct Taken {
    next: u64,
    activities: BTreeMap<u64, Arc<Activity>>,
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    activity: Arc<Activity>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(limits: &Limits, clients: Arc<Clients>) -> Arc<Self> {
        let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        Arc::new(Self {
            free: Arc::new(Semaphore::new(limits.connections)),
            all,
            spare: limits.spare,
            taken: Mutex::default(),
            clients,
        })
    }

    /// A place for a new connection: at once if one is free or another connection has nothing to do, else as soon as
    /// that is so.
    pub(super) async fn take(self: &Arc<Self>) -> Place {
        let mut permit = Arc::clone(&self.free).try_acquire_owned().ok();
        if permit.is_none() {
            self.clients.crowded(self.all);
        }
        loop {
            if let Some(permit) = permit {
                return self.give(permit);
            }
            self.make_way();
            let freed = timeout(PATIENCE, Arc::clone(&self.free).acquire_owned()).await;
            permit = freed.ok().and_then(Result::ok);
        }
    }

    /// Asks the connection that is first to go to leave; none if all have something to do.
    pub(super) fn make_way(&self) {
        let taken = self.taken();
        let activities = taken.activities.values();
        let ranked = activities.filter_map(|it| Some((it.rank(self.spare)?, it)));
        if let Some((_, activity)) = ranked.min_by_key(|(rank, _)| *rank) {
            activity.want();
        }
    }

    /// Returns when no place is taken any more.
    pub(super) async fn all_free(&self) {
        // An error means that the semaphore was closed, which nobody does.
        let _ = self.free.acquire_many(self.all).await;
    }

    fn give(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Place {
        let activity = Activity::new();
        let mut taken = self.taken();
        let number = taken.next;
        taken.next += 1;
        taken.activities.insert(number, Arc::clone(&activity));
        Place {
            places: Arc::clone(self),
            number,
            activity,
            _permit: permit,
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Each change is whole before the lock is let go, so a panic elsewhere leaves nothing half-done.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// What the connection in this place does.
    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().activities.remove(&self.number);
    }
}

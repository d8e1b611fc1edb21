//! What a connection is doing, and since when: what its deadlines and its place depend on.
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use crate::server::Limits;

/// What a connection is doing, and since when; read only when its alarm rings or its place is wanted.
#[derive(Debug)]
pub(super) struct Activity {
    opened: Instant,
    in_flight: AtomicU32,
    /// Requests in flight whose bodies are still on their way.
    arriving: AtomicU32,
    is_in_head: AtomicBool,
    /// Whether there was ever a request.
    has_asked: AtomicBool,
    /// When it was opened, was shaken hands over, ended its last request, sent the first byte of the next one or began
    /// a body, in milliseconds from `opened`.
    since: AtomicU64,
    wanted: Notify,
}

/// How ready a connection is to make way for another: the least goes first.
pub(super) type Rank = (Use, Instant);

/// What another would take away with a connection's place, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// Nothing was ever asked here.
    None,
    /// Nothing is asked here at present.
    Idle,
    /// Bodies that do not end.
    SlowBodies,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            opened: Instant::now(),
            in_flight: AtomicU32::new(0),
            arriving: AtomicU32::new(0),
            is_in_head: AtomicBool::new(false),
            has_asked: AtomicBool::new(false),
            since: AtomicU64::new(0),
            wanted: Notify::new(),
        })
    }

    /// When the connection is to be closed if nothing happens until then. It is asked for when the alarm rings, so the
    /// answer is never further away than the next thing that may have to be noticed.
    pub(super) fn deadline(&self, limits: &Limits, is_stopping: bool) -> Instant {
        if self.is_busy() {
            // The request has deadlines of its own.
            return Instant::now()
                + if is_stopping {
                    limits.linger
                } else {
                    limits.header
                };
        }
        let since = self.since();
        if is_stopping {
            since.min(Instant::now())
        } else if self.is_in_head.load(Ordering::Relaxed) {
            since + limits.header
        } else {
            // A head may begin at any time and must then be noticed in time.
            let idle = since + limits.idle;
            let soon = Instant::now() + limits.header;
            if idle <= Instant::now() {
                idle
            } else {
                idle.min(soon)
            }
        }
    }

    /// Whether a request is between its head and its response.
    pub(super) fn is_busy(&self) -> bool {
        self.in_flight.load(Ordering::Acquire) > 0
    }

    /// Where the connection stands among those that may make way for another, if for `spare` it has had nothing in
    /// flight but bodies that do not end: whoever has never asked anything before who has, whoever is idle before who
    /// still sends, and then whoever has been so for longest.
    pub(super) fn rank(&self, spare: Duration) -> Option<Rank> {
        let in_flight = self.in_flight.load(Ordering::Acquire);
        let used = match in_flight {
            0 if self.has_asked.load(Ordering::Relaxed) => Use::Idle,
            0 => Use::None,
            _ if self.arriving.load(Ordering::Acquire) >= in_flight => Use::SlowBodies,
            _ => return None,
        };
        // A request that has ended by now has left its mark.
        let since = self.since();
        (since.elapsed() >= spare).then_some((used, since))
    }

    /// Tells the connection that its place is wanted.
    pub(super) fn want(&self) {
        self.wanted.notify_one();
    }

    /// Returns when the place is wanted and the connection may still make way after `spare`: a request may have come
    /// since somebody looked.
    pub(super) async fn must_leave(&self, spare: Duration) {
        loop {
            self.wanted.notified().await;
            if self.rank(spare).is_some() {
                tracing::debug!(
                    "an idle or very slow connection was closed, to make way for a new one"
                );
                return;
            }
        }
    }

    /// The handshake is over: the first request may take its time.
    pub(super) fn shaken(&self) {
        self.mark();
    }

    /// Bytes of HTTP/1.1 came. With no request in flight they begin a head. A head that begins in the same breath as
    /// the request before it goes unnoticed, and has the idle limit as its deadline.
    pub(super) fn read(&self) {
        if !self.is_busy() && !self.is_in_head.load(Ordering::Relaxed) {
            self.is_in_head.store(true, Ordering::Relaxed);
            self.mark();
        }
    }

    fn since(&self) -> Instant {
        self.opened + Duration::from_millis(self.since.load(Ordering::Relaxed))
    }

    fn mark(&self) {
        let since = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.since.store(since, Ordering::Relaxed);
    }
}

/// A request between its head and its response.
pub(super) struct InFlight(Arc<Activity>);

impl InFlight {
    pub(super) fn new(activity: &Arc<Activity>) -> Self {
        activity.in_flight.fetch_add(1, Ordering::AcqRel);
        activity.is_in_head.store(false, Ordering::Relaxed);
        activity.has_asked.store(true, Ordering::Relaxed);
        Self(Arc::clone(activity))
    }
}

/// A body on its way; let go of when all of it is there or no more of it is wanted.
#[derive(Clone)]
pub(super) struct Arriving {
    // Held for its drop alone, which is to come with that of the last clone.
    _guard: Arc<ArrivingGuard>,
}

struct ArrivingGuard(Arc<Activity>);

impl Arriving {
    pub(super) fn new(activity: &Arc<Activity>) -> Self {
        activity.mark();
        activity.arriving.fetch_add(1, Ordering::AcqRel);
        Self {
            _guard: Arc::new(ArrivingGuard(Arc::clone(activity))),
        }
    }
}

impl Drop for ArrivingGuard {
    fn drop(&mut self) {
        self.0.arriving.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.mark();
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_busy_or_was_so_just_now_stays() {
        let activity = Activity::new();
        let in_flight = InFlight::new(&activity);
        assert_eq!(activity.rank(Duration::ZERO), None);
        drop(in_flight);
        assert_eq!(activity.rank(Duration::from_hours(1)), None);
        assert!(activity.rank(Duration::ZERO).is_some());
    }

    #[test]
    fn whose_body_does_not_end_goes_last_and_who_is_being_answered_stays() {
        let sender = Activity::new();
        let in_flight = InFlight::new(&sender);
        let body = Arriving::new(&sender);
        assert_eq!(sender.rank(Duration::from_hours(1)), None);
        let slow = sender.rank(Duration::ZERO);
        let idle = Activity::new();
        drop(InFlight::new(&idle));
        assert!(idle.rank(Duration::ZERO) < slow, "{slow:?}");
        drop(body);
        assert_eq!(sender.rank(Duration::ZERO), None);
        drop(in_flight);
    }

    #[test]
    fn whoever_never_asked_goes_first_and_then_whoever_is_idle_for_longest() {
        let regular = Activity::new();
        let older = Activity::new();
        drop(InFlight::new(&regular));
        let newer = Activity::new();
        let ranks = [older, newer, regular].map(|it| it.rank(Duration::ZERO).unwrap());
        assert!(ranks.is_sorted(), "{ranks:?}");
    }
}

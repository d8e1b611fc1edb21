//! Blocks of status writes, each way of guarding in turn.
use std::{
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use anyhow::ensure;

use crate::ways::{Way, Ways};

/// How much is written.
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    /// Of each turn, by all writers together.
    pub(crate) writes: usize,
    pub(crate) writers: usize,
}

/// What was seen of one way.
#[derive(Default)]
pub(crate) struct Seen {
    latencies: Vec<Duration>,
    /// CPU of the API server and its etcd.
    plane_nanos: u64,
    /// CPU of the process that is asked.
    own_nanos: u64,
}

impl Plan {
    /// The first round only opens connections and fills caches.
    pub(crate) fn run(&self, ways: &Ways) -> anyhow::Result<Vec<Seen>> {
        for writer in 0..self.writers {
            ways.request(&self.request(writer));
        }
        let mut all: Vec<Seen> = Way::ALL.map(|_| Seen::default()).into();
        for round in 0..=self.rounds {
            for turn in 0..Way::ALL.len() {
                let way = Way::ALL[(round + turn) % Way::ALL.len()];
                let seen = self.turn(ways, way, round)?;
                if round > 0 {
                    all[way as usize].add(seen);
                }
            }
        }
        ensure!(
            all.iter()
                .all(|seen| seen.latencies.len() == self.rounds * self.each() * self.writers),
            "a writer has stopped early"
        );
        Ok(all)
    }

    fn turn(&self, ways: &Ways, way: Way, round: usize) -> anyhow::Result<Seen> {
        let before = (ways.plane_nanos()?, ways.own_nanos(way)?);
        let latencies = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for writer in 0..self.writers {
                let (name, latencies) = (self.request(writer), &latencies);
                scope.spawn(move || {
                    for write in 0..self.each() {
                        let started = Instant::now();
                        ways.write(way, &name, round * self.each() + write);
                        let took = started.elapsed();
                        latencies.lock().expect("no writer panics").push(took);
                    }
                });
            }
        });
        Ok(Seen {
            latencies: latencies.into_inner()?,
            plane_nanos: ways.plane_nanos()?.saturating_sub(before.0),
            own_nanos: ways.own_nanos(way)?.saturating_sub(before.1),
        })
    }

    fn each(&self) -> usize {
        (self.writes / self.writers).max(1)
    }

    fn request(&self, writer: usize) -> String {
        format!("of-{}-{writer}", self.writers)
    }
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
        self.plane_nanos += other.plane_nanos;
        self.own_nanos += other.own_nanos;
    }

    /// The median latency, in milliseconds.
    pub(crate) fn p50(&self) -> f64 {
        self.percentile(50)
    }

    /// In milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let at = (self.latencies.len() - 1) * percent / 100;
        self.latencies[at].as_secs_f64() * 1e3
    }

    /// CPU of the API server and its etcd for each write, in milliseconds.
    pub(crate) fn plane_millis(&self) -> f64 {
        self.each(self.plane_nanos)
    }

    /// CPU of the process that is asked for each write, in milliseconds.
    pub(crate) fn own_millis(&self) -> f64 {
        self.each(self.own_nanos)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "counts and nanoseconds stay far below 2^52"
    )]
    fn each(&self, nanos: u64) -> f64 {
        nanos as f64 / self.latencies.len() as f64 / 1e6
    }
}

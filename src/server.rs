//! The edge towards the API server: a TLS listener that answers `POST /validate`, and an admin port.
mod activity;
pub mod admin;
pub mod admit;
mod body;
pub mod certificates;
mod connection;
mod door;
pub mod drain;
mod handshake;
pub mod judge;
mod lane;
pub mod listener;
mod pair;
mod places;
mod queue;
mod schema;
pub mod tls;
mod validate;

use std::time::Duration;

/// How much of everything the server takes.
///
/// The API server waits three seconds for a reply; waiting in the queue and deciding together stay below that.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For a TLS handshake.
    pub handshake: Duration,
    /// From the first byte of a request to the end of its header.
    pub header: Duration,
    /// For the body of a request.
    pub body: Duration,
    /// How long a connection may wait for its next request. Longer than the 90 s of Go's client, so that it is never
    /// the server who closes a connection on which a request is on its way.
    pub idle: Duration,
    /// Connections; more wait for one of them to end, or to be idle.
    pub connections: usize,
    /// How long a connection has had nothing in flight when it must make way for a new one, if all places are taken.
    pub spare: Duration,
    /// Requests at once on one HTTP/2 connection.
    pub streams: u32,
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of all bodies being read, beyond [`Self::small_body`] for each, without the long ones.
    pub all_bodies_bytes: usize,
    /// Bodies of more than 128 KiB that are read and decided about at once; each may be as large as any.
    pub long_bodies: usize,
    /// Bytes of a body that is read without asking whether there is room, and decided about without a change of
    /// threads.
    pub small_body: usize,
    /// Decisions about small bodies at once, and as many about large ones.
    pub decisions: usize,
    /// Steps of some 20 ns that a decision about a small body may take at most by its schema, to be taken on the spot. A
    /// usual one takes a tenth of it; one that could take more is a long one.
    pub small_effort: u64,
    /// The same for a large body, to be taken with others of its size.
    pub large_effort: u64,
    /// Long decisions at once, of different policies. One less than there are cores, if that leaves any.
    pub long_decisions: usize,
    /// Requests that wait for a long decision, half of them for one policy at most; more are turned away.
    pub long_queue: usize,
    /// Requests that wait for a decision; more are turned away.
    pub queue: usize,
    /// How long a request waits before it is turned away.
    pub wait: Duration,
    /// For a decision.
    pub decision: Duration,
    /// How long a connection that has nothing to do is left open when the server stops.
    pub linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(5),
            header: Duration::from_secs(5),
            body: Duration::from_secs(10),
            idle: Duration::from_mins(2),
            connections: 512,
            spare: Duration::from_secs(1),
            streams: 16,
            body_bytes: 8 << 20,
            all_bodies_bytes: 12 << 20,
            long_bodies: 2,
            small_body: 16 << 10,
            decisions: cores(),
            small_effort: 100_000,
            large_effort: 1_000_000,
            long_decisions: cores().saturating_sub(1).max(1),
            long_queue: 256,
            queue: 1024,
            wait: Duration::from_millis(900),
            decision: Duration::from_millis(1500),
            linger: Duration::from_millis(500),
        }
    }
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

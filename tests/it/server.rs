//! The listener, seen by real TLS clients: what it answers, what it waits for, and how it stops.
mod crowd;
mod deadlines;
mod drain;
pub(crate) mod harness;
mod hostile;
mod judging;
mod lanes;
mod statuses;
mod tls;

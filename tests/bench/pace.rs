//! When the next review is posted: as soon as a connection is free, or by the clock.
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{
    Mutex,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// Hands out turns to all connections.
#[derive(Clone)]
pub(crate) enum Turns {
    /// Whoever asks may post at once, up to this moment.
    AtOnce(Instant),
    /// Turns come by the clock, and whichever connection is free takes the next.
    Paced(Arc<Mutex<UnboundedReceiver<Instant>>>),
}

impl Turns {
    /// Turns up to `end`, at `rate` a second if there is one.
    pub(crate) fn until(end: Instant, rate: Option<f64>) -> Self {
        let Some(rate) = rate else {
            return Self::AtOnce(end);
        };
        let (sender, receiver) = unbounded_channel();
        let every = Duration::from_secs_f64(rate.recip());
        // A thread of its own, since the runtime's timer knows only milliseconds.
        thread::spawn(move || pace(&sender, every, end));
        Self::Paced(Arc::new(Mutex::new(receiver)))
    }

    /// Waits for a turn; nothing at the end.
    ///
    /// Latency counts from the moment that is returned: what had to wait until a connection was free has waited.
    pub(crate) async fn next(&self) -> Option<Instant> {
        match self {
            Self::AtOnce(end) => Some(Instant::now()).filter(|now| now < end),
            Self::Paced(turns) => turns.lock().await.recv().await,
        }
    }
}

fn pace(turns: &UnboundedSender<Instant>, every: Duration, end: Instant) {
    let mut due = Instant::now();
    while due < end {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // Not `due`: that the system wakes this thread late is no fault of the server.
        if turns.send(Instant::now()).is_err() {
            return;
        }
        due += every;
    }
}

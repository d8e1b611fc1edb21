//! The stages of stopping, as every connection hears of them.
use std::time::Duration;

use tokio::sync::watch;

/// How far the server has come in stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Not stopping.
    Serving,
    /// Not ready any more, so that no new client comes; requests are answered as before, and connections closed behind
    /// them.
    Leaving,
    /// Nothing new is accepted; requests in flight are answered.
    Stopping,
}

/// The one who stops the server.
#[derive(Debug)]
pub struct Switch(watch::Sender<Stage>);

/// One who must know when the server stops.
#[derive(Debug, Clone)]
pub struct Drain(watch::Receiver<Stage>);

/// A switch, and the first of those who hear of it.
pub fn switch() -> (Switch, Drain) {
    let (sender, receiver) = watch::channel(Stage::Serving);
    (Switch(sender), Drain(receiver))
}

impl Switch {
    /// Moves on to `stage`.
    pub fn set(&self, stage: Stage) {
        self.0.send_replace(stage);
    }
}

impl Drain {
    /// How far the server has come.
    pub fn stage(&self) -> Stage {
        *self.0.borrow()
    }

    /// Returns when the server stops.
    pub async fn stopping(&mut self) {
        // An error means that the switch is gone: whoever held it has stopped.
        let _ = self.0.wait_for(|stage| *stage == Stage::Stopping).await;
    }

    /// Returns when the server has been stopping for `linger`.
    pub async fn stopping_for(&mut self, linger: Duration) {
        self.stopping().await;
        tokio::time::sleep(linger).await;
    }
}

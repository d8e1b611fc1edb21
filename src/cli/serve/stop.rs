//! Stopping: readiness goes first, then the door, and requests in flight are answered.
use std::{
    future::{self, Future},
    time::Duration,
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, sleep, timeout_at},
};

use crate::server::drain::{Stage, Switch};

/// From the signal to the exit.
const GRACE: Duration = Duration::from_secs(10);

/// How long a signal that comes again is taken for the same one.
const ECHO: Duration = Duration::from_millis(300);

/// How long new connections are still accepted after readiness went off: a Service takes about a second to hear of it.
const NOTICE: Duration = Duration::from_secs(2);

/// SIGTERM, SIGINT and SIGHUP, heard from the moment that this is made.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens; `None`, after a line in the log, where the system does not let us. Then a signal ends the process at
    /// once.
    pub(super) fn listen() -> Option<Self> {
        Some(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }
}

/// Returns at a signal.
pub(super) async fn told(signals: &mut Option<Signals>) {
    match signals {
        Some(signals) => tokio::select! {
            _ = signals.terminate.recv() => {}
            _ = signals.interrupt.recv() => {}
            _ = signals.hangup.recv() => {}
        },
        None => future::pending().await,
    }
}

/// Waits for a signal, and then for `served`, but for no longer than the grace period, or the next signal.
pub(super) async fn wait_and_stop(
    signals: Option<Signals>,
    switch: &Switch,
    served: impl Future<Output = ()>,
) {
    let Some(Signals {
        mut terminate,
        mut interrupt,
        mut hangup,
    }) = signals
    else {
        return served.await;
    };
    let (first, notice) = tokio::select! {
        _ = terminate.recv() => (SignalKind::terminate(), NOTICE),
        // Somebody at a terminal: nobody else has to hear of it.
        _ = interrupt.recv() => (SignalKind::interrupt(), Duration::ZERO),
        // Their terminal is gone.
        _ = hangup.recv() => (SignalKind::interrupt(), Duration::ZERO),
    };
    let deadline = Instant::now() + GRACE;
    match notice.as_secs() {
        0 => tracing::info!("stopping: requests in flight are answered first"),
        seconds => tracing::info!(
            "stopping: no longer ready; new requests are still taken for {seconds} s, since a Service hears of it late, \
             and those in flight are answered"
        ),
    }
    switch.set(Stage::Leaving);
    let stop = async {
        sleep(notice).await;
        switch.set(Stage::Stopping);
        served.await;
    };
    let served_in_time = async {
        if timeout_at(deadline, stop).await.is_ok() {
            tracing::info!("stopped");
        } else {
            tracing::warn!("stopped before all requests were answered: the grace period is over");
        }
    };
    // Who ends a process and its group sends the same signal twice.
    let repeated = async {
        if first == SignalKind::terminate() {
            again(&mut terminate, &mut interrupt).await;
        } else {
            again(&mut interrupt, &mut terminate).await;
        }
    };
    tokio::select! {
        () = served_in_time => {}
        () = repeated => tracing::warn!("stopped at once, by a second signal"),
    }
}

/// Waits for another signal: for one of the `other` kind, or for one of the same kind that is no echo.
async fn again(same: &mut Signal, other: &mut Signal) {
    let no_echo = async {
        let came = Instant::now();
        while came.elapsed() < ECHO {
            same.recv().await;
        }
    };
    tokio::select! {
        () = no_echo => {}
        _ = other.recv() => {}
    }
}

fn listen(kind: SignalKind) -> Option<Signal> {
    signal(kind)
        .inspect_err(|error| tracing::warn!(%error, "a signal cannot be handled"))
        .ok()
}

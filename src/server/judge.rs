//! What answers a review, and what keeps a decision that fails from being more than a refused write.
use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use hyper::{StatusCode, body::Bytes};
use serde::Deserialize;
use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    core::denial,
    server::{
        Limits,
        lane::Lane,
        queue::{Full, Queue, Seat},
    },
    telemetry::metrics::Metrics,
};

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// JSON with status 200, else a line of text.
    pub body: Bytes,
}

impl Reply {
    /// An `AdmissionReview`, as JSON.
    pub fn review(json: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            body: json.into(),
        }
    }

    /// An HTTP error with a reason of one line.
    pub fn refusal(status: StatusCode, reason: impl std::fmt::Display) -> Self {
        Self {
            status,
            body: format!("{reason}\n").into(),
        }
    }
}

/// How a decision failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It panicked.
    Panic,
    /// It took longer than [`Limits::decision`].
    Overrun,
}

/// A decision that could take longer than was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costly {
    /// The policy that could make it: those of one policy wait for one another.
    pub policy: Box<str>,
}

/// Answers reviews. Any `Fn(&[u8]) -> Reply` is one.
pub trait Judge: Send + Sync + 'static {
    /// The reply to the body of a `POST /validate`.
    fn judge(&self, body: &[u8]) -> Reply;

    /// The same reply, if it is sure to take no more than so many steps of some 20 ns.
    ///
    /// # Errors
    /// What could make it take more, found out in no time.
    fn judge_within(&self, body: &[u8], most: u64) -> Result<Reply, Costly> {
        let _ = most;
        Ok(self.judge(body))
    }

    /// The reply to the body of a `POST /validate-statusschema`; `None` where nothing is there.
    fn judge_schema(&self, body: &[u8]) -> Option<Reply> {
        let _ = body;
        None
    }

    /// Hears of a decision about `body` that failed. It is answered with [`not_judged`].
    fn failed(&self, body: &[u8], failure: Failure) {
        let _ = (body, failure);
    }
}

impl<F: Fn(&[u8]) -> Reply + Send + Sync + 'static> Judge for F {
    fn judge(&self, body: &[u8]) -> Reply {
        self(body)
    }
}

/// What is asked of a judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether a status may be written.
    Status,
    /// Whether a `StatusSchema` is one.
    Schema,
}

/// Runs a judge where it is in nobody's way.
///
/// # Guarantees
/// There are as many threads as [`Limits::decisions`] says for small bodies, and as many for large ones, and none of them
/// is ever given a decision that its policy could make long: a few that take long must not hold up everybody else. Those
/// have a [`Lane`] of their own.
#[derive(Debug)]
pub(super) struct Court<J> {
    judge: Arc<J>,
    small: Queue,
    large: Queue,
    long: Lane,
    limits: Limits,
    metrics: Arc<Metrics>,
}

impl<J: Judge> Court<J> {
    pub(super) fn new(judge: J, limits: &Limits) -> Self {
        Self {
            judge: Arc::new(judge),
            small: Queue::new(limits.decisions, limits.queue),
            large: Queue::new(limits.decisions, limits.queue),
            long: Lane::new(limits),
            limits: limits.clone(),
            metrics: Arc::default(),
        }
    }

    /// Counts in `metrics` who waits.
    pub(super) fn count_in(&mut self, metrics: Arc<Metrics>) {
        self.metrics = metrics;
    }

    /// The reply to `body`, within [`Limits::wait`] and [`Limits::decision`] together.
    ///
    /// A small body is decided about on the spot, since a decision of some 20 µs costs less than a change of threads;
    /// the runtime has more threads than there are seats for these, so that one is always left for the listener.
    pub(super) async fn reply(&self, question: Question, body: Bytes) -> Result<Reply, Full> {
        let arrived = Instant::now();
        let quick = match question {
            Question::Status => self.quickly(&body).await?,
            // To compile a schema may take a second.
            Question::Schema => Ok(Err(Costly {
                policy: Box::default(),
            })),
        };
        let outcome = match quick {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(costly)) => {
                let wait = self.limits.wait.saturating_sub(arrived.elapsed());
                let seats = self.long.enter(&costly.policy, wait, &self.metrics);
                let whole = move |judge: &J, body: &[u8]| answer(judge, question, body);
                self.elsewhere(body.clone(), seats.await?, whole).await
            }
            Err(failure) => Err(failure),
        };
        Ok(outcome.unwrap_or_else(|failure| {
            self.judge.failed(&body, failure);
            not_judged(&body)
        }))
    }

    /// The reply to a review about which it cannot take long to decide.
    async fn quickly(&self, body: &Bytes) -> Result<Result<Result<Reply, Costly>, Failure>, Full> {
        let wait = self.limits.wait;
        if body.len() <= self.limits.small_body {
            let seat = self.small.enter(wait, &self.metrics).await?;
            return Ok(self.on_the_spot(body, seat));
        }
        let seat = self.large.enter(wait, &self.metrics).await?;
        let most = self.limits.large_effort;
        let within = move |judge: &J, body: &[u8]| judge.judge_within(body, most);
        Ok(self.elsewhere(body.clone(), seat, within).await)
    }

    fn on_the_spot(&self, body: &[u8], seat: Seat) -> Result<Result<Reply, Costly>, Failure> {
        let started = Instant::now();
        let outcome = guarded(|| self.judge.judge_within(body, self.limits.small_effort));
        drop(seat);
        match outcome {
            Ok(Ok(_)) if started.elapsed() > self.limits.decision => Err(Failure::Overrun),
            outcome => outcome,
        }
    }

    /// A decision that overruns keeps its seat to its end: there are never more threads at work than seats.
    async fn elsewhere<T: Send + 'static>(
        &self,
        body: Bytes,
        seat: impl Send + 'static,
        decide: impl FnOnce(&J, &[u8]) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let judge = Arc::clone(&self.judge);
        let decision = spawn_blocking(move || {
            let outcome = guarded(|| decide(&judge, &body));
            drop(seat);
            outcome
        });
        match timeout(self.limits.decision, decision).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Failure::Panic),
            Err(_) => Err(Failure::Overrun),
        }
    }
}

fn answer<J: Judge>(judge: &J, question: Question, body: &[u8]) -> Reply {
    match question {
        Question::Status => judge.judge(body),
        Question::Schema => judge.judge_schema(body).unwrap_or_else(|| {
            let reason = "StatusSchemas are read from files here; nothing judges them";
            Reply::refusal(StatusCode::NOT_FOUND, reason)
        }),
    }
}

/// The judge must not rely on what a panic left behind: it holds no lock and nothing half-written over a decision.
fn guarded<T>(decide: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(decide)).map_err(|_| Failure::Panic)
}

/// The reply to a review whose decision failed: refused with code 500, so that no failure policy lets the write pass.
pub fn not_judged(body: &[u8]) -> Reply {
    match uid(body) {
        Some(uid) => Reply::review(denial::reply_not_judged(&uid)),
        None => Reply::refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the review could not be judged, and it has no readable uid",
        ),
    }
}

/// The uid of a review, with as little parsing as possible.
pub fn uid(body: &[u8]) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        request: Request<'a>,
    }
    #[derive(Deserialize)]
    struct Request<'a> {
        #[serde(borrow)]
        uid: Cow<'a, str>,
    }
    let envelope: Envelope<'_> = serde_json::from_slice(body).ok()?;
    Some(envelope.request.uid)
}

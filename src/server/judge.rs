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

/// Answers reviews. Any `Fn(&[u8]) -> Reply` is one.
pub trait Judge: Send + Sync + 'static {
    /// The reply to the body of a `POST /validate`.
    fn judge(&self, body: &[u8]) -> Reply;

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

/// Runs a judge on as many threads as [`Limits::decisions`] says for small bodies, and on as many for large ones: a few
/// large bodies that take long must not hold up the small ones of everybody else.
#[derive(Debug)]
pub(super) struct Court<J> {
    judge: Arc<J>,
    small: Queue,
    large: Queue,
    limits: Limits,
    metrics: Arc<Metrics>,
}

impl<J: Judge> Court<J> {
    pub(super) fn new(judge: J, limits: &Limits) -> Self {
        Self {
            judge: Arc::new(judge),
            small: Queue::new(limits.decisions, limits.queue, limits.wait),
            large: Queue::new(limits.decisions, limits.queue, limits.wait),
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
        let is_short = question == Question::Status && body.len() <= self.limits.small_body;
        let outcome = if is_short {
            let seat = self.small.enter(&self.metrics).await?;
            self.on_the_spot(&body, seat)
        } else {
            let seat = self.large.enter(&self.metrics).await?;
            self.elsewhere(question, body.clone(), seat).await
        };
        Ok(outcome.unwrap_or_else(|failure| {
            self.judge.failed(&body, failure);
            not_judged(&body)
        }))
    }

    fn on_the_spot(&self, body: &[u8], seat: Seat) -> Result<Reply, Failure> {
        let started = Instant::now();
        let outcome = guarded(&*self.judge, Question::Status, body);
        drop(seat);
        match outcome {
            Ok(_) if started.elapsed() > self.limits.decision => Err(Failure::Overrun),
            outcome => outcome,
        }
    }

    /// A decision that overruns keeps its seat to its end: there are never more threads at work than seats.
    async fn elsewhere(
        &self,
        question: Question,
        body: Bytes,
        seat: Seat,
    ) -> Result<Reply, Failure> {
        let judge = Arc::clone(&self.judge);
        let decision = spawn_blocking(move || {
            let outcome = guarded(&*judge, question, &body);
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

/// The judge must not rely on what a panic left behind: it holds no lock and nothing half-written over a decision.
fn guarded<J: Judge>(judge: &J, question: Question, body: &[u8]) -> Result<Reply, Failure> {
    let reply = || match question {
        Question::Status => judge.judge(body),
        Question::Schema => judge.judge_schema(body).unwrap_or_else(|| {
            let reason = "StatusSchemas are read from files here; nothing judges them";
            Reply::refusal(StatusCode::NOT_FOUND, reason)
        }),
    };
    catch_unwind(AssertUnwindSafe(reply)).map_err(|_| Failure::Panic)
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

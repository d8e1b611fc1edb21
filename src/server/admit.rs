//! The judge of a real server: reads a review, decides by the catalog in force, counts, logs and replies.
use std::{convert::Infallible, fmt, sync::Arc, time::Instant};

use hyper::StatusCode;

use crate::{
    core::{
        catalog::Catalog,
        denial,
        gate::{self, Outcome, Verdict},
        review::Review,
        secret,
    },
    registry::Registry,
    server::{
        judge::{Costly, Failure, Judge, Reply, uid},
        schema,
    },
    telemetry::{
        decisions::{self, Decisions},
        metrics::{self, Metrics},
    },
};

/// One who hears of each write that was refused or warned about, and that was no dry run.
pub trait Witness: Send + Sync + 'static {
    /// Hears of a decision; `body` is the whole review. It must not block: the reply waits for it.
    fn decided(&self, review: &Review<'_>, verdict: &Verdict, body: &[u8]);
}

/// Decides by the catalog of a registry.
pub struct Admission {
    registry: Arc<Registry>,
    metrics: Arc<Metrics>,
    decisions: Arc<Decisions>,
    witness: Option<Arc<dyn Witness>>,
}

impl Admission {
    /// Decides by `registry`, and counts in `metrics`. What the first decision would wait for is built here.
    pub fn new(registry: Arc<Registry>, metrics: Arc<Metrics>) -> Self {
        secret::prepare();
        Self {
            registry,
            metrics,
            decisions: Arc::default(),
            witness: None,
        }
    }

    /// Who tells the log of what it decides.
    pub fn decisions(&self) -> Arc<Decisions> {
        Arc::clone(&self.decisions)
    }

    /// Tells `witness` of what it refuses or warns about.
    #[must_use]
    pub fn witnessed_by(mut self, witness: Option<Arc<dyn Witness>>) -> Self {
        self.witness = witness;
        self
    }
}

impl Admission {
    /// The reply to `body`, by the verdict of `decide`.
    fn reply<E>(
        &self,
        body: &[u8],
        decide: impl FnOnce(&Catalog, &Review<'_>) -> Result<Verdict, E>,
    ) -> Result<Reply, E> {
        let started = Instant::now();
        let review = match Review::parse(body) {
            Ok(review) => review,
            Err(error) => return Ok(Reply::refusal(StatusCode::BAD_REQUEST, error)),
        };
        let catalog = self.registry.catalog();
        let verdict = decide(&catalog, &review)?;
        let took = started.elapsed();
        self.metrics.decided(&verdict, review.dry_run, took);
        self.decisions.tell(&review, &verdict, took, catalog.mode());
        if verdict.outcome != Outcome::Allowed
            && !review.dry_run
            && let Some(witness) = &self.witness
        {
            witness.decided(&review, &verdict, body);
        }
        Ok(Reply::review(denial::reply(&review, &verdict)))
    }
}

impl Judge for Admission {
    fn judge(&self, body: &[u8]) -> Reply {
        let decide = |catalog: &Catalog, review: &Review<'_>| Ok(gate::decide(catalog, review));
        let Ok(reply) = self.reply::<Infallible>(body, decide);
        reply
    }

    fn judge_within(&self, body: &[u8], most: u64) -> Result<Reply, Costly> {
        self.reply(body, |catalog, review| {
            gate::decide_within(catalog, review, most).map_err(|policy| Costly {
                policy: format!("{}/{}", policy.group, policy.resource).into(),
            })
        })
    }

    fn judge_schema(&self, body: &[u8]) -> Option<Reply> {
        // Where there is a directory, its files are what counts.
        self.registry
            .cluster()
            .map(|state| schema::judge(body, &state))
    }

    fn failed(&self, body: &[u8], failure: Failure) {
        let uid = uid(body).unwrap_or_default();
        let uid = decisions::clip(&uid);
        match failure {
            Failure::Panic => {
                self.metrics.failed(metrics::Failure::Panic);
                tracing::error!(uid, "a decision failed inside; the write was refused");
            }
            Failure::Overrun => {
                self.metrics.failed(metrics::Failure::Overrun);
                tracing::error!(uid, "a decision took too long; the write was refused");
            }
        }
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Admission")
    }
}

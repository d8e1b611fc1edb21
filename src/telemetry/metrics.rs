//! What is counted and measured, and the text in which Prometheus reads it. Labels are closed sets, so that no object
//! and no client can add series without end.
mod labels;
mod process;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use prometheus_client::{
    encoding::text,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use self::{
    labels::{
        EventLabels, FailureLabels, FindingLabels, HeldBackLabels, RefusalLabels, ReviewLabels,
        TlsLabels,
    },
    process::Process,
};
use crate::core::gate::Verdict;

pub use labels::{EventOutcome, Failure, Promises};

/// The media type of [`Metrics::render`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds: a decision takes some 20 µs, and none longer than a second.
const DECISION_BUCKETS: [f64; 13] = [
    10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 50e-3, 250e-3, 1.0,
];

/// Seconds: with reading the request and waiting, and the API server gives up after three.
const REQUEST_BUCKETS: [f64; 12] = [
    100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 50e-3, 250e-3, 1.0, 2.0, 3.0,
];

/// Everything that the program counts and measures.
#[derive(Debug)]
pub struct Metrics {
    promises: Promises,
    reviews: Family<ReviewLabels, Counter>,
    findings: Family<FindingLabels, Counter>,
    held_back: Family<HeldBackLabels, Counter>,
    decisions: Histogram,
    requests: Histogram,
    read: Counter,
    waiting: Gauge,
    refused: Family<RefusalLabels, Counter>,
    failed: Family<FailureLabels, Counter>,
    tls_failures: Family<TlsLabels, Counter>,
    events: Family<EventLabels, Counter>,
    /// When a client refused our certificate last.
    distrusted: Mutex<Option<SystemTime>>,
    registry: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            promises: Promises::default(),
            reviews: Family::default(),
            findings: Family::default(),
            held_back: Family::default(),
            decisions: Histogram::new(DECISION_BUCKETS),
            requests: Histogram::new(REQUEST_BUCKETS),
            read: Counter::default(),
            waiting: Gauge::default(),
            refused: Family::default(),
            failed: Family::default(),
            tls_failures: Family::default(),
            events: Family::default(),
            distrusted: Mutex::default(),
            registry: Registry::with_prefix("statusguard"),
        };
        metrics.begin();
        metrics.register_reviews();
        metrics.register_requests();
        metrics.register_faults();
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        metrics
            .registry
            .register("build", "The program that runs", version);
        metrics
    }
}

impl Metrics {
    /// What may go wrong is there from the start, so that the first time is seen as an increase.
    fn begin(&self) {
        for kind in Failure::ALL {
            drop(self.failed.get_or_create(&FailureLabels { kind }));
        }
        for outcome in EventOutcome::ALL {
            drop(self.events.get_or_create(&EventLabels { outcome }));
        }
        for labels in RefusalLabels::all() {
            drop(self.refused.get_or_create(&labels));
        }
        for is_distrust in [true, false] {
            let labels = TlsLabels::of(is_distrust);
            drop(self.tls_failures.get_or_create(&labels));
        }
    }

    fn register_reviews(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "reviews",
            "Admission reviews that were answered",
            self.reviews.clone(),
        );
        registry.register(
            "findings",
            "Faults that were found, by what they did",
            self.findings.clone(),
        );
        registry.register(
            "held_back_reviews",
            "Writes that were not refused only because of --mode or of the enforcement of their policy",
            self.held_back.clone(),
        );
        registry.register_with_unit(
            "decision",
            "Time that a decision took",
            Unit::Seconds,
            self.decisions.clone(),
        );
    }

    fn register_requests(&mut self) {
        let registry = &mut self.registry;
        registry.register_with_unit(
            "request",
            "Time from the head of a request to its answer",
            Unit::Seconds,
            self.requests.clone(),
        );
        registry.register_with_unit(
            "read",
            "Bodies of requests that were read whole",
            Unit::Bytes,
            self.read.clone(),
        );
        registry.register(
            "waiting_requests",
            "Requests that wait to be decided about",
            self.waiting.clone(),
        );
        registry.register(
            "refused_requests",
            "Requests that were answered with an HTTP error",
            self.refused.clone(),
        );
    }

    fn register_faults(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "failed_decisions",
            "Decisions that failed inside; each such write was refused",
            self.failed.clone(),
        );
        registry.register(
            "events",
            "Events about writes, by what became of them",
            self.events.clone(),
        );
        registry.register(
            "tls_failures",
            "TLS handshakes that failed or took too long",
            self.tls_failures.clone(),
        );
    }

    /// Counts a decision and what it found.
    pub fn decided(&self, verdict: &Verdict, is_dry_run: bool, took: Duration) {
        self.decisions.observe(took.as_secs_f64());
        let promise = self.promises.label(verdict.policy.as_deref());
        if !verdict.findings.is_empty() {
            self.found(verdict, &promise);
        }
        if let Some(by) = verdict.held_back {
            let labels = HeldBackLabels::of(Arc::clone(&promise), is_dry_run, by);
            self.held_back.get_or_create(&labels).inc();
        }
        let labels = ReviewLabels::of(verdict, is_dry_run, promise);
        self.reviews.get_or_create(&labels).inc();
    }

    fn found(&self, verdict: &Verdict, promise: &str) {
        let mut counts: BTreeMap<_, u64> = BTreeMap::new();
        for finding in &verdict.findings {
            *counts.entry((&finding.rule, finding.effect)).or_default() += 1;
        }
        for ((rule, effect), count) in counts {
            let labels = FindingLabels::of(promise, rule, effect);
            self.findings.get_or_create(&labels).inc_by(count);
        }
    }

    /// Counts a decision that failed inside.
    pub fn failed(&self, kind: Failure) {
        self.failed.get_or_create(&FailureLabels { kind }).inc();
    }

    /// Counts a request that was answered, whatever the answer.
    pub fn answered(&self, took: Duration) {
        self.requests.observe(took.as_secs_f64());
    }

    /// Counts a request that was answered with this HTTP status, which is an error.
    pub fn refused(&self, status: u16) {
        self.refused.get_or_create(&RefusalLabels::of(status)).inc();
    }

    /// Counts the bytes of a body.
    pub fn read(&self, bytes: usize) {
        self.read.inc_by(bytes as u64);
    }

    /// One request more waits, until what is returned is dropped.
    pub fn waits(&self) -> Waiting<'_> {
        self.waiting.inc();
        Waiting(&self.waiting)
    }

    /// Counts a TLS handshake that failed; `is_distrust` if the client refused our certificate.
    pub fn tls_failed(&self, is_distrust: bool) {
        if is_distrust {
            *self
                .distrusted
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(SystemTime::now());
        }
        let labels = TlsLabels::of(is_distrust);
        self.tls_failures.get_or_create(&labels).inc();
    }

    /// When a client refused our certificate last.
    pub fn distrusted(&self) -> Option<SystemTime> {
        *self
            .distrusted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an Event about a write.
    pub fn event(&self, outcome: EventOutcome) {
        self.events.get_or_create(&EventLabels { outcome }).inc();
    }

    /// Everything as `OpenMetrics` text, `others` in it.
    ///
    /// # Errors
    /// If a metric cannot be written, which is a fault of ours.
    pub fn render(&self, others: &Registry) -> Result<String, fmt::Error> {
        let mut process = Registry::with_prefix("process");
        process.register_collector(Box::new(Process));
        let mut written = String::new();
        for registry in [&self.registry, others, &process] {
            text::encode_registry(&mut written, registry)?;
        }
        text::encode_eof(&mut written)?;
        Ok(written)
    }
}

/// A request that waits.
#[derive(Debug)]
pub struct Waiting<'a>(&'a Gauge);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests;

//! The labels: each is a closed set, and Promises are counted apart only up to a limit.
use std::{
    collections::BTreeSet,
    fmt::{self, Write as _},
    sync::{Arc, PoisonError, RwLock},
};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

use crate::core::{
    finding::{Effect, Rule},
    gate::{HeldBack, Verdict},
    policy::Policy,
};

/// Promises that are counted apart.
const MOST_PROMISES: usize = 1_000;

/// What stands for the Promises beyond these.
const OTHERS: &str = "(others)";

/// What stands for a write that no policy was asked about.
const NOT_JUDGED: &str = "(not judged)";

/// The Promises that have a label of their own. A name is never given back: a Promise that comes and goes has one.
#[derive(Debug, Default)]
pub struct Promises(RwLock<BTreeSet<Arc<str>>>);

impl Promises {
    /// The label of the Promise of `policy`.
    pub(super) fn label(&self, policy: Option<&Policy>) -> Arc<str> {
        let name = match policy {
            None => return NOT_JUDGED.into(),
            Some(policy) if policy.promise.is_empty() => "(unknown)",
            Some(policy) => policy.promise.as_str(),
        };
        // A set that a panic left behind is whole: names are put in at once.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(label) = known.get(name) {
            return Arc::clone(label);
        }
        let has_room = known.len() < MOST_PROMISES;
        drop(known);
        if !has_room {
            return OTHERS.into();
        }
        let label: Arc<str> = name.into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(Arc::clone(&label));
        label
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ReviewLabels {
    promise: Arc<str>,
    verdict: &'static str,
    phase: &'static str,
    dry_run: bool,
}

impl ReviewLabels {
    pub(super) fn of(verdict: &Verdict, dry_run: bool, promise: Arc<str>) -> Self {
        Self {
            promise,
            verdict: verdict.outcome.as_str(),
            phase: verdict.phase.map_or("none", |phase| phase.as_str()),
            dry_run,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct FindingLabels {
    promise: String,
    rule: String,
    effect: &'static str,
}

impl FindingLabels {
    pub(super) fn of(promise: &str, rule: &Rule, effect: Effect) -> Self {
        Self {
            promise: promise.to_owned(),
            rule: rule.id().to_owned(),
            effect: effect.as_str(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct HeldBackLabels {
    promise: Arc<str>,
    by: &'static str,
    dry_run: bool,
}

impl HeldBackLabels {
    pub(super) fn of(promise: Arc<str>, dry_run: bool, by: HeldBack) -> Self {
        Self {
            promise,
            by: by.as_str(),
            dry_run,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RefusalLabels {
    reason: &'static str,
}

impl RefusalLabels {
    const REASONS: [(u16, &str); 8] = [
        (400, "unreadable"),
        (404, "path"),
        (405, "method"),
        (408, "slow"),
        (413, "too-large"),
        (415, "content-type"),
        (429, "busy"),
        (0, "other"),
    ];

    pub(super) fn of(status: u16) -> Self {
        let found = Self::REASONS.iter().find(|(code, _)| *code == status);
        Self {
            reason: found.map_or("other", |(_, reason)| reason),
        }
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        Self::REASONS.iter().map(|(_, reason)| Self { reason })
    }
}

/// How a decision failed inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// It panicked.
    Panic,
    /// It took too long.
    Overrun,
}

impl Failure {
    pub(super) const ALL: [Self; 2] = [Self::Panic, Self::Overrun];
}

impl EncodeLabelValue for Failure {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        encoder.write_str(match self {
            Self::Panic => "panic",
            Self::Overrun => "overrun",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct FailureLabels {
    pub(super) kind: Failure,
}

/// What became of an Event about a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventOutcome {
    /// It was written.
    Sent,
    /// It was counted into one that is there.
    Merged,
    /// There were too many.
    Dropped,
    /// The API server did not take it.
    Failed,
}

impl EventOutcome {
    pub(super) const ALL: [Self; 4] = [Self::Sent, Self::Merged, Self::Dropped, Self::Failed];
}

impl EncodeLabelValue for EventOutcome {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        encoder.write_str(match self {
            Self::Sent => "sent",
            Self::Merged => "merged",
            Self::Dropped => "dropped",
            Self::Failed => "failed",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct EventLabels {
    pub(super) outcome: EventOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct TlsLabels {
    pub(super) reason: &'static str,
}

impl TlsLabels {
    pub(super) fn of(is_distrust: bool) -> Self {
        let reason = if is_distrust { "distrust" } else { "other" };
        Self { reason }
    }
}

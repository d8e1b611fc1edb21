//! The one function that decides about a status write.
use std::{collections::BTreeSet, sync::Arc};

use crate::core::{
    catalog::Catalog,
    finding::{Effect, Finding},
    json::{Json, tape::Tape},
    path::Masks,
    phase::Phase,
    policy::{Enforcement, Policy, Source},
    ratchet::{self, Candidate, Class},
    review::Review,
    secret::{self, hit::Confidence},
};

mod budgets;
mod conditions;
mod lost_keys;
mod secrets;
mod shape;
mod snapshot;
mod within;

use secrets::Demands;
use snapshot::Side;
use within::Beyond;

pub use within::decide_within;

/// What happens to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Allowed, with nothing to tell.
    Allowed,
    /// Allowed, with something to tell.
    Warned,
    /// Refused.
    Denied,
}

impl Outcome {
    /// The word in reports and annotations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::Warned => "Warned",
            Self::Denied => "Denied",
        }
    }
}

/// What keeps a write from being refused although its findings could refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeldBack {
    /// The ceiling of the whole installation alone: `--mode`.
    Mode,
    /// The enforcement of the policy, and perhaps the ceiling as well.
    Policy,
}

impl HeldBack {
    /// The word in metrics and log lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mode => "mode",
            Self::Policy => "policy",
        }
    }
}

/// What was decided about a write, and why. It holds no value of the status.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What happens to the write.
    pub outcome: Outcome,
    /// The policy that applied; absent if the write was not judged.
    pub policy: Option<Arc<Policy>>,
    /// The phase in which the new status was judged; absent if the write was not judged.
    pub phase: Option<Phase>,
    /// All findings, forgiven ones too, by path and rule.
    pub findings: Vec<Finding>,
    /// What keeps a write that is not refused from being refused, if somebody chose that it is not.
    pub held_back: Option<HeldBack>,
}

impl Verdict {
    /// The verdict about what is not judged.
    pub const fn not_judged() -> Self {
        Self {
            outcome: Outcome::Allowed,
            policy: None,
            phase: None,
            findings: Vec::new(),
            held_back: None,
        }
    }

    fn new(
        policy: Arc<Policy>,
        phase: Phase,
        mut findings: Vec<Finding>,
        masked: &BTreeSet<Box<str>>,
        held_back: Option<HeldBack>,
    ) -> Self {
        findings.sort_by(|one, other| (&one.path, &one.rule).cmp(&(&other.path, &other.rule)));
        let paths = findings.iter().map(|finding| &finding.path);
        let masked = masked.iter().map(|key| &**key);
        let secrets = findings.iter().filter_map(Finding::secret_key);
        let secrets = secrets.chain(masked);
        if let Some(masks) = Masks::of(paths, secrets) {
            for finding in &mut findings {
                finding.path.number(&masks);
            }
        }
        let outcome = |finding: &Finding| match finding.effect {
            Effect::Deny => Outcome::Denied,
            _ if finding.is_told => Outcome::Warned,
            _ => Outcome::Allowed,
        };
        let outcome = findings
            .iter()
            .map(outcome)
            .max()
            .unwrap_or(Outcome::Allowed);
        Self {
            outcome,
            policy: Some(policy),
            phase: Some(phase),
            findings,
            held_back: held_back.filter(|_| outcome != Outcome::Denied),
        }
    }

    /// The findings that refuse the write.
    pub fn denials(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.effect == Effect::Deny)
    }

    /// The findings that the client is told without being refused for them.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.is_told && finding.effect != Effect::Deny)
    }
}

/// Decides about a write: the same for the server and offline, and never by who writes.
///
/// # Guarantees
/// Same catalog and same review, same verdict, findings in the same order. Nothing that it returns holds a value of
/// the status. It never panics, and its time is bounded by the size of the status and by the bounds of the schema.
#[expect(clippy::missing_panics_doc, reason = "no number is beyond the largest")]
pub fn decide(catalog: &Catalog, review: &Review<'_>) -> Verdict {
    decide_within(catalog, review, u64::MAX).expect("no effort is beyond the largest")
}

fn judge(
    mode: Enforcement,
    policy: &Arc<Policy>,
    review: &Review<'_>,
    most: u64,
) -> Result<Verdict, Beyond> {
    let schema = policy.schema(&review.version);
    let demands = Demands { policy, schema };
    let (new, old) = Side::both((review.status, review.old_status), schema);
    let cleared = secrets::cleared(review, (&new, &old), demands);
    let new = new.without(cleared);
    let write = Write::of(&new, &old, review.deleting, policy, mode);
    let mut faults = new.faults(policy, schema, most)?;
    let leaks = secrets::told(review, (&new, &old), demands, write.changes_authors_part);
    let has_leaks = !leaks.is_empty();
    faults.extend(leaks);
    let mut forgiven = Vec::new();
    if !faults.is_empty() {
        // Of equal faults the first in the status is forgiven, whatever the order in which they were found.
        faults.sort_by(|one, other| (&one.path, &one.rule).cmp(&(&other.path, &other.rule)));
        Beyond::check(faults.len(), most)?;
        let mut before = old.faults(policy, schema, most)?;
        if has_leaks {
            before.extend(secrets::all(review.old_status, &old, demands));
        }
        forgiven = ratchet::forgiven(&faults, &before);
        secrets::forgive_what_is_left(&faults, &before, &mut forgiven);
    }
    if write.changes_authors_part {
        faults.extend(lost_keys::told(review, (&new, &old), demands));
        forgiven.resize(faults.len(), false);
    }
    let held_back = faults
        .iter()
        .zip(&forgiven)
        .filter_map(|(fault, is_forgiven)| write.held_back(fault, *is_forgiven));
    let held_back = held_back.min();
    let findings = faults
        .into_iter()
        .zip(forgiven)
        .map(|(fault, is_forgiven)| write.finding(fault, is_forgiven));
    let findings = secrets::without_unknown_keys(findings.collect());
    let masked = if findings.is_empty() {
        BTreeSet::new()
    } else {
        masked_keys([review.status, review.old_status])
    };
    let phase = new.phase();
    let policy = Arc::clone(policy);
    Ok(Verdict::new(policy, phase, findings, &masked, held_back))
}

/// The keys that must be masked in what is said of a write because of what stands beside them.
fn masked_keys(statuses: [Option<Json<'_>>; 2]) -> BTreeSet<Box<str>> {
    let tapes = statuses.into_iter().flatten();
    let tapes = tapes.filter_map(|status| Tape::read(status.get()));
    tapes.flat_map(|tape| secret::masked_keys(&tape)).collect()
}

/// What about a write, beside its faults, decides what these do.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one fact about the write, and no two exclude another"
)]
struct Write {
    changes_authors_part: bool,
    changes_view: bool,
    completes: bool,
    is_deleting: bool,
    source: Source,
    chosen: Chosen,
}

/// What somebody chose that findings do at most.
#[derive(Clone, Copy)]
struct Chosen {
    /// For the requests of this Promise.
    enforcement: Enforcement,
    /// For secrets in them.
    secrets: Enforcement,
    /// For the whole installation.
    mode: Enforcement,
}

impl Write {
    fn of(
        new: &Side<'_>,
        old: &Side<'_>,
        is_deleting: bool,
        policy: &Policy,
        mode: Enforcement,
    ) -> Self {
        let (changes_authors_part, changes_view) = match (new.object(), old.object()) {
            (Some(new), Some(old)) => {
                let changes = !new.status.has_same_authors_part(&old.status);
                (changes, changes && !new.view().is_same(old.view()))
            }
            _ => (true, true),
        };
        let completes = new.phase() == Phase::Complete && old.phase() == Phase::Partial;
        Self {
            changes_authors_part,
            changes_view,
            completes,
            is_deleting,
            source: policy.source,
            chosen: Chosen {
                enforcement: policy.enforcement,
                secrets: policy.secrets.enforcement,
                mode,
            },
        }
    }

    fn finding(&self, fault: Candidate<'_>, is_forgiven: bool) -> Finding {
        let full = self.effect(&fault, self.chosen);
        let (effect, is_told) = if is_forgiven && !self.is_beyond_forgiving(&fault) {
            (
                Effect::Forgiven,
                self.changes_authors_part && full >= Effect::Warn,
            )
        } else {
            let effect = full.min(self.bookkeeping_ceiling(fault.class));
            (effect, effect >= Effect::Warn)
        };
        Finding {
            message: secrets::advised(&fault, is_forgiven).unwrap_or(fault.message),
            confidence: fault.class.confidence(),
            path: fault.path,
            rule: fault.rule,
            effect,
            is_told,
        }
    }

    fn is_beyond_forgiving(&self, fault: &Candidate<'_>) -> bool {
        matches!(fault.class, Class::Budget { is_far_above: true }) && self.changes_view
    }

    /// What keeps a fault from refusing the write, if it is what somebody chose.
    fn held_back(&self, fault: &Candidate<'_>, is_forgiven: bool) -> Option<HeldBack> {
        if is_forgiven && !self.is_beyond_forgiving(fault)
            || self.bookkeeping_ceiling(fault.class) < Effect::Deny
        {
            return None;
        }
        let denies = |chosen| self.effect(fault, chosen) == Effect::Deny;
        let mode = Enforcement::Enforce;
        let without_ceiling = Chosen {
            mode,
            ..self.chosen
        };
        let all = Chosen {
            enforcement: mode,
            secrets: mode,
            mode,
        };
        if denies(without_ceiling) {
            (!denies(self.chosen)).then_some(HeldBack::Mode)
        } else {
            // Where nobody wrote a policy, nobody could enforce it.
            (self.source != Source::BuiltIn && denies(all)).then_some(HeldBack::Policy)
        }
    }

    /// What a fault does to a write that is no bookkeeping and that nothing forgives.
    fn effect(&self, fault: &Candidate<'_>, chosen: Chosen) -> Effect {
        let of_policy = chosen.enforcement.ceiling();
        let effect = match fault.class {
            Class::NotAnObject | Class::FatalShape => Effect::Deny,
            Class::Schema if self.is_pruned(fault) => of_policy.min(Effect::Warn),
            Class::Schema | Class::Condition | Class::Budget { .. } => of_policy,
            Class::MessageLength => of_policy.min(Effect::Warn),
            Class::Shape | Class::LostKey => Effect::Warn,
            Class::Secret { confidence, .. } => self.secret_effect(confidence, chosen),
        };
        let on_deletion = if self.is_deleting && may_wait_for_deletion(fault) {
            Effect::Warn
        } else {
            Effect::Deny
        };
        effect.min(on_deletion).min(chosen.mode.ceiling())
    }

    /// Who wrote a `StatusSchema` has looked at the statuses of its Promise, and can except what is none.
    fn secret_effect(&self, confidence: Confidence, chosen: Chosen) -> Effect {
        let most = match confidence {
            Confidence::Medium if self.source != Source::StatusSchema => Effect::Warn,
            _ => Effect::Deny,
        };
        chosen.secrets.ceiling().min(most)
    }

    /// Whether a fault is a key that Kubernetes would silently drop by the schema of a Promise: who wrote that schema did
    /// not ask for a refusal.
    fn is_pruned(&self, fault: &Candidate<'_>) -> bool {
        self.source == Source::Promise && fault.rule.id() == "schema/additionalProperties"
    }

    /// Kratix's bookkeeping must pass, whatever stands in the author's part.
    fn bookkeeping_ceiling(&self, class: Class) -> Effect {
        if self.changes_authors_part || self.completes {
            return Effect::Deny;
        }
        match class {
            Class::Schema | Class::Budget { .. } | Class::MessageLength => Effect::Audit,
            Class::Condition => Effect::Warn,
            Class::NotAnObject
            | Class::FatalShape
            | Class::Shape
            | Class::LostKey
            | Class::Secret { .. } => Effect::Deny,
        }
    }
}

/// Whether a fault is only told while its object is being deleted: a refused write would hold the finalizer.
fn may_wait_for_deletion(fault: &Candidate<'_>) -> bool {
    match fault.class {
        // On this shape Kratix's controller panics.
        Class::FatalShape => false,
        // On deletion Kratix copies into it what it finds in other objects.
        Class::Secret { .. } => secrets::is_in_health(&fault.path),
        _ => true,
    }
}

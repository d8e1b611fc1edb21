//! The one function that decides about a status write.
use std::sync::Arc;

use crate::core::{
    catalog::Catalog, finding::Finding, phase::Phase, policy::Policy, review::Review,
};

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
}

impl Verdict {
    /// The verdict about what is not judged.
    pub const fn not_judged() -> Self {
        Self {
            outcome: Outcome::Allowed,
            policy: None,
            phase: None,
            findings: Vec::new(),
        }
    }
}

/// Decides about a write: the same for the server and offline, and never by who writes.
pub fn decide(_catalog: &Catalog, _review: &Review<'_>) -> Verdict {
    Verdict::not_judged()
}

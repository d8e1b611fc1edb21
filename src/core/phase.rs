//! The two phases of a status, which say how much of a schema counts.
use std::fmt;

/// How far a status has come.
///
/// Kratix writes to a status before any pipeline has; until a status is complete, what is missing is not yet a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// On its way: the schema's demands that a subset of the root's keys can break wait.
    Partial,
    /// A workflow has completed: the schema counts as written.
    Complete,
}

impl Phase {
    /// The phase in lower case, as reports and flags write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Partial => "partial",
            Self::Complete => "complete",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

//! One fault of a status: where, which rule, what to do about it.
use std::{borrow::Cow, fmt};

use crate::core::{
    path::{Path, Step},
    secret::hit::Confidence,
};

/// The id of a rule, such as `schema/required`: a family and a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule(Cow<'static, str>);

impl Rule {
    /// A rule that is known when the program is built.
    pub const fn new(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// The rule of a JSON Schema keyword.
    pub fn schema(keyword: &str) -> Self {
        Self(Cow::Owned(format!("schema/{keyword}")))
    }

    /// The whole id.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// The part before the `/`.
    pub fn family(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a finding does to the write, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The old status has the same fault: allowed, and listed.
    Forgiven,
    /// Counted and recorded, and nothing more.
    Audit,
    /// The client is told.
    Warn,
    /// The write is refused.
    Deny,
}

impl Effect {
    /// The effect in lower case, as reports and labels write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forgiven => "forgiven",
            Self::Audit => "audit",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// One fault of a status. It never holds a value of the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where the fault is.
    pub path: Path,
    /// Which rule was broken.
    pub rule: Rule,
    /// What it does to this write.
    pub effect: Effect,
    /// Whether the client is told: always if it refuses or warns, never if it is only counted; one that is forgiven
    /// is told when the write changed the author's part.
    pub is_told: bool,
    /// How sure it is; only a secret can be more or less so.
    pub confidence: Option<Confidence>,
    /// What is wrong and how to mend it, in one line, without the path and without the rule.
    pub message: String,
}

impl Finding {
    /// The key that was found to be a secret, if that is what this says.
    pub fn secret_key(&self) -> Option<&str> {
        match self.path.steps().last() {
            Some(Step::Key(key)) if self.rule.id() == "secret/key-name" => Some(key),
            _ => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} [{}]", self.path, self.message, self.rule)
    }
}

//! What a layer of detection found in one string.
use std::ops::Range;

use crate::core::finding::Rule;

/// How sure it is that a hit is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A person should look: where there is no `StatusSchema` it warns.
    Medium,
    /// Refused everywhere.
    High,
}

impl Confidence {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What a secret was wrapped in, one layer deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Base64, in either alphabet.
    Base64,
    /// Percent-encoding, as in the query of a link.
    Percent,
    /// A JSON document inside a string.
    Json,
}

impl Encoding {
    /// The word in messages, after "in".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Percent => "percent-encoding",
            Self::Json => "JSON",
        }
    }
}

/// One secret in one string. It knows where the secret stands, never what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The rule that found it.
    pub rule: Rule,
    /// How sure that is.
    pub confidence: Confidence,
    /// What it is, such as `GitHub personal access token`, in words that stand after "looks like a"; empty if the
    /// rule says all.
    pub what: &'static str,
    /// How to mend it, where the rule's own remedy is not the best one for this kind.
    pub remedy: Option<&'static str>,
    /// What it was wrapped in.
    pub encoding: Option<Encoding>,
    /// The bytes of the string as written that are the secret; all of it if it was wrapped.
    pub span: Range<usize>,
}

//! What was found where no place is told: enough to know it again in another status, and nothing of what it is.
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::core::secret::{hit::Hit, names::Names};

/// How many names above a literal count: those further out say whose it is.
const MOST_NAMES: usize = 12;

/// A number for literals and what they stand under, in the order in which they were found.
#[derive(Default)]
pub(super) struct Trace(DefaultHasher);

impl Trace {
    /// Adds a literal, what it was taken for and what it stands under.
    pub(super) fn add(&mut self, hits: &[Hit], names: &Names<'_>, literal: &str) {
        for hit in hits {
            hit.rule.hash(&mut self.0);
        }
        for name in names.iter().take(MOST_NAMES) {
            name.hash(&mut self.0);
        }
        literal.hash(&mut self.0);
    }

    /// What stands for all of them.
    pub(super) fn literal(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

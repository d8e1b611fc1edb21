//! An author's JSON Schema, compiled: what of it counts in which phase, and its faults in our own words.
use serde_json::Value;

use crate::core::{path::Path, phase::Phase};

/// A compiled schema of a whole status, immutable and shared between threads.
#[derive(Debug)]
pub struct Schema {}

/// How a schema document is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// JSON Schema: 2020-12 unless `$schema` names another draft.
    JsonSchema,
    /// The OpenAPI v3 dialect of a `CustomResourceDefinition`.
    Crd,
}

/// Why a schema cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct SchemaFault {
    /// JSON pointer into the schema document, to find line and column by.
    pub pointer: String,
    /// What is wrong and what to do.
    pub words: String,
}

/// One way in which a view breaks a schema, without any value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the view, with the indexes of the view.
    pub path: Path,
    /// The JSON Schema keyword, as in the rule's id.
    pub keyword: &'static str,
    /// Where in the schema as its author wrote it, the same in both phases.
    pub place: Box<str>,
    /// What tells faults of one keyword apart beside the path, such as the missing key.
    pub parameter: Option<Box<str>>,
    /// For a limit on a count: how far the view is beyond it, so that moving further away is a new fault.
    pub excess: Option<u64>,
    /// What is wrong and how to mend it, in one line.
    pub words: String,
}

impl Schema {
    /// Compiles `document`.
    ///
    /// # Errors
    /// All faults that were found, in order of their place.
    pub fn compile(_document: &Value, _dialect: Dialect) -> Result<Self, Vec<SchemaFault>> {
        Ok(Self {})
    }

    /// Whether the schema's root names `message`, which makes it part of the author's view.
    pub fn names_message(&self) -> bool {
        false
    }

    /// Whether the schema's root names `conditions`, which makes those of the author part of the view.
    pub fn names_conditions(&self) -> bool {
        false
    }

    /// Whether `view` is what the schema asks for in `phase`.
    ///
    /// With `message_satisfied` a demand for `message` at the root counts as met.
    pub fn is_valid(&self, _phase: Phase, _view: &Value, _message_satisfied: bool) -> bool {
        true
    }

    /// All faults of `view` in `phase`, in no particular order; empty exactly if [`Self::is_valid`].
    pub fn faults(&self, _phase: Phase, _view: &Value, _message_satisfied: bool) -> Vec<Fault> {
        Vec::new()
    }
}

//! What one Promise demands of its status.
use std::{collections::BTreeMap, sync::Arc};

use crate::core::{
    finding::{Effect, Rule},
    path::{Path, pattern::Pattern},
    schema::Schema,
};

pub mod lint;
pub mod manifest;
pub mod rehearsal;

/// What the findings of a policy do at most. It orders from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Enforcement {
    /// Findings are counted and recorded.
    Audit,
    /// Findings are told to the client.
    Warn,
    /// Findings refuse the write.
    #[default]
    Enforce,
}

impl Enforcement {
    /// All of them, from the most to the least.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Warn, Self::Audit];

    /// The enforcement that [`Self::as_str`] calls `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// The word in manifests, annotations and flags.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "Audit",
            Self::Warn => "Warn",
            Self::Enforce => "Enforce",
        }
    }

    /// The effect that a finding has at most.
    pub const fn ceiling(self) -> Effect {
        match self {
            Self::Audit => Effect::Audit,
            Self::Warn => Effect::Warn,
            Self::Enforce => Effect::Deny,
        }
    }
}

/// Where a policy came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A `StatusSchema`, from a file or a cluster.
    StatusSchema,
    /// The schema that the author of a Promise wrote into its API.
    Promise,
    /// No source: what holds where there is no policy.
    BuiltIn,
}

/// The most that a status may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// Bytes of compact JSON.
    pub bytes: u64,
    /// Nesting: the status itself is 1, each container inside adds 1.
    pub depth: u64,
    /// Elements of lists and members of objects, at all depths.
    pub items: u64,
    /// Characters of `message`.
    pub message_length: u64,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            bytes: 65_536,
            depth: 16,
            items: 2_000,
            message_length: 1_024,
        }
    }
}

/// An exception from the rules about secrets, with the reason that its author gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// Where.
    pub path: Pattern,
    /// The rule that does not count there, or the family of all rules about secrets.
    pub rule: String,
    /// Why.
    pub reason: String,
}

impl Allow {
    /// Whether what `rule` finds at `path` does not count.
    pub fn lifts(&self, path: &Path, rule: &Rule) -> bool {
        let is_rule = self.rule == rule.id() || self.rule == rule.family();
        is_rule && self.path.matches(path)
    }
}

/// How a policy treats secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Secrets {
    /// What a secret does at most, whatever the enforcement of the schema.
    pub enforcement: Enforcement,
    /// The exceptions.
    pub allow: Vec<Allow>,
}

/// The schemas of a policy, by version of the resource.
#[derive(Debug, Clone, Default)]
pub enum Schemas {
    /// No schema: only the rules that hold for every status.
    #[default]
    None,
    /// One schema for all versions.
    All(Arc<Schema>),
    /// A schema for each version that is named; any other version has none.
    PerVersion(BTreeMap<String, Arc<Schema>>),
}

/// What one Promise demands of its status: schema, rules for secrets, budgets, and how much that counts.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The name of the manifest that it came from.
    pub name: String,
    /// The Promise that it is for.
    pub promise: String,
    /// What kind of manifest it came from.
    pub source: Source,
    /// The API group of the resource that it guards.
    pub group: String,
    /// The plural of the resource that it guards.
    pub resource: String,
    /// The kind of the objects that it guards, where a Promise says it; else empty. It decides nothing.
    pub kind: String,
    /// The manifest's `metadata.generation`, where it has one.
    pub generation: Option<i64>,
    /// What findings of the schema, of conditions and of budgets do at most.
    pub enforcement: Enforcement,
    /// How secrets are treated.
    pub secrets: Secrets,
    /// How large a status may be.
    pub budgets: Budgets,
    /// What the status must look like.
    pub schemas: Schemas,
}

impl Policy {
    /// The policy where no other applies: conditions and budgets warn, and there is no schema.
    pub fn built_in() -> Self {
        Self {
            name: "built-in".to_owned(),
            promise: String::new(),
            source: Source::BuiltIn,
            group: String::new(),
            resource: String::new(),
            kind: String::new(),
            generation: None,
            enforcement: Enforcement::Warn,
            secrets: Secrets::default(),
            budgets: Budgets::default(),
            schemas: Schemas::None,
        }
    }

    /// The schema for objects of `version`, if there is one.
    pub fn schema(&self, version: &str) -> Option<&Schema> {
        match &self.schemas {
            Schemas::None => None,
            Schemas::All(schema) => Some(schema),
            Schemas::PerVersion(schemas) => schemas.get(version).map(Arc::as_ref),
        }
    }
}

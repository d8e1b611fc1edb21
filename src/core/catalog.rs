//! All policies in force, found by API group and resource; immutable once built, and swapped whole.
use std::{collections::BTreeMap, sync::Arc};

use crate::core::policy::{Enforcement, Policy, Source};

/// All policies in force.
#[derive(Debug, Clone)]
pub struct Catalog {
    policies: BTreeMap<String, BTreeMap<String, Arc<Policy>>>,
    built_in: Arc<Policy>,
    mode: Enforcement,
}

/// Two policies guard the same resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policies {first} and {second} both guard {resource}.{group}; keep one of them")]
pub struct Conflict {
    /// The name of the policy that came first.
    pub first: String,
    /// The name of the other one.
    pub second: String,
    /// The API group that both name.
    pub group: String,
    /// The plural that both name.
    pub resource: String,
}

impl Catalog {
    /// A catalog without policies, of which no effect goes above `mode`.
    pub fn empty(mode: Enforcement) -> Self {
        Self {
            policies: BTreeMap::new(),
            built_in: Arc::new(Policy::built_in()),
            mode,
        }
    }

    /// The same catalog with another policy where no other applies.
    #[must_use]
    pub fn with_built_in(self, built_in: Policy) -> Self {
        Self {
            built_in: Arc::new(built_in),
            ..self
        }
    }

    /// A catalog of `policies`, of which no effect goes above `mode`.
    ///
    /// # Errors
    /// [`Conflict`] if two of them guard the same resource.
    pub fn new(
        policies: impl IntoIterator<Item = Arc<Policy>>,
        mode: Enforcement,
    ) -> Result<Self, Conflict> {
        let mut catalog = Self::empty(mode);
        policies
            .into_iter()
            .try_for_each(|policy| catalog.insert(policy))?;
        Ok(catalog)
    }

    fn insert(&mut self, policy: Arc<Policy>) -> Result<(), Conflict> {
        let resources = self.policies.entry(policy.group.clone()).or_default();
        if let Some(first) = resources.get(&policy.resource) {
            return Err(Conflict {
                first: first.name.clone(),
                second: policy.name.clone(),
                group: policy.group.clone(),
                resource: policy.resource.clone(),
            });
        }
        resources.insert(policy.resource.clone(), policy);
        Ok(())
    }

    /// The policy of a resource, or the built-in one.
    pub fn policy(&self, group: &str, resource: &str) -> &Arc<Policy> {
        self.policies
            .get(group)
            .and_then(|resources| resources.get(resource))
            .unwrap_or(&self.built_in)
    }

    /// The policies, by group and resource.
    pub fn policies(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.policies.values().flat_map(BTreeMap::values)
    }

    /// How many of the policies somebody wrote; the others are the built-in one, for resources whose own is refused.
    pub fn written(&self) -> usize {
        self.policies()
            .filter(|policy| policy.source != Source::BuiltIn)
            .count()
    }

    /// The most that any finding does in this installation.
    pub const fn mode(&self) -> Enforcement {
        self.mode
    }
}

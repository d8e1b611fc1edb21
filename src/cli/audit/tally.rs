//! Findings counted by policy, rule and place, with a few names each, and without the objects that they are from.
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    cli::report::Judged,
    core::{denial, finding::Effect, gate::Outcome, path::Path},
};

/// Requests of a kind that are named.
const MOST_NAMES: usize = 3;
/// Kinds of findings of one policy that are told apart: keys of maps make as many as there are.
const MOST_KINDS: usize = 1_000;

/// What was counted.
#[derive(Default)]
pub(super) struct Tally {
    /// By what the policy is called.
    pub(super) policies: BTreeMap<String, OfPolicy>,
    /// Requests that have no status yet.
    pub(super) unjudged: usize,
    /// Requests for which no schema is in force, by resource.
    pub(super) without_schema: BTreeMap<String, usize>,
}

/// What was counted of the requests that one policy is for.
#[derive(Default)]
pub(super) struct OfPolicy {
    pub(super) requests: usize,
    pub(super) refused: usize,
    /// Of those that are not refused, how many are warned about.
    pub(super) warned: usize,
    /// Of the others, of how many something is recorded.
    pub(super) recorded: usize,
    findings: BTreeMap<Kind, Count>,
    /// Findings of kinds beyond those that are told apart.
    pub(super) others: usize,
    /// By version of the Promise.
    versions: BTreeMap<Vec<Part>, Version>,
}

/// Findings that are told as one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub(super) is_denial: bool,
    /// Whether such a write is refused already, so that what is stored is forgiven as long as it stays.
    pub(super) is_forgiven: bool,
    pub(super) path: String,
    pub(super) rule: String,
}

/// How many requests there are of something, and the names of the first.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) requests: usize,
    pub(super) names: Vec<String>,
}

#[derive(Default)]
struct Version {
    text: String,
    count: Count,
}

/// A part of a version, so that 10 comes after 9.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    Number(u64),
}

/// Path and rule of what is refused already.
pub(super) type Refused = BTreeSet<(Path, String)>;

impl Count {
    fn add(&mut self, name: &str) {
        self.requests += 1;
        if self.names.len() < MOST_NAMES {
            self.names.push(name.to_owned());
        }
    }
}

impl Tally {
    /// Counts an object, which is of this version of its Promise, and of whose faults these are refused already.
    pub(super) fn take(&mut self, judged: &Judged, version: Option<&str>, already: &Refused) {
        let Some(policy) = judged.policy.as_deref() else {
            self.unjudged += 1;
            return;
        };
        let of = self.policies.entry(denial::named(policy)).or_default();
        let name = name(judged);
        of.requests += 1;
        match judged.outcome {
            Outcome::Denied => of.refused += 1,
            Outcome::Warned => of.warned += 1,
            Outcome::Allowed => of.recorded += usize::from(!judged.findings.is_empty()),
        }
        let told = judged.findings.iter().filter(|placed| placed.is_told());
        let kinds = told.map(|placed| {
            let finding = &placed.finding;
            let key = (finding.path.clone(), finding.rule.id().to_owned());
            Kind {
                is_denial: finding.effect == Effect::Deny,
                is_forgiven: already.contains(&key),
                path: finding.path.general(),
                rule: key.1,
            }
        });
        for kind in kinds.collect::<BTreeSet<_>>() {
            of.add(kind, &name);
        }
        if let Some(version) = version {
            of.version(version).count.add(&name);
        }
    }

    /// Counts a request for which no schema is in force.
    pub(super) fn take_without_schema(&mut self, resource: String) {
        if self.without_schema.len() < MOST_KINDS || self.without_schema.contains_key(&resource) {
            *self.without_schema.entry(resource).or_default() += 1;
        }
    }

    /// That the Promise of a policy is of this version now.
    #[cfg(feature = "cluster")]
    pub(super) fn know_version(&mut self, policy: String, version: &str) {
        self.policies.entry(policy).or_default().version(version);
    }

    /// The newest version that is known of the Promise of a policy, if it is newer than `version`.
    pub(super) fn newer_than(&self, policy: &str, version: &str) -> Option<&str> {
        let (newest, known) = self.policies.get(policy)?.versions.last_key_value()?;
        (*newest > parts(version)).then_some(known.text.as_str())
    }

    /// Whether anything would be refused.
    pub(super) fn refuses(&self) -> bool {
        self.refused() > 0
    }

    pub(super) fn refused(&self) -> usize {
        self.policies.values().map(|of| of.refused).sum()
    }

    pub(super) fn warned(&self) -> usize {
        self.policies.values().map(|of| of.warned).sum()
    }

    pub(super) fn recorded(&self) -> usize {
        self.policies.values().map(|of| of.recorded).sum()
    }

    pub(super) fn requests(&self) -> usize {
        self.policies.values().map(|of| of.requests).sum::<usize>() + self.unjudged
    }
}

impl OfPolicy {
    fn add(&mut self, kind: Kind, name: &str) {
        if self.findings.len() < MOST_KINDS || self.findings.contains_key(&kind) {
            self.findings.entry(kind).or_default().add(name);
        } else {
            self.others += 1;
        }
    }

    fn version(&mut self, version: &str) -> &mut Version {
        let known = self.versions.entry(parts(version)).or_default();
        if known.text.is_empty() {
            version.clone_into(&mut known.text);
        }
        known
    }

    /// What is found, the most frequent first, and what only warns last.
    pub(super) fn ordered(&self) -> Vec<(&Kind, &Count)> {
        let mut found: Vec<_> = self.findings.iter().collect();
        found.sort_by(|(one, count), (other, others)| {
            let order = (other.is_denial, others.requests).cmp(&(one.is_denial, count.requests));
            order.then_with(|| (&one.path, &one.rule).cmp(&(&other.path, &other.rule)))
        });
        found
    }

    /// The newest version, and the requests that are of an older one, if there are any.
    pub(super) fn outdated(&self) -> Option<(&str, Count)> {
        let (_, version) = self.versions.last_key_value()?;
        let mut outdated = Count::default();
        for older in self.versions.values().take(self.versions.len() - 1) {
            outdated.requests += older.count.requests;
            let room = MOST_NAMES.saturating_sub(outdated.names.len());
            let names = older.count.names.iter().take(room);
            outdated.names.extend(names.cloned());
        }
        (outdated.requests > 0).then_some((version.text.as_str(), outdated))
    }
}

/// What a request is called among those of its kind.
fn name(judged: &Judged) -> String {
    let identity = &judged.identity;
    let (namespace, name) = (identity.namespace.as_str(), identity.name.as_str());
    let name = match (namespace, name) {
        (_, "") => judged.title(),
        ("", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    };
    crate::cli::source::printable(&name)
}

/// `v1.10.2` in parts that compare as versions do.
fn parts(version: &str) -> Vec<Part> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let parts = version.split(['.', '-', '+']);
    let part = |part: &str| {
        part.parse()
            .map_or_else(|_| Part::Word(part.to_owned()), Part::Number)
    };
    parts.map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parts("v1.10.0") > parts("v1.9.3"));
        assert!(parts("2.0.0") > parts("v1.9"));
    }
}

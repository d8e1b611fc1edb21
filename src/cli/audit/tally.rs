//! Findings counted by policy, rule and place, without the objects that they are from.
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::{Value, json};

use crate::{
    cli::report::{Judged, human::plural},
    core::{
        denial,
        finding::Effect,
        gate::Outcome,
        path::{Path, Step},
        policy::manifest::API_VERSION,
    },
};

/// What was counted.
#[derive(Default)]
pub(super) struct Tally {
    policies: BTreeMap<String, OfPolicy>,
    /// Requests that have no status yet.
    unjudged: usize,
}

/// What was counted of the requests that one policy is for.
#[derive(Default)]
struct OfPolicy {
    requests: usize,
    refused: usize,
    /// By effect, place and rule: in how many requests.
    findings: BTreeMap<(bool, String, String), usize>,
    /// By version of the Promise: of how many requests.
    versions: BTreeMap<Vec<Part>, usize>,
}

/// A part of a version, so that 10 comes after 9.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    Number(u64),
}

impl Tally {
    /// Counts an object, which is of this version of its Promise.
    pub(super) fn take(&mut self, judged: &Judged, version: Option<String>) {
        let Some(policy) = judged.policy.as_deref() else {
            self.unjudged += 1;
            return;
        };
        let of = self.policies.entry(denial::named(policy)).or_default();
        of.requests += 1;
        of.refused += usize::from(judged.outcome == Outcome::Denied);
        let found = judged
            .findings
            .iter()
            .filter(|placed| placed.is_told())
            .map(|placed| {
                let finding = &placed.finding;
                let is_denial = finding.effect == Effect::Deny;
                (
                    is_denial,
                    general(&finding.path),
                    finding.rule.id().to_owned(),
                )
            });
        for finding in found.collect::<BTreeSet<_>>() {
            *of.findings.entry(finding).or_default() += 1;
        }
        if let Some(version) = version {
            *of.versions.entry(parts(&version)).or_default() += 1;
        }
    }

    /// Whether anything would be refused.
    pub(super) fn refuses(&self) -> bool {
        self.refused() > 0
    }

    fn refused(&self) -> usize {
        self.policies.values().map(|of| of.refused).sum()
    }

    fn requests(&self) -> usize {
        self.policies.values().map(|of| of.requests).sum::<usize>() + self.unjudged
    }

    /// The counts for people.
    pub(super) fn human(&self) -> String {
        let (refused, requests) = (self.refused(), self.requests());
        let mut text = format!(
            "enforcing now would refuse {refused} of {}\n",
            plural(requests, "request")
        );
        for (name, of) in &self.policies {
            let _ = writeln!(text, "\n{name}: {} of {} refused", of.refused, of.requests);
            for ((is_denial, path, rule), count) in of.ordered() {
                let word = if *is_denial { "" } else { " (warning)" };
                let _ = writeln!(text, "  {count:>6}  {path} [{rule}]{word}");
            }
            if let Some(outdated) = of.outdated() {
                let _ = writeln!(
                    text,
                    "  {outdated:>6}  not of the newest status.promiseVersion"
                );
            }
        }
        if self.unjudged > 0 {
            let _ = writeln!(text, "\nwithout a status yet: {}", self.unjudged);
        }
        text
    }

    /// The counts as one JSON document.
    pub(super) fn json(&self) -> String {
        let policies: Vec<Value> = self
            .policies
            .iter()
            .map(|(name, of)| of.json(name))
            .collect();
        let report = json!({
            "apiVersion": API_VERSION,
            "kind": "AuditReport",
            "policies": policies,
            "summary": {"requests": self.requests(), "refused": self.refused(), "withoutStatus": self.unjudged},
        });
        format!("{report:#}\n")
    }
}

impl OfPolicy {
    /// What is found, the most frequent first, and what only warns last.
    fn ordered(&self) -> Vec<(&(bool, String, String), usize)> {
        let mut found: Vec<_> = self
            .findings
            .iter()
            .map(|(key, count)| (key, *count))
            .collect();
        found.sort_by(|(one, count), (other, others)| {
            (other.0, *others, *one).cmp(&(one.0, *count, *other))
        });
        found
    }

    /// How many requests are not of the newest version, if there are several.
    fn outdated(&self) -> Option<usize> {
        let (_, newest) = self.versions.last_key_value()?;
        let all: usize = self.versions.values().sum();
        (all > *newest).then(|| all - newest)
    }

    fn json(&self, name: &str) -> Value {
        let findings = self.ordered().into_iter().map(|((is_denial, path, rule), count)| {
            json!({"path": path, "rule": rule, "effect": if *is_denial { "deny" } else { "warn" }, "requests": count})
        });
        let mut policy = json!({
            "policy": name,
            "requests": self.requests,
            "refused": self.refused,
            "findings": findings.collect::<Vec<_>>(),
        });
        if let Some(outdated) = self.outdated() {
            policy["outdated"] = json!(outdated);
        }
        policy
    }
}

/// A path in which the index of a list does not count.
fn general(path: &Path) -> String {
    let mut shown = String::new();
    let mut head = Path::root();
    for step in path.steps() {
        match step {
            Step::Index(_) => {
                let _ = write!(shown, "{}[*]", tail(&head));
                head = Path::root();
            }
            Step::Key(key) => head = head.key(key),
        }
    }
    format!("status{shown}{}", tail(&head))
}

/// A path without the word that it begins with.
fn tail(path: &Path) -> String {
    let shown = path.to_string();
    shown.strip_prefix("status").unwrap_or(&shown).to_owned()
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
    use super::{general, parts};
    use crate::core::path::Path;

    #[test]
    fn indexes_do_not_count() {
        let path = Path::root()
            .key("nodes")
            .index(3)
            .key("odd key")
            .index(0)
            .key("a");
        assert_eq!(general(&path), "status.nodes[*][\"odd key\"][*].a");
        assert_eq!(general(&Path::root()), "status");
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parts("v1.10.0") > parts("v1.9.3"));
        assert!(parts("2.0.0") > parts("v1.9"));
    }
}

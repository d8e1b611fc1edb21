//! The log line of a write that was refused, warned about or recorded; one that was simply allowed leaves none, and one
//! that comes again with the same faults is counted, and told once a minute.
use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher as _, RandomState},
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::core::{
    finding::{Effect, Finding},
    gate::{HeldBack, Outcome, Verdict},
    policy::Enforcement,
    review::Review,
};

use super::clients::MINUTE;

/// Findings that a line names; the reply names them all.
const LONGEST_LIST: usize = 20;

/// Bytes of a name that a line shows; Kubernetes' own are never longer.
const LONGEST_NAME: usize = 253;

/// Writes whose repeats are counted; each further one has its line at once.
const MOST_COUNTED: usize = 1_000;

/// Tells of decisions, and remembers of which.
#[derive(Debug, Default)]
pub struct Decisions {
    seen: Mutex<HashMap<u64, Repeats>>,
    hasher: RandomState,
}

/// How often a line was not written again.
#[derive(Debug)]
struct Repeats {
    line: Line,
    more: u64,
}

/// What a line says that is the same each time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Line {
    message: &'static str,
    group: String,
    resource: String,
    namespace: String,
    name: String,
    user: String,
    promise: String,
    policy: String,
    rules: String,
    paths: String,
    /// What alone kept a write from being refused.
    held_back_by: Option<&'static str>,
    dry_run: bool,
}

impl Decisions {
    /// Logs a decision that refused or warned, or that would have if `mode` or the policy did more than record. No
    /// value of the status is in the line.
    pub fn tell(&self, review: &Review<'_>, verdict: &Verdict, took: Duration, mode: Enforcement) {
        let message = match verdict.outcome {
            Outcome::Allowed if only_records(verdict, mode) => "recorded",
            Outcome::Allowed => return,
            Outcome::Warned => "warned",
            Outcome::Denied => "refused",
        };
        let told = told(verdict);
        let line = Line::new(message, review, verdict, &told);
        if !self.is_first(&line) {
            return;
        }
        tracing::info!(
            uid = clip(&review.uid),
            group = line.group,
            resource = line.resource,
            namespace = line.namespace,
            name = line.name,
            user = line.user,
            promise = line.promise,
            policy = line.policy,
            rules = line.rules,
            paths = line.paths,
            held_back_by = line.held_back_by,
            findings = told.len(),
            dry_run = line.dry_run,
            ms = milliseconds(took),
            "{message}"
        );
    }

    fn is_first(&self, line: &Line) -> bool {
        let key = self.hasher.hash_one(line);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(repeats) = seen.get_mut(&key) {
            repeats.more += 1;
            return false;
        }
        if seen.len() < MOST_COUNTED {
            let line = line.clone();
            seen.insert(key, Repeats { line, more: 0 });
        }
        true
    }

    /// Tells of repeats once a minute, for as long as it is awaited.
    pub async fn keep_telling(&self) {
        loop {
            tokio::time::sleep(MINUTE).await;
            self.tell_repeats();
        }
    }

    /// Tells how often each write came again. What came again is counted on, and what did not is forgotten.
    pub fn tell_repeats(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, repeats| {
            let more = mem::take(&mut repeats.more);
            if more > 0 {
                repeats.line.tell_again(more);
            }
            more > 0
        });
    }
}

impl Line {
    fn new(
        message: &'static str,
        review: &Review<'_>,
        verdict: &Verdict,
        told: &[&Finding],
    ) -> Self {
        let named = |name: &str| clip(name).to_owned();
        let policy = verdict.policy.as_deref();
        Self {
            message,
            group: named(&review.group),
            resource: named(&review.resource),
            namespace: named(&review.namespace),
            name: named(&review.name),
            user: named(&review.user),
            promise: policy.map_or_else(String::new, |policy| policy.promise.clone()),
            policy: policy.map_or_else(String::new, |policy| policy.name.clone()),
            rules: rules(told),
            paths: paths(told),
            held_back_by: verdict.held_back.map(HeldBack::as_str),
            dry_run: review.dry_run,
        }
    }

    fn tell_again(&self, more: u64) {
        tracing::info!(
            group = self.group,
            resource = self.resource,
            namespace = self.namespace,
            name = self.name,
            user = self.user,
            promise = self.promise,
            policy = self.policy,
            rules = self.rules,
            paths = self.paths,
            held_back_by = self.held_back_by,
            dry_run = self.dry_run,
            more,
            "{} again, for the same",
            self.message
        );
    }
}

/// Whether there are faults that somebody chose only to record.
fn only_records(verdict: &Verdict, mode: Enforcement) -> bool {
    let has_recorded = verdict
        .findings
        .iter()
        .any(|finding| finding.effect == Effect::Audit);
    let is_chosen = verdict.policy.as_deref().is_some_and(|policy| {
        [mode, policy.enforcement, policy.secrets.enforcement].contains(&Enforcement::Audit)
    });
    has_recorded && is_chosen
}

/// The uid of a review as a log line shows it.
pub fn clip(name: &str) -> &str {
    &name[..name.floor_char_boundary(LONGEST_NAME)]
}
/// The findings that made the outcome what it is.
fn told(verdict: &Verdict) -> Vec<&Finding> {
    let least = match verdict.outcome {
        Outcome::Denied => Effect::Deny,
        Outcome::Warned => Effect::Forgiven,
        Outcome::Allowed => Effect::Audit,
    };
    verdict
        .findings
        .iter()
        .filter(|finding| finding.effect >= least)
        .collect()
}

/// Each rule once, with the number of its findings if there are several.
fn rules(findings: &[&Finding]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule.id()).or_default() += 1;
    }
    let words: Vec<String> = counts
        .iter()
        .map(|(rule, count)| match count {
            1 => (*rule).to_owned(),
            count => format!("{rule} ({count})"),
        })
        .collect();
    words.join(", ")
}

fn paths(findings: &[&Finding]) -> String {
    let shown = findings.iter().take(LONGEST_LIST);
    let words: Vec<String> = shown.map(|finding| finding.path.to_string()).collect();
    words.join(", ")
}

/// To a thousandth.
fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{finding::Rule, path::Path};

    #[test]
    fn each_rule_is_named_once() {
        let finding = |rule| Finding {
            path: Path::root(),
            rule: Rule::new(rule),
            confidence: None,
            effect: Effect::Deny,
            is_told: true,
            message: String::new(),
        };
        let found = ["schema/type", "secret/jwt", "schema/type"].map(finding);
        let found: Vec<&Finding> = found.iter().collect();
        assert_eq!(rules(&found), "schema/type (2), secret/jwt");
    }

    fn line(name: &str) -> Line {
        Line {
            message: "refused",
            group: String::new(),
            resource: String::new(),
            namespace: String::new(),
            name: name.to_owned(),
            user: String::new(),
            promise: String::new(),
            policy: String::new(),
            rules: String::new(),
            paths: String::new(),
            held_back_by: None,
            dry_run: false,
        }
    }

    #[test]
    fn what_comes_again_is_counted_for_as_long_as_it_does() {
        let decisions = Decisions::default();
        assert!(decisions.is_first(&line("a")));
        assert!(!decisions.is_first(&line("a")));
        assert!(decisions.is_first(&line("b")));
        decisions.tell_repeats();
        assert!(!decisions.is_first(&line("a")));
        assert!(decisions.is_first(&line("b")));
        decisions.tell_repeats();
        decisions.tell_repeats();
        assert!(decisions.is_first(&line("a")));
    }

    #[test]
    fn many_writes_take_no_memory_and_are_told_all_the_same() {
        let decisions = Decisions::default();
        for number in 0..2 * MOST_COUNTED {
            assert!(decisions.is_first(&line(&number.to_string())));
        }
        assert_eq!(decisions.seen.lock().unwrap().len(), MOST_COUNTED);
    }
}

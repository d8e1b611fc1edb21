//! The log line of a write that was refused, warned about or recorded; one that was simply allowed leaves none.
use std::{collections::BTreeMap, time::Duration};

use crate::core::{
    finding::{Effect, Finding},
    gate::{Outcome, Verdict},
    policy::Enforcement,
    review::Review,
};

/// Findings that a line names; the reply names them all.
const LONGEST_LIST: usize = 20;

/// Bytes of a name that a line shows; Kubernetes' own are never longer.
const LONGEST_NAME: usize = 253;

/// Logs a decision that refused or warned, or that would have if `mode` or the policy did more than record. No value of
/// the status is in the line.
pub fn log(review: &Review<'_>, verdict: &Verdict, took: Duration, mode: Enforcement) {
    let message = match verdict.outcome {
        Outcome::Allowed if only_records(verdict, mode) => "recorded",
        Outcome::Allowed => return,
        Outcome::Warned => "warned",
        Outcome::Denied => "refused",
    };
    let told = told(verdict);
    tracing::info!(
        uid = clip(&review.uid),
        group = clip(&review.group),
        resource = clip(&review.resource),
        namespace = clip(&review.namespace),
        name = clip(&review.name),
        policy = verdict.policy.as_ref().map(|policy| policy.name.as_str()),
        rules = rules(&told),
        paths = paths(&told),
        findings = told.len(),
        dry_run = review.dry_run,
        ms = milliseconds(took),
        "{message}"
    );
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
}

//! The reply to the API server: the words of a denial, as kubectl and client-go print them.
//!
//! kubectl prints kind, name and causes of an `Invalid` and hides the message; programs on client-go, such as Kratix's
//! status-writer, print the message and hide the causes. So both carry the findings.
mod note;

use std::fmt::Write as _;

use serde::Serialize;

use crate::core::{
    finding::{Effect, Finding},
    gate::Verdict,
    policy::{Policy, Source},
    review::{API_VERSION, Review},
};

/// Findings shown at most in one list.
pub const MOST_FINDINGS: usize = 20;
/// Characters of a warning at most; the API server cuts at 256 once all have more than 4,096.
pub const LONGEST_WARNING: usize = 250;
/// Characters of all warnings of a write at most.
const MOST_WARNED: usize = 4_000;
/// How a warning begins: whoever shows it does not say where it is from.
const WARNS: &str = "statusguard: ";
/// Bytes of nearly all replies at most: those that allow.
const USUAL_REPLY: usize = 512;
/// Characters of a path at most; of a longer one the end is kept.
const LONGEST_PATH: usize = 300;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply<'a> {
    api_version: &'static str,
    kind: &'static str,
    response: Response<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    uid: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_annotations: Option<Annotations>,
}

/// What the audit log keeps of a judged write.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Annotations {
    policy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_generation: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    rules: String,
    verdict: &'static str,
}

#[derive(Serialize)]
struct Status<'a> {
    code: u16,
    reason: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
}

#[derive(Serialize)]
struct Details<'a> {
    group: &'a str,
    kind: &'a str,
    name: &'a str,
    causes: Vec<Cause>,
}

#[derive(Serialize)]
struct Cause {
    reason: &'static str,
    field: String,
    message: String,
}

pub use note::{Note, note};

/// The `AdmissionReview` that answers `review` with `verdict`, as JSON.
pub fn reply(review: &Review<'_>, verdict: &Verdict) -> Vec<u8> {
    let denials = secrets_first(verdict.denials());
    let policy = verdict.policy.as_deref();
    let status = policy.filter(|_| !denials.is_empty()).map(|policy| Status {
        code: 422,
        reason: "Invalid",
        message: message(review, policy, &denials),
        details: Some(Details {
            group: &review.group,
            kind: &review.kind,
            name: &review.name,
            causes: causes(policy, &denials),
        }),
    });
    encode(Response {
        uid: &review.uid,
        allowed: denials.is_empty(),
        status,
        warnings: warnings(verdict),
        audit_annotations: policy.map(|policy| Annotations::of(policy, verdict)),
    })
}

/// The `AdmissionReview` that answers a review whose decision failed inside: refused with code 500, so that a
/// `failurePolicy` of `Ignore` cannot be used to get past.
pub fn reply_not_judged(uid: &str) -> Vec<u8> {
    let message = "statusguard: this write could not be judged because of a fault inside statusguard, which its log \
                   names by the request's uid; the status is unchanged, and the write may be tried again";
    let status = Status {
        code: 500,
        reason: "InternalError",
        message: message.to_owned(),
        details: None,
    };
    encode(Response {
        uid,
        allowed: false,
        status: Some(status),
        warnings: Vec::new(),
        audit_annotations: None,
    })
}

fn encode(response: Response<'_>) -> Vec<u8> {
    let reply = Reply {
        api_version: API_VERSION,
        kind: "AdmissionReview",
        response,
    };
    let mut json = Vec::with_capacity(USUAL_REPLY);
    serde_json::to_writer(&mut json, &reply)
        .expect("a reply is made of strings, numbers and maps with string keys");
    json
}

/// Secrets before all others, so that none is behind the end of a list that is cut: nothing else is as urgent.
fn secrets_first<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<&'f Finding> {
    let mut findings: Vec<_> = findings.collect();
    findings.sort_by_key(|finding| finding.confidence.is_none());
    findings
}

/// The words for a client that shows only the message: what was refused, and one line a finding.
pub fn message(review: &Review<'_>, policy: &Policy, findings: &[&Finding]) -> String {
    let problems = if findings.len() == 1 {
        "problem"
    } else {
        "problems"
    };
    let mut message = format!(
        "{} {}: {} {problems} in status ({})",
        review.kind,
        object(review),
        findings.len(),
        named(policy)
    );
    for finding in findings.iter().take(MOST_FINDINGS) {
        // Writing to a String cannot fail.
        let _ = write!(
            message,
            "\n* {}: {} [{}]",
            path(finding),
            finding.message,
            finding.rule
        );
    }
    message.extend(and_more(findings.len()).map(|more| format!("\n* {more}")));
    message
}

/// The namespace and name of the object of a review.
pub fn object(review: &Review<'_>) -> String {
    match (review.namespace.as_ref(), review.name.as_ref()) {
        ("", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}

/// The policy as a reader knows it.
pub fn named(policy: &Policy) -> String {
    match policy.source {
        Source::StatusSchema => format!("StatusSchema {}", policy.name),
        Source::Promise => format!("Promise {}", policy.name),
        Source::BuiltIn => "built-in policy".to_owned(),
    }
}

fn causes(policy: &Policy, findings: &[&Finding]) -> Vec<Cause> {
    let cause = |field: String, message: String| Cause {
        reason: "FieldValueInvalid",
        field,
        message,
    };
    let shown = findings.iter().take(MOST_FINDINGS);
    let mut causes: Vec<_> = shown
        .map(|finding| {
            cause(
                path(finding),
                format!("{} [{}]", finding.message, finding.rule),
            )
        })
        .collect();
    causes.extend(and_more(findings.len()).map(|more| cause("status".to_owned(), more)));
    let rule = findings
        .first()
        .map(|finding| finding.rule.id())
        .unwrap_or_default();
    let refused = format!(
        "refused by statusguard ({}); more: statusguard explain {rule}",
        named(policy)
    );
    causes.push(cause("status".to_owned(), refused));
    causes
}

fn and_more(count: usize) -> Option<String> {
    count
        .checked_sub(MOST_FINDINGS)
        .filter(|more| *more > 0)
        .map(|more| format!("and {more} more"))
}

/// The warnings of a verdict: one line each, at most [`MOST_FINDINGS`] and one that counts the rest.
pub fn warnings(verdict: &Verdict) -> Vec<String> {
    let findings = secrets_first(verdict.warnings());
    let more = and_more(findings.len()).map(|more| format!("{WARNS}{more}"));
    let count = findings.len().min(MOST_FINDINGS) + more.iter().len();
    let longest = (MOST_WARNED / count.max(1)).min(LONGEST_WARNING);
    let shown = findings.iter().take(MOST_FINDINGS);
    shown
        .map(|finding| warning(finding, longest))
        .chain(more)
        .collect()
}

/// A finding in so many characters: a cut shortens the words, and the path from its front, but never the end of the path
/// nor the rule.
fn warning(finding: &Finding, longest: usize) -> String {
    let already = if finding.effect == Effect::Forgiven {
        "already there: "
    } else {
        ""
    };
    let rule = format!(" [{}]", finding.rule);
    let room = longest.saturating_sub(WARNS.len() + rule.chars().count());
    let path = keep_end(&finding.path.to_string(), room / 2);
    let words = format!(": {already}{}", finding.message);
    let words = keep_start(&words, room.saturating_sub(path.chars().count()));
    format!("{WARNS}{path}{words}{rule}")
}

fn path(finding: &Finding) -> String {
    keep_end(&finding.path.to_string(), LONGEST_PATH)
}

fn keep_start(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain(['…'])
        .collect()
}

fn keep_end(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    ['…']
        .into_iter()
        .chain(text.chars().skip(count - most.saturating_sub(1)))
        .collect()
}

impl Annotations {
    fn of(policy: &Policy, verdict: &Verdict) -> Self {
        let findings = verdict.findings.iter();
        let mut rules: Vec<_> = findings.map(|finding| finding.rule.id()).collect();
        rules.sort_unstable();
        rules.dedup();
        Self {
            policy: named(policy),
            policy_generation: policy.generation.map(|generation| generation.to_string()),
            rules: rules.join(","),
            verdict: verdict.outcome.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_WARNING, WARNS, keep_end, warning};
    use crate::core::{
        finding::{Effect, Finding, Rule},
        path::Path,
    };

    fn finding(path: Path, message: &str) -> Finding {
        let rule = Rule::new("schema/additionalProperties");
        Finding {
            path,
            rule,
            effect: Effect::Warn,
            is_told: true,
            confidence: None,
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_long_warning_keeps_the_end_of_the_path_and_the_rule() {
        let path = (0..40).fold(Path::root(), |path, step| path.key(&format!("level{step}")));
        let warning = warning(&finding(path, &"words ".repeat(40)), LONGEST_WARNING);
        assert_eq!(warning.chars().count(), LONGEST_WARNING, "{warning}");
        assert!(warning.starts_with(WARNS), "{warning}");
        assert!(warning.contains(".level39: words"), "{warning}");
        assert!(
            warning.ends_with("… [schema/additionalProperties]"),
            "{warning}"
        );
    }

    #[test]
    fn a_short_warning_stands_whole() {
        let warning = warning(
            &finding(Path::root().key("a"), "unknown key"),
            LONGEST_WARNING,
        );
        assert_eq!(
            warning,
            "statusguard: status.a: unknown key [schema/additionalProperties]"
        );
    }

    #[test]
    fn cuts_count_characters() {
        assert_eq!(keep_end("ééééé", 3), "…éé");
    }
}

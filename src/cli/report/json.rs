//! A report as JSON, for programs: what is unknown is absent.
use serde::Serialize;

use super::{Judged, Placed, Report};
use crate::core::{
    gate::Outcome,
    policy::{Source, manifest::API_VERSION},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckReport<'a> {
    api_version: &'static str,
    kind: &'static str,
    objects: Vec<Object<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    api_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    verdict: &'static str,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    path: String,
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    effect: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
}

#[derive(Serialize)]
struct Summary {
    objects: usize,
    denied: usize,
    warned: usize,
    allowed: usize,
}

/// The report as one JSON document.
pub(in crate::cli) fn of(report: &Report) -> String {
    let report = CheckReport {
        api_version: API_VERSION,
        kind: "CheckReport",
        objects: report.objects.iter().map(object).collect(),
        summary: Summary {
            objects: report.objects.len(),
            denied: report.count(Outcome::Denied),
            warned: report.count(Outcome::Warned),
            allowed: report.count(Outcome::Allowed),
        },
    };
    let mut text = serde_json::to_string_pretty(&report)
        .expect("a report is made of strings, numbers and lists");
    text.push('\n');
    text
}

fn object(judged: &Judged) -> Object<'_> {
    let identity = &judged.identity;
    Object {
        api_version: &identity.api_version,
        kind: &identity.kind,
        namespace: &identity.namespace,
        name: &identity.name,
        file: &judged.file,
        policy: judged.policy.as_deref().map(|policy| policy.name.as_str()),
        policy_source: judged.policy.as_deref().map(|policy| source(policy.source)),
        phase: judged.phase.map(crate::core::phase::Phase::as_str),
        verdict: judged.outcome.as_str(),
        findings: judged.findings.iter().map(finding).collect(),
    }
}

const fn source(source: Source) -> &'static str {
    match source {
        Source::StatusSchema => "StatusSchema",
        Source::Promise => "Promise",
        Source::BuiltIn => "built-in",
    }
}

fn finding(placed: &Placed) -> Finding<'_> {
    let finding = &placed.finding;
    Finding {
        path: finding.path.to_string(),
        rule: finding.rule.id(),
        confidence: finding
            .confidence
            .map(crate::core::secret::hit::Confidence::as_str),
        effect: finding.effect.as_str(),
        message: &finding.message,
        file: &placed.file,
        line: placed.place.map(|place| place.line),
        column: placed.place.map(|place| place.column),
    }
}

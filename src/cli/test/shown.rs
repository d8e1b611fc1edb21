//! What cases came to, for people and for programs.
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::case::{Missing, Outcome};
use crate::{
    cli::{
        listing::{Entry, Group, Level, Listing},
        report::{
            Placed,
            human::{Paint, plural},
        },
        source::printable,
    },
    core::{finding::Finding, policy::manifest::API_VERSION},
};

/// The rule of a case that came to something else than expected.
const RULE: &str = "test/unexpected";
/// Said of what was found and refuses nothing.
const WARNED: &str =
    "only warned, since that is all it does here; --as Enforce tests what a policy would refuse";

/// One line a case, and for each that failed how it differs from what was expected.
pub(super) fn human(outcomes: &[Outcome], paint: Paint) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let word = if outcome.has_passed() {
            "ok"
        } else {
            &paint.set(Paint::ERROR, "FAILED")
        };
        let _ = writeln!(text, "{}: {word}", printable(&title(outcome)));
        for (sign, line) in differences(outcome) {
            let code = if sign == '-' {
                Paint::WARNING
            } else {
                Paint::ERROR
            };
            let _ = writeln!(text, "  {}", paint.set(code, &format!("{sign} {line}")));
        }
    }
    let failed = outcomes
        .iter()
        .filter(|outcome| !outcome.has_passed())
        .count();
    if failed > 0 {
        text.push_str("(- was expected and did not happen, + happened and was not expected)\n");
    }
    let passed = outcomes.len() - failed;
    let _ = writeln!(
        text,
        "{}: {passed} passed, {failed} failed",
        plural(outcomes.len(), "case")
    );
    text
}

fn title(outcome: &Outcome) -> String {
    if outcome.name == outcome.file {
        return outcome.name.clone();
    }
    let line = outcome
        .place
        .map(|place| format!(":{}", place.line))
        .unwrap_or_default();
    format!("{}{line}: {}", outcome.file, outcome.name)
}

fn differences(outcome: &Outcome) -> Vec<(char, String)> {
    let mut lines = Vec::new();
    if outcome.is_too_good {
        let refusal = match outcome.warned.first() {
            None => "a refusal".to_owned(),
            Some(first) => {
                let Finding { path, rule, .. } = &first.finding;
                let more = match outcome.warned.len() - 1 {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("a refusal: {path} [{rule}]{more} {WARNED}")
            }
        };
        lines.push(('-', refusal));
    }
    lines.extend(outcome.missing.iter().map(|missing| {
        let Missing {
            path,
            rule,
            is_warning,
        } = missing;
        let why = if *is_warning {
            format!(" {WARNED}")
        } else {
            String::new()
        };
        ('-', printable(&format!("{path} [{rule}]{why}")))
    }));
    lines.extend(
        outcome
            .unexpected
            .iter()
            .map(|placed| ('+', unexpected(placed))),
    );
    lines
}

fn unexpected(placed: &Placed) -> String {
    let place = placed
        .place
        .map(|place| format!(" at line {}", place.line))
        .unwrap_or_default();
    format!("{}{place}", placed.finding)
}

/// The outcomes for the formats that all commands have.
pub(super) fn listing(outcomes: &[Outcome]) -> Listing {
    let groups = outcomes.iter().map(|outcome| Group {
        name: outcome.name.clone(),
        file: outcome.file.clone(),
        entries: differences(outcome)
            .into_iter()
            .map(|(sign, line)| Entry {
                level: Level::Error,
                rule: RULE.to_owned(),
                words: match sign {
                    '-' => format!("{}: expected, and did not happen: {line}", outcome.name),
                    _ => format!("{}: not expected: {line}", outcome.name),
                },
                file: outcome.file.clone(),
                place: outcome.place,
                path: line,
            })
            .collect(),
    });
    Listing {
        groups: groups.collect(),
    }
}

/// The outcomes as one JSON document.
pub(super) fn json(outcomes: &[Outcome]) -> String {
    let cases: Vec<Value> = outcomes.iter().map(case).collect();
    let failed = outcomes
        .iter()
        .filter(|outcome| !outcome.has_passed())
        .count();
    let report = json!({
        "apiVersion": API_VERSION,
        "kind": "TestReport",
        "cases": cases,
        "summary": {"cases": outcomes.len(), "passed": outcomes.len() - failed, "failed": failed},
    });
    format!("{report:#}\n")
}

fn case(outcome: &Outcome) -> Value {
    let missing = outcome.missing.iter();
    let missing: Vec<Value> = missing
        .map(|missing| {
            json!({"path": missing.path, "rule": missing.rule, "warned": missing.is_warning})
        })
        .collect();
    let unexpected: Vec<Value> = outcome
        .unexpected
        .iter()
        .map(|placed| {
            let finding = &placed.finding;
            json!({"path": finding.path.to_string(), "rule": finding.rule.id(), "message": finding.message})
        })
        .collect();
    let mut case = json!({
        "name": outcome.name,
        "file": outcome.file,
        "passed": outcome.has_passed(),
        "missing": missing,
        "unexpected": unexpected,
    });
    if let Some(place) = outcome.place {
        case["line"] = json!(place.line);
    }
    case
}

//! What cases came to, for people and for programs.
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    case::{Missing, Outcome},
    expected::Expectation,
};
use crate::{
    cli::{
        listing::{Entry, Group, Level, Listing},
        report::human::{Paint, plural},
        source::printable,
    },
    core::{
        finding::{Finding, Rule},
        policy::manifest::API_VERSION,
        status_file,
        yaml::Place,
    },
};

/// The rule of what was expected and did not happen.
const MISSING: &str = "test/missing";
/// The rule of what happened and was not expected.
const UNEXPECTED: &str = "test/unexpected";
/// Said of what was found and refuses nothing, where the policy is not enforced.
const LENIENT: &str =
    "only warned, since that is all it does here; --as Enforce tests what a policy would refuse";
/// Said of what was found and refuses nothing although the policy is enforced.
const WARNED: &str = "only warned, which is all that it does where a policy is enforced too";
/// The families of rules that never refuse anything.
const NEVER_REFUSING: [&str; 1] = ["merge"];
/// Said of what should have been refused.
const ACCEPTED: &str = "a refusal: it was accepted";

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

/// How an outcome differs from what was expected: a sign, and words.
fn differences(outcome: &Outcome) -> Vec<(char, String)> {
    let mut lines = Vec::new();
    lines.extend(too_good(outcome).map(|words| ('-', words)));
    let missing = outcome.missing.iter();
    lines.extend(missing.map(|missing| ('-', did_not_happen(outcome, missing))));
    lines.extend(outcome.unexpected.iter().map(|placed| {
        let place = placed.place.map(|place| format!(" at line {}", place.line));
        let words = format!("{}{}", placed.finding, place.unwrap_or_default());
        ('+', words)
    }));
    lines
}

/// What is said where something should have been refused, and nothing was.
fn too_good(outcome: &Outcome) -> Option<String> {
    if !outcome.is_too_good {
        return None;
    }
    let Some(first) = outcome.warned.first() else {
        return Some(ACCEPTED.to_owned());
    };
    let Finding { path, rule, .. } = &first.finding;
    let more = match outcome.warned.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let why = warned(outcome, rule);
    Some(format!("{ACCEPTED}; {path} [{rule}]{more} {why}"))
}

/// Why a finding for this rule refused nothing.
fn warned(outcome: &Outcome, rule: &Rule) -> &'static str {
    if outcome.is_lenient && !NEVER_REFUSING.contains(&rule.family()) && *rule != status_file::YAML
    {
        LENIENT
    } else {
        WARNED
    }
}

fn did_not_happen(outcome: &Outcome, missing: &Missing) -> String {
    let Expectation { path, rule, .. } = &missing.expected;
    let found = outcome.warned.iter().map(|placed| &placed.finding.rule);
    let mut found = found.filter(|found| missing.is_warning && found.id() == rule);
    let why = found
        .next()
        .map(|rule| format!(" {}", warned(outcome, rule)));
    let why = why.unwrap_or_default();
    printable(&format!("{path} [{rule}]{why}"))
}

/// The outcomes for the formats that all commands have.
pub(super) fn listing(outcomes: &[Outcome]) -> Listing {
    let groups = outcomes.iter().map(|outcome| Group {
        name: outcome.name.clone(),
        file: outcome.file.clone(),
        entries: entries(outcome),
    });
    Listing {
        groups: groups.collect(),
    }
}

fn entries(outcome: &Outcome) -> Vec<Entry> {
    // A file of many cases does not say which of them it is about.
    let case = if outcome.name == outcome.file {
        String::new()
    } else {
        format!("{}: ", outcome.name)
    };
    let entry = |rule: &str, words: String, place: Option<Place>, path: String| Entry {
        level: Level::Error,
        rule: rule.to_owned(),
        words: format!("{case}{words}"),
        file: outcome.file.clone(),
        place: place.or(outcome.place).or(Some(Place::START)),
        path,
    };
    let missing = |words: String, place: Option<Place>, path: String| {
        let words = format!("expected, and did not happen: {words}");
        entry(MISSING, words, place, path)
    };
    let mut entries = Vec::new();
    entries.extend(too_good(outcome).map(|words| missing(words, None, String::new())));
    entries.extend(outcome.missing.iter().map(|one| {
        let Expectation { path, rule, place } = &one.expected;
        missing(
            did_not_happen(outcome, one),
            *place,
            format!("{path} {rule}"),
        )
    }));
    entries.extend(outcome.unexpected.iter().map(|placed| {
        let Finding { path, rule, .. } = &placed.finding;
        let words = format!("not expected: {}", placed.finding);
        entry(UNEXPECTED, words, placed.place, format!("{path} {rule}"))
    }));
    entries
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
            let Expectation { path, rule, .. } = &missing.expected;
            json!({"path": path, "rule": rule, "warned": missing.is_warning})
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
    if let Some(reason) = too_good(outcome) {
        case["reason"] = json!(format!("expected, and did not happen: {reason}"));
    }
    case
}

//! Conditions: each has a `type` and a `status`, as `kubectl wait` needs, and no type stands twice.
use std::collections::BTreeMap;

use crate::core::{
    finding::Rule,
    json::with_article,
    path::Path,
    ratchet::{Candidate, Class, Evidence, Identity},
    status::{
        CONDITIONS,
        conditions::{Condition, Conditions, Field},
    },
    view::NormalisedStep,
};

/// What the status of a condition may be.
const STATUSES: [&str; 3] = ["True", "False", "Unknown"];

/// Conditions that are judged one by one; a list of more is one fault, so that no status makes millions of them.
const MOST_CONDITIONS: usize = 1_000;

pub(super) fn judge<'s>(conditions: &'s Conditions<'_>, faults: &mut Vec<Candidate<'s>>) {
    if let (Some(json), false) = (conditions.json(), conditions.is_list()) {
        faults.push(Candidate {
            path: Path::root().key(CONDITIONS),
            rule: Rule::new("condition/type"),
            message: Conditions::no_list(json.kind()),
            class: Class::Condition,
            identity: identity(Rule::new("condition/type"), None, None),
            evidence: Evidence::Json(json),
        });
    }
    if let Some(excess) = conditions.len().checked_sub(MOST_CONDITIONS + 1) {
        faults.push(too_many(excess as u64));
        return;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for condition in conditions.iter() {
        judge_type(condition, faults);
        judge_status(condition, faults);
        judge_duplicate(condition, &mut seen, faults);
    }
}

fn too_many(excess: u64) -> Candidate<'static> {
    let rule = Rule::new("budget/items");
    Candidate {
        path: Path::root().key(CONDITIONS),
        rule: rule.clone(),
        message: format!("has more than {MOST_CONDITIONS} conditions; write each type once"),
        class: Class::Condition,
        identity: identity(rule, None, None),
        evidence: Evidence::Whole(excess),
    }
}

fn judge_type<'s>(condition: &'s Condition<'_>, faults: &mut Vec<Candidate<'s>>) {
    let message = match &condition.type_ {
        Field::Missing if condition.json.kind() == "object" => {
            "missing; name what this condition is about".to_owned()
        }
        Field::Missing => format!(
            "missing; a condition is an object, not {}",
            with_article(condition.json.kind())
        ),
        Field::Text(text, _) if text.is_empty() => {
            "is empty; name what this condition is about".to_owned()
        }
        Field::Text(..) => return,
        Field::Other(json) => format!("must be a string, is {}", with_article(json.kind())),
    };
    faults.push(candidate(
        condition,
        "type",
        &condition.type_,
        "condition/type",
        message,
    ));
}

fn judge_status<'s>(condition: &'s Condition<'_>, faults: &mut Vec<Candidate<'s>>) {
    let message = match &condition.status {
        Field::Missing if condition.json.kind() != "object" => return,
        Field::Missing => "missing; write True, False or Unknown".to_owned(),
        Field::Text(text, _) if STATUSES.contains(&text.as_ref()) => return,
        Field::Text(text, _) => STATUSES
            .iter()
            .find(|status| status.eq_ignore_ascii_case(text))
            .map_or("must be True, False or Unknown".to_owned(), |near| {
                format!("write {near}, with a capital letter")
            }),
        Field::Other(json) if json.kind() == "boolean" => {
            "must be a string, is a boolean; write True, False or Unknown in quotes".to_owned()
        }
        Field::Other(json) => {
            format!(
                "must be the string True, False or Unknown, is {}",
                with_article(json.kind())
            )
        }
    };
    faults.push(candidate(
        condition,
        "status",
        &condition.status,
        "condition/status",
        message,
    ));
}

fn judge_duplicate<'s>(
    condition: &'s Condition<'_>,
    seen: &mut BTreeMap<&'s str, usize>,
    faults: &mut Vec<Candidate<'s>>,
) {
    let Some(type_) = condition.type_.text() else {
        return;
    };
    if let Some(first) = seen.get(type_) {
        let message = format!("conditions[{first}] has this type already; write each type once");
        faults.push(candidate(
            condition,
            "type",
            &condition.type_,
            "condition/duplicate",
            message,
        ));
    } else {
        seen.insert(type_, condition.index);
    }
}

fn candidate<'s>(
    condition: &'s Condition<'_>,
    key: &'static str,
    field: &Field<'s>,
    rule: &'static str,
    message: String,
) -> Candidate<'s> {
    Candidate {
        path: Path::root().key(CONDITIONS).index(condition.index).key(key),
        rule: Rule::new(rule),
        message,
        class: Class::Condition,
        identity: identity(Rule::new(rule), Some(condition), Some(key)),
        evidence: field.json().map_or(Evidence::Missing, Evidence::Json),
    }
}

fn identity(rule: Rule, condition: Option<&Condition<'_>>, key: Option<&str>) -> Identity {
    let steps = [
        Some(NormalisedStep::Key(CONDITIONS.into())),
        condition.map(|condition| NormalisedStep::condition(condition.type_.text())),
        key.map(|key| NormalisedStep::Key(key.into())),
    ];
    Identity {
        rule,
        place: Box::default(),
        parameter: None,
        path: steps.into_iter().flatten().collect(),
    }
}

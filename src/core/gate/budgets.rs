//! Budgets: how large a status may be before it stops being a status.
use crate::core::{
    finding::Rule,
    gate::snapshot::Snapshot,
    path::Path,
    policy::Budgets,
    ratchet::{Candidate, Class, Evidence, Identity},
    status::{DEEPEST_VALUE, MESSAGE},
    view::NormalisedStep,
};

/// Adds a fault for each budget that is broken, and says whether the status is small enough to run a schema on.
pub(super) fn judge<'s>(
    snapshot: &'s Snapshot<'_>,
    budgets: &Budgets,
    faults: &mut Vec<Candidate<'s>>,
) -> bool {
    let measure = snapshot.measure();
    let measured = [
        ("budget/bytes", measure.bytes, budgets.bytes),
        ("budget/depth", measure.depth, budgets.depth),
        ("budget/items", measure.items, budgets.items),
    ];
    // No budget of depth is as large as this, so what cannot be read is always above one.
    let is_readable = measure.depth <= DEEPEST_VALUE;
    let mut runs_schema = is_readable;
    for (rule, measured, budget) in measured {
        if measured > budget {
            let is_far_above = measured > budget.saturating_mul(2) || !is_readable;
            runs_schema &= !is_far_above;
            faults.push(candidate(
                rule,
                measured - budget,
                words(rule, budget),
                is_far_above,
            ));
        }
    }
    faults.extend(judge_message(snapshot, budgets.message_length));
    runs_schema
}

fn judge_message<'s>(snapshot: &'s Snapshot<'_>, budget: u64) -> Option<Candidate<'s>> {
    let json = snapshot.status.get(MESSAGE)?;
    // A character is at least one byte, so most messages need not be read.
    if json.get().len() as u64 <= budget {
        return None;
    }
    let length = json.text()?.chars().count() as u64;
    (length > budget).then(|| {
        let fault = candidate(
            "budget/message-length",
            length - budget,
            words("budget/message-length", budget),
            false,
        );
        let path = std::iter::once(NormalisedStep::Key(MESSAGE.into())).collect();
        Candidate {
            path: Path::root().key(MESSAGE),
            class: Class::MessageLength,
            identity: Identity {
                path,
                ..fault.identity
            },
            ..fault
        }
    })
}

fn candidate(
    rule: &'static str,
    excess: u64,
    message: String,
    is_far_above: bool,
) -> Candidate<'static> {
    let rule = Rule::new(rule);
    let path = std::iter::empty().collect();
    Candidate {
        path: Path::root(),
        rule: rule.clone(),
        message,
        class: Class::Budget { is_far_above },
        identity: Identity {
            rule,
            place: Box::default(),
            parameter: None,
            path,
        },
        evidence: Evidence::Whole(excess),
    }
}

fn words(rule: &str, budget: u64) -> String {
    match rule {
        "budget/bytes" => {
            format!(
                "has more than {budget} bytes; keep large data elsewhere and write a name or a link to it"
            )
        }
        "budget/depth" => format!("is nested deeper than {budget} levels; write it flatter"),
        "budget/items" => format!("has more than {budget} keys and elements; write a summary"),
        _ => format!(
            "has more than {budget} characters; `kubectl get` shows it as a column, so write one sentence"
        ),
    }
}

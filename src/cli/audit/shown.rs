//! What was counted, for people and for programs.
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::tally::{Count, Kind, OfPolicy, Tally};
use crate::{
    cli::{report::human::plural, source::printable},
    core::policy::{Enforcement, manifest::API_VERSION},
};

/// The counts for people.
pub(super) fn human(tally: &Tally, enforcement: Enforcement) -> String {
    let requests = tally.requests();
    let assumed = if requests == 0 {
        ""
    } else {
        ", each judged as if its pipelines completed just now"
    };
    let mut text = format!("{}{assumed}\n", summary(tally, enforcement));
    if enforcement != Enforcement::Enforce {
        text.push_str("(what enforcing would refuse is counted without --as)\n");
    }
    for (name, of) in tally.policies.iter().filter(|(_, of)| of.requests > 0) {
        human_policy(&mut text, name, of, enforcement);
    }
    if !tally.without_schema.is_empty() {
        text.push_str("\nno schema is in force for these, so only secrets, conditions and sizes were looked at:\n");
    }
    for (resource, count) in &tally.without_schema {
        let _ = writeln!(text, "  {count:>6}  {}", printable(resource));
    }
    if tally.unjudged > 0 {
        let _ = writeln!(text, "\nwithout a status yet: {}", tally.unjudged);
    }
    let most = tally
        .policies
        .values()
        .find_map(|of| of.ordered().first().map(|(kind, _)| &kind.rule));
    text.extend(most.map(|rule| format!("\nmore about a rule: statusguard explain {rule}\n")));
    text
}

fn human_policy(text: &mut String, name: &str, of: &OfPolicy, enforcement: Enforcement) {
    let _ = writeln!(
        text,
        "\n{name}: {} of {} refused{}",
        of.refused,
        of.requests,
        lesser(of, enforcement)
    );
    for (kind, count) in of.ordered() {
        let note = match kind {
            Kind {
                is_denial: false, ..
            } => " (warning)",
            Kind {
                is_forgiven: true, ..
            } => " (refused already; what is stored is forgiven until it changes)",
            _ => "",
        };
        let Kind { path, rule, .. } = kind;
        let _ = writeln!(
            text,
            "  {:>6}  {path} [{rule}]{note}{}",
            count.requests,
            names(count)
        );
    }
    if of.others > 0 {
        let _ = writeln!(text, "  {:>6}  at other places", of.others);
    }
    if let Some((newest, outdated)) = of.outdated() {
        let newest = printable(newest);
        let _ = writeln!(
            text,
            "  {:>6}  of another status.promiseVersion than {newest}, the newest{}",
            outdated.requests,
            names(&outdated)
        );
    }
}

/// What it would do in all if every schema were enforced like this.
fn summary(tally: &Tally, enforcement: Enforcement) -> String {
    let (refused, requests) = (tally.refused(), plural(tally.requests(), "request"));
    let lesser = match enforcement {
        Enforcement::Enforce => {
            return format!("enforcing now would refuse {refused} of {requests}");
        }
        Enforcement::Warn => format!("warn about {}", tally.warned()),
        Enforcement::Audit => format!(
            "record findings of {}, which nobody is told of",
            tally.recorded()
        ),
    };
    format!(
        "as {} it would refuse {refused} of {requests} and {lesser}",
        enforcement.as_str()
    )
}

/// What a policy does to requests that it does not refuse, where it is not enforced.
fn lesser(of: &OfPolicy, enforcement: Enforcement) -> String {
    match enforcement {
        Enforcement::Enforce => String::new(),
        Enforcement::Warn => format!(", {} warned about", of.warned),
        Enforcement::Audit => format!(", {} only recorded", of.recorded),
    }
}

fn names(count: &Count) -> String {
    let more = match count.requests.saturating_sub(count.names.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(": {}{more}", count.names.join(", "))
}

/// The counts as one JSON document.
pub(super) fn json(tally: &Tally) -> String {
    let policies = tally.policies.iter().filter(|(_, of)| of.requests > 0);
    let policies: Vec<Value> = policies.map(|(name, of)| of_policy(name, of)).collect();
    let without = tally.without_schema.iter();
    let without = without.map(|(resource, count)| json!({"resource": resource, "requests": count}));
    let without: Vec<Value> = without.collect();
    let report = json!({
        "apiVersion": API_VERSION,
        "kind": "AuditReport",
        "policies": policies,
        "withoutSchema": without,
        "summary": {"requests": tally.requests(), "refused": tally.refused(), "withoutStatus": tally.unjudged},
    });
    format!("{report:#}\n")
}

fn of_policy(name: &str, of: &OfPolicy) -> Value {
    let findings = of.ordered().into_iter().map(|(kind, count)| {
        json!({
            "path": kind.path,
            "rule": kind.rule,
            "effect": if kind.is_denial { "deny" } else { "warn" },
            "forgiven": kind.is_forgiven,
            "requests": count.requests,
            "examples": count.names,
        })
    });
    let mut policy = json!({
        "policy": name,
        "requests": of.requests,
        "refused": of.refused,
        "findings": findings.collect::<Vec<_>>(),
    });
    if of.others > 0 {
        policy["otherFindings"] = of.others.into();
    }
    if let Some((newest, outdated)) = of.outdated() {
        policy["outdated"] = json!({
            "newest": newest,
            "requests": outdated.requests,
            "examples": outdated.names,
        });
    }
    policy
}

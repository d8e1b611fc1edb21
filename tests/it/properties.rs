//! What holds of every decision, over generated schemas and statuses.
use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use statusguard::core::{
    catalog::Catalog,
    denial,
    finding::{Effect, Finding},
    gate::{self, Outcome, Verdict},
    path::Step,
    policy::{Enforcement, Policy, Schemas, Source},
    review::Review,
    schema::{Dialect, Schema},
};

use crate::generate::{CANARY, authors, bookkeeping, conditions, schema, status};

/// Whether a status is complete, as a condition says it.
fn completion() -> impl Strategy<Value = Option<bool>> {
    proptest::option::of(any::<bool>())
}

fn catalog(schema: &Value) -> Option<Catalog> {
    let schema = Schema::compile(schema, Dialect::JsonSchema).ok()?;
    let policy = Policy {
        name: "case".to_owned(),
        source: Source::StatusSchema,
        group: "example.org".to_owned(),
        resource: "cases".to_owned(),
        enforcement: Enforcement::Enforce,
        schemas: Schemas::All(Arc::new(schema)),
        ..Policy::built_in()
    };
    Catalog::new([Arc::new(policy)], Enforcement::Enforce).ok()
}

fn review(old: &str, new: &str) -> String {
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"u",
            "kind":{{"kind":"Case"}},"resource":{{"group":"example.org","version":"v1","resource":"cases"}},
            "subResource":"status","name":"n","namespace":"default","operation":"UPDATE",
            "object":{{"metadata":{{}},"status":{new}}},"oldObject":{{"metadata":{{}},"status":{old}}}}}}}"#
    )
}

fn decide(catalog: &Catalog, old: &str, new: &str) -> Verdict {
    gate::decide(
        catalog,
        &Review::parse(review(old, new).as_bytes()).expect("a review that we wrote"),
    )
}

fn done(is_true: Option<bool>) -> Vec<Value> {
    let status = |is_true| if is_true { "True" } else { "False" };
    is_true
        .map(|is_true| json!({"type": "ConfigureWorkflowCompleted", "status": status(is_true)}))
        .into_iter()
        .collect()
}

/// The same JSON with the keys of every object in the opposite order, and with blanks.
fn backwards(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev();
            let members: Vec<_> = members
                .map(|(key, value)| format!("{} : {}", json!(key), backwards(value)))
                .collect();
            format!("{{ {} }}", members.join(" , "))
        }
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(backwards).collect::<Vec<_>>().join(", ")
        ),
        scalar => scalar.to_string(),
    }
}

/// The keys that lead to a finding below the root, where no list is on the way: the same place in any status.
fn keys<'f>(finding: &'f Finding) -> Option<Vec<&'f str>> {
    let key = |step: &'f Step| match step {
        Step::Key(key) => Some(&**key),
        Step::Index(_) => None,
    };
    let keys: Option<Vec<&str>> = finding.path.steps().iter().map(key).collect();
    keys.filter(|keys| !keys.is_empty())
}

/// What stands where keys lead, if anything does.
fn found<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().try_fold(value, |value, key| value.get(key))
}

/// Findings without the index of a condition, counted.
fn counted(verdict: &Verdict) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for finding in &verdict.findings {
        let path = finding.path.to_string();
        let path = path
            .split_once("conditions[")
            .map_or(path.as_str(), |_| "conditions");
        *counts
            .entry(format!(
                "{path} {} {}",
                finding.rule,
                finding.effect.as_str()
            ))
            .or_default() += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_unchanged_authors_part_is_never_denied(
        schema in schema(), authors in authors(), own in conditions(),
        old in bookkeeping(), new in bookkeeping(), is_done in completion(), was_done in any::<bool>(),
    ) {
        let Some(catalog) = catalog(&schema) else { return Ok(()) };
        let is_authors = |one: &&Value| one["type"] == "Ready" || one["type"] == "Synced";
        let authors_own: Vec<_> = own.iter().filter(is_authors).cloned().collect();
        let mut after = authors_own.clone();
        let before: Vec<_> = authors_own.into_iter().chain(done(Some(was_done))).collect();
        // Kratix may take completion back, or leave it; to complete is not bookkeeping.
        after.extend(done(is_done.map(|is_done| is_done && was_done)));
        let verdict =
            decide(&catalog, &status(&authors, &old, &before).to_string(), &status(&authors, &new, &after).to_string());
        prop_assert_ne!(verdict.outcome, Outcome::Denied, "{:?}", verdict.findings);
    }

    #[test]
    fn a_repeated_status_is_never_denied(
        schema in schema(), authors in authors(), own in bookkeeping(), conditions in conditions(),
    ) {
        let Some(catalog) = catalog(&schema) else { return Ok(()) };
        let old = status(&authors, &own, &conditions);
        let verdict = decide(&catalog, &old.to_string(), &backwards(&old));
        prop_assert_ne!(verdict.outcome, Outcome::Denied, "{:?}", verdict.findings);
        prop_assert!(verdict.findings.iter().all(|finding| finding.effect == Effect::Forgiven));
    }

    #[test]
    fn a_fault_that_was_not_there_is_never_forgiven(
        schema in schema(), before in authors(), after in authors(), is_done in completion(), was_done in completion(),
        mut old_conditions in conditions(), mut new_conditions in conditions(),
    ) {
        let Some(catalog) = catalog(&schema) else { return Ok(()) };
        old_conditions.extend(done(was_done));
        new_conditions.extend(done(is_done));
        let (old, new) = (status(&before, &Map::new(), &old_conditions), status(&after, &Map::new(), &new_conditions));
        // What is wrong with each on its own, as a write onto nothing at all says it.
        let alone = |status: &Value| decide(&catalog, "{}", &status.to_string()).findings;
        let (of_old, of_new) = (alone(&old), alone(&new));
        let verdict = decide(&catalog, &old.to_string(), &new.to_string());
        let forgiven: Vec<&Finding> =
            verdict.findings.iter().filter(|finding| finding.effect == Effect::Forgiven).collect();
        for one in &forgiven {
            let is_alike = |other: &&Finding| other.rule == one.rule && other.path.general() == one.path.general();
            let before = of_old.iter().filter(is_alike).count();
            let now = forgiven.iter().copied().filter(is_alike).count();
            prop_assert!(now <= before, "{} at {}: {:?}", one.rule, one.path, verdict.findings);
            if let Some(keys) = keys(one) {
                prop_assert_eq!(found(&old, &keys), found(&new, &keys), "{} at {}", one.rule, one.path);
            }
        }
        // Where nothing was wrong before, everything is new.
        if of_old.is_empty() && before != after && !verdict.findings.is_empty() {
            let denied = verdict.findings.iter().filter(|finding| finding.effect == Effect::Deny);
            prop_assert_eq!(denied.count(), of_new.len(), "{:?}", verdict.findings);
        }
    }

    #[test]
    fn conditions_in_another_order_change_nothing(
        schema in schema(), authors in authors(), old in conditions(), new in conditions(), turn in 0..5_usize,
    ) {
        let Some(catalog) = catalog(&schema) else { return Ok(()) };
        let mut turned = new.clone();
        turned.reverse();
        if !turned.is_empty() {
            let turn = turn % turned.len();
            turned.rotate_left(turn);
        }
        let old = status(&authors, &Map::new(), &old).to_string();
        let as_written = decide(&catalog, &old, &status(&authors, &Map::new(), &new).to_string());
        let turned = decide(&catalog, &old, &status(&authors, &Map::new(), &turned).to_string());
        if as_written.policy.is_some() && turned.policy.is_some() {
            prop_assert_eq!(as_written.outcome, turned.outcome);
            prop_assert_eq!(counted(&as_written), counted(&turned));
        }
    }

    #[test]
    fn the_same_bytes_give_the_same_verdict_and_no_value(
        schema in schema(), old in authors(), new in authors(), conditions in conditions(), own in bookkeeping(),
    ) {
        let Some(catalog) = catalog(&schema) else { return Ok(()) };
        let (old, new) = (status(&old, &own, &[]).to_string(), status(&new, &own, &conditions).to_string());
        let (one, two) = (decide(&catalog, &old, &new), decide(&catalog, &old, &new));
        prop_assert_eq!(&one.findings, &two.findings);
        let body = review(&old, &new);
        let review = Review::parse(body.as_bytes()).expect("a review that we wrote");
        let reply = String::from_utf8(denial::reply(&review, &one)).expect("a reply is UTF-8");
        prop_assert!(!reply.contains(CANARY), "{}", reply);
        let debug = format!("{one:?} {review:?}");
        prop_assert!(!debug.contains(CANARY), "{}", debug);
        let reply: Value = serde_json::from_str(&reply).expect("a reply is JSON");
        prop_assert_eq!(&reply["response"]["allowed"], &json!(one.outcome != Outcome::Denied));
    }
}

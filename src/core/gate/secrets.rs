//! Secrets: what the rules about them found in a status, as faults of it.
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::core::{
    finding::{Finding, Rule},
    gate::{shape::HEALTH, snapshot::Side},
    json::Json,
    kratix,
    path::{Path, Step},
    policy::{Allow, Policy},
    ratchet::{Candidate, Class, Evidence, Identity},
    review::Review,
    schema::Schema,
    secret::{self, Exceptions, Leak, told::Told, words},
    status::{CONDITIONS, MESSAGE, Status},
    view::{Normalised, NormalisedStep},
};

/// What decides which secrets count.
#[derive(Clone, Copy)]
pub(super) struct Demands<'p> {
    pub(super) policy: &'p Policy,
    pub(super) schema: Option<&'p Schema>,
}

impl Demands<'_> {
    /// Whether the schema sees a member of the root. What it declares is about what it sees.
    fn sees(self, key: &str) -> bool {
        let names = |names: fn(&Schema) -> bool| self.schema.is_some_and(names);
        match key {
            MESSAGE => names(Schema::names_message),
            CONDITIONS => names(Schema::names_conditions),
            _ => !kratix::is_key(key),
        }
    }
}

/// What a new status holds that may be told, and that the policy does not except.
///
/// Where nothing that is forgiven is told, containers of which this write changes nothing are looked into only if there
/// is something beside them: all that is in them is forgiven. A single literal in what did change is always looked at,
/// since what stands beside it may have begun to say what it is.
pub(super) fn told<'s>(
    review: &Review<'s>,
    (new, old): (&Side<'s>, &Side<'_>),
    demands: Demands<'_>,
    tells_forgiven: bool,
) -> Vec<Candidate<'s>> {
    if !tells_forgiven && changed(review, (new, old), demands).is_empty() {
        return Vec::new();
    }
    all(review.status, new, demands)
}

/// What a new status holds, but for what only stands in containers of which this write changes nothing.
fn changed<'s>(
    review: &Review<'s>,
    (new, old): (&Side<'s>, &Side<'_>),
    demands: Demands<'_>,
) -> Vec<Candidate<'s>> {
    // Of a key that stands twice only one was there before.
    let is_clear = |side: &Side<'_>| side.object().is_some_and(|side| !side.status.has_twins());
    let old = old
        .object()
        .filter(|_| is_clear(new) && is_clear(old))
        .map(|old| &old.status);
    find(review.status, new, demands, old)
}

/// All that a status holds that the policy does not except.
pub(super) fn all<'s>(
    status: Option<Json<'s>>,
    side: &Side<'s>,
    demands: Demands<'_>,
) -> Vec<Candidate<'s>> {
    find(status, side, demands, None)
}

/// The keys of the root under which the old status holds a secret, and this write holds null: Kratix's merge never
/// removes a key, so null is how a secret is taken out, and its schema takes the key for absent.
pub(super) fn cleared<'s>(
    review: &Review<'s>,
    (new, old): (&Side<'_>, &Side<'s>),
    demands: Demands<'_>,
) -> BTreeSet<Box<str>> {
    let (Some(now), Some(before)) = (new.object(), old.object()) else {
        return BTreeSet::new();
    };
    let is_null = |json: Json<'_>| json.get() == "null";
    let is_cleared = |key: &str| {
        let was = || before.status.get(key);
        now.status.get(key).is_some_and(is_null) && was().is_some_and(|was| !is_null(was))
    };
    let mut keys = now.status.authors().map(|(key, _)| &**key);
    if !is_cleared(MESSAGE) && !keys.any(is_cleared) {
        return BTreeSet::new();
    }
    let leaks = all(review.old_status, old, demands);
    let roots = leaks.iter().filter_map(|leak| match leak.path.steps() {
        [Step::Key(root), ..] => Some(root),
        _ => None,
    });
    roots.filter(|root| is_cleared(root)).cloned().collect()
}

/// Forgives what is left of texts that told more secrets before: each text of the old status forgives one of the new.
pub(super) fn forgive_what_is_left(
    new: &[Candidate<'_>],
    old: &[Candidate<'_>],
    forgiven: &mut [bool],
) {
    if new
        .iter()
        .zip(&*forgiven)
        .all(|(fault, is_forgiven)| *is_forgiven || text(fault).is_none())
    {
        return;
    }
    let mut before: BTreeMap<_, Vec<Before<'_>>> = BTreeMap::new();
    let mut left = LEAST_READ;
    for fault in old {
        if let Some(text) = text(fault) {
            let place = (&fault.identity.path, &fault.identity.parameter);
            let of_place = before.entry(place).or_default();
            of_place.push(Before {
                text,
                told: OnceCell::new(),
            });
            left += MOST_READINGS * text.len();
        }
    }
    for is_known in [true, false] {
        for (fault, is_forgiven) in new.iter().zip(&mut *forgiven) {
            let Some(now) = text(fault).filter(|_| *is_forgiven == is_known) else {
                continue;
            };
            let place = (&fault.identity.path, &fault.identity.parameter);
            let Some(texts) = before.get_mut(&place) else {
                continue;
            };
            let found = if is_known {
                texts.iter().position(|was| was.text == now)
            } else {
                told_before(now, texts, &keys(&fault.path), &mut left)
            };
            if let Some(found) = found {
                texts.swap_remove(found);
                *is_forgiven = true;
            }
        }
    }
}

/// How many texts at one place are compared with one of the new status.
const MOST_TRIED: usize = 64;
/// How often the old texts may be read to tell what is in them and in the new ones, and how much at least.
const MOST_READINGS: usize = 12;
const LEAST_READ: usize = 64 << 10;

/// A text that told a secret before.
struct Before<'t> {
    text: &'t str,
    /// What it told, once somebody has asked.
    told: OnceCell<Option<Told>>,
}

/// The first of some texts that told each secret that `now` tells: what is left when one of two is taken out of a
/// message, or when something else in it changed.
fn told_before(now: &str, before: &[Before<'_>], keys: &[&str], left: &mut usize) -> Option<usize> {
    if before.is_empty() {
        return None;
    }
    let now = secret::told::told(now, keys, left)?;
    let tells_all = |was: &Before<'_>| {
        let told = was
            .told
            .get_or_init(|| secret::told::told(was.text, keys, left));
        told.as_ref().is_some_and(|told| now.is_among(told))
    };
    before.iter().take(MOST_TRIED).position(tells_all)
}

/// The text that tells a secret, if that is not all of it by what it is called.
fn text<'c>(fault: &'c Candidate<'_>) -> Option<&'c str> {
    const WHOLE: [&str; 3] = [
        "secret/declared",
        "secret/key-name",
        "secret/sensitive-output",
    ];
    // A key may be one of JSON in the text; what the objects around it call it is said of all of it.
    let is_called =
        fault.rule.id() == "secret/credential-key" && fault.identity.parameter.is_some();
    match (&fault.class, &fault.evidence) {
        (Class::Secret { .. }, Evidence::Literal(text))
            if !is_called && !WHOLE.contains(&fault.rule.id()) =>
        {
            Some(text)
        }
        _ => None,
    }
}

/// The keys of a path, from the root.
fn keys(path: &Path) -> Vec<&str> {
    let steps = path.steps().iter();
    let keys = steps.filter_map(|step| match step {
        Step::Key(key) => Some(&**key),
        Step::Index(_) => None,
    });
    keys.collect()
}

/// What is wrong and what to do about it, if `fault` is a secret: to write something else, or to remove what is there.
pub(super) fn advised(fault: &Candidate<'_>, is_there: bool) -> Option<String> {
    let Class::Secret { remedy, .. } = fault.class else {
        return None;
    };
    let advice = if is_there {
        words::removal(&fault.path)
    } else {
        words::remedy(fault.rule.id(), remedy, &fault.path)
    };
    Some(format!("{}; {advice}", fault.message))
}

/// Whether a path is in the key into which Kratix copies the health of other objects.
pub(super) fn is_in_health(path: &Path) -> bool {
    matches!(path.steps().first(), Some(Step::Key(key)) if &**key == HEALTH)
}

fn find<'s>(
    status: Option<Json<'s>>,
    side: &Side<'s>,
    demands: Demands<'_>,
    before: Option<&Status<'_>>,
) -> Vec<Candidate<'s>> {
    let Some(status) = status else {
        return Vec::new();
    };
    let allow = &demands.policy.secrets.allow;
    let exceptions = Exceptions {
        is_lifted: &|path, rule| is_allowed(allow, path, rule),
        before,
        declared: demands.schema.map(Schema::declared),
        vocabulary: demands.schema.map(Schema::vocabulary),
        is_seen_by_schema: &|key| demands.sees(key),
    };
    let leaks = match side.object().and_then(|side| side.status.tape()) {
        Some(tape) => secret::leaks_on(tape, &exceptions),
        None => secret::leaks(status, &exceptions),
    };
    leaks
        .into_iter()
        .map(|leak| candidate(leak, side))
        .collect()
}

fn is_allowed(allow: &[Allow], path: &Path, rule: &Rule) -> bool {
    allow.iter().any(|allow| allow.lifts(path, rule))
}

fn candidate<'s>(leak: Leak<'s>, side: &Side<'_>) -> Candidate<'s> {
    let message = words::fault(&leak.hit);
    Candidate {
        identity: Identity {
            rule: leak.hit.rule.clone(),
            place: Box::default(),
            parameter: leak.calls,
            path: normalised(&leak.path, side),
        },
        path: leak.path,
        rule: leak.hit.rule,
        message,
        class: Class::Secret {
            confidence: leak.hit.confidence,
            remedy: leak.hit.remedy,
        },
        evidence: Evidence::Literal(leak.literal),
    }
}

/// A path in which the order of lists does not count.
fn normalised(path: &Path, side: &Side<'_>) -> Normalised {
    let is_in_conditions =
        matches!(path.steps().first(), Some(Step::Key(key)) if &**key == CONDITIONS);
    let type_ = |index: usize| {
        let status = &side.object()?.status;
        status.conditions().iter().nth(index)?.type_.text()
    };
    let steps = path.steps().iter().enumerate();
    let normalise = |(at, step): (usize, &Step)| match step {
        Step::Key(key) => NormalisedStep::Key(key.clone()),
        Step::Index(index) if at == 1 && is_in_conditions => {
            NormalisedStep::condition(type_(*index))
        }
        Step::Index(_) => NormalisedStep::Any,
    };
    steps.map(normalise).collect()
}

/// Leaves out that a key is not known where a secret is found under it: the advice to rename the key would only move
/// the secret.
pub(super) fn without_unknown_keys(findings: Vec<Finding>) -> Vec<Finding> {
    let secrets = findings
        .iter()
        .filter(|finding| finding.confidence.is_some());
    let secrets: BTreeMap<_, _> = secrets
        .map(|finding| (finding.path.clone(), finding.effect))
        .collect();
    if secrets.is_empty() {
        return findings;
    }
    let is_unknown_key = |finding: &Finding| {
        [
            "schema/additionalProperties",
            "schema/unevaluatedProperties",
        ]
        .contains(&finding.rule.id())
    };
    let is_secret = |finding: &Finding| {
        let effect = secrets.get(&finding.path);
        effect.is_some_and(|effect| *effect >= finding.effect)
    };
    findings
        .into_iter()
        .filter(|finding| !is_unknown_key(finding) || !is_secret(finding))
        .collect()
}

#[cfg(test)]
mod tests;

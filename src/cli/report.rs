//! What was judged, with the place of each finding in the files, ready to be printed in any format.
use std::sync::Arc;

use crate::{
    cli::{
        source::printable,
        subject::{Decision, Identity},
    },
    core::{
        finding::{Effect, Finding},
        gate::Outcome,
        path::{Key, Path},
        phase::Phase,
        policy::Policy,
        status_file,
        yaml::{Found, Place},
    },
};

pub(super) mod human;
pub(super) mod json;

/// What a command has to tell.
#[derive(Default)]
pub(super) struct Report {
    /// In the order of the input.
    pub(super) objects: Vec<Judged>,
}

/// One object, and what was decided about its status.
pub(super) struct Judged {
    pub(super) identity: Identity,
    pub(super) policy: Option<Arc<Policy>>,
    pub(super) phase: Option<Phase>,
    pub(super) outcome: Outcome,
    /// Why there is nothing to judge, where that is so.
    pub(super) unjudged: &'static str,
    /// By path and rule.
    pub(super) findings: Vec<Placed>,
    /// The file that its status is in.
    pub(super) file: String,
}

/// A finding, and where in a file it is to be mended.
pub(super) struct Placed {
    pub(super) finding: Finding,
    pub(super) file: String,
    pub(super) place: Option<Place>,
    pub(super) excerpt: Option<Excerpt>,
}

/// What may be shown of a line of a file: a key, and that there is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) line: u64,
    /// The key as it is printed, which is how it is written, and the column in which it begins.
    pub(super) key: Option<(String, u64)>,
    /// What the key is read as, if that is another one.
    pub(super) read: Option<String>,
    /// The column in which the value begins, if it does on this line.
    pub(super) value: Option<u64>,
    /// Whether the fault is the key, and not the value.
    pub(super) is_about_key: bool,
}

impl Report {
    /// How many objects had this outcome.
    pub(super) fn count(&self, outcome: Outcome) -> usize {
        self.objects
            .iter()
            .filter(|object| object.outcome == outcome)
            .count()
    }

    /// Whether anything is denied.
    pub(super) fn is_denied(&self) -> bool {
        self.count(Outcome::Denied) > 0
    }
}

impl Judged {
    pub(super) fn of(mut decision: Decision) -> Self {
        let mut found = std::mem::take(&mut decision.verdict.findings);
        let mut extra = std::mem::take(&mut decision.extra);
        blame_wrapping(&mut found, &mut extra);
        if let Some(first) = found.first() {
            let extra = extra.iter_mut().map(|(finding, _)| finding);
            extra.for_each(|finding| finding.path.mask_as(&first.path));
        }
        let mut outcome = decision.verdict.outcome;
        let mut findings: Vec<Placed> = found
            .into_iter()
            .map(|finding| Placed::of(finding, None, &decision))
            .collect();
        for (finding, place) in extra {
            outcome = outcome.max(match finding.effect {
                Effect::Deny => Outcome::Denied,
                _ => Outcome::Warned,
            });
            findings.push(Placed::of(finding, place, &decision));
        }
        let key = |placed: &Placed| (placed.finding.path.clone(), placed.finding.rule.clone());
        findings.sort_by_cached_key(key);
        Self {
            identity: decision.identity,
            policy: decision.verdict.policy,
            phase: decision.verdict.phase,
            outcome,
            unjudged: decision.unjudged,
            findings,
            file: decision.file,
        }
    }

    /// What people call the object.
    pub(super) fn title(&self) -> String {
        let Identity {
            kind,
            namespace,
            name,
            ..
        } = &self.identity;
        let title = match (kind.as_str(), namespace.as_str(), name.as_str()) {
            ("", _, _) => self.file.clone(),
            (kind, _, "") => format!("{kind} in {}", self.file),
            (kind, "", name) => format!("{kind} {name}"),
            (kind, namespace, name) => format!("{kind} {namespace}/{name}"),
        };
        printable(&title)
    }
}

/// Where all of a file stands under `status`, that is why nothing in it is what the schema asks for: it is told alone.
fn blame_wrapping(found: &mut Vec<Finding>, extra: &mut [(Finding, Option<Place>)]) {
    let wrapped = extra
        .iter_mut()
        .map(|(finding, _)| finding)
        .find(|finding| finding.rule == status_file::WRAPPED);
    let Some(wrapped) = wrapped else {
        return;
    };
    found.retain(|finding| {
        let is_of_schema = finding.rule.family() == "schema";
        if is_of_schema {
            wrapped.effect = wrapped.effect.max(finding.effect);
        }
        !is_of_schema
    });
}

impl Placed {
    fn of(finding: Finding, place: Option<Place>, decision: &Decision) -> Self {
        let found = decision.find(&finding.path);
        let is_about_key = is_about_key(&finding);
        let file = found
            .as_ref()
            .map(|(text, _)| text.name.clone())
            .unwrap_or_default();
        let found = found.map(|(_, found)| found);
        let of_key = found.and_then(|found| found.key).map(|(_, place)| place);
        let own = found.map(|found| match of_key {
            Some(key) if is_about_key || !found.is_whole || key.line != found.value.line => key,
            _ => found.value,
        });
        // What stands elsewhere in the file, such as a key that another one replaced, cannot be shown by its value.
        let is_elsewhere = place.is_some_and(|place| Some(place) != own && Some(place) != of_key);
        let is_about_key = is_about_key || (place.is_some() && place == of_key);
        let excerpt = found
            .filter(|_| !is_elsewhere)
            .and_then(|found| excerpt(&finding.path, &found, is_about_key));
        Self {
            finding,
            file,
            place: place.or(own),
            excerpt,
        }
    }

    /// Whether the author is told, as the server would tell it.
    pub(super) fn is_told(&self) -> bool {
        self.finding.is_told
    }
}

fn is_about_key(finding: &Finding) -> bool {
    const ABOUT_KEYS: [&str; 6] = [
        "kratix/own-key",
        "kratix/wrapped",
        "schema/additionalProperties",
        "schema/propertyNames",
        "schema/unevaluatedProperties",
        "secret/key-name",
    ];
    ABOUT_KEYS.contains(&finding.rule.id())
}

fn excerpt(path: &Path, found: &Found<'_>, is_about_key: bool) -> Option<Excerpt> {
    if path.is_root() {
        return None;
    }
    let Some((key, at)) = found.key else {
        return found.is_whole.then_some(Excerpt {
            line: found.value.line,
            key: None,
            read: None,
            value: Some(found.value.column),
            is_about_key: false,
        });
    };
    let value = (found.value.line == at.line).then_some(found.value.column);
    let shown = path.shown_key(key);
    // Where a key is masked, so is how it is written.
    let written = found.written.filter(|_| shown == Key(key).to_string());
    let (shown, read) = match written {
        Some(written) => (Key(written).to_string(), Some(shown)),
        None => (shown, None),
    };
    Some(Excerpt {
        line: at.line,
        key: Some((shown, at.column)),
        read,
        value,
        is_about_key: is_about_key || !found.is_whole || value.is_none(),
    })
}

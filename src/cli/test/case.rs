//! One case: what is judged, what is expected, and how the two differ.
use super::exceptions::Exceptions;
use crate::{
    cli::{
        policies::Policies,
        report::{Judged, Placed},
        source::InputFault,
        subject::Subject,
    },
    core::{finding::Effect, yaml::Place},
};

/// A case as its author wrote it.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) place: Option<Place>,
    /// Of a file there may be several.
    pub(super) subjects: Vec<Subject>,
    pub(super) expected: Expected,
}

/// What the author expects.
pub(super) enum Expected {
    /// Nothing is refused.
    Accepted,
    /// Something is refused.
    Refused,
    /// Exactly these are refused: path and rule.
    For(Vec<(String, String)>),
}

/// What a case came to.
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) place: Option<Place>,
    /// Path and rule of what was expected and not found.
    pub(super) missing: Vec<(String, String)>,
    /// What was refused and not expected.
    pub(super) unexpected: Vec<Placed>,
    /// Whether something should have been refused, and nothing was.
    pub(super) is_too_good: bool,
}

impl Outcome {
    pub(super) fn has_passed(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && !self.is_too_good
    }
}

impl Case {
    /// Judges it, and remembers which exceptions it needs.
    pub(super) fn run(
        self,
        policies: &Policies,
        exceptions: &mut Exceptions,
    ) -> Result<Outcome, InputFault> {
        let mut found = Vec::new();
        for subject in self.subjects {
            exceptions.look(&subject)?;
            let judged = Judged::of(subject.decide(policies)?);
            let denials = judged.findings.into_iter();
            found.extend(denials.filter(|placed| placed.finding.effect == Effect::Deny));
        }
        let is_too_good = matches!(self.expected, Expected::Refused) && found.is_empty();
        let mut missing = Vec::new();
        match self.expected {
            Expected::Accepted => {}
            Expected::Refused => found.clear(),
            Expected::For(expected) => {
                for (path, rule) in expected {
                    let is_it = |placed: &Placed| {
                        placed.finding.path.to_string() == path && placed.finding.rule.id() == rule
                    };
                    match found.iter().position(is_it) {
                        Some(index) => drop(found.remove(index)),
                        None => missing.push((path, rule)),
                    }
                }
            }
        }
        Ok(Outcome {
            name: self.name,
            file: self.file,
            place: self.place,
            missing,
            unexpected: found,
            is_too_good,
        })
    }
}

//! One case: what is judged, what is expected, and how the two differ.
use super::expected::Expectation;
use crate::{
    cli::{
        exceptions::Exceptions,
        policies::Policies,
        report::{Judged, Placed},
        source::InputFault,
        subject::Subject,
    },
    core::{finding::Effect, policy::Enforcement, yaml::Place},
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
    /// Exactly these are refused.
    For(Vec<Expectation>),
}

/// What a case came to.
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) place: Option<Place>,
    /// What was expected and did not happen.
    pub(super) missing: Vec<Missing>,
    /// What was refused and not expected.
    pub(super) unexpected: Vec<Placed>,
    /// Whether something should have been refused, and nothing was.
    pub(super) is_too_good: bool,
    /// Whether a policy that it was judged by is not enforced.
    pub(super) is_lenient: bool,
    /// What was found and refuses nothing, in the order of the findings.
    pub(super) warned: Vec<Placed>,
}

/// What should have been refused.
pub(super) struct Missing {
    pub(super) expected: Expectation,
    /// Whether it was found, and only warned.
    pub(super) is_warning: bool,
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
        let (mut found, mut warned, mut is_lenient) = (Vec::new(), Vec::new(), false);
        for subject in self.subjects {
            exceptions.look(&subject)?;
            let judged = Judged::of(subject.decide(policies)?);
            is_lenient |= judged.policy.as_deref().is_some_and(|policy| {
                let least = policy.enforcement.min(policy.secrets.enforcement);
                least < Enforcement::Enforce
            });
            let (denials, others): (Vec<_>, Vec<_>) = judged
                .findings
                .into_iter()
                .partition(|placed| placed.finding.effect == Effect::Deny);
            found.extend(denials);
            warned.extend(others.into_iter().filter(Placed::is_told));
        }
        let is_too_good = matches!(self.expected, Expected::Refused) && found.is_empty();
        let mut missing = Vec::new();
        match self.expected {
            Expected::Accepted => {}
            Expected::Refused => found.clear(),
            Expected::For(expected) => {
                for expected in expected {
                    let is_it = |placed: &Placed| {
                        let finding = &placed.finding;
                        finding.path.to_string() == expected.path
                            && finding.rule.id() == expected.rule
                    };
                    if let Some(index) = found.iter().position(is_it) {
                        found.remove(index);
                        continue;
                    }
                    let is_warning = warned.iter().any(is_it);
                    missing.push(Missing {
                        expected,
                        is_warning,
                    });
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
            is_lenient,
            warned,
        })
    }
}

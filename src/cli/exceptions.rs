//! Which exceptions of a policy (`spec.secrets.allow`) cases or requests need, so that those that nothing needs are told.
use std::{fmt::Write as _, sync::Arc};

use crate::{
    cli::{policies::Policies, source::InputFault, subject::Subject},
    core::{denial, policy::Policy},
};

/// The exceptions of all policies.
pub(super) struct Exceptions {
    /// The policies without any; none if nothing is excepted.
    bare: Option<Policies>,
    excepting: Vec<Excepting>,
}

/// A policy that makes exceptions.
struct Excepting {
    policy: Arc<Policy>,
    /// Of each exception, whether anything needs it.
    needed: Vec<bool>,
    /// How many statuses were judged by the policy.
    judged: usize,
}

impl Exceptions {
    pub(super) fn of(policies: &Policies) -> Self {
        let excepting = policies.catalog.policies().map(|policy| Excepting {
            policy: Arc::clone(policy),
            needed: vec![false; policy.secrets.allow.len()],
            judged: 0,
        });
        Self {
            bare: policies.without_exceptions(),
            excepting: excepting.collect(),
        }
    }

    /// Judges `subject` once more, as if there were none.
    pub(super) fn look(&mut self, subject: &Subject) -> Result<(), InputFault> {
        let Some(bare) = &self.bare else {
            return Ok(());
        };
        let decision = subject.clone().decide(bare)?;
        let (group, resource) = &decision.resource;
        let is_it =
            |one: &&mut Excepting| (&one.policy.group, &one.policy.resource) == (group, resource);
        let Some(excepting) = self.excepting.iter_mut().find(is_it) else {
            return Ok(());
        };
        excepting.judged += 1;
        let allowed = excepting.policy.secrets.allow.iter();
        for (allow, needed) in allowed.zip(&mut excepting.needed) {
            let mut found = decision.verdict.findings.iter();
            *needed |= found.any(|finding| allow.lifts(&finding.path, &finding.rule));
        }
        Ok(())
    }

    /// A line for each exception that nothing needs of what its policy judged, with what to do about it.
    pub(super) fn unused(&self, what: &str, remedy: &str) -> String {
        let mut text = String::new();
        for Excepting { policy, needed, .. } in self.excepting.iter().filter(|one| one.judged > 0) {
            let allowed = policy.secrets.allow.iter().zip(needed);
            for (allow, _) in allowed.filter(|(_, needed)| !**needed) {
                let _ = writeln!(
                    text,
                    "note: {}: no {what} needs the exception from {} at {}; {remedy}",
                    denial::named(policy),
                    allow.rule,
                    allow.path.as_str()
                );
            }
        }
        text
    }
}

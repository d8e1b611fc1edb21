//! What a look at the directory of certificates has found, and what it means for those who trust the one before.
use crate::{
    core::pki::{Moment, Validity},
    server::{certificates::directory::Contents, pair},
};

/// What a look at the directory has found, if it is news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Other files are in force.
    InForce {
        /// From when to when the certificate is valid.
        validity: Validity,
        /// Who trusts it.
        trust: Trust,
    },
    /// The files are bad; the last good pair stays in force.
    Refused(String),
    /// The files are as they were before they were bad.
    Mended,
    /// The certificate in force ends soon, and no other has come.
    Ending(Moment),
    /// The certificate in force has ended.
    Ended(Moment),
}

/// Whether those who trust what was to be trusted before trust a new pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// What is to be trusted has not changed, or is not known here.
    Same,
    /// It has changed; who trusts the one before trusts the pair until then.
    Until(Moment),
    /// It has changed, and who trusts the one before does not trust the pair.
    Lost,
}

impl Trust {
    pub(super) fn between(before: &Contents, after: &Contents, now: Moment) -> Self {
        let (old, new) = (before.trusted(), after.trusted());
        if new.is_none() || new == old {
            return Self::Same;
        }
        let certificate = after.certificate.as_deref().unwrap_or_default();
        old.and_then(|old| pair::trusted_until(certificate, old, now))
            .filter(|until| *until > now)
            .map_or(Self::Lost, Self::Until)
    }
}

impl Change {
    /// What is to be told of the end of a certificate, if it is near.
    pub(super) fn of_end(validity: &Validity, now: Moment) -> Option<Self> {
        let end = validity.not_after;
        if end < now {
            Some(Self::Ended(end))
        } else {
            validity.ends_soon(now).then_some(Self::Ending(end))
        }
    }
}

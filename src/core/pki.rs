//! Certificates as values: what a throw-away certificate must look like, and when it is due for renewal.
#[cfg(feature = "cluster")]
pub mod authority;
#[cfg(feature = "cluster")]
pub mod facts;
pub mod rotation;

use ::core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::{collections::BTreeSet, time::Duration};

/// A moment: the time since 1970 began in UTC.
pub type Moment = Duration;

/// The name under which a cluster reaches statusguard.
pub const SERVICE_NAME: &str = "statusguard.statusguard.svc";

/// The common name of the throw-away CA; a leaf that another issued is never replaced.
pub const AUTHORITY_NAME: &str = "statusguard throw-away CA";

const DAY: Duration = Duration::from_hours(24);

/// How long a CA is valid. Its certificate stands in webhook configurations, which nobody likes to apply again.
const AUTHORITY_LIFE: Duration = DAY.saturating_mul(365);

/// How long a leaf is valid.
const LEAF_LIFE: Duration = DAY.saturating_mul(90);

/// How far validity reaches back, for clients whose clock is behind ours.
const BACKDATED: Duration = Duration::from_hours(1);

/// From when to when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first moment.
    pub not_before: Moment,
    /// The last moment.
    pub not_after: Moment,
}

/// How a certificate stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its first moment is still to come.
    NotYetValid,
    /// Valid, with more than a third of its life left.
    Valid,
    /// Valid, but less than a third of its life is left: time to renew it.
    Due,
    /// Its last moment is past.
    Expired,
}

impl Validity {
    /// The validity of a CA that is made at `now`.
    pub fn of_authority(now: Moment) -> Self {
        Self {
            not_before: now.saturating_sub(BACKDATED),
            not_after: now + AUTHORITY_LIFE,
        }
    }

    /// The validity of a leaf that is made at `now`; it never outlives the CA that signs it.
    pub fn of_leaf(now: Moment, authority: &Self) -> Self {
        Self {
            not_before: now.saturating_sub(BACKDATED).max(authority.not_before),
            not_after: (now + LEAF_LIFE).min(authority.not_after),
        }
    }

    /// How a certificate of this validity stands at `now`.
    pub fn standing(&self, now: Moment) -> Standing {
        if now < self.not_before {
            Standing::NotYetValid
        } else if now > self.not_after {
            Standing::Expired
        } else if now > self.due() {
            Standing::Due
        } else {
            Standing::Valid
        }
    }

    /// Whether less than a tenth of its life is left at `now`: whoever renews it was to have done so.
    pub fn ends_soon(&self, now: Moment) -> bool {
        let life = self.not_after.saturating_sub(self.not_before);
        now > self.not_after.saturating_sub(life / 10)
    }

    /// The moment from which a third of its life is left.
    fn due(&self) -> Moment {
        let life = self.not_after.saturating_sub(self.not_before);
        self.not_after.saturating_sub(life / 3)
    }
}

/// The names that a serving certificate holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// DNS names.
    pub dns: BTreeSet<String>,
    /// IP addresses.
    pub addresses: BTreeSet<IpAddr>,
}

impl Names {
    /// The names of a server that listens on `address`.
    pub fn of_server(address: IpAddr) -> Self {
        let local = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        let own = (!address.is_unspecified()).then_some(address);
        Self {
            dns: BTreeSet::from(["localhost".to_owned(), SERVICE_NAME.to_owned()]),
            addresses: local.into_iter().chain(own).collect(),
        }
    }

    /// Whether each name of `wanted` is among these.
    pub fn cover(&self, wanted: &Self) -> bool {
        wanted.dns.is_subset(&self.dns) && wanted.addresses.is_subset(&self.addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: u32) -> Moment {
        DAY * (20_000 + days)
    }

    #[test]
    fn a_leaf_is_due_when_a_third_of_its_life_is_left() {
        let leaf = Validity::of_leaf(at(0), &Validity::of_authority(at(0)));
        assert_eq!(leaf.standing(at(0)), Standing::Valid);
        assert_eq!(leaf.standing(at(59)), Standing::Valid);
        assert_eq!(leaf.standing(at(61)), Standing::Due);
        assert_eq!(leaf.standing(at(91)), Standing::Expired);
        assert_eq!(
            leaf.standing(at(0).saturating_sub(DAY)),
            Standing::NotYetValid
        );
    }

    #[test]
    fn the_end_is_near_when_a_tenth_of_a_life_is_left() {
        let leaf = Validity::of_leaf(at(0), &Validity::of_authority(at(0)));
        assert!(!leaf.ends_soon(at(80)));
        assert!(leaf.ends_soon(at(82)));
    }

    #[test]
    fn a_leaf_never_outlives_its_authority() {
        let authority = Validity::of_authority(at(0));
        assert_eq!(
            Validity::of_leaf(at(360), &authority).not_after,
            authority.not_after
        );
    }

    #[test]
    fn a_client_whose_clock_is_behind_is_served() {
        let authority = Validity::of_authority(at(1));
        let behind = at(1).saturating_sub(Duration::from_mins(50));
        assert_eq!(
            Validity::of_leaf(at(1), &authority).standing(behind),
            Standing::Valid
        );
    }

    #[test]
    fn a_server_is_known_by_its_address_the_local_ones_and_its_service() {
        let names = Names::of_server(IpAddr::from([10, 1, 2, 3]));
        assert!(names.dns.contains(SERVICE_NAME) && names.dns.contains("localhost"));
        assert_eq!(names.addresses.len(), 3);
        assert!(names.cover(&Names::of_server(Ipv4Addr::UNSPECIFIED.into())));
        assert!(!Names::of_server(Ipv4Addr::LOCALHOST.into()).cover(&names));
    }
}

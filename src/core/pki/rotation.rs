//! When a CA and its leaf that several replicas share are to be made anew, and when what is trusted may be forgotten.
use ::core::time::Duration;

use crate::core::pki::{DAY, Moment, Names, Standing, Validity};

/// How long things last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lives {
    /// A CA.
    pub authority: Duration,
    /// A leaf.
    pub leaf: Duration,
    /// How long a new CA must have been trusted before a leaf of it is served: several API servers each have a cache.
    pub trust: Duration,
}

impl Default for Lives {
    fn default() -> Self {
        Self {
            authority: DAY * 365,
            leaf: DAY * 60,
            trust: Duration::from_mins(1),
        }
    }
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// The CAs that are trusted, the newest last.
    pub authorities: Vec<Validity>,
    /// Whether the key of the newest is there.
    pub has_key: bool,
    /// What is served.
    pub leaf: Option<(Validity, Names)>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Nothing before this moment.
    Wait(Moment),
    /// Make a CA, to be trusted beside those that are there.
    MakeAuthority,
    /// Make a leaf of the newest CA.
    MakeLeaf,
    /// Trust the oldest CA no more.
    ForgetOldest,
}

impl Validity {
    /// Of something that is made at `now` and lasts for `life`. It reaches back for clients whose clock is behind.
    pub fn lasting(now: Moment, life: Duration) -> Self {
        Self {
            not_before: now.saturating_sub(backdated(life)),
            not_after: now + life,
        }
    }

    /// The same, within the life of the CA that signs it.
    #[must_use]
    pub fn within(self, authority: &Self) -> Self {
        Self {
            not_before: self.not_before.max(authority.not_before),
            not_after: self.not_after.min(authority.not_after),
        }
    }
}

/// How far validity reaches back.
fn backdated(life: Duration) -> Duration {
    Duration::from_hours(1).min(life / 24)
}

/// What is to be done at `now` about what is `held`, to serve under all of `names`. The newest CA is trusted by the API
/// server since `trusted`, if it is.
pub fn task(
    held: &Held,
    names: &Names,
    lives: &Lives,
    trusted: Option<Moment>,
    now: Moment,
) -> Task {
    let Some(newest) = held.authorities.last().filter(|_| held.has_key) else {
        return Task::MakeAuthority;
    };
    if newest.standing(now) != Standing::Valid {
        return Task::MakeAuthority;
    }
    let Some((leaf, _)) = held
        .leaf
        .as_ref()
        .filter(|(leaf, own)| own.cover(names) && !has_ended(leaf, now))
    else {
        return Task::MakeLeaf;
    };
    let is_wanted = leaf.standing(now) == Standing::Due || leaf.not_before < newest.not_before;
    let may_serve = trusted.map(|since| since + lives.trust);
    if is_wanted && may_serve.is_some_and(|at| at <= now) {
        return Task::MakeLeaf;
    }
    // By then the last leaf of the CA before has ended, whoever served it.
    let forget = newest.not_before + backdated(lives.authority) + lives.trust + lives.leaf;
    let oldest = held
        .authorities
        .first()
        .filter(|_| held.authorities.len() > 1);
    if oldest.is_some_and(|oldest| forget <= now || has_ended(oldest, now)) {
        return Task::ForgetOldest;
    }
    let next = [
        is_wanted.then_some(may_serve).flatten(),
        (!is_wanted).then(|| leaf.due()),
        Some(leaf.not_after),
        Some(newest.due()),
        oldest.map(|oldest| oldest.not_after.min(forget)),
    ];
    let next = next.into_iter().flatten().filter(|at| *at > now).min();
    Task::Wait(next.unwrap_or(now + lives.trust))
}

fn has_ended(validity: &Validity, now: Moment) -> bool {
    matches!(
        validity.standing(now),
        Standing::Expired | Standing::NotYetValid
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Duration::from_hours(24 * 20_000);
    const LIVES: Lives = Lives {
        authority: Duration::from_hours(24 * 365),
        leaf: Duration::from_hours(24 * 60),
        trust: Duration::from_mins(1),
    };

    fn names() -> Names {
        Names {
            dns: [crate::core::pki::SERVICE_NAME.to_owned()].into(),
            ..Names::default()
        }
    }

    /// A CA and its leaf of so many days ago.
    fn held(authority: u32, leaf: u32) -> Held {
        let authority = Validity::lasting(NOW.saturating_sub(DAY * authority), LIVES.authority);
        let leaf = Validity::lasting(NOW.saturating_sub(DAY * leaf), LIVES.leaf).within(&authority);
        Held {
            authorities: vec![authority],
            has_key: true,
            leaf: Some((leaf, names())),
        }
    }

    fn todo(held: &Held, trusted: Option<Moment>) -> Task {
        task(held, &names(), &LIVES, trusted, NOW)
    }

    #[test]
    fn where_nothing_is_both_are_made_at_once() {
        assert_eq!(todo(&Held::default(), None), Task::MakeAuthority);
        let without_leaf = Held {
            leaf: None,
            ..held(0, 0)
        };
        assert_eq!(todo(&without_leaf, None), Task::MakeLeaf);
        let without_key = Held {
            has_key: false,
            ..held(0, 0)
        };
        assert_eq!(todo(&without_key, None), Task::MakeAuthority);
    }

    #[test]
    fn a_fresh_pair_is_left_alone_until_its_leaf_is_due() {
        let held = held(10, 1);
        let Task::Wait(at) = todo(&held, Some(NOW)) else {
            panic!("{:?}", todo(&held, Some(NOW)));
        };
        assert_eq!(
            task(
                &held,
                &names(),
                &LIVES,
                Some(NOW),
                at + Duration::from_mins(1)
            ),
            Task::MakeLeaf
        );
        assert!(at > NOW + DAY * 38 && at < NOW + DAY * 40);
    }

    #[test]
    fn a_leaf_for_other_names_is_made_anew_at_once() {
        let other = Names {
            dns: ["other.svc".to_owned()].into(),
            ..Names::default()
        };
        assert_eq!(task(&held(1, 1), &other, &LIVES, None, NOW), Task::MakeLeaf);
    }

    #[test]
    fn a_new_authority_is_trusted_for_a_minute_before_it_serves() {
        assert_eq!(todo(&held(250, 1), Some(NOW)), Task::MakeAuthority);
        let mut both = held(250, 1);
        both.authorities
            .push(Validity::lasting(NOW, LIVES.authority));
        both.leaf.as_mut().unwrap().0.not_before = NOW.saturating_sub(Duration::from_hours(30));
        assert_eq!(
            todo(&both, None),
            Task::Wait(
                both.authorities[0]
                    .not_after
                    .min(both.leaf.as_ref().unwrap().0.not_after)
                    .min(
                        both.authorities[1].not_before
                            + Duration::from_hours(1)
                            + LIVES.trust
                            + LIVES.leaf
                    )
            )
        );
        assert_eq!(todo(&both, Some(NOW)), Task::Wait(NOW + LIVES.trust));
        assert_eq!(
            todo(&both, Some(NOW.saturating_sub(LIVES.trust))),
            Task::MakeLeaf
        );
    }

    #[test]
    fn a_leaf_that_has_ended_is_made_anew_without_waiting() {
        let mut both = held(300, 61);
        both.authorities
            .push(Validity::lasting(NOW, LIVES.authority));
        assert_eq!(todo(&both, None), Task::MakeLeaf);
    }

    #[test]
    fn an_old_authority_is_trusted_until_its_last_leaf_has_ended() {
        let mut both = held(61, 1);
        both.authorities.insert(
            0,
            Validity::lasting(NOW.saturating_sub(DAY * 300), LIVES.authority),
        );
        assert_eq!(todo(&both, Some(NOW)), Task::ForgetOldest);
        let mut both = held(30, 1);
        both.authorities.insert(
            0,
            Validity::lasting(NOW.saturating_sub(DAY * 300), LIVES.authority),
        );
        assert!(matches!(todo(&both, Some(NOW)), Task::Wait(_)));
    }
}

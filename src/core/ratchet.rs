//! The ratchet: a fault that the old status has too is forgiven, one by one, and never hides a new one.
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use serde_json::Value;

use crate::core::{
    finding::Rule,
    json::Json,
    path::Path,
    secret::hit::Confidence,
    status::{comparable, is_same},
    view::Normalised,
};

/// A fault of one status, before it is known what it does to the write.
pub struct Candidate<'s> {
    /// Where it stands in the status as written.
    pub path: Path,
    /// Which rule was broken.
    pub rule: Rule,
    /// What is wrong and how to mend it; of a secret, what is wrong alone.
    pub message: String,
    /// What kind of fault it is, which decides what it does.
    pub class: Class,
    /// What makes it the same fault in another status.
    pub identity: Identity,
    /// What stands there.
    pub evidence: Evidence<'s>,
}

/// The kinds of fault that differ in what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The status cannot be judged at all: not an object.
    NotAnObject,
    /// Of the author's schema.
    Schema,
    /// Of a condition.
    Condition,
    /// Above a budget.
    Budget {
        /// Above twice the budget, so that the schema was not run.
        is_far_above: bool,
    },
    /// A `message` that is too long to read.
    MessageLength,
    /// A key of Kratix that has a shape which Kratix never writes.
    Shape,
    /// A key of Kratix whose shape stops Kratix.
    FatalShape,
    /// A key that this write loses.
    LostKey,
    /// A secret.
    Secret {
        /// How sure that is.
        confidence: Confidence,
        /// How to mend it, where that depends on what it is.
        remedy: Option<&'static str>,
    },
}

impl Class {
    /// How sure it is, of a secret.
    pub const fn confidence(self) -> Option<Confidence> {
        match self {
            Self::Secret { confidence, .. } => Some(confidence),
            _ => None,
        }
    }
}

/// What makes a fault the same in two statuses, beside its evidence.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Which rule was broken.
    pub rule: Rule,
    /// Which place of the schema asked for it; empty for what is no schema's.
    pub place: Box<str>,
    /// Such as the missing key.
    pub parameter: Option<Box<str>>,
    /// Where, whatever the order of lists.
    pub path: Normalised,
}

// By hand, as the parameter may be a key that must be masked.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("rule", &self.rule)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// What stands at the place of a fault.
#[derive(Clone)]
pub enum Evidence<'s> {
    /// Nothing does, which is the fault.
    Missing,
    /// The same, in an element of a list that has this name.
    MissingIn(&'s str),
    /// A value of the view.
    Value(&'s Value),
    /// A value of the status.
    Json(Json<'s>),
    /// A text or a number of the status.
    Literal(Cow<'s, str>),
    /// The status as a whole: how far a count of it is beyond its limit; 0 where nothing is counted.
    Whole(u64),
    /// More faults than are looked at one by one, so that nobody knows whether there is a new one among them.
    Uncounted,
}

impl Evidence<'_> {
    /// Whether this, in the old status, is enough to forgive `new`.
    fn forgives(&self, new: &Self) -> bool {
        match (self, new) {
            (Self::Missing, Self::Missing) => true,
            (Self::MissingIn(old), Self::MissingIn(new)) => old == new,
            (Self::Value(old), Self::Value(new)) => old == new,
            (Self::Json(old), Self::Json(new)) => is_same(*old, *new),
            (Self::Literal(old), Self::Literal(new)) => old == new,
            (Self::Whole(old), Self::Whole(new)) => new <= old,
            _ => false,
        }
    }

    /// A number that is the same for all evidence of which one may forgive another, so that thousands of faults at one
    /// place are not all compared with each other.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Missing | Self::Whole(_) | Self::Uncounted => {}
            Self::MissingIn(name) => name.hash(&mut hasher),
            Self::Value(value) => value.hash(&mut hasher),
            Self::Literal(literal) => literal.hash(&mut hasher),
            Self::Json(json) => match comparable(*json) {
                Some(value) => value.hash(&mut hasher),
                None => json.get().hash(&mut hasher),
            },
        }
        hasher.finish()
    }
}

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}

/// For each fault of the new status, whether the old one has the same.
///
/// Each old fault forgives one new one; of equal new faults, those that come first are forgiven.
pub fn forgiven(new: &[Candidate<'_>], old: &[Candidate<'_>]) -> Vec<bool> {
    let mut left: BTreeMap<&Identity, BTreeMap<u64, Vec<&Evidence<'_>>>> = BTreeMap::new();
    for fault in old {
        let of_place = left.entry(&fault.identity).or_default();
        let same = of_place.entry(fault.evidence.fingerprint()).or_default();
        same.push(&fault.evidence);
    }
    let forgive = |fault: &Candidate<'_>| {
        let of_place = left.get_mut(&fault.identity);
        let fingerprint = || fault.evidence.fingerprint();
        let Some(left) = of_place.and_then(|left| left.get_mut(&fingerprint())) else {
            return false;
        };
        let found = left.iter().position(|old| old.forgives(&fault.evidence));
        found.map(|found| left.swap_remove(found)).is_some()
    };
    new.iter().map(forgive).collect()
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Class, Evidence, Identity, forgiven};
    use crate::core::{
        finding::Rule,
        path::Path,
        view::{Normalised, NormalisedStep},
    };

    fn fault(rule: &'static str, evidence: Evidence<'static>) -> Candidate<'static> {
        let path: Normalised = std::iter::empty().collect();
        Candidate {
            path: Path::root(),
            rule: Rule::new(rule),
            message: String::new(),
            class: Class::Schema,
            identity: Identity {
                rule: Rule::new(rule),
                place: "".into(),
                parameter: None,
                path,
            },
            evidence,
        }
    }

    #[test]
    fn one_old_fault_forgives_one_new_one() {
        let old = [fault("a", Evidence::Missing)];
        let new = [fault("a", Evidence::Missing), fault("a", Evidence::Missing)];
        assert_eq!(forgiven(&new, &old), [true, false]);
    }

    #[test]
    fn another_rule_or_value_is_new() {
        let (one, two) = (serde_json::json!(1), serde_json::json!(2));
        let evidence =
            |value: &serde_json::Value| Evidence::Value(Box::leak(Box::new(value.clone())));
        let old = [fault("a", evidence(&one))];
        let new = [
            fault("b", evidence(&one)),
            fault("a", evidence(&two)),
            fault("a", evidence(&one)),
        ];
        assert_eq!(forgiven(&new, &old), [false, false, true]);
    }

    #[test]
    fn a_count_may_move_towards_its_limit_only() {
        let old = [fault("a", Evidence::Whole(5))];
        assert_eq!(forgiven(&[fault("a", Evidence::Whole(5))], &old), [true]);
        assert_eq!(forgiven(&[fault("a", Evidence::Whole(4))], &old), [true]);
        assert_eq!(forgiven(&[fault("a", Evidence::Whole(6))], &old), [false]);
    }

    #[test]
    fn what_was_not_counted_forgives_nothing() {
        let old = [fault("a", Evidence::Uncounted)];
        assert_eq!(forgiven(&[fault("a", Evidence::Uncounted)], &old), [false]);
    }

    #[test]
    fn debug_holds_nothing_of_the_status() {
        let type_ = NormalisedStep::condition(Some("canary"));
        let identity = Identity {
            path: std::iter::once(type_).collect(),
            parameter: Some("canary".into()),
            ..fault("a", Evidence::Missing).identity
        };
        assert!(!format!("{identity:?} {:?}", identity.path).contains("canary"));
    }
}

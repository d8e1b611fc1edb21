//! One status, old or new, and everything that is wrong with it on its own.
use std::{cell::OnceCell, collections::BTreeSet};

use serde_json::Value;

use crate::core::{
    finding::Rule,
    gate::{budgets, conditions, shape, within::Beyond},
    json::{Json, with_article},
    path::{Masks, Path, Step},
    phase::Phase,
    pointer,
    policy::Policy,
    ratchet::{Candidate, Class, Evidence, Identity},
    schema::{Fault, Schema},
    secret::{self, keys},
    status::{Reading, Status, measure::Measure},
    view::{Normalised, NormalisedStep, View},
};

/// A status that is an object, with the view that its schema has of it. Of most old ones only the phase is asked for.
pub(super) struct Snapshot<'a> {
    pub(super) status: Status<'a>,
    schema: Option<&'a Schema>,
    /// Keys of the root that the schema does not see.
    cleared: BTreeSet<Box<str>>,
    view: OnceCell<View<'a>>,
    measure: OnceCell<Measure>,
}

/// A status, or what stands in its place.
pub(super) enum Side<'a> {
    Object(Box<Snapshot<'a>>),
    Other(&'static str),
    Unreadable,
}

impl<'a> Side<'a> {
    /// The new status and the old one.
    pub(super) fn both(
        (new, old): (Option<Json<'a>>, Option<Json<'a>>),
        schema: Option<&'a Schema>,
    ) -> (Self, Self) {
        let new = Reading::of(new);
        let old = Reading::before(old, &new);
        (Self::new(new, schema), Self::new(old, schema))
    }

    fn new(reading: Reading<'a>, schema: Option<&'a Schema>) -> Self {
        match reading {
            Reading::Object(status) => Self::Object(Box::new(Snapshot {
                status,
                schema,
                cleared: BTreeSet::new(),
                view: OnceCell::new(),
                measure: OnceCell::new(),
            })),
            Reading::Other(kind) => Self::Other(kind),
            Reading::Unreadable => Self::Unreadable,
        }
    }

    /// The same side, of whose root the schema does not see these keys.
    pub(super) fn without(mut self, cleared: BTreeSet<Box<str>>) -> Self {
        if let Self::Object(snapshot) = &mut self {
            snapshot.cleared = cleared;
            snapshot.view = OnceCell::new();
            snapshot.measure = OnceCell::new();
        }
        self
    }

    pub(super) fn object(&self) -> Option<&Snapshot<'a>> {
        match self {
            Self::Object(snapshot) => Some(snapshot),
            Self::Other(_) | Self::Unreadable => None,
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.object()
            .map_or(Phase::Partial, |snapshot| snapshot.status.phase())
    }

    /// All that is wrong with this status on its own, if its schema cannot take more than `most` steps to tell it.
    pub(super) fn faults<'s>(
        &'s self,
        policy: &Policy,
        schema: Option<&Schema>,
        most: u64,
    ) -> Result<Vec<Candidate<'s>>, Beyond> {
        Ok(match self {
            Self::Object(snapshot) => return snapshot.faults(policy, schema, most),
            Self::Other(kind) => vec![not_an_object(format!(
                "must be an object, is {}",
                with_article(kind)
            ))],
            Self::Unreadable => {
                let words = "cannot be read as JSON: a key holds half of a surrogate pair; write the key in UTF-8";
                vec![not_an_object(words.to_owned())]
            }
        })
    }
}

impl<'a> Snapshot<'a> {
    /// What the schema sees of the status.
    pub(super) fn view(&self) -> &View<'a> {
        self.view.get_or_init(|| {
            View::of(&self.status, self.schema).without(|key| self.cleared.contains(key))
        })
    }

    /// How large it is.
    pub(super) fn measure(&self) -> &Measure {
        self.measure
            .get_or_init(|| self.view().measure(&self.status))
    }

    /// The keys that must be masked because of what stands beside them.
    pub(super) fn masked_keys(&self) -> BTreeSet<Box<str>> {
        self.status
            .tape()
            .map_or_else(BTreeSet::new, secret::masked_keys)
    }

    fn faults<'s>(
        &'s self,
        policy: &Policy,
        schema: Option<&Schema>,
        most: u64,
    ) -> Result<Vec<Candidate<'s>>, Beyond> {
        let mut faults = Vec::new();
        shape::judge(&self.status, &mut faults);
        conditions::judge(self.status.conditions(), &mut faults);
        let runs_schema = budgets::judge(self, &policy.budgets, &mut faults);
        if let Some(schema) = schema.filter(|_| runs_schema) {
            self.judge_schema(schema, most, &mut faults)?;
        }
        Ok(faults)
    }

    fn judge_schema<'s>(
        &'s self,
        schema: &Schema,
        most: u64,
        faults: &mut Vec<Candidate<'s>>,
    ) -> Result<(), Beyond> {
        let is_satisfied = self.status.has_kratix_message();
        let view = match self.view().value() {
            Ok(view) => view,
            Err(unreadable) => {
                faults.push(unreadable_key(&unreadable.key));
                return Ok(());
            }
        };
        if schema.is_valid(self.status.phase(), view, is_satisfied) {
            return Ok(());
        }
        let measure = self.measure();
        if schema.effort_to_tell(measure.items, measure.depth) > most {
            return Err(Beyond);
        }
        if schema.tells_faults(measure.items) {
            let masks = Masks::alike(self.masked_keys());
            let phase = self.status.phase();
            let found = schema.faults_masking(Some(&masks), phase, view, is_satisfied);
            let found = found.into_iter().filter(|fault| !self.is_removal(fault));
            faults.extend(found.map(|fault| self.candidate(fault)));
        } else {
            faults.push(too_many_to_tell());
        }
        Ok(())
    }

    /// Whether a fault is that the schema does not name a key under which null stands, and which is named like a
    /// credential: null is how one is taken out, whoever knows what stood there before.
    fn is_removal(&self, fault: &Fault) -> bool {
        const OTHERS: [&str; 2] = ["additionalProperties", "unevaluatedProperties"];
        let is_of_others = pointer::segments(&fault.place)
            .collect::<Vec<_>>()
            .iter()
            .rev()
            .take(2)
            .any(|segment| OTHERS.contains(&&**segment));
        let is_called = || matches!(fault.path.steps().last(), Some(Step::Key(key)) if keys::kind_of(key).is_some());
        let is_null = || self.view().find(&fault.path).is_some_and(Value::is_null);
        is_of_others && is_called() && is_null()
    }

    fn candidate(&self, fault: Fault) -> Candidate<'_> {
        let rule = Rule::schema(fault.keyword);
        let evidence = if fault.path.is_root() {
            Evidence::Whole(fault.excess.unwrap_or_default())
        } else {
            let view = self.view();
            let missing = || {
                let name = view.name_of_element(&fault.path);
                name.map_or(Evidence::Missing, Evidence::MissingIn)
            };
            view.find(&fault.path).map_or_else(missing, Evidence::Value)
        };
        Candidate {
            path: self.view().as_written(&fault.path),
            rule: rule.clone(),
            message: fault.words,
            class: Class::Schema,
            identity: Identity {
                rule,
                place: fault.place,
                parameter: fault.parameter,
                path: self.view().normalised(&fault.path),
            },
            evidence,
        }
    }
}

fn not_an_object(message: String) -> Candidate<'static> {
    let rule = Rule::new("schema/type");
    let identity = Identity {
        rule: rule.clone(),
        place: Box::default(),
        parameter: None,
        path: std::iter::empty().collect(),
    };
    let evidence = Evidence::Whole(0);
    Candidate {
        path: Path::root(),
        rule,
        message,
        class: Class::NotAnObject,
        identity,
        evidence,
    }
}

/// The one fault of a status that breaks a schema in so many ways, perhaps, that they are not looked for.
fn too_many_to_tell() -> Candidate<'static> {
    let rule = Rule::new("budget/items");
    let message = "does not fit its schema, and has too many keys and elements to say where; write a summary, or a part at a time";
    Candidate {
        rule: rule.clone(),
        class: Class::Schema,
        identity: Identity {
            rule,
            place: "schema".into(),
            parameter: None,
            path: std::iter::empty().collect(),
        },
        evidence: Evidence::Uncounted,
        ..not_an_object(message.to_owned())
    }
}

fn unreadable_key(key: &str) -> Candidate<'static> {
    let message = "cannot be read as JSON: a number is out of range, or a string holds half of a surrogate pair";
    let fault = not_an_object(message.to_owned());
    let path: Normalised = std::iter::once(NormalisedStep::Key(key.into())).collect();
    Candidate {
        path: std::iter::once(Step::Key(key.into())).collect(),
        class: Class::Schema,
        identity: Identity {
            path,
            ..fault.identity
        },
        ..fault
    }
}

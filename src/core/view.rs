//! The author's view of a status: the status without what is Kratix's, as a schema sees it.
use std::{borrow::Cow, fmt, sync::OnceLock};

use serde_json::{Map, Value};

use crate::core::{
    json::Json,
    path::{Key, Path, Step},
    schema::Schema,
    status::{CONDITIONS, MESSAGE, Status, is_same, measure::Measure},
};

/// The author's view of one status, read into values only when it is asked for.
pub struct View<'a> {
    members: Vec<(Cow<'a, str>, Json<'a>)>,
    /// The author's conditions, in the order of [`super::status::conditions::Conditions::authors`], each with its
    /// index in the list as written.
    conditions: Option<Vec<(usize, Json<'a>)>>,
    value: OnceLock<Result<Value, Unreadable>>,
}

/// A top-level key whose JSON cannot be read into a value, such as a number out of range.
#[derive(Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The key.
    pub key: Box<str>,
}

// By hand, as the key may be a secret itself.
impl fmt::Debug for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Unreadable({})", Key(&self.key))
    }
}

impl<'a> View<'a> {
    /// The view that `schema` has of `status`: `message`, and conditions that are not Kratix's, belong to it if the
    /// schema's root names them.
    pub fn of(status: &Status<'a>, schema: Option<&Schema>) -> Self {
        let mut members: Vec<_> = status
            .authors()
            .map(|(key, json)| (key.clone(), json))
            .collect();
        let message = schema
            .filter(|schema| schema.names_message())
            .and_then(|_| status.authors_message());
        members.extend(message.map(|json| (Cow::Borrowed(MESSAGE), json)));
        let names_conditions = schema.is_some_and(Schema::names_conditions);
        let conditions = names_conditions.then(|| {
            let authors = status.conditions().authors().into_iter();
            authors
                .map(|condition| (condition.index, condition.json))
                .collect::<Vec<_>>()
        });
        // What stands in the place of a list is no condition of anybody, so the author's schema has to judge it.
        if names_conditions && !status.conditions().is_list() {
            members.extend(
                status
                    .conditions()
                    .json()
                    .map(|json| (Cow::Borrowed(CONDITIONS), json)),
            );
        }
        let conditions = conditions.filter(|conditions| !conditions.is_empty());
        Self {
            members,
            conditions,
            value: OnceLock::new(),
        }
    }

    /// The same without some members of its root.
    #[must_use]
    pub fn without(mut self, is_left_out: impl Fn(&str) -> bool) -> Self {
        self.members.retain(|(key, _)| !is_left_out(key));
        self
    }

    /// How large the view is, with `message` if it is not part of the view.
    pub fn measure(&self, status: &Status<'a>) -> Measure {
        let has_message = self.members.iter().any(|(key, _)| key == MESSAGE);
        let message = status.get(MESSAGE).filter(|_| !has_message);
        let message = message.map(|json| Measure::of_member(MESSAGE, json));
        let members = self
            .members
            .iter()
            .map(|(key, json)| Measure::of_member(key, *json));
        Measure::of_object(members.chain(message).chain(self.measure_conditions()))
    }

    fn measure_conditions(&self) -> Option<Measure> {
        let conditions = self.conditions.as_ref()?;
        // A list measures like an object whose members have no keys.
        let list = Measure::of_object(conditions.iter().map(|(_, json)| Measure::of(*json)));
        Some(Measure {
            bytes: list.bytes + CONDITIONS.len() as u64 + 3,
            ..list
        })
    }

    /// The view as a value, for a schema.
    ///
    /// # Errors
    /// [`Unreadable`] names the first key whose JSON cannot be read.
    pub fn value(&self) -> Result<&Value, &Unreadable> {
        self.value.get_or_init(|| self.read()).as_ref()
    }

    fn read(&self) -> Result<Value, Unreadable> {
        let read = |key: &str, json: Json<'_>| {
            serde_json::from_str::<Value>(json.get()).map_err(|_| Unreadable { key: key.into() })
        };
        let mut object = Map::new();
        for (key, json) in &self.members {
            object.insert(String::from(&**key), read(key, *json)?);
        }
        if let Some(conditions) = &self.conditions {
            let conditions = conditions.iter().map(|(_, json)| read(CONDITIONS, *json));
            object.insert(
                CONDITIONS.to_owned(),
                Value::Array(conditions.collect::<Result<_, _>>()?),
            );
        }
        Ok(Value::Object(object))
    }

    /// Whether this is the same view as `other`.
    pub fn is_same(&self, other: &Self) -> bool {
        let same_members = self.members.len() == other.members.len()
            && self
                .members
                .iter()
                .zip(&other.members)
                .all(|(one, two)| one.0 == two.0 && is_same(one.1, two.1));
        let conditions = |view: &Self| view.conditions.as_ref().map(Vec::len);
        same_members && conditions(self) == conditions(other) && {
            let (mine, theirs) = (
                self.conditions.iter().flatten(),
                other.conditions.iter().flatten(),
            );
            mine.zip(theirs).all(|(one, two)| is_same(one.1, two.1))
        }
    }

    /// What stands at `path` of the view; the view itself for its root.
    pub fn find(&self, path: &Path) -> Option<&Value> {
        path.steps()
            .iter()
            .try_fold(self.value().ok()?, |value, step| match step {
                Step::Key(key) => value.get(&**key),
                Step::Index(index) => value.get(index),
            })
    }

    /// What the nearest element of a list above `path` is called, if it says so.
    pub fn name_of_element(&self, path: &Path) -> Option<&str> {
        const NAMES: [&str; 4] = ["name", "id", "key", "type"];
        let is_index = |step: &Step| matches!(step, Step::Index(_));
        let last = path.steps().iter().rposition(is_index)?;
        let element = self.find(&path.steps()[..=last].iter().cloned().collect())?;
        NAMES.iter().find_map(|name| element.get(name)?.as_str())
    }

    /// The place in the status as written of a path in the view, in which the conditions are fewer and sorted.
    #[must_use]
    pub fn as_written(&self, path: &Path) -> Path {
        let mut path = path.clone();
        if let ([Step::Key(key), Step::Index(index), ..], Some(conditions)) =
            (path.steps(), &self.conditions)
            && &**key == CONDITIONS
            && let Some(&(written, _)) = conditions.get(*index)
        {
            path.steps_mut()[1] = Step::Index(written);
        }
        path
    }

    /// A path in a form in which the same place of two statuses is the same: `conditions[type=X]`, and `[*]` for the
    /// index of any other list.
    pub fn normalised(&self, path: &Path) -> Normalised {
        let type_ = |index: usize| {
            let condition = Path::root().key(CONDITIONS).index(index).key("type");
            self.find(&condition).and_then(Value::as_str)
        };
        let is_condition = |at: usize| {
            at == 1
                && self.conditions.is_some()
                && matches!(&path.steps()[0], Step::Key(key) if &**key == CONDITIONS)
        };
        let steps = path
            .steps()
            .iter()
            .enumerate()
            .map(|(at, step)| match step {
                Step::Key(key) => NormalisedStep::Key(key.clone()),
                Step::Index(index) if is_condition(at) => NormalisedStep::condition(type_(*index)),
                Step::Index(_) => NormalisedStep::Any,
            });
        Normalised(steps.collect())
    }
}

/// A path that leaves out what a harmless reordering changes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Normalised(Vec<NormalisedStep>);

// By hand, as the type of a condition is a value of the status.
impl fmt::Debug for Normalised {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}

/// One step of a [`Normalised`] path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NormalisedStep {
    /// A member of an object.
    Key(Box<str>),
    /// The condition of this type.
    Type(Box<str>),
    /// Some element of a list.
    Any,
}

impl NormalisedStep {
    /// The step to a condition of `type_`, or to one that has none.
    pub fn condition(type_: Option<&str>) -> Self {
        type_.map_or(Self::Any, |type_| Self::Type(type_.into()))
    }
}

impl FromIterator<NormalisedStep> for Normalised {
    fn from_iter<T: IntoIterator<Item = NormalisedStep>>(steps: T) -> Self {
        Self(steps.into_iter().collect())
    }
}

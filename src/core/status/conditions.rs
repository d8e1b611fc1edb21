//! The conditions of a status as written, and what they say about its phase.
use std::borrow::Cow;

use serde_json::Value;

use crate::core::{
    json::{
        Json,
        tape::{self, Node, Tape},
        with_article,
    },
    kratix,
    phase::Phase,
    status::is_same,
};

/// The conditions of a status, in the order in which they are written.
#[derive(Clone)]
pub struct Conditions<'a> {
    json: Option<Json<'a>>,
    items: Vec<Condition<'a>>,
    is_list: bool,
}

/// One condition.
#[derive(Clone)]
pub struct Condition<'a> {
    /// Its place in the list as written.
    pub index: usize,
    /// Its JSON.
    pub json: Json<'a>,
    /// Its `type`.
    pub type_: Field<'a>,
    /// Its `status`.
    pub status: Field<'a>,
}

/// A field of a condition that should hold a string.
#[derive(Clone)]
pub enum Field<'a> {
    /// Not there.
    Missing,
    /// A string.
    Text(Cow<'a, str>, Json<'a>),
    /// Something else.
    Other(Json<'a>),
}

impl<'a> Conditions<'a> {
    /// No conditions at all.
    pub const fn none() -> Self {
        Self {
            json: None,
            items: Vec::new(),
            is_list: true,
        }
    }

    /// Reads the JSON under `conditions`; what is not a list holds no condition.
    pub fn read(json: Json<'a>) -> Self {
        Tape::read(json.get()).map_or_else(Self::none, |tape| Self::on(tape.root()))
    }

    /// The same, where it has been read.
    pub fn on(conditions: Node<'_, 'a>) -> Self {
        match conditions.json() {
            tape::Json::Null => Self::none(),
            tape::Json::List => {
                let items = conditions.elements().enumerate();
                Self {
                    json: Some(conditions.whole()),
                    items: items
                        .map(|(index, condition)| Condition::on(index, condition))
                        .collect(),
                    is_list: true,
                }
            }
            _ => Self {
                json: Some(conditions.whole()),
                items: Vec::new(),
                is_list: false,
            },
        }
    }

    /// The JSON of `conditions`, if it is there and not null.
    pub const fn json(&self) -> Option<Json<'a>> {
        self.json
    }

    /// Whether this is a list, or absent.
    pub const fn is_list(&self) -> bool {
        self.is_list
    }

    /// What is wrong with something that is no list of conditions; `kind` is its [`Json::kind`].
    pub fn no_list(kind: &str) -> String {
        format!("must be a list of conditions, is {}", with_article(kind))
    }

    /// How many conditions there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The conditions, as written.
    pub fn iter(&self) -> impl Iterator<Item = &Condition<'a>> {
        self.items.iter()
    }

    /// The conditions whose type is not one of Kratix's, by type and then by their JSON: the order in which they are
    /// written means nothing, since Kratix's merge shuffles it.
    pub fn authors(&self) -> Vec<&Condition<'a>> {
        let mut authors: Vec<_> = self
            .items
            .iter()
            .filter(|condition| !condition.is_kratix())
            .collect();
        authors.sort_by(|one, other| {
            one.type_
                .text()
                .cmp(&other.type_.text())
                .then_with(|| one.json.get().cmp(other.json.get()))
        });
        authors
    }

    /// Complete once any `ConfigureWorkflowCompleted` is True, or, where there is none, any `PipelineCompleted`, as
    /// older Kratix wrote it.
    pub fn phase(&self) -> Phase {
        let mut found = self.of_type("ConfigureWorkflowCompleted").peekable();
        let is_complete = if found.peek().is_some() {
            found.any(Condition::is_true)
        } else {
            self.of_type("PipelineCompleted").any(Condition::is_true)
        };
        if is_complete {
            Phase::Complete
        } else {
            Phase::Partial
        }
    }

    fn of_type(&self, type_: &str) -> impl Iterator<Item = &Condition<'a>> {
        self.items
            .iter()
            .filter(move |condition| condition.type_.text() == Some(type_))
    }

    /// Whether the conditions that are not Kratix's are the same as in `other`, in any order.
    pub fn has_same_authors(&self, other: &Self) -> bool {
        if self.json == other.json {
            return true;
        }
        if !self.is_list || !other.is_list {
            return self
                .json
                .zip(other.json)
                .is_some_and(|(one, two)| is_same(one, two));
        }
        let (mine, theirs) = (self.authors(), other.authors());
        mine.len() == theirs.len()
            && (mine
                .iter()
                .zip(&theirs)
                .all(|(one, two)| one.json.get() == two.json.get())
                || sorted_values(&mine) == sorted_values(&theirs))
    }
}

/// The conditions in an order that does not depend on how their keys were ordered. Unreadable ones compare as their
/// bytes do.
fn sorted_values(conditions: &[&Condition<'_>]) -> Vec<String> {
    let canonical = |condition: &&Condition<'_>| {
        let json = condition.json.get();
        serde_json::from_str::<Value>(json)
            .map_or_else(|_| json.to_owned(), |value| value.to_string())
    };
    let mut values: Vec<_> = conditions.iter().map(canonical).collect();
    values.sort();
    values
}

impl<'a> Condition<'a> {
    fn on(index: usize, condition: Node<'_, 'a>) -> Self {
        let (mut type_, mut status) = (Field::Missing, Field::Missing);
        for (key, value) in condition.pairs().filter(|_| condition.is_object()) {
            // Of a key that stands twice the last one counts, as for every reader of JSON in Kubernetes.
            match key.strict_text().as_deref() {
                Some("type") => type_ = Field::on(value),
                Some("status") => status = Field::on(value),
                Some(_) => {}
                // Nobody can read such an object.
                None => {
                    (type_, status) = (Field::Missing, Field::Missing);
                    break;
                }
            }
        }
        Self {
            index,
            json: condition.whole(),
            type_,
            status,
        }
    }

    /// Whether its type is one that Kratix itself writes.
    pub fn is_kratix(&self) -> bool {
        self.type_.text().is_some_and(kratix::is_condition)
    }

    fn is_true(&self) -> bool {
        self.status.text() == Some("True")
    }
}

impl<'a> Field<'a> {
    fn on(value: Node<'_, 'a>) -> Self {
        let json = value.whole();
        match value.strict_text() {
            Some(text) => Self::Text(text, json),
            None => Self::Other(json),
        }
    }

    /// The string, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text, _) => Some(text),
            Self::Missing | Self::Other(_) => None,
        }
    }

    /// The JSON, if the field is there.
    pub const fn json(&self) -> Option<Json<'a>> {
        match self {
            Self::Missing => None,
            Self::Text(_, json) | Self::Other(json) => Some(*json),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Conditions;
    use crate::core::{json::Json, phase::Phase};

    fn phase(json: &str) -> Phase {
        Conditions::read(Json::read(json).unwrap()).phase()
    }

    #[test]
    fn a_true_workflow_condition_completes() {
        assert_eq!(phase("[]"), Phase::Partial);
        assert_eq!(
            phase(r#"[{"type":"ConfigureWorkflowCompleted","status":"True"}]"#),
            Phase::Complete
        );
        assert_eq!(
            phase(r#"[{"type":"ConfigureWorkflowCompleted","status":true}]"#),
            Phase::Partial
        );
        assert_eq!(
            phase(r#"[["ConfigureWorkflowCompleted","True"]]"#),
            Phase::Partial
        );
        let twice = r#"[{"type":"ConfigureWorkflowCompleted","status":"False"},
            {"status":"True","type":"ConfigureWorkflowCompleted"}]"#;
        assert_eq!(phase(twice), Phase::Complete);
    }

    #[test]
    fn the_older_condition_counts_only_alone() {
        assert_eq!(
            phase(r#"[{"type":"PipelineCompleted","status":"True"}]"#),
            Phase::Complete
        );
        let beside = r#"[{"type":"PipelineCompleted","status":"True"},
            {"type":"ConfigureWorkflowCompleted","status":"False"}]"#;
        assert_eq!(phase(beside), Phase::Partial);
    }

    #[test]
    fn order_means_nothing_and_kratix_does_not_count() {
        let read = |json: &'static str| Conditions::read(Json::read(json).unwrap());
        let one = read(r#"[{"type":"B"},{"type":"A","status":"True"},{"type":"Reconciled"}]"#);
        let same = read(r#"[{"status":"True","type":"A"},{"type":"B"}]"#);
        let other = read(r#"[{"status":"False","type":"A"},{"type":"B"}]"#);
        assert!(one.has_same_authors(&same));
        assert!(!one.has_same_authors(&other));
    }
}

//! Which demands for keys that are Kratix's count.
//!
//! Kratix writes its keys when it likes, and the author's view lacks them. So a demand for one counts as met. Inside
//! `oneOf`, `if` and `not` that can refuse more, not less: there a status passes that fits either way, with the key or
//! without it.
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    document::{Document, Edge, Id},
    pointer,
    root::Named,
};

/// Keys of which every choice is tried; of more, all or none are taken to be there.
const MOST_CHOICES: usize = 2;

/// Which demands at root position count, for one choice of which of Kratix's keys are there.
#[derive(Debug, Clone)]
pub(super) struct Demands {
    named: Named,
    /// Whether `message` is Kratix's own text, and so as good as any.
    message_satisfied: bool,
    /// The keys that are not there, where that matters both ways.
    absent: BTreeSet<String>,
}

impl Demands {
    /// Those that do not count are met.
    pub(super) fn new(named: Named, message_satisfied: bool) -> Self {
        Self {
            named,
            message_satisfied,
            absent: BTreeSet::new(),
        }
    }

    /// The same for each choice of keys that matters to `document`; the first is that all are there.
    pub(super) fn choices(self, document: &Document<'_>) -> Vec<Self> {
        let keys: Vec<String> = Positions::of(document)
            .open
            .into_iter()
            .flat_map(|id| of(document, id))
            .map(|(_, key)| key)
            .filter(|key| self.is_met(key))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let choices: Vec<usize> = match keys.len() {
            ..=MOST_CHOICES => (0..1 << keys.len()).collect(),
            _ => vec![0, usize::MAX],
        };
        let absent = |choice: usize| {
            let keys = keys.iter().enumerate();
            let absent = keys.filter(|(index, _)| choice >> index & 1 == 1);
            absent.map(|(_, key)| key.clone()).collect()
        };
        choices
            .into_iter()
            .map(|choice| Self {
                absent: absent(choice),
                ..self.clone()
            })
            .collect()
    }

    fn is_met(&self, key: &str) -> bool {
        self.named.drops(key) || self.message_satisfied && key == "message"
    }

    /// Removes from a schema at root position the demands that count as met.
    pub(super) fn drop(&self, schema: &mut Value) {
        remove(schema, |key| self.is_met(key));
    }

    /// The same where it matters both ways whether a key is there.
    pub(super) fn drop_open(&self, schema: &mut Value) {
        remove(schema, |key| self.is_met(key) && !self.absent.contains(key));
    }
}

fn remove(schema: &mut Value, is_met: impl Fn(&str) -> bool) {
    let is_met = |key: &Value| key.as_str().is_some_and(&is_met);
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(keys)) = schema.get_mut("required") {
        keys.retain(|key| !is_met(key));
        if keys.is_empty() {
            schema.remove("required");
        }
    }
    for keyword in ["dependentRequired", "dependencies"] {
        let Some(Value::Object(triggers)) = schema.get_mut(keyword) else {
            continue;
        };
        for keys in triggers.values_mut().filter_map(Value::as_array_mut) {
            keys.retain(|key| !is_met(key));
        }
        triggers.retain(|_, keys| keys.as_array().is_none_or(|keys| !keys.is_empty()));
    }
}

/// Whether what stands at the end of an edge may refuse more when a demand in it is dropped.
pub(super) fn opens(edge: &Edge<'_>) -> bool {
    matches!(edge.keyword.name, "oneOf" | "if" | "not")
}

/// The schemas at root position.
pub(super) struct Positions {
    /// Those where to demand less is to accept more.
    pub(super) closed: BTreeSet<Id>,
    /// Those inside `oneOf`, `if` or `not`.
    pub(super) open: BTreeSet<Id>,
}

impl Positions {
    pub(super) fn of(document: &Document<'_>) -> Self {
        let (mut closed, mut open) = (BTreeSet::new(), BTreeSet::new());
        let mut waiting = vec![(0, false)];
        while let Some((id, is_open)) = waiting.pop() {
            let found = if is_open { &mut open } else { &mut closed };
            if found.insert(id) {
                let edges = document.nodes[id].in_place();
                waiting.extend(edges.map(|edge| (edge.to, is_open || opens(edge))));
            }
        }
        Self { closed, open }
    }
}

/// Each key that a schema demands, with where it does; none where a reference silences it.
pub(super) fn of<'d>(document: &'d Document<'_>, id: Id) -> Vec<(String, &'d str)> {
    let node = &document.nodes[id];
    let keywords = node
        .keywords()
        .filter(|_| !super::root::silenced(document, id));
    keywords.map_or_else(Vec::new, |keywords| demanded(keywords, &node.pointer))
}

fn demanded<'m>(keywords: &'m Map<String, Value>, at: &str) -> Vec<(String, &'m str)> {
    let mut found = Vec::new();
    let mut add = |at: &str, keys: Option<&'m Value>| {
        let keys = keys.and_then(Value::as_array).into_iter().flatten();
        let keys = keys
            .enumerate()
            .filter_map(|(index, key)| Some((index, key.as_str()?)));
        found.extend(keys.map(|(index, key)| (format!("{at}/{index}"), key)));
    };
    add(&pointer::join(at, "required"), keywords.get("required"));
    for keyword in ["dependentRequired", "dependencies"] {
        let at = pointer::join(at, keyword);
        let triggers = keywords.get(keyword).and_then(Value::as_object);
        for (trigger, keys) in triggers.into_iter().flatten() {
            add(&pointer::join(&at, trigger), Some(keys));
        }
    }
    found
}

//! The forms of a schema: `partial` holds for every subset of the root's keys, `rest` is what waits for completion.
//!
//! A status is complete as its author wants it exactly if it meets both. Each form is one document with every
//! reference inside it; the schemas that it refers to stand under `definitions`, each under its form and its JSON
//! pointer in the author's document, so that the place of a fault is found again.
mod write;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    demands::{self, Demands},
    document::{Document, Edge, Id},
    form::{self, Reading},
    keywords::{self, Holds},
};

/// Writes the forms of a document.
pub(super) struct Forms<'d> {
    document: &'d Document<'d>,
    demands: Demands,
    /// Whether no more is told of branches than that they fail.
    is_outline: bool,
    definitions: Map<String, Value>,
    wanted: Vec<(Reading, Id)>,
    written: BTreeSet<(Reading, Id)>,
}

impl<'d> Forms<'d> {
    /// A writer that leaves out what `demands` does not let count.
    pub(super) fn new(document: &'d Document<'d>, demands: Demands) -> Self {
        Self {
            document,
            demands,
            is_outline: false,
            definitions: Map::new(),
            wanted: Vec::new(),
            written: BTreeSet::new(),
        }
    }

    /// The same, but no more is told of branches than that they fail: for statuses so large that all that is wrong
    /// with each branch would take too much time and memory.
    pub(super) fn in_outline(mut self) -> Self {
        self.is_outline = true;
        self
    }

    /// What holds for every subset of the root's keys.
    pub(super) fn partial(mut self) -> Value {
        let root = self.partial_of(0);
        self.finish(root)
    }

    /// What waits for completion, if anything does.
    pub(super) fn rest(mut self) -> Option<Value> {
        let root = self.rest_of(0)?;
        Some(self.finish(root))
    }

    /// The whole document as its author wrote it, for values of all types.
    #[cfg(test)]
    pub(super) fn whole(mut self) -> Value {
        let root = self.whole_of(0);
        self.finish(root)
    }

    /// One schema of the document on its own, as its author wrote it.
    pub(super) fn whole_at(mut self, id: Id) -> Value {
        let root = self.whole_of(id);
        self.finish(root)
    }

    /// Adds the schemas that are referred to.
    fn finish(mut self, root: Value) -> Value {
        while let Some((reading, id)) = self.wanted.pop() {
            let written = match reading {
                Reading::Whole => self.whole_of(id),
                Reading::Complete => self.complete_of(id),
                Reading::Open => self.open_of(id),
                Reading::Partial => self.partial_of(id),
                Reading::Rest => self.rest_of(id).unwrap_or_else(|| json!({})),
                Reading::AnyOfOne => self.any_of_one(id),
            };
            let name = self.name(reading, id);
            self.definitions.insert(name, written);
        }
        let definitions = self.definitions;
        let mut root = match root {
            Value::Object(root) => root,
            Value::Bool(false) => Map::from_iter([("not".to_owned(), json!({}))]),
            _ => Map::new(),
        };
        if definitions.is_empty() {
            return Value::Object(root);
        }
        if self.document.draft.ignores_siblings_of_ref() && root.contains_key("$ref") {
            let reference = Value::Object(std::mem::take(&mut root));
            root.insert("allOf".to_owned(), json!([reference]));
        }
        root.insert("definitions".to_owned(), Value::Object(definitions));
        Value::Object(root)
    }

    fn name(&self, reading: Reading, id: Id) -> String {
        format!("{}{}", reading.letter(), self.document.nodes[id].pointer)
    }

    /// A reference to a schema, in some reading.
    fn refer(&mut self, reading: Reading, id: Id) -> Value {
        if self.written.insert((reading, id)) {
            self.wanted.push((reading, id));
        }
        form::reference(&self.name(reading, id))
    }

    fn whole_of(&mut self, id: Id) -> Value {
        self.write(
            id,
            |_| true,
            |forms, edge| forms.whole_of(edge.to),
            Reading::Whole,
        )
    }

    fn complete_of(&mut self, id: Id) -> Value {
        let mut written = self.write(
            id,
            |_| true,
            |forms, edge| forms.complete_edge(edge),
            Reading::Complete,
        );
        self.demands.drop(&mut written);
        written
    }

    fn complete_edge(&mut self, edge: &Edge<'_>) -> Value {
        if edge.keyword.judges != keywords::Judges::InPlace {
            self.whole_of(edge.to)
        } else if demands::opens(edge) {
            self.open_of(edge.to)
        } else {
            self.complete_of(edge.to)
        }
    }

    /// A schema where it matters both ways whether a key of Kratix is there.
    fn open_of(&mut self, id: Id) -> Value {
        let mut written = self.write(
            id,
            |_| true,
            |forms, edge| match edge.keyword.judges {
                keywords::Judges::InPlace => forms.open_of(edge.to),
                _ => forms.whole_of(edge.to),
            },
            Reading::Open,
        );
        self.demands.drop_open(&mut written);
        written
    }

    fn partial_of(&mut self, id: Id) -> Value {
        let waits = self
            .document
            .closure(id)
            .iter()
            .any(|id| self.is_conditional(*id));
        let mut written = self.write(
            id,
            |keyword| match keyword.name {
                "type"
                | "properties"
                | "patternProperties"
                | "additionalProperties"
                | "propertyNames"
                | "maxProperties"
                | "allOf"
                | "anyOf" => true,
                "unevaluatedProperties" => !waits,
                _ => keyword.holds == Holds::Reference,
            },
            |forms, edge| match edge.keyword.name {
                "allOf" | "anyOf" => forms.partial_of(edge.to),
                _ => forms.whole_of(edge.to),
            },
            Reading::Partial,
        );
        if self.edges(id).any(|edge| edge.keyword.name == "oneOf") {
            let branches = self.refer(Reading::AnyOfOne, id);
            form::also(&mut written, json!({"$ref": branches}));
        }
        written
    }

    fn any_of_one(&mut self, id: Id) -> Value {
        let document = self.document;
        let branches: Vec<_> = document.nodes[id]
            .edges
            .iter()
            .filter(|edge| edge.keyword.name == "oneOf")
            .map(|edge| self.partial_of(edge.to))
            .collect();
        let branches = json!({"anyOf": branches});
        if self.is_outline {
            let outline = self.outlined(id, "oneOf", &branches, Reading::AnyOfOne);
            return json!({"$ref": outline});
        }
        branches
    }

    /// Whether a schema has keywords that wait and that say which keys are evaluated.
    fn is_conditional(&self, id: Id) -> bool {
        self.edges(id).any(|edge| {
            matches!(
                edge.keyword.name,
                "if" | "then" | "else" | "not" | "dependentSchemas" | "dependencies"
            )
        })
    }

    fn edges(&self, id: Id) -> impl Iterator<Item = &'d Edge<'d>> + use<'d> {
        let document = self.document;
        document.nodes[id].edges.iter()
    }

    fn rest_of(&mut self, id: Id) -> Option<Value> {
        if !self.has_rest(id) {
            return None;
        }
        if self.judges_unevaluated(id) {
            return Some(self.complete_of(id));
        }
        let mut written = self.write(
            id,
            |keyword| match keyword.name {
                "required" | "dependentRequired" | "dependencies" | "minProperties" | "if"
                | "then" | "else" | "not" | "dependentSchemas" | "const" | "enum" | "allOf"
                | "anyOf" | "oneOf" => true,
                _ => keyword.holds == Holds::Reference,
            },
            |forms, edge| match edge.keyword.name {
                "allOf" => forms.rest_of(edge.to).unwrap_or_else(|| json!({})),
                _ => forms.complete_edge(edge),
            },
            Reading::Rest,
        );
        self.demands.drop(&mut written);
        Some(written)
    }

    /// Whether anything in a schema at root position waits for completion.
    fn has_rest(&self, id: Id) -> bool {
        self.document.closure(id).into_iter().any(|id| {
            let keywords = self.document.nodes[id].keywords();
            let mut names = keywords.into_iter().flat_map(Map::keys);
            names.any(|name| {
                matches!(
                    name.as_str(),
                    "required"
                        | "dependentRequired"
                        | "dependencies"
                        | "minProperties"
                        | "if"
                        | "then"
                        | "else"
                        | "not"
                        | "dependentSchemas"
                        | "const"
                        | "enum"
                        | "oneOf"
                )
            })
        })
    }

    /// Whether a schema judges the keys that no other evaluated, which depends on all that it applies in place.
    fn judges_unevaluated(&self, id: Id) -> bool {
        self.edges(id)
            .any(|edge| edge.keyword.name == "unevaluatedProperties")
    }
}

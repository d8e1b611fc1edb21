//! Writes one schema of a form: which of its keywords stay, and how what they hold is written.
use serde_json::{Map, Value, json};

use super::Forms;
use crate::core::schema::{
    document::{Edge, Id},
    draft::Draft,
    form::{self, Reading},
    formats,
    keywords::{self, Holds, Keyword},
};

impl<'d> Forms<'d> {
    /// Writes those keywords of a schema that `keep` wants, what they hold by `inner`, and references as `reading`.
    pub(super) fn write(
        &mut self,
        id: Id,
        keep: impl Fn(&Keyword) -> bool,
        mut inner: impl FnMut(&mut Self, &Edge<'d>) -> Value,
        reading: Reading,
    ) -> Value {
        let document = self.document;
        let node = &document.nodes[id];
        let Some(keywords) = node.keywords() else {
            return node.value.clone();
        };
        let silenced = document.draft.ignores_siblings_of_ref() && keywords.contains_key("$ref");
        let mut written = Map::new();
        for (name, value) in keywords {
            let Some(keyword) = keywords::keyword(document.draft, name) else {
                continue;
            };
            if !keep(keyword) || silenced && name != "$ref" {
                continue;
            }
            match keyword.holds {
                Holds::Reference => {}
                _ if name == "format" => {
                    let (name, value) = formats::written(document.draft, value);
                    written.extend(name.map(|name| (name.to_owned(), value.clone())));
                }
                Holds::Value => {
                    written.insert(name.clone(), value.clone());
                }
                _ => {
                    written.insert(name.clone(), form::empty(keyword, value));
                }
            }
        }
        let mut written = Value::Object(written);
        let edges = node.edges.iter().filter(|edge| keep(edge.keyword));
        for edge in edges {
            if edge.keyword.holds == Holds::Reference {
                let reference = self.refer(reading, edge.to);
                form::add_reference(&mut written, reference);
            } else {
                let schema = match edge.keyword.name {
                    // The engine copies what stands under `not` into each fault, so a reference stands there.
                    "not" => json!({"$ref": self.refer(reading.under_not(), edge.to)}),
                    _ => inner(self, edge),
                };
                form::put(&mut written, edge, schema);
            }
        }
        if self.is_outline {
            self.outline(&mut written, id, reading);
        }
        written
    }

    /// Takes out the branches of a schema, and puts in what fails wherever they do without telling how.
    fn outline(&mut self, written: &mut Value, id: Id, reading: Reading) {
        for keyword in ["anyOf", "oneOf"] {
            let Some(branches) = written.as_object_mut().and_then(|map| map.remove(keyword)) else {
                continue;
            };
            let outline = self.outlined(id, keyword, &json!({keyword: branches}), reading);
            form::also(written, json!({"$ref": outline}));
        }
    }

    /// A schema that holds exactly where `branches` does, and evaluates what that does.
    pub(super) fn outlined(
        &mut self,
        id: Id,
        keyword: &str,
        branches: &Value,
        reading: Reading,
    ) -> Value {
        let pointer = &self.document.nodes[id].pointer;
        let name = format!("{}{pointer}/{keyword}", reading.outline_letter());
        let reference = form::reference(&name);
        let schema = if self.document.draft >= Draft::Draft7 {
            json!({"if": branches, "else": false})
        } else {
            // The engine copies what stands under `not` into each fault, so a reference must stand there.
            let inner = format!("{name}/not");
            let not = form::reference(&inner);
            self.definitions.insert(inner, json!({"not": branches}));
            json!({"not": {"$ref": not}})
        };
        self.definitions.insert(name, schema);
        reference
    }
}

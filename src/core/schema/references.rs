//! What the references of a schema document lead to: never out of the document.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{document::Id, draft::Draft, engine, pointer};

/// What a reference leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A schema that has a name.
    Schema(Id),
    /// A JSON pointer from the root of the document.
    Pointer(String),
}

/// Parts of a document that are named by a URI, and the names in them.
#[derive(Debug, Default)]
pub(super) struct Resources {
    all: Vec<Resource>,
}

#[derive(Debug)]
struct Resource {
    uri: String,
    pointer: String,
    anchors: BTreeMap<String, Id>,
    dynamic: Vec<String>,
}

const BASE: &str = "json-schema:///";

impl Resources {
    /// Adds the document itself.
    pub(super) fn root(&mut self, root: &Value, draft: Draft) -> usize {
        let uri = identifier(root, draft).and_then(|id| engine::resolve_uri(BASE, id));
        self.push(uri.unwrap_or_else(|| BASE.to_owned()), String::new())
    }

    fn push(&mut self, uri: String, pointer: String) -> usize {
        self.all.push(Resource {
            uri,
            pointer,
            anchors: BTreeMap::new(),
            dynamic: Vec::new(),
        });
        self.all.len() - 1
    }

    /// The part that the schema at `pointer` belongs to: a new one if it has an identifier, else `outer`.
    pub(super) fn enter(
        &mut self,
        schema: &Value,
        pointer: &str,
        outer: usize,
        draft: Draft,
    ) -> usize {
        let uri = identifier(schema, draft)
            .map(|id| id.split_once('#').map_or(id, |(uri, _)| uri))
            .filter(|uri| !pointer.is_empty() && !uri.is_empty())
            .and_then(|uri| engine::resolve_uri(&self.all[outer].uri, uri));
        match uri {
            Some(uri) => self.push(uri, pointer.to_owned()),
            None => outer,
        }
    }

    /// Takes up the names that `schema` gives itself.
    pub(super) fn add_anchors(&mut self, schema: &Value, id: Id, resource: usize, draft: Draft) {
        let resource = &mut self.all[resource];
        let mut add = |name: &str| {
            resource.anchors.entry(name.to_owned()).or_insert(id);
        };
        if draft < Draft::Draft201909 {
            // Up to draft 7 an anchor was the fragment of the identifier.
            if let Some((_, name)) = identifier(schema, draft).and_then(|id| id.split_once('#')) {
                add(name);
            }
            return;
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let Some(name) = schema.get(keyword).and_then(Value::as_str) {
                add(name);
            }
        }
        if let Some(name) = schema.get("$dynamicAnchor").and_then(Value::as_str) {
            resource.dynamic.push(name.to_owned());
        }
        if schema.get("$recursiveAnchor") == Some(&Value::Bool(true)) {
            resource.dynamic.push(String::new());
        }
    }

    /// What `reference` leads to from a schema in `resource`.
    pub(super) fn target(
        &self,
        reference: &str,
        resource: usize,
        keyword: &str,
    ) -> Result<Target, String> {
        let (uri, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let resource = if uri.is_empty() {
            &self.all[resource]
        } else {
            self.named(uri, &self.all[resource].uri)
                .ok_or_else(outside)?
        };
        let fragment = pointer::percent_decode(fragment).ok_or_else(nowhere)?;
        if keyword != "$ref" && self.is_ambiguous(&fragment) {
            return Err(ambiguous(keyword));
        }
        if fragment.is_empty() || fragment.starts_with('/') {
            return Ok(Target::Pointer(format!("{}{fragment}", resource.pointer)));
        }
        let anchor = resource.anchors.get(fragment.as_ref());
        anchor.copied().map(Target::Schema).ok_or_else(nowhere)
    }

    fn named(&self, reference: &str, base: &str) -> Option<&Resource> {
        let uri = engine::resolve_uri(base, reference)?;
        self.all.iter().find(|resource| resource.uri == uri)
    }

    /// Whether a dynamic reference to `name` could lead to different schemas, depending on the way there.
    fn is_ambiguous(&self, name: &str) -> bool {
        let named = |resource: &&Resource| resource.dynamic.iter().any(|dynamic| dynamic == name);
        self.all.iter().filter(named).count() > 1
    }
}

/// The URI or name that a schema gives itself; none beside a `$ref` that silences its siblings.
fn identifier(schema: &Value, draft: Draft) -> Option<&str> {
    if draft.ignores_siblings_of_ref() && schema.get("$ref").is_some() {
        return None;
    }
    let id = schema.get(draft.id_keyword())?.as_str()?;
    Some(id.strip_suffix('#').unwrap_or(id)).filter(|id| !id.is_empty())
}

fn outside() -> String {
    "leads out of this document, and nothing is ever fetched; copy what it names into $defs and refer to that"
        .to_owned()
}

fn nowhere() -> String {
    "leads to nothing in this document; mend the name or add what it names".to_owned()
}

fn ambiguous(keyword: &str) -> String {
    format!(
        "could lead to different schemas, depending on the way there; write $ref instead of {keyword}"
    )
}

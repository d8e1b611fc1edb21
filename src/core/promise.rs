//! A Promise as far as it can change a verdict: the API that it installs, and the status schemas that its author wrote there.
mod closed;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};

use crate::core::{
    path::Key,
    pointer,
    policy::{
        Budgets, Enforcement, Policy, Schemas, Secrets, Source,
        manifest::{self, Note},
    },
    schema::{self, Dialect, Schema},
};

/// The annotation by which the author of a Promise says what findings of its schema do.
pub const ANNOTATION: &str = "statusguard.dev/enforcement";

/// The word of [`ANNOTATION`] for "not at all".
pub const OFF: &str = "Off";

/// What of a Promise matters here.
#[derive(Clone, PartialEq, Eq)]
pub struct Promise {
    /// Its name.
    pub name: String,
    /// Its `metadata.generation`, where it has one.
    pub generation: Option<i64>,
    /// What its author wishes for.
    pub wish: Wish,
    /// The API that it installs; many Promises install none.
    pub api: Option<Api>,
}

/// The resource that a Promise installs.
#[derive(Clone, PartialEq, Eq)]
pub struct Api {
    /// The API group.
    pub group: String,
    /// The plural.
    pub resource: String,
    /// The kind; empty where the Promise does not say it.
    pub kind: String,
    /// The versions that are served, each with the schema that the author wrote for its status, if there is one.
    pub versions: BTreeMap<String, Option<Value>>,
}

/// What the annotation of a Promise asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wish {
    /// There is no annotation: findings of the schema warn.
    #[default]
    Default,
    /// Findings of the schema do this at most.
    Enforcement(Enforcement),
    /// The schema does not count.
    Off,
}

impl Wish {
    fn of_word(word: &str) -> Option<Self> {
        if word == OFF {
            return Some(Self::Off);
        }
        Enforcement::from_word(word).map(Self::Enforcement)
    }
}

/// What is wrong with a Promise, for its author. It holds no value of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{words}")]
pub struct PromiseFault {
    /// JSON pointer into the Promise.
    pub pointer: String,
    /// What is wrong and what to do, in one line.
    pub words: String,
}

impl PromiseFault {
    fn new(pointer: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            words: words.into(),
        }
    }

    /// What is wrong with the name of an annotation.
    pub fn of_annotation(words: impl Into<String>) -> Self {
        Self::new("/metadata/annotations", words)
    }
}

/// What is wrong with those of these annotations that look as if they were for statusguard, and mean nothing to it.
pub fn strange_annotations<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let (domain, known) = ANNOTATION.split_once('/').unwrap_or_default();
    let meant = |name: &str| {
        let (before, after) = name.split_once('/')?;
        let is_likely = strsim::jaro_winkler(after, known) > 0.9;
        let is_ours = before == domain;
        let is_near = is_likely && strsim::jaro_winkler(before, domain) > 0.9;
        (name != ANNOTATION && (is_ours || is_near)).then_some(is_likely)
    };
    let strange = names.filter_map(|name| Some((name, meant(name)?)));
    strange
        .map(|(name, is_likely)| {
            let remedy = if is_likely {
                "did you mean"
            } else {
                "there is only"
            };
            let mark = if is_likely { "?" } else { "" };
            format!(
                "the annotation {} means nothing; {remedy} {ANNOTATION}{mark}",
                Key(name)
            )
        })
        .collect()
}

impl Promise {
    /// What a Promise says, and what is wrong with it; what is wrong is left out.
    ///
    /// `annotation` is the value of [`ANNOTATION`], and `api` is `spec.api`: a whole `CustomResourceDefinition`.
    pub fn read(
        name: &str,
        generation: Option<i64>,
        annotation: Option<&str>,
        api: &Value,
    ) -> (Self, Vec<PromiseFault>) {
        let mut faults = Vec::new();
        let wish = annotation.map_or(Ok(Wish::Default), read_wish);
        let promise = Self {
            name: name.to_owned(),
            generation,
            wish: wish.unwrap_or_else(|fault| {
                faults.push(fault);
                Wish::Default
            }),
            api: read_api(api).unwrap_or_else(|fault| {
                faults.push(fault);
                None
            }),
        };
        (promise, faults)
    }

    /// The policy of a Promise with these schemas of its own. `None` if its author has opted out, where that is allowed,
    /// or if it installs no API.
    ///
    /// Secrets are refused whatever the annotation says.
    pub fn policy(&self, schemas: Schemas, allow_opt_out: bool) -> Option<Policy> {
        let api = self.api.as_ref()?;
        let (enforcement, schemas) = match self.wish {
            Wish::Off if allow_opt_out => return None,
            Wish::Off => (Enforcement::Audit, Schemas::None),
            Wish::Default => (Enforcement::Warn, schemas),
            Wish::Enforcement(enforcement) => (enforcement, schemas),
        };
        Some(Policy {
            name: self.name.clone(),
            promise: self.name.clone(),
            source: match schemas {
                Schemas::None => Source::BuiltIn,
                _ => Source::Promise,
            },
            group: api.group.clone(),
            resource: api.resource.clone(),
            kind: api.kind.clone(),
            generation: self.generation,
            enforcement,
            secrets: Secrets::default(),
            budgets: Budgets::default(),
            schemas,
        })
    }
}

impl Api {
    /// The schemas that the author wrote, as a `StatusSchema` says the same: an unknown key is a fault where Kubernetes
    /// would drop it.
    pub fn as_json_schema(&self) -> BTreeMap<String, Value> {
        let written = self.versions.iter();
        let written = written.filter_map(|(version, document)| Some((version, document.as_ref()?)));
        written
            .map(|(version, document)| {
                let schema = schema::to_json_schema(&closed::closed(document));
                (version.clone(), schema)
            })
            .collect()
    }

    /// The schemas that the author wrote, compiled, and what the author should know about them.
    ///
    /// # Errors
    /// All faults of all versions, by place in the Promise.
    pub fn compile(&self) -> Result<(Schemas, Vec<Note>), Vec<PromiseFault>> {
        let (mut schemas, mut notes, mut faults) = (BTreeMap::new(), Vec::new(), Vec::new());
        for (version, document) in &self.versions {
            let Some(document) = document else { continue };
            let at = format!(
                "/spec/api/spec/versions/{version}/schema/openAPIV3Schema/properties/status"
            );
            match Schema::compile(&closed::closed(document), Dialect::Crd) {
                Ok(schema) => {
                    notes.extend(schema.notes().iter().map(|note| Note {
                        pointer: format!("{at}{}", note.pointer),
                        words: note.words.clone(),
                    }));
                    schemas.insert(version.clone(), Arc::new(schema));
                }
                Err(found) => {
                    faults.extend(found.into_iter().map(|fault| {
                        let at = format!("{at}{}", fault.pointer);
                        let words = format!("{}: {}", manifest::field(&at), fault.words);
                        PromiseFault::new(at, words)
                    }));
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let schemas = if schemas.is_empty() {
            Schemas::None
        } else {
            Schemas::PerVersion(schemas)
        };
        Ok((schemas, notes))
    }
}

/// Annotations and labels of a Promise that look as if they were for statusguard, and mean nothing to it.
pub fn strays(metadata: &Value) -> Vec<PromiseFault> {
    let keys = |of: &'static str| {
        let members = metadata.get(of).and_then(Value::as_object);
        members.into_iter().flat_map(Map::keys)
    };
    let at = |of: &str, key: &str| pointer::join(&format!("/metadata/{of}"), key);
    let annotations = keys("annotations").flat_map(|key| {
        let strange = strange_annotations([key].into_iter()).into_iter();
        strange.map(move |words| PromiseFault::new(at("annotations", key), words))
    });
    let labels = keys("labels").filter(|key| *key == ANNOTATION);
    let labels = labels.map(|key| {
        let words = format!("{ANNOTATION} means nothing as a label; put it under annotations");
        PromiseFault::new(at("labels", key), words)
    });
    annotations.chain(labels).collect()
}

/// What is wrong with the value of [`ANNOTATION`] in a file, where it need not be text.
pub fn annotation_fault(value: &Value) -> Option<PromiseFault> {
    let why = match value {
        Value::String(word) if Wish::of_word(word).is_some() => return None,
        Value::String(word) => near(word).map(|near| format!("; did you mean {near}?")),
        Value::Bool(false) => Some(format!(
            ", and YAML 1.1 reads this unquoted word as false; did you mean \"{OFF}\", in quotes?"
        )),
        Value::Bool(true) => Some(", and YAML 1.1 reads this unquoted word as true".to_owned()),
        Value::Null => Some(", and nothing stands here".to_owned()),
        Value::Number(_) => Some(", and this is a number".to_owned()),
        Value::Array(_) | Value::Object(_) => Some(", and this is a list or an object".to_owned()),
    };
    let words = format!(
        "the annotation {ANNOTATION} must be Enforce, Warn, Audit or \"{OFF}\"{}",
        why.unwrap_or_default()
    );
    let at = pointer::join("/metadata/annotations", ANNOTATION);
    Some(PromiseFault::new(at, words))
}

fn read_wish(word: &str) -> Result<Wish, PromiseFault> {
    Wish::of_word(word).ok_or_else(|| {
        let meant = near(word).map(|near| format!(" (did you mean {near}?)"));
        PromiseFault::of_annotation(format!(
            "the annotation {ANNOTATION} must be Enforce, Warn, Audit or {OFF}{}; it counts as Warn until it is mended",
            meant.unwrap_or_default()
        ))
    })
}

/// The word of [`ANNOTATION`] that was probably meant.
fn near(word: &str) -> Option<&'static str> {
    let known = Enforcement::ALL.map(Enforcement::as_str).into_iter();
    known
        .chain([OFF])
        .find(|known| strsim::damerau_levenshtein(&known.to_lowercase(), &word.to_lowercase()) <= 1)
}

fn read_api(api: &Value) -> Result<Option<Api>, PromiseFault> {
    if api.is_null() {
        return Ok(None);
    }
    let text = |pointer: &str| {
        api.pointer(pointer).and_then(Value::as_str).ok_or_else(|| {
            let words = "is missing; a Promise's API is a CustomResourceDefinition";
            PromiseFault::new(format!("/spec/api{pointer}"), words)
        })
    };
    let (group, resource) = (text("/spec/group")?, text("/spec/names/plural")?);
    if let Some(words) = manifest::resource_fault(group, resource) {
        return Err(PromiseFault::new("/spec/api/spec", words));
    }
    let kind = text("/spec/names/kind").unwrap_or_default();
    let versions = api.pointer("/spec/versions").and_then(Value::as_array);
    Ok(Some(Api {
        group: group.to_owned(),
        resource: resource.to_owned(),
        kind: kind.to_owned(),
        versions: versions
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .filter(|version| version.get("served") != Some(&Value::Bool(false)))
            .filter_map(read_version)
            .collect(),
    }))
}

fn read_version(version: &Map<String, Value>) -> Option<(String, Option<Value>)> {
    let name = version.get("name")?.as_str()?;
    let status = version
        .get("schema")
        .and_then(|schema| schema.pointer("/openAPIV3Schema/properties/status"))
        .filter(|status| says_something(status));
    Some((name.to_owned(), status.cloned()))
}

/// Whether a schema asks for anything: `type: object` with nothing in it is how authors leave the status open.
fn says_something(status: &Value) -> bool {
    const OPEN: [&str; 4] = [
        "type",
        "description",
        "x-kubernetes-preserve-unknown-fields",
        "nullable",
    ];
    let is_open = |map: &Map<String, Value>| {
        map.keys().all(|key| OPEN.contains(&key.as_str()))
            && map.get("type").is_none_or(|kind| kind == "object")
    };
    !status.as_object().is_some_and(is_open)
}

/// Its author may have written anything into it.
impl std::fmt::Debug for Promise {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let api = self.api.as_ref();
        formatter
            .debug_struct("Promise")
            .field("name", &Key(&self.name).to_string())
            .field("wish", &self.wish)
            .field(
                "resource",
                &api.map(|api| format!("{}.{}", api.resource, api.group)),
            )
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

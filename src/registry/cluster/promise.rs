//! How a Promise stands: the schemas that its author wrote, and what is wrong with them.
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Object, PromiseState, lines};
use crate::core::{
    policy::{Enforcement, Policy, Schemas},
    promise::{ANNOTATION, OFF, Promise, PromiseFault, Wish},
};

/// One Promise.
pub(super) struct PromiseStanding {
    pub(super) object: Object,
    fingerprint: u64,
    pub(super) promise: Promise,
    /// Its schemas; those that were last good where the present ones do not compile.
    pub(super) schemas: Schemas,
    faults: Vec<String>,
    /// What counts although the present schemas do not compile.
    instead: Option<&'static str>,
    notes: Vec<String>,
}

impl PromiseStanding {
    pub(super) fn of(object: &Object, old: Option<&Self>) -> Self {
        let fingerprint = fingerprint(object);
        let old = old.filter(|old| old.object.uid == object.uid);
        // Kratix writes the status of a Promise often, and nothing that counts here changes then.
        if let Some(same) = old.filter(|old| old.fingerprint == fingerprint) {
            return same.of_generation(object);
        }
        let (promise, mut faults) = Promise::read(
            &object.name,
            object.generation,
            object.annotation.as_deref(),
            &object.document(),
        );
        let strange = object.strange_annotations.iter().cloned();
        faults.extend(strange.map(PromiseFault::of_annotation));
        let mut standing = Self {
            object: object.without_body(),
            fingerprint,
            schemas: Schemas::None,
            faults: Vec::new(),
            instead: None,
            notes: Vec::new(),
            promise,
        };
        standing.compile(faults, old);
        forget_documents(&mut standing.promise);
        standing
    }

    /// The same, of an object that differs in nothing that was read.
    fn of_generation(&self, object: &Object) -> Self {
        let promise = Promise {
            generation: object.generation,
            ..self.promise.clone()
        };
        Self {
            object: object.without_body(),
            fingerprint: self.fingerprint,
            promise,
            schemas: self.schemas.clone(),
            faults: self.faults.clone(),
            instead: self.instead,
            notes: self.notes.clone(),
        }
    }

    fn compile(&mut self, mut faults: Vec<PromiseFault>, old: Option<&Self>) {
        let api = self.promise.api.as_ref();
        match api.map(crate::core::promise::Api::compile) {
            None => {}
            Some(Ok((schemas, notes))) => {
                self.schemas = schemas;
                self.notes = lines(notes.into_iter().map(|note| (note.pointer, note.words)));
            }
            Some(Err(found)) => {
                faults.extend(found);
                self.schemas = old.map(|old| old.schemas.clone()).unwrap_or_default();
                self.instead = Some(match self.schemas {
                    Schemas::None => "until it is mended it is guarded for secrets alone",
                    _ => "the schema that was last good stays in force",
                });
            }
        }
        self.faults = lines(faults.into_iter().map(|fault| (fault.pointer, fault.words)));
    }

    pub(super) fn policy(&self, allow_opt_out: bool) -> Option<Policy> {
        self.promise.policy(self.schemas.clone(), allow_opt_out)
    }

    /// How it stands; `has_other` if a `StatusSchema` guards its resource.
    pub(super) fn state(&self, allow_opt_out: bool, has_other: bool) -> PromiseState {
        PromiseState {
            name: self.object.name.clone(),
            uid: self.object.uid.clone(),
            generation: self.object.generation,
            faults: self.faults.clone(),
            instead: self.instead,
            notes: self.notes.clone(),
            has_schema: !matches!(self.schemas, Schemas::None),
            annotated: self.annotated(allow_opt_out, has_other),
        }
    }

    /// What its annotation does, in words; none without one that can be understood.
    fn annotated(&self, allow_opt_out: bool, has_other: bool) -> Option<String> {
        self.promise.api.as_ref()?;
        let (word, effect) = match self.promise.wish {
            Wish::Default => return None,
            Wish::Enforcement(enforcement) => (
                enforcement.as_str(),
                match enforcement {
                    Enforcement::Enforce => "what its schema refuses is refused",
                    Enforcement::Warn => "what its schema refuses is only warned about",
                    Enforcement::Audit => "what its schema refuses is only counted",
                },
            ),
            Wish::Off if allow_opt_out => (OFF, "nothing is checked any more"),
            Wish::Off => (
                OFF,
                "its schema does not count, and secrets are refused as before",
            ),
        };
        let effect = if has_other {
            "which means nothing beside its StatusSchema"
        } else {
            effect
        };
        Some(format!("{word} by the annotation {ANNOTATION}: {effect}"))
    }
}

/// A number that changes when what the schemas are made of does.
fn fingerprint(object: &Object) -> u64 {
    let mut hasher = DefaultHasher::new();
    object.annotation.hash(&mut hasher);
    object.strange_annotations.hash(&mut hasher);
    object.body.expose().hash(&mut hasher);
    hasher.finish()
}

/// The compiled schemas say all that is needed; the documents of a thousand Promises take tens of megabytes.
fn forget_documents(promise: &mut Promise) {
    let versions = promise
        .api
        .iter_mut()
        .flat_map(|api| api.versions.values_mut());
    versions.for_each(|document| *document = None);
}

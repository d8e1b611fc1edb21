//! How a Promise stands: the schemas that its author wrote, and what is wrong with them.
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Object, PromiseState, lines};
use crate::core::{
    policy::{Policy, Schemas},
    promise::{Promise, PromiseFault},
};

/// One Promise.
pub(super) struct PromiseStanding {
    pub(super) object: Object,
    fingerprint: u64,
    pub(super) promise: Promise,
    /// Its schemas; those that were last good where the present ones do not compile.
    pub(super) schemas: Schemas,
    faults: Vec<String>,
    notes: Vec<String>,
}

impl PromiseStanding {
    pub(super) fn of(object: &Object, old: Option<&Self>) -> Self {
        let fingerprint = fingerprint(object);
        let (mut promise, faults) = Promise::read(
            &object.name,
            object.generation,
            object.annotation.as_deref(),
            object.body.expose(),
        );
        let mut standing = Self {
            object: object.without_body(),
            fingerprint,
            schemas: Schemas::None,
            faults: Vec::new(),
            notes: Vec::new(),
            promise: promise.clone(),
        };
        if let Some(old) =
            old.filter(|old| old.fingerprint == fingerprint && old.object.uid == object.uid)
        {
            standing.schemas = old.schemas.clone();
            standing.faults.clone_from(&old.faults);
            standing.notes.clone_from(&old.notes);
        } else {
            standing.compile(&promise, faults, old);
        }
        forget_documents(&mut promise);
        standing.promise = promise;
        standing
    }

    fn compile(&mut self, promise: &Promise, mut faults: Vec<PromiseFault>, old: Option<&Self>) {
        match promise.api.as_ref().map(crate::core::promise::Api::compile) {
            None => {}
            Some(Ok((schemas, notes))) => {
                self.schemas = schemas;
                self.notes = lines(notes.into_iter().map(|note| (note.pointer, note.words)));
            }
            Some(Err(found)) => {
                faults.extend(found);
                let same = old.filter(|old| old.object.uid == self.object.uid);
                self.schemas = same.map(|old| old.schemas.clone()).unwrap_or_default();
            }
        }
        self.faults = lines(faults.into_iter().map(|fault| (fault.pointer, fault.words)));
    }

    pub(super) fn policy(&self, allow_opt_out: bool) -> Option<Policy> {
        self.promise.policy(self.schemas.clone(), allow_opt_out)
    }

    pub(super) fn state(&self) -> PromiseState {
        PromiseState {
            name: self.object.name.clone(),
            uid: self.object.uid.clone(),
            generation: self.object.generation,
            faults: self.faults.clone(),
            notes: self.notes.clone(),
            has_schema: !matches!(self.schemas, Schemas::None),
        }
    }
}

/// A number that changes when what the schemas are made of does.
fn fingerprint(object: &Object) -> u64 {
    let mut hasher = DefaultHasher::new();
    object.annotation.hash(&mut hasher);
    object.body.expose().to_string().hash(&mut hasher);
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

//! How a `StatusSchema` stands: accepted or not, and why.
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use serde_json::json;

use super::{
    Object, Reason, Resource, SchemaState, Verdict, lines, promise::PromiseStanding, resource,
};
use crate::core::policy::{
    Policy, Schemas,
    manifest::{API_VERSION, KIND},
};

/// One `StatusSchema`.
pub(super) struct SchemaStanding {
    pub(super) object: Object,
    fingerprint: u64,
    /// Its policy, for whatever its Promise guards.
    said: Result<Said, Vec<String>>,
    /// How it stands among the others.
    pub(super) verdict: Verdict,
    /// The policy of it that was last accepted.
    pub(super) last: Option<Arc<Policy>>,
}

#[derive(Clone)]
struct Said {
    policy: Arc<Policy>,
    notes: Vec<String>,
}

impl SchemaStanding {
    pub(super) fn of(object: &Object, old: Option<&Self>) -> Self {
        let fingerprint = fingerprint(object);
        let old = old.filter(|old| old.object.uid == object.uid);
        let said = match old.filter(|old| old.fingerprint == fingerprint) {
            Some(old) => old.said.clone(),
            None => understand(object),
        };
        Self {
            object: object.without_body(),
            fingerprint,
            said,
            verdict: old.map(|old| old.verdict.clone()).unwrap_or_default(),
            last: old.and_then(|old| old.last.clone()),
        }
    }

    /// How it stands where `claimed` is what older ones guard, and its policy if it is accepted.
    pub(super) fn judge(
        &self,
        promises: &BTreeMap<String, PromiseStanding>,
        claimed: &BTreeMap<Resource, Arc<Policy>>,
    ) -> (Verdict, Option<Arc<Policy>>) {
        let refused = |reason, message| (Verdict::refused(reason, message), None);
        let said = match &self.said {
            Ok(said) => said,
            Err(faults) => return refused(Reason::InvalidSchema, super::state::listed(faults)),
        };
        let name = &said.policy.promise;
        let Some(promise) = promises.get(name) else {
            let message = format!(
                "there is no Promise {name}; name one that kubectl get promises lists in spec.promise"
            );
            return refused(Reason::UnknownPromise, message);
        };
        let Some(api) = &promise.promise.api else {
            let message = format!(
                "the Promise {name} installs no API in spec.api, so there is no status to guard"
            );
            return refused(Reason::UnknownPromise, message);
        };
        let claim = (api.group.clone(), api.resource.clone());
        let request = resource(&said.policy);
        if !request.1.is_empty() && request != claim {
            let message = format!(
                "spec.request must be {{group: {}, resource: {}}}, as the Promise {name} says; mend it, or leave it out",
                claim.0, claim.1
            );
            return refused(Reason::RequestMismatch, message);
        }
        if let Some(first) = claimed.get(&claim) {
            let message = format!(
                "guards {}.{}, and so does the StatusSchema {}, which is older; join the two, or delete one",
                claim.1, claim.0, first.name
            );
            return refused(Reason::Conflict, message);
        }
        let policy = completed(&said.policy, claim, promise, self.object.generation);
        (accepted(&policy, said, promise), Some(Arc::new(policy)))
    }

    /// The policy that was last accepted, if this one is at fault itself and its Promise still guards the same.
    pub(super) fn last_good(
        &self,
        promises: &BTreeMap<String, PromiseStanding>,
    ) -> Option<Arc<Policy>> {
        let has_fault = matches!(
            self.verdict.reason,
            Reason::InvalidSchema | Reason::RequestMismatch
        );
        let policy = self.last.clone().filter(|_| has_fault)?;
        let api = promises.get(&policy.promise)?.promise.api.as_ref()?;
        (api.group == policy.group && api.resource == policy.resource).then_some(policy)
    }

    pub(super) fn state(&self) -> SchemaState {
        SchemaState {
            name: self.object.name.clone(),
            uid: self.object.uid.clone(),
            generation: self.object.generation,
            verdict: self.verdict.clone(),
        }
    }
}

/// What its author is told of one that counts.
fn accepted(policy: &Policy, said: &Said, promise: &PromiseStanding) -> Verdict {
    let mut message = format!("guards {}.{}", policy.resource, policy.group);
    let has_own_schema = !matches!(said.policy.schemas, Schemas::None);
    message.push_str(match policy.schemas {
        _ if has_own_schema => "",
        Schemas::None => {
            "; there is no schema: secrets, conditions and budgets are checked, and nothing else"
        }
        _ => ", by the schema of the Promise",
    });
    let mut notes = said.notes.clone();
    if let (Schemas::PerVersion(schemas), Some(api)) = (&policy.schemas, &promise.promise.api) {
        let has_none = |version: &&String| !schemas.contains_key(*version);
        let unnamed = api
            .versions
            .keys()
            .filter(has_none)
            .filter(|_| has_own_schema);
        notes.extend(unnamed.map(|version| {
            format!("spec.versions: version {version} is served, and has no schema here")
        }));
    }
    if !notes.is_empty() {
        message.push_str("; ");
        message.push_str(&super::state::listed(&notes));
    }
    Verdict {
        reason: Reason::Accepted,
        message,
        guards: Some(resource(policy)),
    }
}

/// The policy with what only its Promise knows.
fn completed(
    policy: &Policy,
    claim: Resource,
    promise: &PromiseStanding,
    generation: Option<i64>,
) -> Policy {
    let (group, resource) = claim;
    let api = promise.promise.api.as_ref();
    let schemas = match &policy.schemas {
        Schemas::None => promise.schemas.clone(),
        own => own.clone(),
    };
    Policy {
        group,
        resource,
        kind: api.map_or_else(String::new, |api| api.kind.clone()),
        generation,
        schemas,
        ..policy.clone()
    }
}

/// A schema compiles through code that is not ours: whatever it does must not take the program down.
fn understand(object: &Object) -> Result<Said, Vec<String>> {
    catch_unwind(AssertUnwindSafe(|| read(object))).unwrap_or_else(|_| {
        let words =
            "could not be understood because of a fault in statusguard itself; please report it";
        Err(vec![words.to_owned()])
    })
}

fn read(object: &Object) -> Result<Said, Vec<String>> {
    let manifest = json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": object.name},
        "spec": object.document(),
    });
    match Policy::from_custom_resource(&manifest) {
        Ok((policy, notes)) => Ok(Said {
            policy: Arc::new(policy),
            notes: lines(notes.into_iter().map(|note| (note.pointer, note.words))),
        }),
        Err(faults) => Err(lines(
            faults.into_iter().map(|fault| (fault.pointer, fault.words)),
        )),
    }
}

/// A number that changes when the policy does.
fn fingerprint(object: &Object) -> u64 {
    let mut hasher = DefaultHasher::new();
    object.body.expose().hash(&mut hasher);
    hasher.finish()
}

//! The policies of a cluster: what its Promises and StatusSchemas say, joined into one catalog.
mod promise;
mod schema;
mod state;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
    sync::Arc,
};

use serde_json::Value;

use self::{promise::PromiseStanding, schema::SchemaStanding};
use super::{Event, cores, event::Level};
use crate::core::{
    policy::{self, Policy, manifest},
    redacted::Redacted,
};

pub use state::{ClusterState, PromiseState, Reason, SchemaState, Verdict};

/// An object of a cluster, as far as it matters here.
#[derive(Debug, Clone)]
pub struct Object {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.uid`.
    pub uid: String,
    /// `metadata.generation`.
    pub generation: Option<i64>,
    /// `metadata.creationTimestamp`, seconds since 1970.
    pub created: i64,
    /// The value of the annotation by which a Promise chooses its enforcement.
    pub annotation: Option<String>,
    /// What is wrong with the names of its other annotations, each in a sentence.
    pub strange_annotations: Vec<String>,
    /// `spec.api` of a Promise, `spec` of a `StatusSchema`, as JSON; empty where there is none.
    pub body: Redacted<String>,
}

/// All objects of a kind.
#[derive(Debug, Default)]
pub struct Listed {
    /// Those that can be read.
    pub objects: Vec<Object>,
    /// The names of the others; what was known of them stays.
    pub unreadable: Vec<String>,
}

/// What a watch has heard.
#[derive(Debug)]
pub enum Change {
    /// These are all Promises that there are.
    Promises(Listed),
    /// A Promise is new or has changed.
    Promise(Object),
    /// The Promise of this name is gone.
    PromiseGone(String),
    /// These are all StatusSchemas that there are.
    StatusSchemas(Listed),
    /// A `StatusSchema` is new or has changed.
    StatusSchema(Object),
    /// The `StatusSchema` of this name is gone.
    StatusSchemaGone(String),
}

/// API group and plural.
type Resource = (String, String);

/// The policies that these Promises and StatusSchemas make, read once, and how each of them stands.
pub fn read_once(promises: Listed, schemas: Listed) -> (Vec<Arc<Policy>>, Arc<ClusterState>) {
    let mut source = Source::new(false);
    let (policies, _) = source.apply(vec![
        Change::Promises(promises),
        Change::StatusSchemas(schemas),
    ]);
    (policies, source.state())
}

/// All Promises and StatusSchemas, and what of them is in force.
pub(super) struct Source {
    allow_opt_out: bool,
    has_promises: bool,
    has_schemas: bool,
    promises: BTreeMap<String, PromiseStanding>,
    schemas: BTreeMap<String, SchemaStanding>,
    state: Arc<ClusterState>,
}

impl Source {
    pub(super) fn new(allow_opt_out: bool) -> Self {
        Self {
            allow_opt_out,
            has_promises: false,
            has_schemas: false,
            promises: BTreeMap::new(),
            schemas: BTreeMap::new(),
            state: Arc::new(ClusterState::unknown()),
        }
    }

    pub(super) fn state(&self) -> Arc<ClusterState> {
        Arc::clone(&self.state)
    }

    /// Takes in what was heard, and returns the policies in force and what there is to tell.
    pub(super) fn apply(&mut self, changes: Vec<Change>) -> (Vec<Arc<Policy>>, Vec<Event>) {
        for change in changes {
            self.take(change);
        }
        let policies = self.join();
        let state = self.describe(&policies);
        let events = state.news_since(&self.state);
        self.state = Arc::new(state);
        (policies, events)
    }

    fn take(&mut self, change: Change) {
        match change {
            Change::Promises(listed) => {
                self.promises = relisted(&mut self.promises, listed, PromiseStanding::of);
                self.has_promises = true;
            }
            Change::Promise(object) => {
                let standing = PromiseStanding::of(&object, self.promises.get(&object.name));
                self.promises.insert(object.name, standing);
            }
            Change::PromiseGone(name) => {
                self.promises.remove(&name);
            }
            Change::StatusSchemas(listed) => {
                self.schemas = relisted(&mut self.schemas, listed, SchemaStanding::of);
                self.has_schemas = true;
            }
            Change::StatusSchema(object) => {
                let standing = SchemaStanding::of(&object, self.schemas.get(&object.name));
                self.schemas.insert(object.name, standing);
            }
            Change::StatusSchemaGone(name) => {
                self.schemas.remove(&name);
            }
        }
    }

    /// The policies in force: of StatusSchemas first, then of the Promises that have none.
    ///
    /// What each `StatusSchema` is told depends on the objects alone, never on what was in force before, so that all
    /// replicas say the same.
    fn join(&mut self) -> Vec<Arc<Policy>> {
        let mut policies: BTreeMap<Resource, Arc<Policy>> = BTreeMap::new();
        let mut by_age: Vec<&mut SchemaStanding> = self.schemas.values_mut().collect();
        by_age.sort_by(|one, other| one.object.age().cmp(&other.object.age()));
        for schema in &mut by_age {
            let (verdict, policy) = schema.judge(&self.promises, &policies);
            schema.verdict = verdict;
            if let Some(policy) = policy {
                schema.last = Some(Arc::clone(&policy));
                policies.insert(resource(&policy), policy);
            }
        }
        for schema in by_age {
            let last = schema
                .last_good(&self.promises)
                .filter(|policy| !policies.contains_key(&resource(policy)));
            if let Some(policy) = last {
                policies.insert(resource(&policy), policy);
            }
        }
        let mut by_age: Vec<&PromiseStanding> = self.promises.values().collect();
        by_age.sort_by(|one, other| one.object.age().cmp(&other.object.age()));
        for promise in by_age {
            if let Some(policy) = promise.policy(self.allow_opt_out) {
                policies
                    .entry(resource(&policy))
                    .or_insert_with(|| Arc::new(policy));
            }
        }
        policies.into_values().collect()
    }

    fn describe(&self, policies: &[Arc<Policy>]) -> ClusterState {
        let written = policies
            .iter()
            .filter(|it| it.source == policy::Source::StatusSchema);
        let written: BTreeSet<&str> = written.map(|policy| &*policy.promise).collect();
        let state = |promise: &PromiseStanding| {
            promise.state(self.allow_opt_out, written.contains(&*promise.object.name))
        };
        let waiting = [
            (self.has_promises, "Promises"),
            (self.has_schemas, "StatusSchemas"),
        ];
        ClusterState {
            waiting: waiting
                .into_iter()
                .filter(|(has, _)| !has)
                .map(|(_, what)| what)
                .collect(),
            policies: policies.len(),
            schemas: self.schemas.values().map(SchemaStanding::state).collect(),
            promises: self.promises.values().map(state).collect(),
        }
    }
}

/// How all objects of a kind stand when these are all that there are: each beside how it stood before, and those that
/// cannot be read as they stood.
fn relisted<S: Send + Sync>(
    before: &mut BTreeMap<String, S>,
    listed: Listed,
    stands: impl Fn(&Object, Option<&S>) -> S + Sync,
) -> BTreeMap<String, S> {
    let mut old = mem::take(before);
    let standings = cores::on_all(&listed.objects, |object| {
        stands(object, old.get(&object.name))
    });
    let names = listed.objects.into_iter().map(|object| object.name);
    let mut now: BTreeMap<String, S> = names.zip(standings).collect();
    let kept = listed.unreadable.into_iter();
    now.extend(kept.filter_map(|name| old.remove_entry(&name)));
    now
}

fn resource(policy: &Policy) -> Resource {
    (policy.group.clone(), policy.resource.clone())
}

impl Object {
    /// What the older of two objects has less of; the name decides between two of the same second.
    fn age(&self) -> (i64, &str) {
        (self.created, &self.name)
    }

    /// The value of its body.
    fn document(&self) -> Value {
        serde_json::from_str(self.body.expose()).unwrap_or_default()
    }

    /// The same without its body, which takes the most memory.
    fn without_body(&self) -> Self {
        Self {
            body: Redacted::default(),
            ..self.clone()
        }
    }
}

/// What was found at JSON pointers, as lines: each begins with its place in the object.
fn lines(found: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let lines: BTreeSet<String> = found
        .map(
            |(pointer, words)| match manifest::placed(&pointer, &words) {
                (place, words) if place.is_empty() => words,
                (place, words) => format!("{place}: {words}"),
            },
        )
        .collect();
    lines.into_iter().collect()
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Source")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

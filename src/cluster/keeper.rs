//! From what the watches hear to the catalog in force.
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use tokio::{
    sync::{mpsc::Receiver, watch::Sender},
    task::spawn_blocking,
    time::{Instant, timeout_at},
};

use crate::{
    cluster::{
        api::{Promise, StatusSchema, StatusSchemaStatus, Watched as _},
        events::{Events, Notice},
        watch::{Heard, QUIET},
    },
    registry::{Change, Event, Level, PromiseState, Registry},
};

/// The most bytes of the note of an Event.
const LONGEST: usize = 1_000;

/// Changes that are taken in at once.
const MOST_AT_ONCE: usize = 200;

/// What the registry has just taken in.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// What was last seen written about each `StatusSchema`.
    pub(super) statuses: Arc<BTreeMap<String, StatusSchemaStatus>>,
}

/// Takes in what the watches hear, and tells of each time that it has.
pub(super) async fn keep(
    registry: Arc<Registry>,
    mut promises: Receiver<Heard<Promise>>,
    mut schemas: Receiver<Heard<StatusSchema>>,
    told: Sender<Told>,
    events: Events,
) {
    let mut statuses = BTreeMap::new();
    let mut faulty = BTreeMap::new();
    while let Some(changes) = gather(&mut promises, &mut schemas, &mut statuses).await {
        let hearing = Arc::clone(&registry);
        let Ok(news) = spawn_blocking(move || hearing.hear(changes)).await else {
            tracing::error!("a fault in statusguard itself; what was in force stays in force");
            continue;
        };
        news.iter().for_each(tell);
        if let Some(state) = registry.cluster() {
            tell_authors(&state.promises, &mut faulty, &events);
        }
        let statuses = Arc::new(statuses.clone());
        told.send_replace(Told { statuses });
    }
}

/// What is heard within a moment.
async fn gather(
    promises: &mut Receiver<Heard<Promise>>,
    schemas: &mut Receiver<Heard<StatusSchema>>,
    statuses: &mut BTreeMap<String, StatusSchemaStatus>,
) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    let mut end = None;
    while changes.len() < MOST_AT_ONCE {
        let next = async {
            tokio::select! {
                heard = promises.recv() => heard.map(of_promise),
                heard = schemas.recv() => heard.map(|heard| of_schema(heard, statuses)),
            }
        };
        let change = match end {
            None => next.await?,
            Some(end) => match timeout_at(end, next).await {
                Ok(change) => change?,
                Err(_) => break,
            },
        };
        end = end.or_else(|| Some(Instant::now() + QUIET));
        changes.push(change);
    }
    Some(changes)
}

fn of_promise(heard: Heard<Promise>) -> Change {
    match heard {
        Heard::All(promises, unreadable) => Change::Promises(Heard::listed(promises, unreadable)),
        Heard::One(promise) => Change::Promise(promise.into_object()),
        Heard::Gone(name) => Change::PromiseGone(name),
    }
}

fn of_schema(
    heard: Heard<StatusSchema>,
    statuses: &mut BTreeMap<String, StatusSchemaStatus>,
) -> Change {
    match heard {
        Heard::All(schemas, unreadable) => {
            statuses.clear();
            for schema in &schemas {
                statuses.insert(schema.name(), schema.status.clone());
            }
            Change::StatusSchemas(Heard::listed(schemas, unreadable))
        }
        Heard::One(schema) => {
            statuses.insert(schema.name(), schema.status.clone());
            Change::StatusSchema(schema.into_object())
        }
        Heard::Gone(name) => {
            statuses.remove(&name);
            Change::StatusSchemaGone(name)
        }
    }
}

/// Puts an Event on each Promise with faults that are news.
fn tell_authors(
    promises: &[PromiseState],
    faulty: &mut BTreeMap<String, Vec<String>>,
    events: &Events,
) {
    let now: BTreeMap<String, Vec<String>> = promises
        .iter()
        .filter(|promise| !promise.faults.is_empty())
        .map(|promise| (promise.name.clone(), promise.faults.clone()))
        .collect();
    for promise in promises.iter().filter(|it| now.contains_key(&it.name)) {
        if faulty.get(&promise.name) == Some(&promise.faults) {
            continue;
        }
        events.tell(|| {
            let mut text = promise.faults.join("\n");
            text.truncate(text.floor_char_boundary(LONGEST));
            let mut hasher = DefaultHasher::new();
            promise.faults.hash(&mut hasher);
            Notice {
                api_version: "platform.kratix.io/v1alpha1".to_owned(),
                kind: "Promise".to_owned(),
                namespace: String::new(),
                name: promise.name.clone(),
                uid: promise.uid.clone(),
                promise: None,
                is_warning: true,
                reason: "InvalidStatusSchema",
                text,
                fingerprint: hasher.finish(),
            }
        });
    }
    *faulty = now;
}

fn tell(event: &Event) {
    match event.level {
        Level::Info => tracing::info!("{event}"),
        Level::Warn => tracing::warn!("{event}"),
        Level::Error => tracing::error!("{event}"),
    }
}

//! Events on resource requests, so that whoever waits for one reads why it is stuck; never in the way of a reply.
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::{Duration, SystemTime},
};

use k8s_openapi::api::events::v1::Event;
use kube::{
    Api, Client,
    api::{Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

use crate::{
    cluster::{FIELD_MANAGER, PATIENCE, fault},
    telemetry::{
        self,
        metrics::{EventOutcome, Metrics},
        troubles::Troubles,
    },
};

/// Events that wait to be written; more are dropped.
const WAITING: usize = 256;
/// Series that are remembered; the oldest is forgotten.
const REMEMBERED: usize = 1_000;
/// How often the same is written again, at most: the count of its Event grows then.
const SAME_AGAIN: Duration = Duration::from_secs(20);
/// How often one object is told of warnings.
const WARNED_AGAIN: Duration = Duration::from_hours(1);
/// After this a series begins anew, where the API server has not kept its Event: it does so for about an hour.
const FORGOTTEN: Duration = Duration::from_mins(30);
/// Writes at once, and how many more each second.
const BURST: u32 = 25;
const EACH_SECOND: f64 = 2.0;

/// What is to be told of an object.
#[derive(Debug, Clone)]
pub struct Notice {
    /// `apiVersion` of the object.
    pub api_version: String,
    /// `kind` of the object.
    pub kind: String,
    /// Its namespace; empty where there is none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// The Promise that it belongs to.
    pub promise: Option<String>,
    /// Whether something went wrong, else somebody only should know.
    pub is_warning: bool,
    /// In one word.
    pub reason: &'static str,
    /// In words, at most 1,024 bytes.
    pub text: String,
    /// The same for what is to be merged.
    pub fingerprint: u64,
}

/// One who is told.
#[derive(Debug, Clone)]
pub struct Events {
    teller: mpsc::Sender<Notice>,
    metrics: Arc<Metrics>,
}

impl Events {
    /// Has an Event made, unless too many wait already.
    pub fn tell(&self, notice: impl FnOnce() -> Notice) {
        match self.teller.try_reserve() {
            Ok(place) => place.send(notice()),
            Err(_) => self.metrics.event(EventOutcome::Dropped),
        }
    }
}

/// Begins to write what is told.
pub(super) fn start(client: &Client, troubles: &Troubles, metrics: Arc<Metrics>) -> Events {
    let (teller, notices) = mpsc::channel(WAITING);
    let trouble = fault::Trouble::new("Events", troubles);
    tokio::spawn(write(
        client.clone(),
        notices,
        trouble,
        Arc::clone(&metrics),
    ));
    Events { teller, metrics }
}

/// What was written of one thing about one object.
struct Series {
    began: Instant,
    written: Instant,
    /// How often it happened since.
    untold: i32,
}

/// What is remembered, so that the same is not written again and again.
struct Memory {
    series: HashMap<u64, Series>,
    tokens: f64,
    filled: Instant,
}

/// What is to be done with a notice.
#[derive(Debug, PartialEq, Eq)]
enum Todo {
    /// It is told already.
    Nothing,
    /// There were too many just now.
    Drop,
    Create,
    /// It happened so many times more.
    Count(i32),
}

async fn write(
    client: Client,
    mut notices: mpsc::Receiver<Notice>,
    trouble: fault::Trouble,
    metrics: Arc<Metrics>,
) {
    let mut memory = Memory::new(Instant::now());
    while let Some(notice) = notices.recv().await {
        let now = Instant::now();
        let more = match memory.consider(&notice, now) {
            Todo::Nothing => {
                metrics.event(EventOutcome::Merged);
                continue;
            }
            Todo::Drop => {
                metrics.event(EventOutcome::Dropped);
                continue;
            }
            Todo::Create => None,
            Todo::Count(more) => Some(more),
        };
        let posting = timeout(PATIENCE, post(&client, &notice, more)).await;
        metrics.event(match posting {
            Ok(Ok(outcome)) => outcome,
            _ => EventOutcome::Failed,
        });
        match posting {
            Ok(Ok(_)) => trouble.is_over(),
            Ok(Err(error)) => trouble.tell(&fault::of(&error)),
            Err(_) => trouble.tell(fault::SLOW),
        }
    }
}

/// Makes an Event, or counts on the one that there is where it happened so many times `more`.
async fn post(
    client: &Client,
    notice: &Notice,
    more: Option<i32>,
) -> Result<EventOutcome, kube::Error> {
    let api: Api<Event> = Api::namespaced(client.clone(), notice.namespace());
    let name = notice.event_name();
    let answered = |result: &Result<(), kube::Error>, code| matches!(result, Err(kube::Error::Api(status)) if status.code == code);
    if let Some(more) = more {
        let counted = count(&api, &name, more).await;
        // Else it is gone, and told anew.
        if !answered(&counted, 404) {
            return counted.map(|()| EventOutcome::Merged);
        }
    }
    let event = serde_json::from_value(notice.event(&name)).map_err(kube::Error::SerdeError)?;
    let created = api.create(&PostParams::default(), &event).await.map(drop);
    // Another replica has told the same, or this one did before it was started again.
    if answered(&created, 409) {
        let counted = count(&api, &name, 1).await;
        return counted.map(|()| EventOutcome::Merged);
    }
    created.map(|()| EventOutcome::Sent)
}

/// Says that an Event happened so many times more, whoever has counted before. A patch of nothing reads it: that takes no
/// right beside the one to patch.
async fn count(api: &Api<Event>, name: &str, more: i32) -> Result<(), kube::Error> {
    let patch = async |patch| {
        let parameters = PatchParams::default();
        api.patch(name, &parameters, &Patch::Merge(patch)).await
    };
    let present = patch(json!({})).await?;
    let so_far = present.series.map_or(1, |series| series.count);
    let count = so_far.saturating_add(more);
    let series = json!({"series": {"count": count, "lastObservedTime": micro_time()}});
    patch(series).await.map(drop)
}

impl Memory {
    fn new(now: Instant) -> Self {
        Self {
            series: HashMap::new(),
            tokens: f64::from(BURST),
            filled: now,
        }
    }

    fn consider(&mut self, notice: &Notice, now: Instant) -> Todo {
        self.series
            .retain(|_, series| now - series.written < WARNED_AGAIN.max(FORGOTTEN));
        let key = notice.key();
        let todo = match self.series.get_mut(&key) {
            Some(series) if !notice.is_warning && now - series.began < WARNED_AGAIN => {
                Todo::Nothing
            }
            Some(series) if notice.is_warning && now - series.written < FORGOTTEN => {
                series.untold = series.untold.saturating_add(1);
                if now - series.written < SAME_AGAIN {
                    Todo::Nothing
                } else {
                    Todo::Count(series.untold)
                }
            }
            _ => Todo::Create,
        };
        if todo == Todo::Nothing {
            return todo;
        }
        if !self.take_token(now) {
            return Todo::Drop;
        }
        self.remember(key, &todo, now);
        todo
    }

    fn remember(&mut self, key: u64, todo: &Todo, now: Instant) {
        if let (Todo::Count(_), Some(series)) = (todo, self.series.get_mut(&key)) {
            series.written = now;
            series.untold = 0;
            return;
        }
        if self.series.len() >= REMEMBERED {
            let oldest = self.series.iter().min_by_key(|(_, series)| series.written);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                self.series.remove(&oldest);
            }
        }
        let series = Series {
            began: now,
            written: now,
            untold: 0,
        };
        self.series.insert(key, series);
    }

    fn take_token(&mut self, now: Instant) -> bool {
        let more = (now - self.filled).as_secs_f64() * EACH_SECOND;
        self.tokens = (self.tokens + more).min(f64::from(BURST));
        self.filled = now;
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

impl Notice {
    /// Where its Event goes; those about what has no namespace go where Kubernetes looks for them.
    fn namespace(&self) -> &str {
        if self.namespace.is_empty() {
            "default"
        } else {
            &self.namespace
        }
    }

    /// What it is merged by. Warnings are merged whatever they say.
    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (
            &self.api_version,
            &self.kind,
            &self.namespace,
            &self.name,
            &self.uid,
        )
            .hash(&mut hasher);
        (self.reason, self.fingerprint * u64::from(self.is_warning)).hash(&mut hasher);
        hasher.finish()
    }

    /// The same in all replicas, so that they make one Event together.
    fn event_name(&self) -> String {
        let longest = self.name.floor_char_boundary(200);
        format!("{}.{:016x}", &self.name[..longest], self.key())
    }

    fn event(&self, name: &str) -> Value {
        let mut event = json!({
            "metadata": {"name": name, "namespace": self.namespace()},
            "eventTime": micro_time(),
            "reportingController": "statusguard.dev/statusguard",
            "reportingInstance": FIELD_MANAGER,
            "action": "CheckStatus",
            "reason": self.reason,
            "type": if self.is_warning { "Warning" } else { "Normal" },
            "note": self.text,
            "regarding": {
                "apiVersion": self.api_version, "kind": self.kind, "name": self.name, "uid": self.uid,
            },
        });
        if !self.namespace.is_empty() {
            event["regarding"]["namespace"] = self.namespace.as_str().into();
        }
        if let Some(promise) = self.promise.as_deref().filter(|name| !name.is_empty()) {
            event["related"] = json!({"apiVersion": "platform.kratix.io/v1alpha1", "kind": "Promise", "name": promise});
        }
        event
    }
}

fn micro_time() -> String {
    let second = telemetry::timestamp(SystemTime::now());
    format!("{}.000000Z", second.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(name: &str, is_warning: bool, fingerprint: u64) -> Notice {
        Notice {
            api_version: "workshop.kratix.io/v1alpha1".to_owned(),
            kind: "elastic-cloud".to_owned(),
            namespace: "default".to_owned(),
            name: name.to_owned(),
            uid: "1".to_owned(),
            promise: None,
            is_warning,
            reason: if is_warning {
                "StatusRejected"
            } else {
                "StatusWarned"
            },
            text: String::new(),
            fingerprint,
        }
    }

    #[test]
    fn retries_of_the_same_findings_are_one_event_that_counts() {
        let start = Instant::now();
        let mut memory = Memory::new(start);
        let mut at = |seconds, fingerprint| {
            memory.consider(
                &notice("a", true, fingerprint),
                start + Duration::from_secs(seconds),
            )
        };
        assert_eq!(at(0, 1), Todo::Create);
        assert_eq!(at(5, 1), Todo::Nothing);
        assert_eq!(at(25, 1), Todo::Count(2));
        assert_eq!(at(26, 2), Todo::Create);
        assert_eq!(at(50, 1), Todo::Count(1));
        assert_eq!(at(4_000, 1), Todo::Create);
    }

    #[test]
    fn warnings_are_told_once_an_hour_whatever_they_say() {
        let start = Instant::now();
        let mut memory = Memory::new(start);
        let mut at = |seconds, fingerprint| {
            memory.consider(
                &notice("a", false, fingerprint),
                start + Duration::from_secs(seconds),
            )
        };
        assert_eq!(at(0, 1), Todo::Create);
        assert_eq!(at(3_000, 2), Todo::Nothing);
        assert_eq!(at(3_700, 2), Todo::Create);
    }

    #[test]
    fn many_objects_make_no_flood_and_take_no_memory() {
        let start = Instant::now();
        let mut memory = Memory::new(start);
        let made = (0..5_000).filter(|index| {
            let notice = notice(&index.to_string(), true, 1);
            memory.consider(&notice, start + Duration::from_millis(*index)) == Todo::Create
        });
        let made = made.count();
        assert!(made < 50, "{made}");
        assert!(memory.series.len() <= REMEMBERED);
    }

    #[test]
    fn what_has_no_namespace_is_told_where_kubernetes_looks_for_it() {
        let of = |namespace: &str| {
            let notice = Notice {
                namespace: namespace.to_owned(),
                ..notice("a", true, 1)
            };
            notice.event(&notice.event_name())
        };
        let (scoped, cluster) = (of("team"), of(""));
        assert_eq!(scoped["metadata"]["namespace"], "team");
        assert_eq!(scoped["regarding"]["namespace"], "team");
        assert_eq!(cluster["metadata"]["namespace"], "default");
        assert_eq!(cluster["regarding"]["namespace"], Value::Null);
    }
}

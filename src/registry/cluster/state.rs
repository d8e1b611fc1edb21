//! How everything in a cluster stands, in words for those who wrote it.
use std::collections::BTreeMap;

use super::{Event, Level};
/// Faults of one object that are told before "and N more".
const MOST_TOLD: usize = 20;

/// How the Promises and StatusSchemas of a cluster stand.
#[derive(Debug, Clone, Default)]
pub struct ClusterState {
    /// What has not been listed yet; nothing is in force before all has.
    pub waiting: Vec<&'static str>,
    /// The number of policies in force.
    pub policies: usize,
    /// The StatusSchemas, by name.
    pub schemas: Vec<SchemaState>,
    /// The Promises, by name.
    pub promises: Vec<PromiseState>,
}

/// How a `StatusSchema` stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaState {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// The generation that was judged.
    pub generation: Option<i64>,
    /// What was found.
    pub verdict: Verdict,
}

/// Whether a `StatusSchema` counts, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// In one word.
    pub reason: Reason,
    /// In a sentence, with the place of each fault.
    pub message: String,
    /// API group and plural that an accepted one guards.
    pub guards: Option<(String, String)>,
}

/// Whether a `StatusSchema` counts, as the reason of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reason {
    /// It counts.
    Accepted,
    /// It cannot be understood, or its schema does not compile.
    #[default]
    InvalidSchema,
    /// There is no such Promise, or it installs no API.
    UnknownPromise,
    /// It names another resource than its Promise.
    RequestMismatch,
    /// An older one guards the same.
    Conflict,
}

impl Reason {
    /// The word in a condition.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::InvalidSchema => "InvalidSchema",
            Self::UnknownPromise => "UnknownPromise",
            Self::RequestMismatch => "RequestMismatch",
            Self::Conflict => "Conflict",
        }
    }
}

/// How a Promise stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseState {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// The generation that was read.
    pub generation: Option<i64>,
    /// What is wrong with what its author wrote for statusguard.
    pub faults: Vec<String>,
    /// What counts meanwhile, where its schemas are at fault.
    pub instead: Option<&'static str>,
    /// What of it is ignored.
    pub notes: Vec<String>,
    /// Whether a schema of it is known.
    pub has_schema: bool,
    /// What its annotation does, where it has one.
    pub annotated: Option<String>,
}

impl Verdict {
    pub(super) fn refused(reason: Reason, message: String) -> Self {
        Self {
            reason,
            message,
            guards: None,
        }
    }

    /// Whether it counts.
    pub fn is_accepted(&self) -> bool {
        self.reason == Reason::Accepted
    }
}

impl PromiseState {
    /// That it is guarded, or what is wrong with it.
    fn fault_news(&self, was: Option<&Self>, is_first: bool) -> Option<Event> {
        let is_same =
            was.is_some_and(|was| was.faults == self.faults && was.has_schema == self.has_schema);
        if is_same {
            return None;
        }
        let name = &self.name;
        if !self.faults.is_empty() {
            let instead = self.instead.map(|words| format!("; {words}"));
            let words = format!(
                "Promise {name}: {}{}",
                listed(&self.faults),
                instead.unwrap_or_default()
            );
            return Some(Event::new(Level::Error, words));
        }
        let words = if self.has_schema {
            "guarded by its own schema"
        } else {
            "guarded for secrets"
        };
        (!is_first).then(|| Event::new(Level::Info, format!("Promise {name}: {words}")))
    }

    /// What its annotation does from now on: nobody but its author has decided that.
    fn annotation_news(&self, was: Option<&Self>) -> Option<Event> {
        let before = was.and_then(|was| was.annotated.as_ref());
        let words = match (before, &self.annotated) {
            (before, Some(now)) if before != Some(now) => now,
            (Some(_), None) => {
                "no annotation counts any more, so it is Warn unless a StatusSchema guards it"
            }
            _ => return None,
        };
        Some(Event::new(
            Level::Info,
            format!("Promise {}: {words}", self.name),
        ))
    }
}

/// A number and what is counted.
fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

impl ClusterState {
    /// The state before anything was heard.
    pub(in crate::registry) fn unknown() -> Self {
        Self {
            waiting: vec!["Promises", "StatusSchemas"],
            ..Self::default()
        }
    }

    /// Whether everything has been listed at least once.
    pub fn is_complete(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What there is to tell of the way from `before` to here. The first whole state is told as one line, and what is
    /// wrong in it.
    pub(super) fn news_since(&self, before: &Self) -> Vec<Event> {
        if !self.is_complete() {
            return Vec::new();
        }
        let is_first = !before.is_complete();
        let mut events = self.promise_news(before, is_first);
        events.extend(self.schema_news(before, is_first));
        if is_first {
            let (promises, schemas) = (self.promises.len(), self.schemas.len());
            let words = format!(
                "{} and {}: {} in force",
                counted(promises, "Promise", "Promises"),
                counted(schemas, "StatusSchema", "StatusSchemas"),
                counted(self.policies, "policy", "policies"),
            );
            events.push(Event::new(Level::Info, words));
        }
        events
    }

    fn promise_news(&self, before: &Self, is_first: bool) -> Vec<Event> {
        let old: BTreeMap<&str, &PromiseState> =
            before.promises.iter().map(|it| (&*it.name, it)).collect();
        let mut events = gone(
            before.promises.iter().map(|it| &it.name),
            "Promise",
            |name| self.promises.iter().any(|it| it.name == name),
        );
        for promise in &self.promises {
            let was = old.get(&*promise.name).copied();
            events.extend(promise.fault_news(was, is_first));
            events.extend(promise.annotation_news(was));
        }
        events
    }

    fn schema_news(&self, before: &Self, is_first: bool) -> Vec<Event> {
        let old: BTreeMap<&str, &SchemaState> =
            before.schemas.iter().map(|it| (&*it.name, it)).collect();
        let mut events = gone(
            before.schemas.iter().map(|it| &it.name),
            "StatusSchema",
            |name| self.schemas.iter().any(|it| it.name == name),
        );
        for schema in &self.schemas {
            if old.get(&*schema.name).is_some_and(|was| *was == schema) {
                continue;
            }
            let (name, verdict) = (&schema.name, &schema.verdict);
            if !verdict.is_accepted() {
                let words = format!(
                    "StatusSchema {name}: {}: {}",
                    verdict.reason.as_str(),
                    verdict.message
                );
                events.push(Event::new(Level::Error, words));
            } else if !is_first {
                events.push(Event::new(
                    Level::Info,
                    format!("StatusSchema {name}: {}", verdict.message),
                ));
            }
        }
        events
    }
}

fn gone<'a>(
    names: impl Iterator<Item = &'a String>,
    kind: &str,
    is_there: impl Fn(&str) -> bool,
) -> Vec<Event> {
    names
        .filter(|name| !is_there(name))
        .map(|name| Event::new(Level::Info, format!("{kind} {name}: gone")))
        .collect()
}

/// Lines as one, the first of very many.
pub(super) fn listed(lines: &[String]) -> String {
    let mut shown: Vec<&str> = lines.iter().take(MOST_TOLD).map(String::as_str).collect();
    let more = format!("and {} more", lines.len() - shown.len());
    if lines.len() > shown.len() {
        shown.push(&more);
    }
    shown.join("; ")
}

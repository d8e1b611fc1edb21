//! A watch that goes on whatever happens to it: everything is listed anew after each fault, with growing pauses.
use std::{collections::VecDeque, fmt::Debug, pin::Pin, time::Duration};

use futures_util::{Stream, StreamExt as _};
use kube::{
    Api, Resource, ResourceExt as _,
    api::{ListParams, WatchEvent, WatchParams},
    core::Status,
    runtime::watcher::DefaultBackoff,
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep_until, timeout};

use crate::cluster::{PATIENCE, fault};

/// Seconds after which the API server ends a watch, which then goes on where it was.
const TIMEOUT: u32 = 20;

/// How long a watch may say nothing at all. A connection that died silently must be noticed sooner than
/// [`plan::GRACE`](crate::core::webhook::plan::GRACE): until then, nobody knows that something may be missing.
const SILENCE: Duration = Duration::from_secs(TIMEOUT as u64 + 5);

/// The shortest pause where the API server is busy; it asks for a second.
const BUSY: Duration = Duration::from_secs(1);

/// Who ends a watch sooner than this would be asked again and again.
const SHORT: Duration = Duration::from_secs(1);

/// What is heard of a kind.
pub(super) enum Event<K> {
    /// A list begins.
    Init,
    /// One of the list.
    InitApply(K),
    /// The list is whole.
    InitDone,
    /// One that is new or has changed.
    Apply(K),
    /// One that is gone.
    Delete(K),
}

type Events<K> = Pin<Box<dyn Stream<Item = kube::Result<WatchEvent<K>>> + Send>>;

/// How far a watch has come.
enum Stage<K> {
    Begin,
    /// A list is read, page by page; with what leads to the next one.
    Listing {
        page: VecDeque<K>,
        next: Next,
    },
    /// All up to this version is known.
    Known(String),
    Watching {
        version: String,
        since: Instant,
        events: Events<K>,
    },
}

/// What follows a page.
enum Next {
    First,
    Page(String),
    /// The list was whole, at this version.
    End(String),
}

/// What is heard of a watch.
///
/// # Guarantees
/// After a fault everything is listed anew, since what was missed cannot be known. Pauses grow from about a second to
/// half a minute, with some chance in them, so that replicas do not ask all at once. What is not answered is given up.
/// Each trouble is told once, and is over when a watch has gone on for a while, or has told of something.
pub(super) struct Feed<K> {
    api: Api<K>,
    list: ListParams,
    watch: WatchParams,
    stage: Stage<K>,
    pauses: DefaultBackoff,
    /// No earlier than this anything is asked.
    rest: Option<Instant>,
    trouble: fault::Trouble,
    /// The name under which metrics say how it goes.
    kind: Option<&'static str>,
}

impl<K> Feed<K>
where
    K: Resource + Clone + Debug + DeserializeOwned + Send + 'static,
{
    /// Of all objects of `kind`, in pages of so many.
    pub(super) fn of_all(
        api: Api<K>,
        page: u32,
        kind: &'static str,
        trouble: fault::Trouble,
    ) -> Self {
        let list = ListParams::default().limit(page);
        Self {
            kind: Some(kind),
            ..Self::new(api, list, WatchParams::default(), trouble)
        }
    }

    /// Of the one with this name.
    pub(super) fn of_one(api: Api<K>, name: &str, trouble: fault::Trouble) -> Self {
        let only = format!("metadata.name={name}");
        let watch = WatchParams::default().fields(&only);
        Self::new(api, ListParams::default().fields(&only), watch, trouble)
    }

    fn new(api: Api<K>, list: ListParams, watch: WatchParams, trouble: fault::Trouble) -> Self {
        Self {
            api,
            list,
            watch: watch.timeout(TIMEOUT),
            stage: Stage::Begin,
            pauses: DefaultBackoff::default(),
            rest: None,
            trouble,
            kind: None,
        }
    }

    /// The next event; a fault is told, and returned for whoever must know it.
    ///
    /// It may be dropped before it returns, and then goes on where it was.
    pub(super) async fn next(&mut self) -> Result<Event<K>, Fault> {
        loop {
            if let Some(rest) = self.rest {
                sleep_until(rest).await;
                self.rest = None;
            }
            match self.step().await {
                Ok(event) => {
                    if let Some(kind) = self.kind {
                        self.trouble.heard(kind);
                    }
                    if let Some(event) = event {
                        return Ok(event);
                    }
                }
                Err(fault) => {
                    self.trouble.tell(&fault.words());
                    if let Some(kind) = self.kind {
                        self.trouble.restarted(kind);
                    }
                    self.pause(fault.shortest_pause());
                    self.stage = Stage::Begin;
                    return Err(fault);
                }
            }
        }
    }

    async fn step(&mut self) -> Result<Option<Event<K>>, Fault> {
        match &mut self.stage {
            Stage::Begin => {
                let (page, next) = (VecDeque::new(), Next::First);
                self.stage = Stage::Listing { page, next };
                Ok(Some(Event::Init))
            }
            Stage::Listing { page, next } => {
                if let Some(object) = page.pop_front() {
                    return Ok(Some(Event::InitApply(object)));
                }
                if let Next::End(version) = next {
                    self.stage = Stage::Known(std::mem::take(version));
                    return Ok(Some(Event::InitDone));
                }
                let token = match next {
                    Next::Page(token) => Some(token.clone()),
                    _ => None,
                };
                self.list(token).await.map(|()| None)
            }
            Stage::Known(version) => {
                let version = std::mem::take(version);
                self.watch(version).await.map(|()| None)
            }
            Stage::Watching { .. } => self.hear().await,
        }
    }

    async fn list(&mut self, token: Option<String>) -> Result<(), Fault> {
        let mut parameters = self.list.clone();
        parameters.continue_token = token;
        let list = answered(self.api.list(&parameters))
            .await?
            .map_err(Fault::List)?;
        let more = list.metadata.continue_.filter(|token| !token.is_empty());
        let version = list.metadata.resource_version.unwrap_or_default();
        let next = match more {
            Some(token) => Next::Page(token),
            None if version.is_empty() => return Err(Fault::NoVersion),
            None => Next::End(version),
        };
        let page = list.items.into();
        self.stage = Stage::Listing { page, next };
        Ok(())
    }

    async fn watch(&mut self, version: String) -> Result<(), Fault> {
        // Should this be dropped, the list is read again.
        self.stage = Stage::Begin;
        let events = answered(self.api.watch(&self.watch, &version)).await?;
        self.stage = Stage::Watching {
            version,
            since: Instant::now(),
            events: events.map_err(Fault::Watch)?.boxed(),
        };
        Ok(())
    }

    async fn hear(&mut self) -> Result<Option<Event<K>>, Fault> {
        let Stage::Watching {
            version,
            since,
            events,
        } = &mut self.stage
        else {
            return Ok(None);
        };
        let patience = if self.trouble.is_told() {
            PATIENCE
        } else {
            SILENCE
        };
        let event = match timeout(patience, events.next()).await {
            Ok(Some(event)) => event.map_err(Fault::Watch)?,
            Ok(None) => {
                let is_short = since.elapsed() < SHORT;
                self.stage = Stage::Known(std::mem::take(version));
                if is_short {
                    self.trouble.tell("the API server ends each watch at once");
                    self.pause(Duration::ZERO);
                }
                return Ok(None);
            }
            Err(_) if since.elapsed() > SILENCE => return Err(Fault::Silence),
            Err(_) => {
                self.trouble.is_over();
                return Ok(None);
            }
        };
        let (object, is_gone) = match event {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => (object, false),
            WatchEvent::Deleted(object) => (object, true),
            WatchEvent::Bookmark(bookmark) => {
                *version = bookmark.metadata.resource_version;
                return Ok(None);
            }
            WatchEvent::Error(status) => return Err(Fault::Told(status.boxed())),
        };
        *version = object.resource_version().ok_or(Fault::NoVersion)?;
        self.trouble.is_over();
        Ok(Some(if is_gone {
            Event::Delete(object)
        } else {
            Event::Apply(object)
        }))
    }

    fn pause(&mut self, shortest: Duration) {
        let pause = self.pauses.next().unwrap_or(PATIENCE);
        self.rest = Some(Instant::now() + pause.max(shortest));
    }
}

async fn answered<T>(asked: impl Future<Output = T>) -> Result<T, Fault> {
    timeout(PATIENCE, asked).await.map_err(|_| Fault::Silence)
}

/// Why a watch does not go on.
pub(super) enum Fault {
    /// There is no list.
    List(kube::Error),
    /// There is no watch, or it broke.
    Watch(kube::Error),
    /// The watch told of a fault.
    Told(Box<Status>),
    /// There is no answer.
    Silence,
    /// It is not said where a watch is to begin.
    NoVersion,
}

impl Fault {
    /// Whether the API server does not know the kind at all.
    pub(super) fn is_unknown_kind(&self) -> bool {
        matches!(self, Self::List(kube::Error::Api(status)) if status.code == 404)
    }

    fn words(&self) -> String {
        match self {
            Self::List(_) if self.is_unknown_kind() => {
                "the API server does not know this kind; what is known of it stays in force, and new ones count as \
                 soon as there is its CustomResourceDefinition"
                    .to_owned()
            }
            Self::List(error) | Self::Watch(error) => fault::of(error),
            Self::Told(status) => fault::of_status(status),
            Self::Silence => fault::SLOW.to_owned(),
            Self::NoVersion => "the API server sent something without resourceVersion".to_owned(),
        }
    }

    fn shortest_pause(&self) -> Duration {
        let (Self::List(kube::Error::Api(status))
        | Self::Watch(kube::Error::Api(status))
        | Self::Told(status)) = self
        else {
            return Duration::ZERO;
        };
        let asked = status.details.as_ref().map(|it| it.retry_after_seconds);
        let asked = Duration::from_secs(asked.unwrap_or_default().into());
        if status.code == 429 {
            asked.max(BUSY)
        } else {
            asked
        }
    }
}

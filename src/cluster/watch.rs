//! A watch of all objects of a kind: paged, retried with growing pauses, and never ended by an object that cannot be read.
use std::{fmt::Debug, time::Duration};

use futures_util::StreamExt as _;
use kube::{
    Api,
    core::DeserializeGuard,
    runtime::{
        WatchStreamExt as _,
        watcher::{self, Event},
    },
};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::Sender;

use crate::{
    cluster::{api::Watched, fault},
    registry::Listed,
};

/// Objects of one answer to a list: a Promise may take a megabyte.
const PAGE: u32 = 50;

/// Seconds after which the API server ends a watch, which is then begun anew: a connection that died silently is noticed
/// by then.
const TIMEOUT: u32 = 120;

/// What a watch has heard of a kind.
pub(super) enum Heard<K> {
    /// All of them.
    All(Vec<K>, Vec<String>),
    /// One that is new or has changed.
    One(K),
    /// One that is gone.
    Gone(String),
}

impl<K: Watched> Heard<K> {
    /// All objects, for the registry.
    pub(super) fn listed(objects: &[K], unreadable: Vec<String>) -> Listed {
        Listed {
            objects: objects.iter().map(Watched::object).collect(),
            unreadable,
        }
    }
}

/// Watches `api`, and tells `ear`, until nobody listens any more.
pub(super) async fn watch<K>(
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    ear: Sender<Heard<K>>,
) where
    K: Watched + Clone + Debug + DeserializeOwned + Send + 'static,
{
    let config = watcher::Config::default().page_size(PAGE).timeout(TIMEOUT);
    let mut stream = std::pin::pin!(watcher::watcher(api, config).default_backoff());
    let mut list = List::default();
    let mut trouble = fault::Trouble::new(format!("the watch of {kind}"));
    let mut has_listed = false;
    while let Some(event) = stream.next().await {
        let heard = match event {
            Ok(event) => {
                trouble.is_over();
                list.take(event, kind)
            }
            Err(error) if !has_listed && fault::is_unknown_kind(&error) => {
                trouble.tell(&format!(
                    "the API server knows no {kind} yet, so there are none; they count as soon as their \
                     CustomResourceDefinition is there"
                ));
                Some(Heard::All(Vec::new(), Vec::new()))
            }
            Err(error) => {
                trouble.tell(&fault::of_watch(&error));
                None
            }
        };
        has_listed |= matches!(heard, Some(Heard::All(..)));
        if let Some(heard) = heard
            && ear.send(heard).await.is_err()
        {
            return;
        }
    }
}

/// A list that is being read, page by page.
struct List<K> {
    objects: Vec<K>,
    unreadable: Vec<String>,
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self {
            objects: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

impl<K: Watched> List<K> {
    fn take(&mut self, event: Event<DeserializeGuard<K>>, kind: &str) -> Option<Heard<K>> {
        match event {
            Event::Init => *self = Self::default(),
            Event::InitApply(DeserializeGuard(Ok(object))) => self.objects.push(object),
            Event::InitApply(DeserializeGuard(Err(invalid))) => {
                let name = invalid.metadata.name.unwrap_or_default();
                tell_unreadable(kind, &name);
                self.unreadable.push(name);
            }
            Event::InitDone => {
                let list = std::mem::take(self);
                return Some(Heard::All(list.objects, list.unreadable));
            }
            Event::Apply(DeserializeGuard(Ok(object))) => return Some(Heard::One(object)),
            Event::Apply(DeserializeGuard(Err(invalid))) => {
                tell_unreadable(kind, invalid.metadata.name.as_deref().unwrap_or_default());
            }
            Event::Delete(DeserializeGuard(object)) => {
                let name = match object {
                    Ok(object) => object.object().name,
                    Err(invalid) => invalid.metadata.name.unwrap_or_default(),
                };
                return Some(Heard::Gone(name));
            }
        }
        None
    }
}

fn tell_unreadable(kind: &str, name: &str) {
    tracing::error!("{kind}: {name} cannot be read; what was known of it stays in force");
}

/// How long whoever has heard something waits for more of it: who applies several objects applies them at once.
pub(super) const QUIET: Duration = Duration::from_millis(20);

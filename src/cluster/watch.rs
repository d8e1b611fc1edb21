//! A watch of all objects of a kind, and what was heard of them: paged, and never ended by an object that cannot be read.
use std::{fmt::Debug, future, time::Duration};

use kube::{Api, core::DeserializeGuard};
use serde::de::DeserializeOwned;
use tokio::{
    sync::mpsc::Sender,
    time::{Instant, sleep_until},
};

use crate::{
    cluster::{
        api::Watched,
        fault,
        feed::{Event, Fault, Feed},
        list::List,
    },
    registry::Listed,
    telemetry::troubles::Troubles,
};

/// Objects of one answer to a list: a Promise may take a megabyte.
const PAGE: u32 = 50;

/// How long whoever has heard something waits for more of it: who applies several objects applies them at once.
pub(super) const QUIET: Duration = Duration::from_millis(20);

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
    pub(super) fn listed(objects: Vec<K>, unreadable: Vec<String>) -> Listed {
        Listed {
            objects: objects.into_iter().map(Watched::into_object).collect(),
            unreadable,
        }
    }
}

/// What is watched for what it says of guards.
pub(super) const KINDS: [&str; 2] = ["Promises", "StatusSchemas"];

/// What is wrong with the watch of a kind.
pub(super) fn trouble(kind: &str, troubles: &Troubles) -> fault::Trouble {
    fault::Trouble::new(format!("the watch of {kind}"), troubles)
}

/// Watches `api`, and tells `ear`, until nobody listens any more.
pub(super) async fn watch<K>(
    api: Api<DeserializeGuard<K>>,
    kind: &'static str,
    ear: Sender<Heard<K>>,
    troubles: Troubles,
) where
    K: Watched + Clone + Debug + DeserializeOwned + Send + 'static,
{
    let mut feed = Feed::of_all(api, PAGE, kind, trouble(kind, &troubles));
    let mut list = List::new(kind, troubles);
    let mut has_listed = false;
    loop {
        let heard = tokio::select! {
            next = feed.next() => of(next, &mut list, has_listed),
            () = until(list.doubted_until()) => list.believe(),
        };
        has_listed |= matches!(heard, Some(Heard::All(..)));
        if let Some(heard) = heard
            && ear.send(heard).await.is_err()
        {
            return;
        }
    }
}

fn of<K: Watched + Clone>(
    next: Result<Event<DeserializeGuard<K>>, Fault>,
    list: &mut List<K>,
    has_listed: bool,
) -> Option<Heard<K>> {
    match next {
        Ok(event) => list.take(event, Instant::now()),
        // Where there is no such kind, there are none of it.
        Err(fault) if !has_listed && fault.is_unknown_kind() => {
            Some(Heard::All(Vec::new(), Vec::new()))
        }
        Err(_) => None,
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => future::pending().await,
    }
}

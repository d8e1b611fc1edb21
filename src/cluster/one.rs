//! A watch of one object, which somebody installs and nobody here makes.
use std::fmt::Debug;

use kube::{Api, Resource};
use serde::de::DeserializeOwned;

use crate::cluster::{
    fault,
    feed::{Event, Feed},
};

/// What is heard of one object.
pub(super) struct One<K> {
    feed: Feed<K>,
    is_there: bool,
    absence: fault::Trouble,
    so: &'static str,
}

impl<K> One<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
{
    /// `absence` is told where there is none, what follows from it, and what to do.
    pub(super) fn new(
        api: Api<K>,
        name: &str,
        trouble: fault::Trouble,
        (absence, so): (fault::Trouble, &'static str),
    ) -> Self {
        Self {
            feed: Feed::of_one(api, name, trouble),
            is_there: false,
            absence,
            so,
        }
    }

    /// The object, as soon as it has changed; none once it is gone.
    pub(super) async fn next(&mut self) -> Option<K> {
        loop {
            match self.feed.next().await {
                Ok(Event::InitApply(object) | Event::Apply(object)) => {
                    self.is_there = true;
                    self.absence.is_over();
                    return Some(object);
                }
                Ok(Event::InitDone) if self.is_there => {}
                Ok(Event::InitDone | Event::Delete(_)) => {
                    self.absence
                        .tell(&format!("it does not exist, so {}", self.so));
                    return None;
                }
                Ok(Event::Init) => self.is_there = false,
                Err(_) => {}
            }
        }
    }
}

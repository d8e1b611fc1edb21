//! From the events of a watch to what was heard: whole lists, what cannot be read, and lists that are suddenly empty.
use std::collections::{BTreeMap, BTreeSet};

use kube::core::DeserializeGuard;
use tokio::time::Instant;

use crate::{
    cluster::{api::Watched, fault::Trouble, feed::Event, watch::Heard},
    core::webhook::plan::GRACE,
    telemetry::troubles::Troubles,
};

/// The objects of a kind, as they are heard of.
///
/// A list that is empty where there were objects is not believed for [`GRACE`]: what holds the objects may be in trouble,
/// and each Promise would be without its schema at once.
pub(super) struct List<K> {
    kind: &'static str,
    troubles: Troubles,
    /// What is being read, page by page.
    objects: Vec<K>,
    unreadable: Vec<String>,
    /// Those that were heard of and not heard to be gone.
    known: BTreeSet<String>,
    doubt: Option<Doubt<K>>,
}

/// A list that was suddenly empty.
struct Doubt<K> {
    until: Instant,
    /// What has come since.
    since: BTreeMap<String, K>,
}

impl<K: Watched + Clone> List<K> {
    pub(super) fn new(kind: &'static str, troubles: Troubles) -> Self {
        Self {
            kind,
            troubles,
            objects: Vec::new(),
            unreadable: Vec::new(),
            known: BTreeSet::new(),
            doubt: None,
        }
    }

    /// What is heard by an event, if anything is yet.
    pub(super) fn take(
        &mut self,
        event: Event<DeserializeGuard<K>>,
        now: Instant,
    ) -> Option<Heard<K>> {
        match event {
            Event::Init => (self.objects, self.unreadable) = (Vec::new(), Vec::new()),
            Event::InitApply(DeserializeGuard(Ok(object))) => {
                self.is_readable(&object.name());
                self.objects.push(object);
            }
            Event::InitApply(DeserializeGuard(Err(invalid))) => {
                let name = invalid.metadata.name.unwrap_or_default();
                self.is_unreadable(&name);
                self.unreadable.push(name);
            }
            Event::InitDone => return self.listed(now),
            Event::Apply(DeserializeGuard(Ok(object))) => return Some(self.one(object)),
            Event::Apply(DeserializeGuard(Err(invalid))) => {
                self.is_unreadable(&invalid.metadata.name.unwrap_or_default());
            }
            Event::Delete(DeserializeGuard(object)) => {
                let name = match object {
                    Ok(object) => object.name(),
                    Err(invalid) => invalid.metadata.name.unwrap_or_default(),
                };
                return Some(self.gone(name));
            }
        }
        None
    }

    /// Until when a list is doubted, if one is.
    pub(super) fn doubted_until(&self) -> Option<Instant> {
        self.doubt.as_ref().map(|doubt| doubt.until)
    }

    /// Takes a list that was doubted for what it is.
    pub(super) fn believe(&mut self) -> Option<Heard<K>> {
        let doubt = self.doubt.take()?;
        self.sudden().is_over();
        self.known = doubt.since.keys().cloned().collect();
        Some(Heard::All(doubt.since.into_values().collect(), Vec::new()))
    }

    fn listed(&mut self, now: Instant) -> Option<Heard<K>> {
        let objects = std::mem::take(&mut self.objects);
        let unreadable = std::mem::take(&mut self.unreadable);
        if objects.is_empty() && unreadable.is_empty() && !self.known.is_empty() {
            self.sudden().tell(&format!(
                "the API server lists none, where there were {}; they stay in force for {} s, in case it is in trouble",
                self.known.len(),
                GRACE.as_secs()
            ));
            self.doubt.get_or_insert_with(|| Doubt {
                until: now + GRACE,
                since: BTreeMap::new(),
            });
            return None;
        }
        if self.doubt.take().is_some() {
            self.sudden().is_over();
        }
        let names = objects.iter().map(Watched::name);
        let known = names.chain(unreadable.iter().cloned()).collect();
        let before = std::mem::replace(&mut self.known, known);
        for name in before.difference(&self.known) {
            self.reading(name).is_forgotten();
        }
        Some(Heard::All(objects, unreadable))
    }

    fn one(&mut self, object: K) -> Heard<K> {
        let name = object.name();
        self.is_readable(&name);
        if let Some(doubt) = &mut self.doubt {
            doubt.since.insert(name.clone(), object.clone());
        }
        self.known.insert(name);
        let are_back = |doubt: &Doubt<K>| self.known.iter().all(|it| doubt.since.contains_key(it));
        if self.doubt.as_ref().is_some_and(are_back) {
            self.doubt = None;
            self.sudden().is_over();
        }
        Heard::One(object)
    }

    fn gone(&mut self, name: String) -> Heard<K> {
        self.reading(&name).is_forgotten();
        if let Some(doubt) = &mut self.doubt {
            doubt.since.remove(&name);
        }
        self.known.remove(&name);
        Heard::Gone(name)
    }

    fn is_unreadable(&self, name: &str) {
        self.reading(name).tell(
            "cannot be read; what was known of it stays in force, and it counts once it is mended",
        );
    }

    fn is_readable(&self, name: &str) {
        self.reading(name).is_over();
    }

    fn reading(&self, name: &str) -> Trouble {
        Trouble::new(format!("{}: {name}", self.kind), &self.troubles)
    }

    fn sudden(&self) -> Trouble {
        Trouble::new(format!("the list of {}", self.kind), &self.troubles)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::cluster::api::Promise;

    fn promise(name: &str) -> DeserializeGuard<Promise> {
        serde_json::from_value(json!({"metadata": {"name": name}})).unwrap()
    }

    /// The names in a list of these that is read at `now`, if it is believed.
    fn list(list: &mut List<Promise>, names: &[&str], now: Instant) -> Option<Vec<String>> {
        assert!(list.take(Event::Init, now).is_none());
        for name in names {
            assert!(list.take(Event::InitApply(promise(name)), now).is_none());
        }
        list.take(Event::InitDone, now).map(named)
    }

    fn named(heard: Heard<Promise>) -> Vec<String> {
        match heard {
            Heard::All(objects, _) => objects.iter().map(Watched::name).collect(),
            Heard::One(_) | Heard::Gone(_) => panic!("this is no list"),
        }
    }

    #[test]
    fn a_list_that_is_suddenly_empty_is_believed_late() {
        let (now, troubles) = (Instant::now(), Troubles::default());
        let mut heard = List::new("Promises", troubles.clone());
        assert_eq!(
            list(&mut heard, &[], now),
            Some(Vec::new()),
            "there were none"
        );
        assert_eq!(
            list(&mut heard, &["a", "b"], now).map(|it| it.len()),
            Some(2)
        );
        assert_eq!(list(&mut heard, &[], now), None);
        let later = now + Duration::from_secs(10);
        assert_eq!(list(&mut heard, &[], later), None);
        assert_eq!(heard.doubted_until(), Some(now + GRACE), "the first counts");
        assert_eq!(troubles.present().len(), 1);
        assert!(heard.take(Event::Apply(promise("c")), later).is_some());
        assert_eq!(heard.believe().map(named), Some(vec!["c".to_owned()]));
        assert!(heard.doubted_until().is_none() && troubles.present().is_empty());
        assert_eq!(list(&mut heard, &[], later), None, "there was one");
        assert_eq!(list(&mut heard, &["a"], later).map(|it| it.len()), Some(1));
        assert!(heard.doubted_until().is_none() && troubles.present().is_empty());
        assert_eq!(list(&mut heard, &[], later), None);
        assert!(heard.take(Event::Apply(promise("a")), later).is_some());
        assert!(heard.doubted_until().is_none(), "all are back");
        assert!(heard.take(Event::Delete(promise("a")), later).is_some());
        assert_eq!(
            list(&mut heard, &[], later),
            Some(Vec::new()),
            "the last one was seen to go"
        );
    }
}

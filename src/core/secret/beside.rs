//! Keys that must be masked because of what stands beside them: `{name: DB_PASSWORD, value: {…: …}}`.
use std::{borrow::Cow, collections::BTreeSet};

use super::{
    judge,
    keys::tell_of_password,
    pair::{self, Pair},
};
use crate::core::json::tape::{Json, Node, Tape};

/// Containers inside one another whose keys are looked at.
const DEEPEST: usize = 100;

/// The keys of a status that are what somebody makes up for a password, where the name of a pair, a flag before them or
/// what is said of the value around them tells that one stands there. What the keys above tell, a path knows by itself.
pub fn masked_keys(status: &Tape<'_>) -> BTreeSet<Box<str>> {
    let mut found = BTreeSet::new();
    look(status.root(), &Place::ROOT, &mut found);
    found
}

/// What stands above a value.
struct Place<'p> {
    above: Option<&'p Self>,
    name: &'p str,
    /// Whether one of the names above is none of the keys.
    is_called: bool,
    is_sensitive: bool,
    depth: usize,
}

impl<'p> Place<'p> {
    const ROOT: Self = Self {
        above: None,
        name: "",
        is_called: false,
        is_sensitive: false,
        depth: 0,
    };

    fn below(&'p self, name: &'p str) -> Self {
        Self {
            above: Some(self),
            name,
            depth: self.depth + 1,
            ..*self
        }
    }

    fn called(&'p self, name: &'p str) -> Self {
        Self {
            is_called: true,
            ..self.below(name)
        }
    }

    /// Whether a key that stands here is masked.
    fn masks(&self, key: &str) -> bool {
        let names = std::iter::successors(Some(self), |place| place.above);
        let mut names = names.map(|place| place.name);
        (self.is_called || self.is_sensitive)
            && judge::may_be_password(key)
            && (self.is_sensitive || tell_of_password(names.by_ref()))
    }
}

fn look(node: Node<'_, '_>, place: &Place<'_>, found: &mut BTreeSet<Box<str>>) {
    match node.json() {
        Json::Object if place.depth < DEEPEST => object(node, place, found),
        Json::List if place.depth < DEEPEST => list(node, place, found),
        _ => {}
    }
}

fn object(object: Node<'_, '_>, place: &Place<'_>, found: &mut BTreeSet<Box<str>>) {
    let pair = Pair::of(object);
    for (key, member) in object.members() {
        if place.masks(&key) {
            found.insert((*key).into());
        }
        if !member.is_container() {
            continue;
        }
        match pair.as_ref().and_then(|pair| pair.says(&key, member)) {
            None => look(member, &place.below(&key), found),
            Some(said) => {
                let mut below = match said.name {
                    Some(name) => place.called(name),
                    None => place.below(&key),
                };
                below.is_sensitive |= said.is_sensitive;
                look(member, &below, found);
            }
        }
    }
}

fn list(list: Node<'_, '_>, place: &Place<'_>, found: &mut BTreeSet<Box<str>>) {
    let mut flag: Option<Cow<'_, str>> = None;
    for element in list.elements() {
        let here = match flag.as_deref().filter(|_| element.is_container()) {
            Some(flag) => place.called(flag),
            None => Place {
                depth: place.depth + 1,
                ..*place
            },
        };
        look(element, &here, found);
        flag = element.text().filter(|text| pair::is_flag(text));
    }
}

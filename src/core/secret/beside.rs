//! Keys that must be masked because of what stands beside them: `{name: DB_PASSWORD, value: {…: …}}`.
use std::{borrow::Cow, collections::BTreeSet};

use super::{
    keys::{kind_of, tell_of_credential},
    made_key,
    pair::{self, Pair},
};
use crate::core::json::tape::{Json, Node, Tape};

/// Containers inside one another whose keys are looked at.
const DEEPEST: usize = 100;

/// The keys of a status that read like a literal, where the name of a pair, a flag before them or
/// what is said of the value around them tells that a credential stands there. What the keys above tell, a path knows by itself.
pub fn masked_keys(status: &Tape<'_>) -> BTreeSet<Box<str>> {
    let mut found = BTreeSet::new();
    look(status.root(), &Place::ROOT, &mut found);
    found
}

/// The same, and more, for whoever writes keys into a file that stays: whatever somebody may have made up and that stands
/// below any word for a credential, or beside one.
pub fn keys_to_leave_out(status: &Tape<'_>) -> BTreeSet<Box<str>> {
    let mut found = masked_keys(status);
    let place = Place {
        is_told: Some(false),
        ..Place::ROOT
    };
    look(status.root(), &place, &mut found);
    found
}

/// What stands above a value.
struct Place<'p> {
    above: Option<&'p Self>,
    name: &'p str,
    /// Whether one of the names above is none of the keys.
    is_called: bool,
    is_sensitive: bool,
    /// Whether any word for a credential stands above, or beside what is above; absent where that does not count.
    is_told: Option<bool>,
    depth: usize,
}

impl<'p> Place<'p> {
    const ROOT: Self = Self {
        above: None,
        name: "",
        is_called: false,
        is_sensitive: false,
        is_told: None,
        depth: 0,
    };

    fn below(&'p self, name: &'p str) -> Self {
        Self {
            above: Some(self),
            name,
            is_told: self.is_told.map(|is_told| is_told || is_word(name)),
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

    /// The same place with a word for a credential beside it, or without.
    fn beside(self, is_beside: bool) -> Self {
        Self {
            is_told: self.is_told.map(|is_told| is_told || is_beside),
            ..self
        }
    }

    /// Whether a key that stands here is masked.
    fn masks(&self, key: &str) -> bool {
        let is_told = self.is_sensitive || self.is_told == Some(true);
        // What a key looks like takes longest to see.
        if !(is_told || self.is_called) || !made_key::may_be_literal(key) {
            return false;
        }
        let places = std::iter::successors(Some(self), |place| place.above);
        is_told || tell_of_credential(places.map(|place| place.name))
    }
}

/// Whether a text is a word for a credential, or a flag that is one.
fn is_word(text: &str) -> bool {
    text == "-p" || (text.len() <= LONGEST_WORD && kind_of(text).is_some())
}

/// The longest of these, in bytes.
const LONGEST_WORD: usize = 64;

fn look(node: Node<'_, '_>, place: &Place<'_>, found: &mut BTreeSet<Box<str>>) {
    match node.json() {
        Json::Object if place.depth < DEEPEST => object(node, place, found),
        Json::List if place.depth < DEEPEST => list(node, place, found),
        _ => {}
    }
}

fn tells(member: Node<'_, '_>) -> bool {
    member.text().is_some_and(|text| is_word(&text))
}

fn object(object: Node<'_, '_>, place: &Place<'_>, found: &mut BTreeSet<Box<str>>) {
    let pair = Pair::of(object);
    let beside = place.is_told.is_some() && object.members().any(|(_, member)| tells(member));
    for (key, member) in object.members() {
        if place.masks(&key) {
            found.insert((*key).into());
        }
        if !member.is_container() {
            continue;
        }
        match pair.as_ref().and_then(|pair| pair.says(&key, member)) {
            None => look(member, &place.below(&key).beside(beside), found),
            Some(said) => {
                let mut below = match said.name {
                    Some(name) => place.called(name),
                    None => place.below(&key),
                };
                below.is_sensitive |= said.is_sensitive;
                look(member, &below.beside(beside), found);
            }
        }
    }
}

fn list(list: Node<'_, '_>, place: &Place<'_>, found: &mut BTreeSet<Box<str>>) {
    let mut flag: Option<Cow<'_, str>> = None;
    let mut beside = false;
    for element in list.elements() {
        let here = match flag.as_deref().filter(|_| element.is_container()) {
            Some(flag) => place.called(flag),
            None => Place {
                depth: place.depth + 1,
                ..*place
            },
        };
        look(element, &here.beside(beside), found);
        // In a table the first row says what stands in the others.
        let of_row = || element.elements().any(tells);
        beside |= place.is_told.is_some() && (tells(element) || of_row());
        flag = element.text().filter(|text| pair::is_flag(text));
    }
}

//! Goes through all of a status, and tells the rules of each literal in it what it stands under.
use std::{borrow::Cow, cmp::Reverse, iter::Peekable};

use crate::core::{
    json::tape::{Json, Node, Tape},
    kratix,
    path::Path,
    schema::declared::Place,
    secret::{
        Exceptions,
        hit::Hit,
        judge, known,
        names::Says,
        pair::{self, Pair},
        prose,
        seen::Seen,
        spot::Spot,
    },
};

mod texts;
mod trace;

use trace::Trace;

/// Containers inside one another of which the place is told; what is nested deeper is told of as one.
const DEEPEST: usize = 100;
/// How long the places that are told may be together, in bytes: a long key with many secrets below it is not copied
/// for each. What is found beyond that is told as one, of all the status.
const MOST_TOLD: usize = 4 << 20;

/// A literal of a status that a rule takes for a secret.
pub struct Leak<'a> {
    /// Where it stands.
    pub path: Path,
    /// What the objects around it call it, beside the keys of the path.
    pub calls: Option<Box<str>>,
    /// What it is.
    pub hit: Hit,
    /// The literal; empty for a key, which the path holds. Where several are told as one, what stands for all of them.
    pub literal: Cow<'a, str>,
}

/// Looks through a status.
pub(super) struct Walk<'a, 'p> {
    exceptions: &'p Exceptions<'p>,
    seen: Seen,
    /// Strings of JSON around what is looked at.
    quoted: u8,
    /// Whether the place of all that is looked at is told as one.
    is_inside: bool,
    /// The length of all places that were told, in bytes.
    told: usize,
    /// What was found.
    pub(super) leaks: Vec<Leak<'a>>,
    /// What was found at places that are not told any more.
    untold: Vec<Hit>,
    /// Of all that was found where no place is told.
    trace: Trace,
}

impl<'a, 'p> Walk<'a, 'p> {
    /// A walk that has not begun.
    pub(super) fn new(exceptions: &'p Exceptions<'p>) -> Self {
        Self {
            exceptions,
            seen: Seen::default(),
            quoted: 0,
            is_inside: false,
            told: 0,
            leaks: Vec::new(),
            untold: Vec::new(),
            trace: Trace::default(),
        }
    }

    /// What a key says.
    pub(super) fn says(&mut self, key: &str) -> Says {
        let known = known::find(key).map(|known| known.says);
        known
            .or_else(|| self.exceptions.vocabulary?.find(key))
            .unwrap_or_else(|| self.seen.says(key))
    }

    /// What was found, when all has been looked through.
    pub(super) fn into_leaks(mut self) -> Vec<Leak<'a>> {
        let untold = surest(std::mem::take(&mut self.untold));
        self.leaks.extend(untold.map(|hit| Leak {
            path: Path::root(),
            calls: None,
            hit,
            literal: self.trace.literal().into(),
        }));
        self.leaks
    }

    /// Looks through what stands at `spot`, but not into containers that stood there before, under the same names.
    pub(super) fn value(&mut self, node: Node<'_, 'a>, spot: &Spot<'_>, before: Before<'_, '_>) {
        match node.json() {
            Json::Null | Json::Boolean => {}
            Json::Number(written) => self.tell(judge::number(written, spot), spot, written.into()),
            Json::Text(text) => self.text(text, spot),
            Json::List | Json::Object if before.is_some_and(|before| node.is_same(before)) => {}
            Json::List | Json::Object if spot.depth >= DEEPEST => self.deep(node, spot),
            Json::List => self.list(node, spot, before),
            Json::Object if spot.depth == 0 => self.root(node, spot),
            Json::Object => self.object(node, spot, before),
        }
    }

    /// Whether the policy or the schema excepts a hit at its place.
    fn is_lifted(&self, hit: &Hit, spot: &Spot<'_>, path: &Path) -> bool {
        let is_public = || spot.is_declared_public() && judge::is_of_words(hit);
        is_public() || (self.exceptions.is_lifted)(path, &hit.rule)
    }

    fn path(&self, spot: &Spot<'_>) -> Path {
        if self.is_inside {
            Path::root()
        } else {
            spot.path()
        }
    }

    /// An element that changed is looked into whole: its place in the list says too little of what it was before.
    fn list(&mut self, list: Node<'_, 'a>, spot: &Spot<'_>, before: Before<'_, '_>) {
        let mut flag: Option<Cow<'a, str>> = None;
        let is_pair = pair::is_pair(list);
        if let Some(columns) = pair::head_of(list) {
            return self.rows(list, &columns, spot);
        }
        let is_alike = |before: &Node<'_, '_>| before.is_list() && pair::head_of(*before).is_none();
        let mut before = before.filter(is_alike).map(Node::elements);
        let mut flag_before: Option<Cow<'_, str>> = None;
        let mut has_lines_of_key = false;
        for (index, element) in list.elements().enumerate() {
            let was = before.as_mut().and_then(Iterator::next);
            let is_known = flag == flag_before
                && element.is_container()
                && was.is_some_and(|was| element.is_same(was));
            if !is_known {
                let declared = spot.declared_of_element(index);
                let declared =
                    declared.filter(|_| !(spot.is_conditions() && is_of_kratix(element)));
                let element_spot = spot.element(index, declared.as_ref());
                let is_drawn = || element.text().is_some_and(|text| prose::is_drawn(&text));
                let flag = flag.as_deref();
                match flag.filter(|flag| *flag != PASSWORD || is_drawn()) {
                    Some(flag) => self.value(element, &element_spot.named(spot, flag), None),
                    None => self.value(element, &element_spot, None),
                }
            }
            let text = element.text();
            has_lines_of_key |= text.as_deref().is_some_and(begins_key);
            flag = text.filter(|text| is_pair || pair::is_flag(text));
            // Of a command that is not known; a port or a path may be as short.
            if flag.is_none() && element.text().is_some_and(|text| text == "-p") {
                flag = Some(PASSWORD.into());
            }
            flag_before = was.and_then(Node::text).filter(|text| pair::is_flag(text));
        }
        if has_lines_of_key {
            let lines: Vec<_> = list.elements().filter_map(Node::text).collect();
            self.text(lines.join("\n").into(), spot);
        }
    }

    /// The rows of a table whose columns have these names.
    fn rows(&mut self, rows: Node<'_, 'a>, columns: &[Cow<'_, str>], spot: &Spot<'_>) {
        for (index, row) in rows.elements().enumerate() {
            let declared = spot.declared_of_element(index);
            let row_spot = spot.element(index, declared.as_ref());
            if !row.is_list() || row_spot.depth >= DEEPEST {
                self.value(row, &row_spot, None);
                continue;
            }
            for (index, cell) in row.elements().enumerate() {
                let declared = row_spot.declared_of_element(index);
                let spot = row_spot.element(index, declared.as_ref());
                let text = cell.text();
                let is_made_up = || text.as_deref().is_some_and(prose::is_made_up_alone);
                match columns.get(index).filter(|_| is_made_up()) {
                    Some(column) => self.value(cell, &spot.named(&row_spot, column), None),
                    None => self.value(cell, &spot, None),
                }
            }
        }
    }

    /// Of the root only what stood under a changed key before is read, and only if it may hold what did not change.
    fn root(&mut self, root: Node<'_, 'a>, spot: &Spot<'_>) {
        let pair = Pair::of(root);
        let columns = pair::columns_beside(root);
        for (key, member) in root.members() {
            let before = || Some(self.exceptions.before?.get(&key)?.get());
            let has_one_name = member.is_container() && !pair::is_value(&key);
            let before = has_one_name.then(before).flatten();
            if before.is_some_and(|before| before == member.written()) {
                let (declared, says) = (self.declared_of_member(&key, spot), self.says(&key));
                let inside = spot.member(&key, says, declared.as_ref());
                self.key(&key, member, spot, &inside);
                continue;
            }
            let known = before.and(self.exceptions.before);
            let known = known.and_then(|before| before.tape_of(&key));
            let read = before.filter(|_| known.is_none()).and_then(Tape::read);
            let before = known.or(read.as_ref()).map(Tape::root);
            let around = (pair.as_ref(), columns.as_deref());
            self.member((&key, member), spot, around, before);
        }
    }

    fn object(&mut self, object: Node<'_, 'a>, spot: &Spot<'_>, before: Before<'_, '_>) {
        let pair = Pair::of(object);
        let columns = pair::columns_beside(object);
        let is_named_the_same = |before: &Node<'_, '_>| {
            let has_value = || object.members().any(|(key, _)| pair::is_value(&key));
            !has_value() || (pair == Pair::of(*before) && columns == pair::columns_beside(*before))
        };
        let before = before.filter(Node::is_object).filter(is_named_the_same);
        let mut before = before.map(|before| before.members().peekable());
        for (key, member) in object.members() {
            let before = before.as_mut().and_then(|before| standing(&key, before));
            let around = (pair.as_ref(), columns.as_deref());
            self.member((&key, member), spot, around, before);
        }
    }

    fn member(
        &mut self,
        (key, member): (&str, Node<'_, 'a>),
        spot: &Spot<'_>,
        (pair, columns): (Option<&Pair<'_>>, Option<&[Cow<'_, str>]>),
        before: Before<'_, '_>,
    ) {
        let declared = self.declared_of_member(key, spot);
        let plain = spot.member(key, self.says(key), declared.as_ref());
        self.key(key, member, spot, &plain);
        if let Some(columns) = columns.filter(|_| member.is_list() && pair::is_rows(key)) {
            return self.rows(member, columns, &plain);
        }
        match pair.and_then(|pair| pair.says(key, member)) {
            Some(said) => self.value(member, &plain.paired(spot, said), before),
            None => self.value(member, &plain, before),
        }
    }

    /// The key of a member of what stands at `around`.
    fn key(&mut self, key: &str, member: Node<'_, 'a>, around: &Spot<'_>, spot: &Spot<'_>) {
        let of_itself = (!spot.names().is_harmless())
            .then(|| judge::key(key))
            .flatten();
        let hit = of_itself.or_else(|| judge::key_below(key, around.names(), member));
        if let Some(hit) = hit {
            self.tell(vec![hit], spot, Cow::Borrowed(""));
        }
    }

    /// What the schema declares of a member; of the root's, only of those that it sees.
    fn declared_of_member<'s>(&self, key: &str, spot: &Spot<'s>) -> Option<Place<'s>> {
        let is_seen = spot.depth > 0 || (self.exceptions.is_seen_by_schema)(key);
        is_seen.then(|| spot.declared_of_member(key)).flatten()
    }

    /// What stands deeper than its place can be told, in one pass: what is found there counts for all of it.
    fn deep(&mut self, container: Node<'_, 'a>, spot: &Spot<'_>) {
        let mut hits = Vec::new();
        let mut inside = self.inside();
        for node in std::iter::once(container).chain(container.descendants()) {
            match node.json() {
                Json::Object => inside.shallow_object(node, spot),
                Json::List => inside.scalars(node, spot),
                _ => {}
            }
            inside
                .leaks
                .drain(..)
                .for_each(|leak| judge::keep(leak.hit, &mut hits));
        }
        self.seen = inside.seen;
        self.tell(hits, spot, inside.trace.literal().into());
    }

    fn shallow_object(&mut self, object: Node<'_, 'a>, spot: &Spot<'_>) {
        let pair = Pair::of(object);
        for (key, member) in object.members() {
            let plain = spot.member(&key, self.says(&key), spot.declared());
            self.key(&key, member, spot, &plain);
            let said = pair.as_ref().and_then(|pair| pair.says(&key, member));
            let spot = said.map_or(plain, |said| plain.paired(spot, said));
            match member.json() {
                Json::List => self.scalars(member, &spot),
                Json::Object => {}
                _ => self.value(member, &spot, None),
            }
        }
    }

    fn scalars(&mut self, list: Node<'_, 'a>, spot: &Spot<'_>) {
        let is_scalar = |node: &Node<'_, '_>| !matches!(node.json(), Json::List | Json::Object);
        for element in list.elements().filter(is_scalar) {
            self.value(element, spot, None);
        }
    }

    /// A walk through what is part of something whose place is told. What it has seen is to be given back.
    fn inside<'b>(&mut self) -> Walk<'b, 'static> {
        Walk {
            exceptions: &Exceptions::NONE,
            seen: std::mem::take(&mut self.seen),
            quoted: self.quoted,
            is_inside: true,
            told: 0,
            leaks: Vec::new(),
            untold: Vec::new(),
            trace: Trace::default(),
        }
    }

    /// Keeps the most telling hit that counts there.
    fn tell(&mut self, mut hits: Vec<Hit>, spot: &Spot<'_>, literal: Cow<'a, str>) {
        if hits.is_empty() {
            return;
        }
        self.told += if self.is_inside { 0 } else { spot.length() };
        let is_untold = self.told > MOST_TOLD;
        if self.is_inside || is_untold {
            self.trace.add(&hits, spot.names(), &literal);
        }
        if is_untold {
            for hit in hits {
                judge::keep(hit, &mut self.untold);
            }
            return;
        }
        hits.sort_by_key(|hit| Reverse(judge::weight(hit)));
        let path = self.path(spot);
        let hit = hits
            .into_iter()
            .find(|hit| !self.is_lifted(hit, spot, &path));
        self.leaks.extend(hit.map(|hit| Leak {
            path,
            calls: (!self.is_inside).then(|| spot.calls()).flatten(),
            hit,
            literal,
        }));
    }
}

/// What stood at a place before, if it stood there under the same names; each part of it stands for one that is there
/// now, so that as many secrets are in both.
type Before<'t, 'b> = Option<Node<'t, 'b>>;

/// What stood under a key, of the members of an object that have not been passed. Where they are not sorted, as the API
/// server sorts them, some are not found.
fn standing<'b, N>(
    key: &str,
    before: &mut Peekable<impl Iterator<Item = (Cow<'b, str>, N)>>,
) -> Option<N> {
    while before.next_if(|(was, _)| **was < *key).is_some() {}
    let found = before.next_if(|(was, _)| was == key);
    found.map(|(_, member)| member)
}

/// The most telling hit.
fn surest(hits: Vec<Hit>) -> Option<Hit> {
    hits.into_iter().max_by_key(judge::weight)
}

/// What `-p` is short for, where something behind it looks like one.
const PASSWORD: &str = "password";

/// Whether a condition is one of Kratix's own, which stand in one list with those of the author, and about which the
/// author's schema has nothing to say.
fn is_of_kratix(condition: Node<'_, '_>) -> bool {
    let mut members = condition.members();
    let is_type = |(key, type_): &(Cow<'_, str>, Node<'_, '_>)| {
        key == "type"
            && type_
                .text()
                .is_some_and(|type_| kratix::is_condition(&type_))
    };
    condition.is_object() && members.any(|member| is_type(&member))
}

/// Whether a text is the first line of a private key, the rest of which stands in others: Ansible writes what a command
/// prints as `stdout_lines`.
fn begins_key(text: &str) -> bool {
    const LONGEST: usize = 64;
    text.len() <= LONGEST && text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY")
}

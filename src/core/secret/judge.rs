//! What all rules say about one literal.
use std::ops::Range;

use crate::core::{
    finding::Rule,
    json::tape::{Json, Node},
    secret::{
        fold,
        glance::Glance,
        harmless,
        hit::{Confidence, Hit},
        keys::{self, Literal},
        made_key,
        names::Names,
        prose,
        spot::Spot,
        text as shapes,
    },
};

/// No key that is shorter is a secret by its shape.
const SHORTEST_KEY: usize = 12;

/// What the rules say about a text that stands at `spot`.
pub(super) fn text(text: &str, glance: Glance, spot: &Spot<'_>) -> Vec<Hit> {
    let mut hits = as_written(text, glance, spot);
    // What is surer goes before what stands beside it in plain words.
    if !has_sure(&hits)
        && glance.may_be_disguised()
        && let Some(read) = fold::text(text)
    {
        for hit in as_written(&read, Glance::at(&read), spot) {
            let span = 0..text.len();
            keep(Hit { span, ..hit }, &mut hits);
        }
    }
    hits
}

/// Whether one of the hits is sure.
pub(super) fn has_sure(hits: &[Hit]) -> bool {
    hits.iter().any(|hit| hit.confidence == Confidence::High)
}

/// Keeps a hit of each rule, the surest.
pub(super) fn keep(hit: Hit, hits: &mut Vec<Hit>) {
    match hits.iter_mut().find(|kept| kept.rule == hit.rule) {
        None => hits.push(hit),
        Some(kept) if kept.confidence < hit.confidence => *kept = hit,
        Some(_) => {}
    }
}

/// A frame that says that something is no literal lifts what keys and sentences say; a token in it is one all the same.
fn as_written(text: &str, glance: Glance, spot: &Spot<'_>) -> Vec<Hit> {
    let names = spot.names();
    let mut hits = Vec::new();
    hits.extend(shapes::find_glanced(text, glance, names));
    let of_shape = hits.len();
    hits.extend(told_beside(text, spot));
    hits.extend(keys::tell(names, Literal::Text(text)));
    hits.extend(prose::find_glanced(text, glance, names));
    // Asked last, as there is mostly nothing to lift.
    if hits.len() > of_shape && harmless::is_inert(text) {
        hits.truncate(of_shape);
    }
    hits
}

/// What a text tells by its shape and in its sentences, whatever it is called and however it is encoded.
pub(super) fn said_in(text: &str, names: &Names<'_>) -> Vec<Hit> {
    let glance = Glance::at(text);
    let of_shape = shapes::find_plain(text, glance, names);
    let said = prose::find_glanced(text, glance, names);
    of_shape.into_iter().chain(said).collect()
}

/// What the rules say about a number that stands at `spot`.
pub(super) fn number(written: &str, spot: &Spot<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    hits.extend(told_beside(written, spot));
    hits.extend(keys::tell(spot.names(), Literal::Number(written)));
    hits
}

/// What the rules say about a key, whatever it stands below.
pub(super) fn key(key: &str) -> Option<Hit> {
    let of_shape = (key.len() >= SHORTEST_KEY).then(|| shapes::find(key, &Names::NONE));
    let hit = of_shape.flatten().or_else(|| sentence(key))?;
    Some(in_key(hit, key))
}

/// What the rules say about a key whose value stands at `spot`, below a key that tells a password.
pub(super) fn key_below(key: &str, names: &Names<'_>, member: Node<'_, '_>) -> Option<Hit> {
    if names.is_none() {
        return None;
    }
    // `users: {"admin:hunter2": …}`
    if made_key::is_login(key) && (keys::is_of_people(names) || keys::tells(names)) {
        return Some(in_key(keys::login(key), key));
    }
    if !keys::tells(names) {
        return None;
    }
    // `password: {hunter2: null}` is YAML with a colon too many; beside a value it may be the name of something, and with
    // more below it, it mostly is: of a server, or of who uses it.
    let is_one = match member.json() {
        Json::Null => made_key::may_be_typed(key) && !is_number_of_one(key, names),
        Json::Object | Json::List => prose::is_typed(key) && may_be_password(key),
        _ => prose::is_drawn(key) && may_be_password(key),
    } || made_key::holds_pair(key);
    let hit = is_one.then(|| keys::tell(names, Literal::Text(key)))??;
    (hit.what == keys::Kind::Password.what()).then(|| in_key(hit, key))
}

/// `passwords: {5432: null}`: which of several is taken out.
fn is_number_of_one(key: &str, names: &Names<'_>) -> bool {
    let own = names.own();
    key.bytes().all(|byte| byte.is_ascii_digit()) && own.ends_with('s') && !own.ends_with("ss")
}

/// Whether a key is what people make up for a password, and no name of a thing.
pub(super) fn may_be_password(key: &str) -> bool {
    let is_id = || harmless::facts::is_uuid(key) || harmless::facts::is_digest(key);
    prose::is_made_up(key) && !is_id() && !is_account(key)
}

/// `root@localhost`: passwords are kept by what they are for.
fn is_account(key: &str) -> bool {
    key.split_once('@').is_some_and(|(user, host)| {
        harmless::names::is_wordy(user) && harmless::names::is_wordy(host)
    })
}

/// What a key says that is a sentence or an assignment instead of a name.
fn sentence(key: &str) -> Option<Hit> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    if key.bytes().all(is_name) {
        return None;
    }
    let names = Names::NONE;
    let find = |text: &str| shapes::find(text, &names).or_else(|| prose::find(text, &names));
    find(key).or_else(|| find(&fold::text(key)?))
}

fn in_key(mut hit: Hit, key: &str) -> Hit {
    hit.rule = Rule::new("secret/key-name");
    hit.span = 0..key.len();
    hit
}

/// Puts a mask in the place of a part of a text. Patterns see bytes, so that a part may cut a character: all of it goes.
pub(super) fn mask(text: &mut String, part: Range<usize>) {
    let part = text.floor_char_boundary(part.start)..text.ceil_char_boundary(part.end);
    let mask = "*".repeat(part.len());
    text.replace_range(part, &mask);
}

/// What is said beside a literal: the schema declares its place secret, or an output that holds it says that it is.
fn told_beside(literal: &str, spot: &Spot<'_>) -> Option<Hit> {
    let rule = if spot.is_declared_secret() {
        "secret/declared"
    } else if spot.is_sensitive {
        "secret/sensitive-output"
    } else {
        return None;
    };
    Some(Hit {
        rule: Rule::new(rule),
        confidence: Confidence::High,
        what: "",
        remedy: None,
        encoding: None,
        span: 0..literal.len(),
    })
}

/// Whether a hit is due to words, of keys or of sentences, which an author knows better than to the form of a literal.
pub(super) fn is_of_words(hit: &Hit) -> bool {
    ["secret/credential-key", "secret/prose"].contains(&hit.rule.id())
}

/// How much a hit says: how sure it is, and then how much its rule tells. A token that is known by its shape can be
/// revoked where it came from.
pub(super) fn weight(hit: &Hit) -> impl Ord + use<> {
    let telling = match hit.rule.id() {
        "secret/declared" => 3,
        "secret/sensitive-output" => 2,
        "secret/credential-key" => 1,
        "secret/prose" => 0,
        _ => 4,
    };
    (hit.confidence, telling)
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn a_part_that_cuts_a_character_takes_all_of_it() {
        let mut text = "aäb".to_owned();
        mask(&mut text, 2..4);
        assert_eq!(text, "a***");
    }
}

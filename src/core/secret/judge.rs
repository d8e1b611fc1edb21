//! What all rules say about one literal.
use crate::core::{
    finding::Rule,
    secret::{
        fold, harmless,
        hit::{Confidence, Hit},
        keys::{self, Literal},
        names::Names,
        prose,
        spot::Spot,
        text as shapes,
    },
};

/// No key that is shorter is a secret by its shape.
const SHORTEST_KEY: usize = 12;

/// What the rules say about a text that stands at `spot`.
pub(super) fn text(text: &str, spot: &Spot<'_>) -> Vec<Hit> {
    let mut hits = as_written(text, spot);
    if hits.is_empty()
        && let Some(read) = fold::text(text)
    {
        hits = as_written(&read, spot);
        for hit in &mut hits {
            hit.span = 0..text.len();
        }
    }
    hits
}

/// A frame that says that something is no literal lifts what keys and sentences say; a token in it is one all the same.
fn as_written(text: &str, spot: &Spot<'_>) -> Vec<Hit> {
    let names = spot.names();
    let mut hits = Vec::new();
    hits.extend(shapes::find(text, names));
    if harmless::is_inert(text) {
        return hits;
    }
    hits.extend(told_beside(text, spot));
    hits.extend(keys::tell(names, Literal::Text(text)));
    hits.extend(prose::find(text, names));
    hits
}

/// What the rules say about a number that stands at `spot`.
pub(super) fn number(written: &str, spot: &Spot<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    hits.extend(told_beside(written, spot));
    hits.extend(keys::tell(spot.names(), Literal::Number(written)));
    hits
}

/// What the rules say about a key.
pub(super) fn key(key: &str) -> Option<Hit> {
    if key.len() < SHORTEST_KEY {
        return None;
    }
    let hit = shapes::find(key, &Names::root(""))?;
    Some(Hit {
        rule: Rule::new("secret/key-name"),
        ..hit
    })
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

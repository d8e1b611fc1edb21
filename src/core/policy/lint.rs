//! What is odd about a `StatusSchema` that can be used: in a directory, in CI, and when it is applied to a cluster.
use std::sync::Arc;

use serde_json::Value;

use super::{Policy, Schemas, rehearsal};
use crate::core::{
    finding::Rule,
    path::{Path, Step},
    pointer,
    schema::{
        Dialect, Schema,
        lint::{self, Point},
    },
};

/// The rule of a schema that stands in Kratix's own way.
pub const KRATIX_WRITE: &str = "lint/kratix-write";

/// A word that stands for one that nobody has said yet.
#[derive(Debug, Clone, Copy)]
pub struct Placeholder {
    /// JSON pointer into the manifest.
    pub pointer: &'static str,
    /// The word itself.
    pub word: &'static str,
    /// What belongs there.
    pub instead: &'static str,
}

/// The placeholders of a manifest that `statusguard init` knew no name for: name, group and plural.
pub const PLACEHOLDERS: [Placeholder; 3] = [
    Placeholder {
        pointer: "/metadata/name",
        word: "my-promise",
        instead: "the name of the Promise",
    },
    Placeholder {
        pointer: "/spec/request/group",
        word: "my-group.example",
        instead: "spec.group of the Promise's API",
    },
    Placeholder {
        pointer: "/spec/request/resource",
        word: "my-promises",
        instead: "spec.names.plural of the Promise's API",
    },
];

/// The points about a manifest and its policy, their pointers from the root of the manifest.
pub fn points(manifest: &Value, policy: &Policy) -> Vec<Point> {
    let mut points = visible(manifest);
    points.retain(|point| point.rule != lint::CREDENTIAL_KEY || !is_excepted(point, policy));
    points.extend(unused_exceptions(policy));
    points
}

/// Whether an exception counts where a key stands that sounds like a credential. Where it is part of a definition, all
/// that is known of its path is the end.
fn is_excepted(point: &Point, policy: &Policy) -> bool {
    let mut allow = policy.secrets.allow.iter();
    let below = point.pointer.strip_prefix("/spec/schema");
    match below.and_then(path_of) {
        Some(path) => allow.any(|allow| allow.lifts(&path, &KEY)),
        None => allow.any(|allow| {
            let path = allow.path.example();
            let key = pointer::split_last(&point.pointer).map(|(_, key)| key);
            let is_end = matches!((path.steps().last(), key), (Some(Step::Key(end)), Some(key)) if **end == *key);
            is_end && allow.lifts(&path, &KEY)
        }),
    }
}

/// What a literal under the key of a credential is found by.
const KEY: Rule = Rule::new("secret/credential-key");

/// The path of what a schema at this place describes, if nothing but its keywords for members and elements leads there.
fn path_of(place: &str) -> Option<Path> {
    let mut path = Path::root();
    let mut segments = pointer::segments(place);
    while let Some(keyword) = segments.next() {
        path = match &*keyword {
            "properties" => path.key(&segments.next()?),
            "items" => path.index(0),
            _ => return None,
        };
    }
    Some(path)
}

/// The points about a manifest that cannot be used, as far as they can be seen.
pub fn visible(manifest: &Value) -> Vec<Point> {
    let mut points = of_schemas(manifest);
    points.extend(placeholders(manifest));
    points
}

/// The words that are still to be replaced.
fn placeholders(manifest: &Value) -> impl Iterator<Item = Point> {
    let left = PLACEHOLDERS.into_iter();
    let left = left.filter(|one| {
        manifest
            .pointer(one.pointer)
            .is_some_and(|word| word == one.word)
    });
    left.map(|one| {
        let words = format!(
            "{} is a placeholder, so this guards nothing; write {} instead",
            one.word, one.instead
        );
        Point::warning(one.pointer.to_owned(), "lint/placeholder", words)
    })
}

fn of_schemas(manifest: &Value) -> Vec<Point> {
    let one = manifest
        .pointer("/spec/schema")
        .map(|schema| ("/spec/schema".to_owned(), schema));
    let versions = manifest
        .pointer("/spec/versions")
        .and_then(Value::as_object);
    let versions = versions
        .into_iter()
        .flatten()
        .filter_map(|(version, value)| {
            let at = pointer::join("/spec/versions", version);
            Some((format!("{at}/schema"), value.get("schema")?))
        });
    let schemas = one.into_iter().chain(versions);
    let points = schemas.flat_map(|(at, schema)| {
        let points = lint::points(schema, Dialect::JsonSchema);
        points.into_iter().map(move |point| Point {
            pointer: format!("{at}{}", point.pointer),
            ..point
        })
    });
    points.collect()
}

/// The exceptions that never count: for places where no schema of the policy lets anything stand, or from what the
/// schema declares where it declares nothing.
fn unused_exceptions(policy: &Policy) -> Vec<Point> {
    let schemas: Vec<&Schema> = match &policy.schemas {
        Schemas::None => return Vec::new(),
        Schemas::All(schema) => vec![schema],
        Schemas::PerVersion(versions) => versions.values().map(Arc::as_ref).collect(),
    };
    let allow = policy.secrets.allow.iter().enumerate();
    let points = allow.filter_map(|(index, allow)| {
        let path = allow.path.example();
        let at = allow.path.as_str();
        let (field, words) = if schemas.iter().all(|schema| lint::is_closed(schema, &path)) {
            let words = format!(
                "the schema lets nothing stand at {at}, so this exception never counts; check the spelling of the path, \
                 or remove it"
            );
            ("path", words)
        } else if allow.rule == DECLARED && !schemas.iter().any(|schema| declares(schema, &path)) {
            let words = format!(
                "the schema declares nothing secret at {at} (format: password, writeOnly: true), so this exception never \
                 counts; name the rule that is meant, such as secret/credential-key, or remove it"
            );
            ("rule", words)
        } else {
            return None;
        };
        let pointer = format!("/spec/secrets/allow/{index}/{field}");
        Some(Point::warning(pointer, "lint/unused-exception", words))
    });
    points.collect()
}

/// The rule of a literal in a field that the schema declares secret.
const DECLARED: &str = "secret/declared";

/// Whether a schema declares that no literal may stand at a path.
fn declares(schema: &Schema, path: &Path) -> bool {
    let steps = path.steps().iter();
    let place = steps.fold(schema.declared().root(), |place, step| match step {
        Step::Key(key) => place.key(key),
        Step::Index(index) => place.item(*index),
    });
    place.is_secret()
}

/// What a policy refuses of Kratix's own writes, in words, for each of its versions that does.
pub fn in_the_way(policy: &Arc<Policy>) -> Vec<String> {
    let versions: Vec<&str> = match &policy.schemas {
        Schemas::PerVersion(versions) => versions.keys().map(String::as_str).collect(),
        Schemas::None | Schemas::All(_) => vec!["v1"],
    };
    let refused = versions
        .into_iter()
        .filter_map(|version| rehearsal::refused(policy, version));
    refused
        .map(|finding| format!("refuses what Kratix itself writes: {finding}"))
        .collect()
}

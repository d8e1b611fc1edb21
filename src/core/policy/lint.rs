//! What is odd about a `StatusSchema` that can be used: in a directory, in CI, and when it is applied to a cluster.
use std::sync::Arc;

use serde_json::Value;

use super::{Policy, Schemas, rehearsal};
use crate::core::{
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
    points.extend(unused_exceptions(policy));
    points
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

/// The exceptions for places where no schema of the policy lets anything stand.
fn unused_exceptions(policy: &Policy) -> Vec<Point> {
    let schemas: Vec<&Schema> = match &policy.schemas {
        Schemas::None => Vec::new(),
        Schemas::All(schema) => vec![schema],
        Schemas::PerVersion(versions) => versions.values().map(Arc::as_ref).collect(),
    };
    let allow = policy.secrets.allow.iter().enumerate();
    let unused = allow.filter(|(_, allow)| {
        let path = allow.path.example();
        !schemas.is_empty() && schemas.iter().all(|schema| lint::is_closed(schema, &path))
    });
    let points = unused.map(|(index, allow)| {
        let words = format!(
            "the schema lets nothing stand at {}, so this exception never counts; check the spelling of the path, or \
             remove it",
            allow.path.as_str()
        );
        let pointer = format!("/spec/secrets/allow/{index}/path");
        Point::warning(pointer, "lint/unused-exception", words)
    });
    points.collect()
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

//! One file of schemas: its faults, and the points about every schema in it.
use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{entry, group};
use crate::{
    cli::{
        listing::{Entry, Group, Level, Listing},
        promise_file::{self, PromiseFile},
        source::Source,
    },
    core::{
        path::Step,
        pointer,
        policy::{
            self, Policy, Schemas,
            manifest::{self, Spot},
        },
        promise,
        schema::{
            Dialect,
            lint::{self, Point, Severity},
        },
        status_file,
        yaml::{Document, YamlFault, change::Change},
    },
    disk::MAX_BYTES,
};

/// The rule of a file that cannot be used.
pub(super) const FAULT: &str = "lint/fault";

/// All that is to be said about a file.
pub(super) fn lint(source: &Source) -> Group {
    let mut group = group(source);
    if source.bytes.len() as u64 > MAX_BYTES {
        let words = format!(
            "is larger than {MAX_BYTES} bytes, the most that is read; make the schema smaller"
        );
        group
            .entries
            .push(entry(source, Level::Error, FAULT, None, "", words));
        return group;
    }
    let promises = PromiseFile::all(source).unwrap_or_default();
    if !promises.is_empty() {
        let entries = promises
            .iter()
            .flat_map(|promise| of_promise(source, promise));
        group.entries = entries.collect();
        group.entries.sort_by_key(|entry| entry.place);
        return group;
    }
    let (document, faults) = Document::read_with_faults(&source.bytes);
    let of_words = faults.into_iter().map(|fault| of_yaml(source, fault));
    let found = document.map(|document| of_document(source, &document));
    group.entries = told_once(of_words.collect(), found.unwrap_or_default());
    group.entries.sort_by_key(|entry| entry.place);
    group
}

fn of_yaml(source: &Source, fault: YamlFault) -> Entry {
    entry(
        source,
        Level::Error,
        FAULT,
        Some(fault.place),
        "",
        fault.words,
    )
}

/// What is wrong with words and with the document, one fault a place: a field of the manifest says what it may be, and in
/// a schema the word why it is another.
fn told_once(mut of_words: Vec<Entry>, mut found: Vec<Entry>) -> Vec<Entry> {
    let is_of_schema = |entry: &Entry| {
        let mut schemas = ["/spec/schema", "/spec/versions", "/spec/api"].iter();
        schemas.any(|at| entry.path.starts_with(at))
    };
    of_words.retain_mut(|word| {
        let same = |entry: &&Entry| entry.rule == FAULT && entry.place == word.place;
        let mut same = found.iter().filter(same).peekable();
        if same.peek().is_some() {
            word.level = Level::Error;
        }
        same.all(is_of_schema)
    });
    found.retain(|entry| {
        entry.rule != FAULT || of_words.iter().all(|word| word.place != entry.place)
    });
    of_words.extend(found);
    of_words
}

fn of_document(source: &Source, document: &Document) -> Vec<Entry> {
    let value = document.value();
    let is_bare = ["apiVersion", "kind", "metadata", "spec"]
        .iter()
        .all(|key| value.get(key).is_none());
    if is_bare && value.is_object() {
        let words = format!(
            "this is no schema, which begins with apiVersion: {} and kind: {}; a status is judged by `statusguard check`",
            manifest::API_VERSION,
            manifest::KIND
        );
        let place = Some(document.start());
        return vec![entry(source, Level::Error, FAULT, place, "", words)];
    }
    match Policy::from_manifest(&value) {
        Err(faults) => {
            let entries = faults.into_iter().map(|fault| {
                let place = match fault.spot {
                    Spot::Key => document.key_place(&fault.pointer),
                    Spot::Value => document.place(&fault.pointer),
                };
                entry(
                    source,
                    Level::Error,
                    FAULT,
                    Some(place),
                    &fault.pointer,
                    fault.words,
                )
            });
            let visible = policy::lint::visible(&value).into_iter();
            entries
                .chain(visible.map(|point| of_point(source, document, "", point)))
                .collect()
        }
        Ok((policy, _)) => of_policy(source, document, &value, policy),
    }
}

/// Warns of Promises in a directory of schemas, which is refused where it is given as one.
pub(super) fn promises_among_schemas(sources: &[Source], is_default: bool, groups: &mut [Group]) {
    let is_schema = |source: &Source| {
        let document = Document::read(&source.bytes);
        document.is_ok_and(|document| document.value()["kind"] == manifest::KIND)
    };
    if !is_default && !sources.iter().any(is_schema) {
        return;
    }
    for (source, group) in sources.iter().zip(groups) {
        let promises = PromiseFile::all(source).unwrap_or_default();
        let Some(promise) = promises.first() else {
            continue;
        };
        let words = "this is a Promise among schemas: `serve`, `check` and `test` refuse the directory for it; keep it \
                     elsewhere, and name it with --promise";
        let place = Some(promise.document.start());
        let point = entry(source, Level::Warning, FAULT, place, "", words.to_owned());
        group.entries.insert(0, point);
    }
}

/// The points about a Promise: its annotations, and the status schemas in it.
fn of_promise(source: &Source, file: &PromiseFile) -> Vec<Entry> {
    let stray = promise::strays(&file.value["metadata"]).into_iter();
    let mut entries: Vec<Entry> = stray
        .map(|fault| Point::warning(fault.pointer, "lint/unknown-annotation", fault.words))
        .map(|point| of_point(source, &file.document, "", point))
        .collect();
    entries.extend(not_texts(source, file));
    let changes = file.changes.iter().map(|change| of_change(source, change));
    told_once(changes.collect(), of_schemas(source, file))
        .into_iter()
        .chain(entries)
        .collect()
}

fn of_change(source: &Source, change: &Change) -> Entry {
    let words = change.kind.read_by(promise_file::READER);
    let pointer = change
        .path
        .steps()
        .iter()
        .fold(String::new(), |at, step| match step {
            Step::Key(key) => pointer::join(&at, key),
            Step::Index(index) => format!("{at}/{index}"),
        });
    let place = Some(change.place);
    entry(
        source,
        Level::Warning,
        status_file::YAML.id(),
        place,
        &pointer,
        words,
    )
}

/// Annotations and labels that are no texts, for which kubectl refuses the whole file.
fn not_texts(source: &Source, file: &PromiseFile) -> Vec<Entry> {
    let mut entries = Vec::new();
    for of in ["annotations", "labels"] {
        let members = file.value["metadata"][of].as_object();
        // The one that is ours is a fault of the Promise, with what it may be.
        let others = members.into_iter().flatten();
        for (key, value) in others.filter(|(key, _)| of == "labels" || *key != promise::ANNOTATION)
        {
            let what = match value {
                Value::String(_) | Value::Null => continue,
                Value::Bool(_) => "kubectl reads this unquoted word as true or false",
                Value::Number(_) => "kubectl reads this as a number",
                Value::Array(_) | Value::Object(_) => "this is a list or an object",
            };
            let words =
                format!("{what}, and refuses the file, since {of} are texts; put it in quotes");
            let pointer = pointer::join(&format!("/metadata/{of}"), key);
            let place = Some(file.document.place(&pointer));
            entries.push(entry(source, Level::Error, FAULT, place, &pointer, words));
        }
    }
    entries
}

fn of_schemas(source: &Source, file: &PromiseFile) -> Vec<Entry> {
    let faults = file.policy().err().unwrap_or_default().into_iter();
    let entries = faults.map(|(pointer, words)| {
        let words = promise_file::named(&pointer, words);
        let pointer = file.pointer(&pointer);
        let place = Some(file.document.place(&pointer));
        entry(source, Level::Error, FAULT, place, &pointer, words)
    });
    let mut entries: Vec<Entry> = entries.collect();
    let versions = file.promise.api.iter().flat_map(|api| &api.versions);
    for (version, schema) in versions {
        let at =
            format!("/spec/api/spec/versions/{version}/schema/openAPIV3Schema/properties/status");
        let at = file.pointer(&at);
        let points = schema.as_ref().map_or_else(
            || vec![nothing_in_version()],
            |schema| lint::points(schema, Dialect::Crd),
        );
        let points = points
            .into_iter()
            .map(|point| of_point(source, &file.document, &at, point));
        entries.extend(points);
    }
    entries
}

fn nothing_in_version() -> Point {
    let words = "says nothing of the status of this version, so every status passes; describe what pipelines write, \
                 here or in a StatusSchema";
    Point::warning(String::new(), "lint/nothing-described", words)
}

/// The points about a manifest that can be used.
fn of_policy(source: &Source, document: &Document, value: &Value, policy: Policy) -> Vec<Entry> {
    let points = policy::lint::points(value, &policy).into_iter();
    let mut entries: Vec<Entry> = points
        .map(|point| of_point(source, document, "", point))
        .collect();
    if matches!(policy.schemas, Schemas::None) {
        let words =
            "there is no schema: secrets, conditions and budgets are checked, and nothing else";
        let point = Point::warning("/spec".to_owned(), "lint/nothing-described", words);
        entries.push(of_point(source, document, "", point));
    }
    let refused = policy::lint::in_the_way(&Arc::new(policy)).into_iter();
    entries.extend(refused.map(|words| {
        let place = Some(document.key_place("/spec/schema"));
        let rule = policy::lint::KRATIX_WRITE;
        entry(source, Level::Error, rule, place, "/spec", words)
    }));
    entries
}

fn of_point(source: &Source, document: &Document, at: &str, point: Point) -> Entry {
    let pointer = format!("{at}{}", point.pointer);
    let level = match point.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    };
    let place = Some(document.key_place(&pointer));
    entry(source, level, point.rule, place, &pointer, point.words)
}

/// Files of which two guard the same resource, or have the same name.
pub(super) fn conflicts(sources: &[Source], listing: &mut Listing) {
    let mut first: BTreeMap<(String, String), &Source> = BTreeMap::new();
    let mut named: BTreeMap<String, &Source> = BTreeMap::new();
    for (source, group) in sources.iter().zip(&mut listing.groups) {
        let Ok(document) = Document::read(&source.bytes) else {
            continue;
        };
        let value = document.value();
        if value["kind"] != manifest::KIND {
            continue;
        }
        if let Some(name) = value["metadata"]["name"].as_str() {
            match named.get(name) {
                Some(other) => group.entries.push(same_name(source, other, &document)),
                None => drop(named.insert(name.to_owned(), source)),
            }
        }
        let Some(resource) = manifest::resource(&value) else {
            continue;
        };
        let words = first.get(&resource).map(|other| {
            let (group, resource) = &resource;
            format!("guards {resource}.{group}, and so does {}; keep one of the two files, or join them", other.name)
        });
        match words {
            Some(words) => {
                let place = Some(document.key_place("/spec/request"));
                group.entries.push(entry(
                    source,
                    Level::Error,
                    FAULT,
                    place,
                    "/spec/request",
                    words,
                ));
            }
            None => {
                first.insert(resource, source);
            }
        }
    }
}

fn same_name(source: &Source, other: &Source, document: &Document) -> Entry {
    let words = format!(
        "{} has this name too, so in a cluster one of the two replaces the other; give each file a name of its own",
        other.name
    );
    let at = "/metadata/name";
    entry(
        source,
        Level::Warning,
        "lint/same-name",
        Some(document.place(at)),
        at,
        words,
    )
}

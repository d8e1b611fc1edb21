//! The `StatusSchema` manifest as a policy: every field is checked, and all faults are told at once.
use serde_json::{Map, Value};

use super::{Budgets, Enforcement, Policy, Schemas, Source};
use crate::core::{path::Key, pointer};

pub mod editor;
mod names;
mod reader;
mod schemas;
mod secrets;

use reader::Reader;
pub use reader::field;

/// The only `apiVersion` of a manifest that is understood.
pub const API_VERSION: &str = "statusguard.dev/v1alpha1";
/// The only `kind` of a manifest that is understood.
pub const KIND: &str = "StatusSchema";

/// The most that each budget may be, so that no decision can run long: the largest request that etcd takes by default,
/// half the nesting that JSON readers follow, and the length of a condition's message in Kubernetes.
pub const MAX_BUDGETS: Budgets = Budgets {
    bytes: 1_572_864,
    depth: 64,
    items: 50_000,
    message_length: 32_768,
};

/// Where in a manifest a fault or a note is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// At the value that the pointer leads to.
    Value,
    /// At the key that the pointer ends in.
    Key,
}

/// What is wrong with a manifest. It holds no value of the manifest, only keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct ManifestFault {
    /// JSON pointer into the manifest.
    pub pointer: String,
    /// What to show there.
    pub spot: Spot,
    /// What is wrong and what to do, in one line.
    pub words: String,
}

/// What the author of a manifest should know although nothing is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// JSON pointer into the manifest.
    pub pointer: String,
    /// The words, in one line.
    pub words: String,
}

/// The resource that a manifest is about, as far as it can be read from one that has faults.
///
/// It is `None` too for what no manifest may guard.
pub fn resource(manifest: &Value) -> Option<(String, String)> {
    let group = manifest.pointer("/spec/request/group")?.as_str()?;
    let resource = manifest.pointer("/spec/request/resource")?.as_str()?;
    let is_usable =
        names::group_fault(group).is_none() && names::resource_fault(resource).is_none();
    is_usable.then(|| (group.to_owned(), resource.to_owned()))
}

/// The place and the words of what was found at a pointer; words that begin with the last step of it lose that.
pub fn placed(pointer: &str, words: &str) -> (String, String) {
    let named = format!("{}: ", reader::field(pointer));
    let rest = words.strip_prefix(&named).unwrap_or(words);
    (place(pointer), rest.to_owned())
}

/// A JSON pointer as people write a place: `spec.schema.properties.url`.
fn place(pointer: &str) -> String {
    let steps = pointer.split('/').skip(1);
    steps.fold(String::new(), |place, step| {
        let key = pointer::unescape(step);
        if key.bytes().all(|byte| byte.is_ascii_digit()) {
            return format!("{place}[{key}]");
        }
        match Key(&key).to_string() {
            quoted if quoted.starts_with('"') => format!("{place}[{quoted}]"),
            key if place.is_empty() => key,
            key => format!("{place}.{key}"),
        }
    })
}

/// Why nobody may guard the resource of this API group and plural, if nobody may.
pub fn resource_fault(group: &str, resource: &str) -> Option<String> {
    let of_group = names::group_fault(group).map(|words| format!("group {words}"));
    of_group
        .or_else(|| names::resource_fault(resource).map(|words| format!("names.plural {words}")))
}

impl Policy {
    /// The policy of a `StatusSchema` from a directory, where `spec.request` says what it guards.
    ///
    /// `status`, and what the API server adds to `metadata`, are accepted and ignored, so that an exported object is
    /// a manifest too.
    ///
    /// # Errors
    /// All faults, the schema's own too.
    pub fn from_manifest(manifest: &Value) -> Result<(Self, Vec<Note>), Vec<ManifestFault>> {
        read(manifest, Home::Directory)
    }

    /// The policy of a `StatusSchema` in a cluster, where its Promise says what it guards: `group` and `resource` are
    /// those of `spec.request`, and empty where that is left out.
    ///
    /// # Errors
    /// As [`Self::from_manifest`].
    pub fn from_custom_resource(manifest: &Value) -> Result<(Self, Vec<Note>), Vec<ManifestFault>> {
        read(manifest, Home::Cluster)
    }
}

/// Where a manifest stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    /// There is no Promise to ask.
    Directory,
    /// The Promise stands beside it.
    Cluster,
}

fn read(manifest: &Value, home: Home) -> Result<(Policy, Vec<Note>), Vec<ManifestFault>> {
    let mut reader = Reader::default();
    let policy = read_manifest(&mut reader, manifest, home);
    match policy {
        Some(policy) if reader.faults.is_empty() => Ok((policy, reader.notes)),
        _ => Err(reader.faults),
    }
}

fn read_manifest(reader: &mut Reader, manifest: &Value, home: Home) -> Option<Policy> {
    let root = reader.object(manifest, "")?;
    if !is_status_schema(reader, root) {
        return None;
    }
    reader.only(
        root,
        "",
        &["apiVersion", "kind", "metadata", "spec", "status"],
    );
    let metadata = read_metadata(reader, root);
    let spec = reader.required(root, "", "spec", "say in it what is guarded, and how");
    let spec = spec.and_then(|spec| reader.object(spec, "/spec"))?;
    let policy = read_spec(reader, spec, metadata.as_ref(), home);
    let (name, generation) = metadata?;
    Some(Policy {
        name,
        generation,
        ..policy?
    })
}

/// Whether this is a manifest at all; what else is wrong with another kind of object is of no interest.
fn is_status_schema(reader: &mut Reader, root: &Map<String, Value>) -> bool {
    let mut is_one = true;
    for (key, expected) in [("apiVersion", API_VERSION), ("kind", KIND)] {
        if root.get(key).and_then(Value::as_str) != Some(expected) {
            let words = format!(
                "{key} must be {expected}; only StatusSchemas belong here, each in a file of its own"
            );
            reader.fault(&format!("/{key}"), Spot::Value, words);
            is_one = false;
        }
    }
    is_one
}

type Metadata = (String, Option<i64>);

fn read_metadata(reader: &mut Reader, root: &Map<String, Value>) -> Option<Metadata> {
    let metadata = reader.required(root, "", "metadata", "give the manifest a name in it")?;
    let metadata = reader.object(metadata, "/metadata")?;
    if metadata.contains_key("namespace") {
        let words = "a StatusSchema stands in no namespace; leave it out";
        reader.fault("/metadata/namespace", Spot::Key, words);
    }
    reader.only(metadata, "/metadata", &OBJECT_METADATA);
    let name = reader.required(metadata, "/metadata", "name", "give the manifest a name");
    let name = name.and_then(|name| reader.name(name, "/metadata/name", names::object_fault))?;
    Some((name, metadata.get("generation").and_then(Value::as_i64)))
}

/// What an API server may have put into an object's `metadata`.
const OBJECT_METADATA: [&str; 14] = [
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "uid",
];

fn read_spec(
    reader: &mut Reader,
    spec: &Map<String, Value>,
    metadata: Option<&Metadata>,
    home: Home,
) -> Option<Policy> {
    const KNOWN: [&str; 7] = [
        "budgets",
        "enforcement",
        "promise",
        "request",
        "schema",
        "secrets",
        "versions",
    ];
    reader.only(spec, "/spec", &KNOWN);
    let promise = spec
        .get("promise")
        .and_then(|promise| reader.name(promise, "/spec/promise", names::object_fault))
        .or_else(|| metadata.map(|(name, _)| name.clone()));
    let enforcement = read_enforcement(reader, spec, "/spec");
    let secrets = secrets::read_secrets(reader, spec);
    let budgets = read_budgets(reader, spec);
    let schemas = schemas::read_schemas(reader, spec, budgets.bytes);
    let (group, resource) = match home {
        Home::Cluster if !spec.contains_key("request") => (String::new(), String::new()),
        _ => read_request(reader, spec)?,
    };
    if home == Home::Directory && matches!(schemas, Schemas::None) && reader.faults.is_empty() {
        let words =
            "there is no schema: secrets, conditions and budgets are checked, and nothing else";
        reader.note("/spec", words);
    }
    let promise = promise?;
    if home == Home::Directory && resource == promise && !resource.ends_with('s') {
        let words = format!(
            "{resource} is the name of the Promise too, and looks like a singular; nothing is guarded unless it is the \
             plural, as kubectl api-resources prints it"
        );
        reader.note("/spec/request/resource", &words);
    }
    Some(Policy {
        name: String::new(),
        promise,
        source: Source::StatusSchema,
        group,
        resource,
        kind: String::new(),
        generation: None,
        enforcement,
        secrets,
        budgets,
        schemas,
    })
}

fn read_request(reader: &mut Reader, spec: &Map<String, Value>) -> Option<(String, String)> {
    let remedy =
        "name the resource in it, such as {group: workshop.kratix.io, resource: elastic-clouds}";
    let request = reader.required(spec, "/spec", "request", remedy)?;
    let at = "/spec/request";
    let request = reader.object(request, at)?;
    reader.only(request, at, &["group", "resource"]);
    let group = reader.required(
        request,
        at,
        "group",
        "it is spec.group of the Promise's API",
    );
    let resource = reader.required(
        request,
        at,
        "resource",
        "it is spec.names.plural of the Promise's API",
    );
    let group =
        group.and_then(|group| reader.name(group, "/spec/request/group", names::group_fault));
    let resource = resource.and_then(|resource| {
        reader.name(resource, "/spec/request/resource", names::resource_fault)
    });
    Some((group?, resource?))
}

/// The enforcement that `of` names, or the default.
fn read_enforcement(reader: &mut Reader, of: &Map<String, Value>, at: &str) -> Enforcement {
    let Some(value) = of.get("enforcement") else {
        return Enforcement::default();
    };
    let at = format!("{at}/enforcement");
    let words = Enforcement::ALL.map(Enforcement::as_str);
    // Without quotes YAML 1.1 reads it as false.
    if value == "Off" || *value == Value::Bool(false) {
        let remedy =
            "to have nothing refused write Audit, and to end it all delete this StatusSchema";
        reader.fault_of(
            &at,
            &format!("must be one of {}; {remedy}", words.join(", ")),
        );
        return Enforcement::default();
    }
    let word = reader.one_of(value, &at, &words);
    word.and_then(Enforcement::from_word).unwrap_or_default()
}

fn read_budgets(reader: &mut Reader, spec: &Map<String, Value>) -> Budgets {
    let at = "/spec/budgets";
    let mut budgets = Budgets::default();
    let Some(given) = spec
        .get("budgets")
        .and_then(|value| reader.object(value, at))
    else {
        return budgets;
    };
    let fields = [
        ("bytes", &mut budgets.bytes, MAX_BUDGETS.bytes),
        ("depth", &mut budgets.depth, MAX_BUDGETS.depth),
        ("items", &mut budgets.items, MAX_BUDGETS.items),
        (
            "messageLength",
            &mut budgets.message_length,
            MAX_BUDGETS.message_length,
        ),
    ];
    reader.only(given, at, &["bytes", "depth", "items", "messageLength"]);
    for (key, budget, most) in fields {
        let value = given.get(key);
        let number = value.and_then(|value| reader.number(value, &format!("{at}/{key}"), most));
        *budget = number.unwrap_or(*budget);
    }
    budgets
}

#[cfg(test)]
mod tests;

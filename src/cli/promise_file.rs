//! A file with a Promise in it, alone or among other objects: the policy that it is, and its faults at their places.
use std::path;

use serde_json::Value;

use super::{
    print,
    source::{InputFault, Source},
};
use crate::core::{
    path::{Path, Step},
    policy::{Policy, manifest::KIND},
    promise::{self, ANNOTATION, Api, Promise},
    yaml::{
        Document, KratixDocument,
        change::{Change, ChangeKind},
    },
};

/// Who reads the file on its way into a cluster.
pub(super) const READER: &str = "kubectl";

/// A Promise as its author wrote it.
pub(super) struct PromiseFile {
    pub(super) promise: Promise,
    pub(super) value: Value,
    pub(super) document: Document,
    /// What is wrong with it: pointer and words.
    pub(super) faults: Vec<(String, String)>,
    /// What of its schemas means something else to kubectl than it seems to.
    pub(super) changes: Vec<Change>,
}

/// The policy of a Promise, and the kind of its requests.
pub(super) struct PromisePolicy {
    pub(super) policy: Policy,
    pub(super) kind: String,
}

/// Whether an object is a Promise.
pub(super) fn is_promise(value: &Value) -> bool {
    let group = value["apiVersion"]
        .as_str()
        .and_then(|version| version.split('/').next());
    group == Some("platform.kratix.io") && value["kind"] == "Promise"
}

/// Whether a place in a Promise belongs to the schema of a status.
fn is_in_schema(path: &Path) -> bool {
    const ABOVE: [&str; 9] = [
        "spec",
        "api",
        "spec",
        "versions",
        "*",
        "schema",
        "openAPIV3Schema",
        "properties",
        "status",
    ];
    let steps = path.steps().split_at_checked(ABOVE.len());
    steps.is_some_and(|(above, _)| {
        above.iter().zip(ABOVE).all(|(step, name)| match step {
            Step::Key(key) => **key == *name,
            Step::Index(_) => name == "*",
        })
    })
}

impl PromiseFile {
    /// All Promises of a text.
    pub(super) fn all(source: &Source) -> Result<Vec<Self>, InputFault> {
        let stream = source.documents()?;
        if let Some(fault) = stream.fault {
            return Err(source.of_yaml(fault));
        }
        let promises = stream.documents.into_iter().filter_map(|one| {
            let value = one.document.value();
            is_promise(&value).then(|| Self::of(value, one))
        });
        Ok(promises.collect())
    }

    fn of(value: Value, read: KratixDocument) -> Self {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let name = text("/metadata/name").unwrap_or_default().to_owned();
        let annotation = value["metadata"]["annotations"].get(ANNOTATION);
        let odd = annotation.and_then(promise::annotation_fault);
        let understood = annotation.and_then(Value::as_str);
        let understood = understood.filter(|_| odd.is_none());
        let generation = value["metadata"]["generation"].as_i64();
        let (promise, faults) = Promise::read(&name, generation, understood, &value["spec"]["api"]);
        let faults = odd.into_iter().chain(faults);
        let faults = faults.map(|fault| (fault.pointer, fault.words));
        let mut changes = read.changes;
        changes.retain(|change| change.kind != ChangeKind::Digits && is_in_schema(&change.path));
        Self {
            promise,
            faults: faults.collect(),
            value,
            document: read.document,
            changes,
        }
    }

    /// The pointer as it leads through the file, where versions are a list and not a map.
    pub(super) fn pointer(&self, pointer: &str) -> String {
        const VERSIONS: &str = "/spec/api/spec/versions/";
        let Some((name, rest)) = pointer
            .strip_prefix(VERSIONS)
            .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        else {
            return pointer.to_owned();
        };
        let versions = self.value["spec"]["api"]["spec"]["versions"].as_array();
        let index = versions
            .into_iter()
            .flatten()
            .position(|version| version["name"] == name);
        index.map_or_else(
            || pointer.to_owned(),
            |index| format!("{VERSIONS}{index}/{rest}"),
        )
    }

    /// The first of its faults, at its place.
    pub(super) fn fault(&self, source: &Source, faults: Vec<(String, String)>) -> InputFault {
        let (pointer, words) = faults.into_iter().next().unwrap_or_default();
        let words = named(&pointer, words);
        let pointer = self.pointer(&pointer);
        source.at(self.document.place(&pointer), words)
    }

    /// The policy that it is.
    ///
    /// # Errors
    /// Its faults: pointer and words.
    pub(super) fn policy(&self) -> Result<PromisePolicy, Vec<(String, String)>> {
        let mut faults = self.faults.clone();
        let compiled = self.promise.api.as_ref().map(Api::compile);
        match &compiled {
            None if faults.is_empty() => {
                let words = "this Promise installs no API, so it has no requests to check";
                faults.push(("/spec".to_owned(), words.to_owned()));
            }
            Some(Err(found)) => {
                let found = found.iter().cloned();
                faults.extend(found.map(|fault| (fault.pointer, fault.words)));
            }
            _ => {}
        }
        let Some(Ok((schemas, _))) = compiled.filter(|_| faults.is_empty()) else {
            return Err(faults);
        };
        let policy = self.promise.policy(schemas, false);
        let kind = self
            .value
            .pointer("/spec/api/spec/names/kind")
            .and_then(Value::as_str);
        Ok(PromisePolicy {
            policy: policy.expect("a Promise with an API has a policy where nobody may opt out"),
            kind: kind.unwrap_or_default().to_owned(),
        })
    }
}

/// Words that begin with a verb, behind the field that they are about.
pub(super) fn named(pointer: &str, words: String) -> String {
    if words.starts_with("is ") {
        return format!(
            "{} {words}",
            pointer.trim_start_matches('/').replace('/', ".")
        );
    }
    words
}

/// The policy of the one Promise in a file.
pub(super) fn read(path: &path::Path) -> Result<PromisePolicy, InputFault> {
    let source = Source::open(path)?;
    let mut promises = PromiseFile::all(&source)?;
    let whole = |words: &str| InputFault {
        name: source.name.clone(),
        place: None,
        words: words.to_owned(),
    };
    if promises.len() > 1 {
        return Err(whole("holds several Promises; give a file with one"));
    }
    let Some(file) = promises.pop() else {
        let stream = source.documents()?;
        let mut values = stream.documents.iter().map(|one| one.document.value());
        if values.any(|value| value["kind"] == KIND) {
            return Err(whole("this is a StatusSchema; name it with --schemas"));
        }
        return Err(whole(
            "holds no Promise (kind Promise of platform.kratix.io); give the file that installs it",
        ));
    };
    for change in &file.changes {
        let told = source.at(change.place, change.kind.read_by(READER));
        print::complain(&format!("note: {told}\n"));
    }
    file.policy().map_err(|faults| file.fault(&source, faults))
}

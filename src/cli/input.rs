//! From a text to what is judged: resource requests, lists of them, admission reviews, or a status.yaml.
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::{
    kinds::{self, Odd, is_object, is_review},
    source::{InputFault, Source},
    subject::{Identity, MARK, Origin, Recorded, Subject, Text, Write, status_of},
};
use crate::core::{
    finding::Finding,
    path::{Path, Step},
    phase::Phase,
    review::Review,
    status_file,
    yaml::{
        Document, Place,
        change::{Change, ChangeKind},
    },
};

/// How inputs are to be judged.
#[derive(Default)]
pub(super) struct Manner {
    /// The phase to judge in, whatever the conditions say.
    pub(super) phase: Option<Phase>,
    /// What was stored before.
    pub(super) old: Old,
}

/// The statuses before the writes.
#[derive(Default)]
pub(super) enum Old {
    /// There was none.
    #[default]
    None,
    /// This one, of whatever object.
    Bare(Value),
    /// Those of objects.
    Objects(Vec<(Identity, Value)>),
}

impl Old {
    /// Reads the statuses of a text.
    pub(super) fn read(source: &Source) -> Result<Self, InputFault> {
        let stream = source.documents()?;
        let first = stream.documents.first();
        let bare = first.filter(|first| !is_object(&first.document.value()));
        if let Some(first) = bare {
            if let Some(words) = kinds::half_object(&first.document.value()) {
                return Err(source.at(first.document.start(), words));
            }
            return Ok(Self::Bare(status_of(source, first)?.into()));
        }
        if let Some(fault) = stream.fault {
            return Err(source.of_yaml(fault));
        }
        let mut objects = Vec::new();
        for document in &stream.documents {
            let document = &document.document;
            let value = document.value();
            if value.is_null() {
                continue;
            }
            for (object, _) in requests(source, document, &value)? {
                let status = object.get("status").cloned().unwrap_or_default();
                objects.push((Identity::of(&object), status));
            }
        }
        Ok(Self::Objects(objects))
    }

    pub(super) fn of(&self, identity: &Identity) -> Option<Value> {
        let status = match self {
            Self::None => None,
            Self::Bare(status) => Some(status),
            Self::Objects(objects) => {
                let is_same = |other: &&(Identity, Value)| {
                    let other = &other.0;
                    (&other.kind, &other.namespace, &other.name)
                        == (&identity.kind, &identity.namespace, &identity.name)
                };
                let only = || objects.first().filter(|_| objects.len() == 1);
                let found = objects.iter().find(is_same);
                let found = if identity.name.is_empty() {
                    found.or_else(only)
                } else {
                    found
                };
                found.map(|(_, status)| status)
            }
        };
        status.filter(|status| !status.is_null()).cloned()
    }
}

/// What a text holds.
pub(super) enum Content {
    /// Objects, or reviews, each to be judged by its own policy.
    Subjects(Vec<Subject>),
    /// A status.yaml, which does not say whose it is.
    StatusFile,
}

/// What `source` holds, as subjects where it says whose they are.
pub(super) fn read(source: &Source, manner: &Manner) -> Result<Content, InputFault> {
    let stream = match source.documents() {
        Ok(stream) => stream,
        // JSON that YAML cannot hold, such as half a surrogate pair: the server judges it, so it is judged here.
        Err(fault) => return whole_review(source).ok_or(fault),
    };
    let values: Vec<Value> = stream
        .documents
        .iter()
        .map(|one| one.document.value())
        .collect();
    let has_objects = values.iter().any(is_object);
    if !has_objects {
        if values.iter().all(Value::is_null) {
            let words =
                "is empty; give a status.yaml, or objects as `kubectl get … -o yaml` prints them";
            return Err(source.at(Place::START, words));
        }
        let odd = stream.documents.iter().zip(&values);
        let mut odd = odd.filter_map(|(one, value)| Some((one, kinds::half_object(value)?)));
        return match odd.next() {
            Some((one, words)) => Err(source.at(one.document.start(), words)),
            None => Ok(Content::StatusFile),
        };
    }
    if let Some(fault) = stream.fault {
        return Err(source.of_yaml(fault));
    }
    let mut subjects = Vec::new();
    let count = values.len();
    for (document, value) in stream.documents.into_iter().zip(values) {
        if value.is_null() {
            continue;
        }
        if !is_object(&value) {
            let words = "this document has no apiVersion and kind although others in the file have; give a \
                         status.yaml a file of its own";
            return Err(source.at(document.document.start(), words));
        }
        let changes = document.changes;
        let text = Arc::new(Text {
            name: source.name.clone(),
            document: document.document,
        });
        if is_review(&value) {
            subjects.push(review(source, count, &value, text));
            continue;
        }
        for (object, base) in requests(source, &text.document, &value)? {
            let old = manner.old.of(&Identity::of(&object));
            let mut write = Write::of_object(&object, &text, &base, old, manner.phase);
            write.extra = told(&changes, &format!("{base}/status"));
            subjects.push(Subject::Write(Box::new(write)));
        }
    }
    Ok(Content::Subjects(subjects))
}

/// The requests in a document, each with the JSON pointer to it.
pub(super) fn requests(
    source: &Source,
    document: &Document,
    value: &Value,
) -> Result<Vec<(Value, String)>, InputFault> {
    kinds::requests(value)
        .map_err(|Odd { pointer, words }| source.at(document.key_place(&pointer), words))
}

/// A text that is nothing but a review, without the places in it.
fn whole_review(source: &Source) -> Option<Content> {
    let text = std::str::from_utf8(&source.bytes).ok()?;
    let review = Review::parse(text.as_bytes()).ok()?;
    let identity = Identity {
        api_version: group_version(&review.group, &review.version),
        kind: review.kind.to_string(),
        namespace: review.namespace.to_string(),
        name: review.name.to_string(),
    };
    Some(Content::Subjects(vec![Subject::Review(Recorded {
        json: text.to_owned(),
        is_verbatim: true,
        file: source.name.clone(),
        origin: None,
        identity,
    })]))
}

fn review(source: &Source, documents: usize, value: &Value, text: Arc<Text>) -> Subject {
    // JSON is judged byte for byte, as the server does, and refused where it refuses it.
    let raw = std::str::from_utf8(&source.bytes).ok();
    let raw = raw.filter(|raw| documents == 1 && is_json(raw));
    let text_of = |pointer: &str| {
        let text = value.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let (group, version) = (
        text_of("/request/resource/group"),
        text_of("/request/resource/version"),
    );
    Subject::Review(Recorded {
        is_verbatim: raw.is_some(),
        json: raw.map_or_else(|| value.to_string(), str::to_owned),
        file: source.name.clone(),
        identity: Identity {
            api_version: group_version(&group, &version),
            kind: text_of("/request/kind/kind"),
            namespace: text_of("/request/namespace"),
            name: text_of("/request/name"),
        },
        origin: Some(Origin::new(
            text,
            "/request/object/status".to_owned(),
            value.pointer("/request/object/status"),
        )),
    })
}

/// Whether a text is JSON, and not YAML: perhaps behind a byte order mark, and with keys that stand twice.
fn is_json(text: &str) -> bool {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    Review::parse(text.as_bytes()).is_ok() || serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn group_version(group: &str, version: &str) -> String {
    match (group, version) {
        ("", version) => version.to_owned(),
        (group, version) => format!("{group}/{version}"),
    }
}

/// The findings about changes below `base` of a document, whose objects keep their digits.
fn told(changes: &[Change], base: &str) -> Vec<(Finding, Option<Place>)> {
    let above: Vec<&str> = base.split('/').skip(1).collect();
    let steps = |change: &Change| {
        let (head, rest) = change.path.steps().split_at_checked(above.len())?;
        let is_below = head.iter().zip(&above).all(|(step, token)| match step {
            Step::Key(key) => &**key == *token,
            Step::Index(index) => index.to_string() == *token,
        });
        is_below.then(|| rest.iter().cloned().collect::<Path>())
    };
    let changes = changes
        .iter()
        .filter(|change| change.kind != ChangeKind::Digits);
    changes
        .filter_map(|change| {
            let path = steps(change)?;
            let change = Change {
                path,
                ..change.clone()
            };
            Some((status_file::changed(&change), Some(change.place)))
        })
        .collect()
}

//! What is judged: a status write, made of the objects that a command was given, and where in them each place stands.
mod recorded;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    policies::{Clues, Policies},
    source::{InputFault, Source},
};
use crate::core::{
    finding::Finding,
    gate::{self, Verdict},
    json::Json,
    merge,
    path::{Path, Step},
    phase::Phase,
    pointer,
    review::Review,
    status::CONDITIONS,
    status_file,
    yaml::{Document, Found, KratixDocument, Place},
};

pub(super) use self::recorded::Recorded;

/// What some editors put before a text.
pub(super) const MARK: char = '\u{feff}';

/// The label by which Kratix says whose request an object is.
const PROMISE_LABEL: &str = "/metadata/labels/kratix.io~1promise-name";

/// What an object is called; empty where it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Identity {
    pub(super) fn of(object: &Value) -> Self {
        let text = |pointer: &str| {
            let text = object.pointer(pointer).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        Self {
            api_version: text("/apiVersion"),
            kind: text("/kind"),
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name"),
        }
    }

    fn group_and_version(&self) -> (&str, &str) {
        self.api_version
            .rsplit_once('/')
            .unwrap_or(("", &self.api_version))
    }
}

/// A document of a source, read once and shared by all that stands in it.
pub(super) struct Text {
    pub(super) name: String,
    pub(super) document: Document,
}

/// A status within a text.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) text: Arc<Text>,
    /// JSON pointer to the status.
    pub(super) base: String,
    /// The types of its conditions, in the order of the text.
    types: Vec<Option<String>>,
}

impl Origin {
    pub(super) fn new(text: Arc<Text>, base: String, status: Option<&Value>) -> Self {
        Self {
            text,
            base,
            types: types(status),
        }
    }

    /// What stands at `path` of a status whose conditions are of these types.
    fn find(&self, path: &Path, types: &[Option<String>]) -> Found<'_> {
        let mut pointer = self.base.clone();
        let mut steps = path.steps().iter().enumerate();
        for (at, step) in steps.by_ref() {
            let token = match step {
                Step::Key(key) => pointer::escape(key).into_owned(),
                Step::Index(index) if at == 1 && is_conditions(path) => {
                    match self.index(*index, types) {
                        Some(index) => index.to_string(),
                        None => break,
                    }
                }
                Step::Index(index) => index.to_string(),
            };
            pointer = format!("{pointer}/{token}");
        }
        let is_cut = steps.next().is_some();
        let found = self.text.document.found(&pointer);
        Found {
            is_whole: found.is_whole && !is_cut,
            ..found
        }
    }

    /// The index in this text of a condition of the judged status.
    fn index(&self, index: usize, types: &[Option<String>]) -> Option<usize> {
        if types == self.types {
            return Some(index);
        }
        let kind = types.get(index)?;
        self.types
            .iter()
            .rposition(|known| known.is_some() && known == kind)
    }
}

fn is_conditions(path: &Path) -> bool {
    matches!(path.steps().first(), Some(Step::Key(key)) if &**key == CONDITIONS)
}

fn types(status: Option<&Value>) -> Vec<Option<String>> {
    let conditions = status.and_then(|status| status.get(CONDITIONS));
    let conditions = conditions.and_then(Value::as_array).into_iter().flatten();
    conditions
        .map(|condition| merge::type_of(condition).map(str::to_owned))
        .collect()
}

/// A status write.
#[derive(Clone)]
pub(super) struct Write {
    pub(super) identity: Identity,
    /// The plural of the resource, where it is known better than by the kind.
    pub(super) resource: Option<String>,
    pub(super) group: Option<String>,
    pub(super) version: Option<String>,
    pub(super) deleting: bool,
    pub(super) old: Option<Value>,
    pub(super) new: Option<Value>,
    pub(super) promise: Option<String>,
    /// Where the new status is written down: what comes first is looked at first.
    pub(super) origins: Vec<Origin>,
    /// What people call the text that it came from, where it has no origins.
    pub(super) from: String,
    /// What is to be said beside the verdict.
    pub(super) extra: Vec<(Finding, Option<Place>)>,
}

/// Something to judge.
#[derive(Clone)]
pub(super) enum Subject {
    /// A write that is put together here.
    Write(Box<Write>),
    /// A whole review, as the server gets it.
    Review(Recorded),
}

/// What was decided about a subject.
pub(super) struct Decision {
    pub(super) identity: Identity,
    pub(super) verdict: Verdict,
    pub(super) extra: Vec<(Finding, Option<Place>)>,
    pub(super) origins: Vec<Origin>,
    /// What people call the text that it came from.
    pub(super) file: String,
    types: Vec<Option<String>>,
    /// Why there is nothing to judge, where that is so.
    pub(super) unjudged: &'static str,
    /// Group and resource by which the policy was looked for.
    pub(super) resource: (String, String),
}

impl Decision {
    /// Where in which text a path of the judged status stands.
    pub(super) fn find(&self, path: &Path) -> Option<(&Text, Found<'_>)> {
        let first = path.steps().first().cloned();
        let top: Path = first.into_iter().collect();
        let has_top = |origin: &&Origin| origin.find(&top, &self.types).is_whole;
        let origin = self.origins.iter().find(has_top).or(self.origins.first())?;
        Some((origin.text.as_ref(), origin.find(path, &self.types)))
    }
}

impl Write {
    /// A write of an object's status onto `old`.
    pub(super) fn of_object(
        object: &Value,
        text: &Arc<Text>,
        base: &str,
        old: Option<Value>,
        phase: Option<Phase>,
    ) -> Self {
        let status = object.get("status").filter(|status| !status.is_null());
        Self {
            old,
            origins: vec![Origin::new(
                Arc::clone(text),
                format!("{base}/status"),
                status,
            )],
            ..Self::stored(object, phase)
        }
    }

    /// A write of an object's status onto nothing, of which no place is known.
    pub(super) fn stored(object: &Value, phase: Option<Phase>) -> Self {
        let status = object.get("status").filter(|status| !status.is_null());
        let new = status.cloned().map(|status| in_phase(status, phase));
        let promise = object.pointer(PROMISE_LABEL).and_then(Value::as_str);
        let deleting = object.pointer("/metadata/deletionTimestamp");
        Self {
            identity: Identity::of(object),
            resource: None,
            group: None,
            version: None,
            deleting: deleting.is_some_and(|time| !time.is_null()),
            old: None,
            origins: Vec::new(),
            new,
            from: String::new(),
            promise: promise.map(str::to_owned),
            extra: Vec::new(),
        }
    }

    fn decide(self, policies: &Policies) -> Decision {
        let (group, version) = self.identity.group_and_version();
        let group = self.group.as_deref().unwrap_or(group).to_owned();
        let version = self.version.as_deref().unwrap_or(version).to_owned();
        let clues = Clues {
            group: &group,
            kind: &self.identity.kind,
            promise: self.promise.as_deref(),
        };
        let resource = self
            .resource
            .clone()
            .unwrap_or_else(|| policies.resource(clues));
        let text = |status: &Option<Value>| status.as_ref().map(Value::to_string);
        let (new, old) = (text(&self.new), text(&self.old));
        let verdict = gate::decide(
            &policies.catalog,
            &Review {
                uid: "".into(),
                group: group.as_str().into(),
                version: version.as_str().into(),
                resource: resource.as_str().into(),
                subresource: "status".into(),
                kind: self.identity.kind.as_str().into(),
                namespace: self.identity.namespace.as_str().into(),
                name: self.identity.name.as_str().into(),
                operation: "UPDATE".into(),
                dry_run: false,
                deleting: self.deleting,
                status: new.as_deref().and_then(|text| Json::read(text).ok()),
                old_status: old.as_deref().and_then(|text| Json::read(text).ok()),
                user: "".into(),
            },
        );
        let policy = verdict.policy.as_deref();
        let extra = self.extra.into_iter().map(|(finding, place)| {
            let finding = status_file::as_enforced(finding, policy, self.deleting);
            (finding, place)
        });
        Decision {
            unjudged: match &new {
                None => "it has no status yet",
                Some(_) => "its status does not change",
            },
            extra: extra.collect(),
            file: self
                .origins
                .first()
                .map_or(self.from, |origin| origin.text.name.clone()),
            types: types(self.new.as_ref()),
            identity: self.identity,
            verdict,
            origins: self.origins,
            resource: (group, resource),
        }
    }
}

/// A status with the condition that puts it into a phase, where one is asked for.
pub(super) fn in_phase(mut status: Value, phase: Option<Phase>) -> Value {
    if let Value::Object(members) = &mut status {
        match phase {
            Some(Phase::Complete) => merge::complete(members),
            Some(Phase::Partial) => merge::reopen(members),
            None => {}
        }
    }
    status
}

impl Subject {
    /// The version of the Promise that the object is of, as Kratix says in its status.
    pub(super) fn promise_version(&self) -> Option<String> {
        let Self::Write(write) = self else {
            return None;
        };
        let version = write.new.as_ref()?.get("promiseVersion")?;
        version.as_str().map(str::to_owned)
    }

    /// Judges it.
    pub(super) fn decide(self, policies: &Policies) -> Result<Decision, InputFault> {
        match self {
            Self::Write(write) => Ok(write.decide(policies)),
            Self::Review(recorded) => recorded.decide(policies),
        }
    }
}

/// The object that a status.yaml is, as the status-writer reads it.
pub(super) fn status_of(
    source: &Source,
    first: &KratixDocument,
) -> Result<Map<String, Value>, InputFault> {
    if let Some(fault) = &first.refused {
        return Err(source.of_yaml(fault.clone()));
    }
    match first.status_value() {
        Value::Null => Ok(Map::new()),
        Value::Object(status) => Ok(status),
        other => {
            let kind = match other {
                Value::Array(_) => "a list",
                _ => "a single value",
            };
            let blank = match &other {
                Value::String(text) if text.contains(':') => ", with a blank behind the colon",
                _ => "",
            };
            let words = format!(
                "this is {kind}, and a status must be an object; write it as `key: value` lines{blank}"
            );
            Err(source.at(first.document.start(), words))
        }
    }
}

//! A status.yaml on its way into a status, as Kratix's status-writer takes it.
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    input::Manner,
    kinds::{is_list, is_object, no_request},
    source::{InputFault, Source},
    subject::{Identity, Origin, Subject, Text, Write, status_of},
};
use crate::core::{
    merge,
    path::Path,
    phase::Phase,
    policy::{Policy, Schemas},
    status_file,
    yaml::change::{Change, ChangeKind},
};

/// A status.yaml on its way into a status.
pub(super) struct Replay<'a> {
    pub(super) file: &'a Source,
    /// The request, with its present status.
    pub(super) request: Option<&'a Source>,
    /// Whose status it is, where there is no request.
    pub(super) policy: Option<Arc<Policy>>,
}

impl Replay<'_> {
    /// The write that the status-writer makes of it.
    pub(super) fn write(&self, manner: &Manner) -> Result<Subject, InputFault> {
        let stream = self.file.documents()?;
        let behind = stream.fault.map(|fault| fault.place);
        let mut documents = stream.documents.into_iter();
        let first = documents
            .next()
            .expect("a stream has at least one document");
        let status = status_of(self.file, &first)?;
        let mut extra: Vec<_> = first
            .changes
            .iter()
            .map(|change| (status_file::changed(change), Some(change.place)))
            .collect();
        let second = documents.next().map(|second| second.document.start());
        if let Some(place) = second.or(behind) {
            let path = Path::root();
            let kind = ChangeKind::SecondDocument;
            extra.push((
                status_file::changed(&Change { place, path, kind }),
                Some(place),
            ));
        }
        let text = Arc::new(Text {
            name: self.file.name.clone(),
            document: first.document,
        });
        let request = self.request.map(request).transpose()?;
        let mut write = self.target(request, manner);
        write.extra = extra;
        fill(&mut write, &status, manner.phase).ok_or_else(|| self.no_object())?;
        write.origins.insert(
            0,
            Origin::new(text, String::new(), Some(&Value::Object(status))),
        );
        Ok(Subject::Write(Box::new(write)))
    }

    /// The write onto the request, or onto what was stored before.
    fn target(&self, request: Option<(Value, Arc<Text>)>, manner: &Manner) -> Write {
        if let Some((object, text)) = request {
            let mut write = Write::of_object(&object, &text, "", None, None);
            write.old = manner.old.of(&write.identity).or_else(|| write.new.take());
            return write;
        }
        let old = manner.old.of(&Identity::default());
        bare(self.policy.as_deref(), old)
    }

    fn no_object(&self) -> InputFault {
        let source = self.request.unwrap_or(self.file);
        InputFault {
            name: source.name.clone(),
            place: None,
            words: "the present status is no object, and Kratix's status-writer fails on it; mend it first"
                .to_owned(),
        }
    }
}

/// A write of which only the policy is known.
pub(super) fn bare(policy: Option<&Policy>, old: Option<Value>) -> Write {
    Write {
        identity: Identity::default(),
        resource: Some(
            policy
                .map(|policy| policy.resource.clone())
                .unwrap_or_default(),
        ),
        version: Some(policy.map(only_version).unwrap_or_default()),
        group: policy.map(|policy| policy.group.clone()),
        deleting: false,
        old,
        new: None,
        promise: None,
        origins: Vec::new(),
        from: String::new(),
        extra: Vec::new(),
    }
}

/// Makes `status`, as read from a status.yaml, the new status of a write; nothing if the old one is no object.
pub(super) fn fill(
    write: &mut Write,
    status: &Map<String, Value>,
    phase: Option<Phase>,
) -> Option<()> {
    let present = match &write.old {
        None => Map::new(),
        Some(Value::Object(present)) => present.clone(),
        Some(_) => return None,
    };
    let mut merged = merge::merged(&present, status);
    let own = status_file::own_keys(status, &merged);
    let completes = phase != Some(Phase::Partial);
    let dropped = status_file::dropped_conditions(status, &present, completes);
    let own = own
        .into_iter()
        .chain(status_file::wrapped(status))
        .chain(dropped);
    write.extra.extend(own.map(|one| (one, None)));
    if completes {
        merge::complete(&mut merged);
    } else {
        merge::reopen(&mut merged);
    }
    write.new = Some(Value::Object(merged));
    Some(())
}

/// The version by which a status of unknown version is judged: the one that the policy names.
fn only_version(policy: &Policy) -> String {
    match &policy.schemas {
        Schemas::PerVersion(versions) => versions.keys().next_back().cloned().unwrap_or_default(),
        Schemas::None | Schemas::All(_) => String::new(),
    }
}

/// The one request of a text.
fn request(source: &Source) -> Result<(Value, Arc<Text>), InputFault> {
    let stream = source.documents()?;
    let mut documents = stream.documents.into_iter();
    let first = documents
        .next()
        .expect("a stream has at least one document");
    let value = first.document.value();
    let odd = |words: String| Err(source.at(first.document.start(), words));
    if !is_object(&value) {
        let words =
            "this is no resource request; give the object as `kubectl get … -o yaml` prints it";
        return odd(words.to_owned());
    }
    if is_list(&value) {
        return odd("this is a list; give the one request itself".to_owned());
    }
    if let Some(words) = no_request(&value) {
        return odd(words);
    }
    if let Some(second) = documents.next() {
        let words = "a second document begins here; give one request";
        return Err(source.at(second.document.start(), words));
    }
    let text = Text {
        name: source.name.clone(),
        document: first.document,
    };
    Ok((value, Arc::new(text)))
}

//! `statusguard check` in a container of a pipeline: its files stand where Kratix puts them.
use std::{env, path::Path};

use super::{nothing_given, only, open};
use crate::{
    cli::{
        Failure,
        input::Manner,
        policies::Policies,
        print,
        replay::Replay,
        source::{self, Source},
        subject::Subject,
    },
    core::phase::Phase,
};

/// Where status.yaml stands, today and in older Kratix.
const STATUS: [&str; 2] = ["kratix/metadata/status.yaml", "metadata/status.yaml"];
/// Where the request stands.
const REQUEST: [&str; 2] = ["kratix/input/object.yaml", "input/object.yaml"];
/// By which a pipeline says that it will be run again.
const CONTROL: &str = "workflow-control.yaml";

/// The write that the status-writer will make of what stands there now.
pub(super) fn subjects(
    root: &Path,
    policies: &mut Policies,
    manner: &mut Manner,
) -> Result<Vec<Subject>, Failure> {
    let under = |paths: [&str; 2]| paths.map(|path| root.join(path)).to_vec();
    let (statuses, requests) = (under(STATUS), under(REQUEST));
    let (status, request) = (source::first_of(&statuses), source::first_of(&requests));
    if status.is_none() && request.is_none() {
        return Err(nothing_given(&[statuses, requests].concat()));
    }
    know_resource(policies);
    let status = status.unwrap_or(&statuses[0]);
    if manner.phase.is_none() && is_suspended(&status.with_file_name(CONTROL)) {
        manner.phase = Some(Phase::Partial);
        print::complain(
            "note: workflow-control.yaml suspends the pipeline, so nothing completes yet\n",
        );
    }
    let file = read(status)?;
    let request = request.map(|path| open(path)).transpose()?;
    let policy = match request {
        Some(_) => None,
        None => only(policies)?,
    };
    let replay = Replay {
        file: &file,
        request: request.as_ref(),
        policy,
    };
    Ok(vec![replay.write(manner).map_err(Failure::bad_input)?])
}

/// A pipeline that writes no status.yaml writes nothing of its own.
fn read(status: &Path) -> Result<Source, Failure> {
    if status.exists() {
        return open(status);
    }
    let name = source::shown(status);
    print::complain(&format!(
        "note: there is no {name}; Kratix will write what it has\n"
    ));
    Ok(Source {
        name,
        bytes: Vec::new(),
    })
}

/// What Kratix says in variables about the resource.
fn know_resource(policies: &mut Policies) {
    let variable = |name: &str| env::var(format!("KRATIX_{name}")).unwrap_or_default();
    let (kind, plural) = (variable("OBJECT_KIND"), variable("CRD_PLURAL"));
    if !kind.is_empty() && !plural.is_empty() {
        policies.know(&variable("OBJECT_GROUP"), &kind, &plural);
    }
}

fn is_suspended(control: &Path) -> bool {
    let Ok(source) = Source::open(control) else {
        return false;
    };
    let stream = source.documents().ok();
    let value = stream.and_then(|stream| Some(stream.documents.first()?.document.value()));
    value.is_some_and(|value| {
        let retries = value["retryAfter"]
            .as_str()
            .is_some_and(|after| !after.is_empty());
        value["suspend"] == true || retries
    })
}

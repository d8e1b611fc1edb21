//! `statusguard audit`: what enforcing would do to requests that are stored already.
use std::{
    io::BufReader,
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use serde_json::Value;

use super::{
    Failure,
    check::{By, Format},
    input::{self, Content, Manner},
    kinds::{is_object, no_request},
    policies::Policies,
    print,
    source::{self, InputFault, MAX_BYTES, Source},
    subject::{Subject, Write},
};
use crate::core::{
    phase::Phase,
    policy::{Enforcement, Policy},
};

#[cfg(feature = "cluster")]
mod cluster;
mod judge;
mod progress;
mod shown;
mod stream;
mod tally;

use judge::Judge;
use stream::Text;

/// Say what enforcing now would refuse, of requests that are stored already.
///
/// Without files it reads all requests of all Promises in the cluster of the kubeconfig, page by page, and changes
/// nothing there. Each request is judged as if its pipelines completed just now, onto nothing, so that what the server
/// would forgive is counted too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  statusguard audit
  statusguard audit --promise elastic-cloud --schemas new/elastic-cloud.yaml
  kubectl get elastic-clouds -A -o json | statusguard audit - --schemas schemas
  statusguard audit requests/*.json --format json

Exit codes: 0 nothing would be refused, 1 something would, 2 wrong usage or unreadable input")]
pub(super) struct Arguments {
    /// Requests, or lists of them, as kubectl prints them; - reads what is piped in; without any the cluster is asked
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A directory of schemas, or one file; with files `schemas` is taken where there is one, in a cluster they count
    /// instead of what is there for the same Promise
    #[arg(long, env = "STATUSGUARD_SCHEMAS", value_name = "PATH")]
    schemas: Option<PathBuf>,
    /// The file of a Promise; in a cluster also its name: then only its requests are read
    #[arg(long, env = "STATUSGUARD_PROMISE", value_name = "FILE|NAME")]
    promise: Option<PathBuf>,
    /// Enforce every schema like this, whatever it says of itself
    #[arg(long = "as", env = "STATUSGUARD_AS", value_name = "ENFORCEMENT", default_value = "Enforce", ignore_case = true,
          value_parser = super::check::enforcement())]
    as_: Enforcement,
    /// The context of the kubeconfig, if not the present one
    #[cfg(feature = "cluster")]
    #[arg(
        long,
        env = "STATUSGUARD_CONTEXT",
        value_name = "NAME",
        conflicts_with = "files"
    )]
    context: Option<String>,
    /// How the result is printed
    #[arg(
        long,
        env = "STATUSGUARD_FORMAT",
        default_value = "human",
        ignore_case = true
    )]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let judge = if arguments.files.is_empty() {
        of_cluster(arguments)?
    } else {
        of_files(arguments)?
    };
    let (refuses, unlisted) = (judge.refuses(), judge.unlisted());
    let unused = judge.unused_exceptions();
    print::result(&judge.shown(arguments.format)).map_err(Failure::failed)?;
    print::complain(&unused);
    if unlisted > 0 {
        print::complain(&format!(
            "note: {unlisted} more findings are not listed; --format human and json count all\n"
        ));
    }
    if refuses {
        Err(Failure::Denied)
    } else {
        Ok(())
    }
}

#[cfg(feature = "cluster")]
fn of_cluster(arguments: &Arguments) -> Result<Judge, Failure> {
    cluster::audit(arguments)
}

#[cfg(not(feature = "cluster"))]
fn of_cluster(_: &Arguments) -> Result<Judge, Failure> {
    Err(Failure::bad_input(anyhow!(
        "name files, or - for what is piped in: this build cannot ask a cluster \
         (kubectl get RESOURCE -A -o json | statusguard audit -)"
    )))
}

fn of_files(arguments: &Arguments) -> Result<Judge, Failure> {
    if let Some(promise) = arguments.promise.as_deref().filter(|path| is_name(path)) {
        return Err(Failure::bad_input(anyhow!(
            "{}: with files --promise takes the file of a Promise, such as promise.yaml; a name is asked of a cluster, \
             without files",
            source::shown(promise)
        )));
    }
    let mut policies = Policies::load(&By {
        as_: Some(arguments.as_),
        schemas: arguments.schemas.clone(),
        promise: arguments.promise.clone(),
    })?;
    // What holds where there is no schema stays as it is: nobody is about to enforce it.
    policies.catalog = policies.catalog.with_built_in(Policy::built_in());
    let mut judge = Judge::new(policies, None, arguments);
    for file in &arguments.files {
        let (name, reader) = source::reader(file).map_err(Failure::bad_input)?;
        judge.progress.begin(&name);
        let read = read(name, BufReader::new(reader), &mut judge);
        judge.progress.clear();
        read.map_err(Failure::bad_input)?;
    }
    Ok(judge)
}

/// Whether what was named with --promise is the name of one, and no file.
fn is_name(promise: &Path) -> bool {
    !promise.exists() && promise.extension().is_none() && promise.components().count() == 1
}

/// Judges the requests of a text: JSON one at a time, however many there are, and YAML at once.
fn read(
    name: String,
    reader: BufReader<Box<dyn std::io::Read>>,
    judge: &mut Judge,
) -> Result<(), InputFault> {
    let mut text = Text::new(reader);
    let unread = |error: &std::io::Error| InputFault {
        name: name.clone(),
        place: None,
        words: source::unreadable(error),
    };
    if text.is_json().map_err(|error| unread(&error))? {
        let read = stream::each(&mut text, &mut |object| {
            let mut write = stored(&object)?;
            write.from.clone_from(&name);
            judge.take(Subject::Write(Box::new(write)));
            Ok(())
        });
        return read.map(|_| ()).map_err(|fault| InputFault {
            name,
            place: Some(fault.place),
            words: fault.words,
        });
    }
    let bytes = text.into_bytes(MAX_BYTES + 1);
    let bytes = bytes.map_err(|error| unread(&error))?;
    for subject in subjects(&Source::of(name, bytes)?)? {
        judge.take(subject);
    }
    Ok(())
}

/// The write that an object stands for.
///
/// # Errors
/// Words, if it is no request.
fn stored(object: &Value) -> Result<Write, String> {
    if !is_object(object) {
        return Err(NO_REQUEST.to_owned());
    }
    if let Some(words) = no_request(object) {
        return Err(words);
    }
    Ok(Write::stored(object, Some(Phase::Complete)))
}

const NO_REQUEST: &str = "this is no request with apiVersion and kind; give requests as `kubectl get … -o json` prints them";

fn subjects(source: &Source) -> Result<Vec<Subject>, InputFault> {
    let manner = Manner {
        phase: Some(Phase::Complete),
        ..Manner::default()
    };
    match input::read(source, &manner)? {
        Content::Subjects(subjects) => Ok(subjects),
        Content::StatusFile => Err(InputFault {
            name: source.name.clone(),
            place: None,
            words: NO_REQUEST.to_owned(),
        }),
    }
}

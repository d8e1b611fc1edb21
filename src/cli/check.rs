//! `statusguard check`: the verdict of the server about files, before anything is written to a cluster.
use std::{
    collections::BTreeSet,
    env,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{
    Failure,
    input::{self, Content, Manner, Old},
    kinds,
    listing::{Listing, github, junit, sarif},
    policies::Policies,
    print,
    replay::Replay,
    report::{Judged, Report, human, json},
    source::{self, Source},
    subject::{Decision, Subject},
};
use crate::core::{
    denial,
    phase::Phase,
    policy::{self, Enforcement, Policy},
};

mod pipeline;

/// Judge statuses as the server would, and point at what is wrong in their files.
///
/// A file holds resource requests as kubectl prints them, a list of them, an admission review, or is a bare
/// status.yaml, which is judged as what the last pipeline writes. With no file, in a container of a pipeline, it is
/// /kratix/metadata/status.yaml on its way into /kratix/input/object.yaml.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  statusguard check status.yaml --schemas schemas/elastic-cloud.yaml
  statusguard check --request object.yaml --status status.yaml
  kubectl get elastic-clouds -A -o json | statusguard check - --format json

Exit codes: 0 nothing denied, 1 something denied, 2 wrong usage or unreadable input")]
pub(super) struct Arguments {
    /// Files to judge; - reads what is piped in
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    by: By,
    /// The request as it is now, for --status
    #[arg(
        long,
        env = "STATUSGUARD_REQUEST",
        value_name = "FILE",
        requires = "status"
    )]
    request: Option<PathBuf>,
    /// A status.yaml, merged into the request as Kratix does
    #[arg(
        long,
        env = "STATUSGUARD_STATUS",
        value_name = "FILE",
        conflicts_with = "files"
    )]
    status: Option<PathBuf>,
    /// What was stored before: the same objects, or a bare status. What was wrong already is forgiven, but not that
    /// something is missing which the write that completes must have
    #[arg(long, env = "STATUSGUARD_OLD", value_name = "FILE")]
    old: Option<PathBuf>,
    /// The phase to judge in, whatever the conditions say
    #[arg(long, env = "STATUSGUARD_PHASE", ignore_case = true, value_parser = phase())]
    phase: Option<Phase>,
    /// How the result is printed
    #[arg(
        long,
        env = "STATUSGUARD_FORMAT",
        default_value = "human",
        ignore_case = true
    )]
    format: Format,
    /// Where the file system of a pipeline's container begins
    #[arg(long, env = "STATUSGUARD_ROOT", default_value = "/", hide = true)]
    root: PathBuf,
}

/// What to judge by.
#[derive(Debug, clap::Args)]
pub(super) struct By {
    /// A directory of schemas, or one file; `schemas` is taken where there is one
    #[arg(long, env = "STATUSGUARD_SCHEMAS", value_name = "PATH")]
    pub(super) schemas: Option<PathBuf>,
    /// The file of a Promise, whose spec.api says what its status must look like; a schema for the same resource counts
    /// more
    #[arg(long, env = "STATUSGUARD_PROMISE", value_name = "FILE")]
    pub(super) promise: Option<PathBuf>,
    /// Enforce every policy like this, whatever it says of itself
    #[arg(long = "as", env = "STATUSGUARD_AS", value_name = "ENFORCEMENT", ignore_case = true, value_parser = enforcement())]
    pub(super) as_: Option<Enforcement>,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// For programs
    Json,
    /// As tests, for CI
    Junit,
    /// For code hosts and editors
    Sarif,
    /// For GitHub workflows
    Github,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut policies = Policies::load(&arguments.by)?;
    let mut manner = Manner {
        phase: arguments.phase,
        old: arguments
            .old
            .as_deref()
            .map(read_old)
            .transpose()?
            .unwrap_or_default(),
    };
    let subjects = match &arguments.status {
        Some(status) => {
            let request = arguments.request.as_deref().map(open).transpose()?;
            let status = open_status(status)?;
            vec![replay(&status, request.as_ref(), &policies, &manner)?]
        }
        None if arguments.files.is_empty() => {
            pipeline::subjects(&arguments.root, &mut policies, &mut manner)?
        }
        None => read_all(&arguments.files, &policies, &manner)?,
    };
    let mut report = Report::default();
    let mut without = BTreeSet::new();
    for subject in subjects {
        let decision = subject.decide(&policies).map_err(Failure::bad_input)?;
        if has_no_schema(&decision) && without.insert(decision.resource.clone()) {
            note_missing(&decision.resource, &policies);
        }
        note_undescribed(&decision, &policies, &mut without);
        note_overruled(&decision, &policies, &mut without);
        report.objects.push(Judged::of(decision));
    }
    print::result(&shown(&report, arguments.format)).map_err(Failure::failed)?;
    if report.is_denied() {
        Err(Failure::Denied)
    } else {
        Ok(())
    }
}

fn shown(report: &Report, format: Format) -> String {
    match format {
        Format::Human => {
            let is_on = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
            human::of(report, human::Paint { is_on })
        }
        Format::Json => json::of(report),
        Format::Junit => junit::of(&Listing::of_report(report), "check"),
        Format::Sarif => sarif::of(&Listing::of_report(report)),
        Format::Github => github::of(&Listing::of_report(report)),
    }
}

fn open(path: &Path) -> Result<Source, Failure> {
    Source::open(path).map_err(Failure::bad_input)
}

/// Opens a status.yaml, and nothing else.
fn open_status(path: &Path) -> Result<Source, Failure> {
    let source = open(path)?;
    let stream = source.documents().map_err(Failure::bad_input)?;
    if let Some(first) = stream.documents.first() {
        let value = first.document.value();
        let words = kinds::no_status_file(&value).or_else(|| kinds::half_object(&value));
        if let Some(words) = words {
            return Err(Failure::bad_input(source.at(first.document.start(), words)));
        }
    }
    Ok(source)
}

fn read_old(path: &Path) -> Result<Old, Failure> {
    Old::read(&open(path)?).map_err(Failure::bad_input)
}

fn read_all(
    files: &[PathBuf],
    policies: &Policies,
    manner: &Manner,
) -> Result<Vec<Subject>, Failure> {
    let (mut subjects, mut faults) = (Vec::new(), Vec::new());
    for file in files {
        match read_one(file, policies, manner) {
            Ok(found) => subjects.extend(found),
            Err(fault) => faults.push(fault),
        }
    }
    Failure::of_all(faults)?;
    Ok(subjects)
}

fn read_one(file: &Path, policies: &Policies, manner: &Manner) -> Result<Vec<Subject>, Failure> {
    let source = open(file)?;
    let found = match input::read(&source, manner).map_err(Failure::bad_input)? {
        Content::Subjects(found) => found,
        Content::StatusFile => vec![replay(&source, None, policies, manner)?],
    };
    if found.is_empty() {
        print::complain(&format!(
            "note: {}: holds no object, so nothing of it is judged\n",
            source.name
        ));
    }
    Ok(found)
}

fn replay(
    file: &Source,
    request: Option<&Source>,
    policies: &Policies,
    manner: &Manner,
) -> Result<Subject, Failure> {
    let policy = match request {
        Some(_) => None,
        None => only(policies)?,
    };
    let replay = Replay {
        file,
        request,
        policy,
    };
    replay.write(manner).map_err(Failure::bad_input)
}

/// The policy of a status that does not say whose it is.
fn only(policies: &Policies) -> Result<Option<Arc<Policy>>, Failure> {
    policies.only().map_err(|several| {
        Failure::bad_input(anyhow!(
            "{several}; name one file with --schemas, or the request with --request object.yaml --status status.yaml"
        ))
    })
}

/// Says that nothing is asked of an object although there are schemas: its author may have expected otherwise.
fn note_missing((group, resource): &(String, String), policies: &Policies) {
    let what = match (resource.as_str(), group.as_str()) {
        ("", _) => "this status".to_owned(),
        (resource, "") => resource.to_owned(),
        (resource, group) => format!("{resource}.{group}"),
    };
    let from = match &policies.from {
        Some(from) => {
            let other = policies.of_other_group(resource);
            let other =
                other.map(|other| format!(" (it holds one for {other}: look at the group)"));
            format!(
                "{from} holds no schema for {what}{}, so only",
                other.unwrap_or_default()
            )
        }
        None => format!(
            "no schema for {what} was named with --schemas or --promise, and there is no directory schemas here, so only"
        ),
    };
    print::complain(&format!(
        "note: {} secrets, conditions and sizes are checked\n",
        source::printable(&from)
    ));
}

/// Says that the Promise that was given asks nothing of a status.
fn note_undescribed(
    decision: &Decision,
    policies: &Policies,
    told: &mut BTreeSet<(String, String)>,
) {
    let Some(policy) = decision.verdict.policy.as_deref() else {
        return;
    };
    let is_undescribed = policy.source == policy::Source::BuiltIn && !policy.group.is_empty();
    if !is_undescribed || !told.insert(decision.resource.clone()) {
        return;
    }
    let from = policies.from.clone().unwrap_or_default();
    print::complain(&format!(
        "note: {}: the Promise holds no schema of the status, or its annotation switches it off, so only secrets, \
         conditions and sizes are checked\n",
        source::printable(&from)
    ));
}

/// Says that the schema in the Promise that was given does not count, beside that of a `StatusSchema`.
fn note_overruled(decision: &Decision, policies: &Policies, told: &mut BTreeSet<(String, String)>) {
    let policy = decision.verdict.policy.as_deref();
    let Some(policy) = policy.filter(|policy| policies.overrules_promise(policy)) else {
        return;
    };
    if !told.insert(decision.resource.clone()) {
        return;
    }
    let from = policies.from.clone().unwrap_or_default();
    let file = policies.file_of(policy).unwrap_or_default();
    print::complain(&format!(
        "note: {}: the schema in the Promise does not count, since {} ({}) is for the same resource\n",
        source::printable(&from),
        denial::named(policy),
        source::printable(&file)
    ));
}

/// Whether only what holds everywhere was asked of an object.
fn has_no_schema(decision: &Decision) -> bool {
    let policy = decision.verdict.policy.as_deref();
    policy.is_some_and(|policy| policy.group.is_empty())
}

fn phase() -> impl TypedValueParser<Value = Phase> {
    PossibleValuesParser::new(["complete", "partial"]).map(|word| {
        if word.eq_ignore_ascii_case("partial") {
            Phase::Partial
        } else {
            Phase::Complete
        }
    })
}

pub(super) fn enforcement() -> impl TypedValueParser<Value = Enforcement> {
    PossibleValuesParser::new(Enforcement::ALL.map(Enforcement::as_str)).map(|word| {
        let is_it = |one: &Enforcement| one.as_str().eq_ignore_ascii_case(&word);
        Enforcement::ALL.into_iter().find(is_it).unwrap_or_default()
    })
}

/// What there is to say where nothing was given.
fn nothing_given(looked_for: &[PathBuf]) -> Failure {
    let looked_for: Vec<String> = looked_for.iter().map(|path| source::shown(path)).collect();
    Failure::bad_input(anyhow!(
        "nothing to check: name files, or - for what is piped in (outside a pipeline's container there is none of {})",
        looked_for.join(", ")
    ))
}

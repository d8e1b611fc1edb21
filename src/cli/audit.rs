//! `statusguard audit`: what enforcing would do to requests that are stored already.
use std::path::PathBuf;

use anyhow::anyhow;

use super::{
    Failure,
    check::{By, Format},
    input::{self, Content, Manner},
    listing::{Listing, github, junit, sarif},
    policies::Policies,
    print,
    report::{Judged, Report},
    source::Source,
    subject::Subject,
};
use crate::core::{
    phase::Phase,
    policy::{Enforcement, Policy},
};

mod tally;

use tally::Tally;

/// Say what enforcing now would refuse, of requests that are stored already.
///
/// Each request is judged as if its pipelines completed just now, onto nothing, so that what the server would forgive is
/// counted too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  kubectl get elastic-clouds -A -o json | statusguard audit - --schemas schemas
  statusguard audit requests/*.json --format json

Exit codes: 0 nothing would be refused, 1 something would, 2 wrong usage or unreadable input")]
pub(super) struct Arguments {
    /// Requests, or lists of them, as kubectl prints them; - reads what is piped in
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    by: By,
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
    let as_ = arguments.by.as_.or(Some(Enforcement::Enforce));
    let mut policies = Policies::load(&By {
        as_,
        schemas: arguments.by.schemas.clone(),
        promise: arguments.by.promise.clone(),
    })?;
    // What holds where there is no schema stays as it is: nobody is about to enforce it.
    policies.catalog = policies.catalog.with_built_in(Policy::built_in());
    let keeps_all = !matches!(arguments.format, Format::Human | Format::Json);
    let (mut tally, mut report) = (Tally::default(), Report::default());
    for file in &arguments.files {
        let source = Source::open(file).map_err(Failure::bad_input)?;
        for subject in subjects(&source)? {
            let version = subject.promise_version();
            let judged = Judged::of(subject.decide(&policies).map_err(Failure::bad_input)?);
            tally.take(&judged, version);
            if keeps_all {
                report.objects.push(judged);
            }
        }
    }
    let text = match arguments.format {
        Format::Human => tally.human(),
        Format::Json => tally.json(),
        Format::Junit => junit::of(&Listing::of_report(&report), "audit"),
        Format::Sarif => sarif::of(&Listing::of_report(&report)),
        Format::Github => github::of(&Listing::of_report(&report)),
    };
    print::result(&text).map_err(Failure::failed)?;
    if tally.refuses() {
        Err(Failure::Denied)
    } else {
        Ok(())
    }
}

fn subjects(source: &Source) -> Result<Vec<Subject>, Failure> {
    let manner = Manner {
        phase: Some(Phase::Complete),
        ..Manner::default()
    };
    match input::read(source, &manner).map_err(Failure::bad_input)? {
        Content::Subjects(subjects) => Ok(subjects),
        Content::StatusFile => Err(Failure::bad_input(anyhow!(
            "{}: this is a bare status; give requests as `kubectl get … -o json` prints them",
            source.name
        ))),
    }
}

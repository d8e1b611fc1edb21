//! `statusguard lint`: what is wrong or odd about schemas, before anybody writes a status.
use std::{
    env,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use anyhow::anyhow;

use super::{
    Failure,
    check::Format,
    listing::{Entry, Group, Level, Listing, github, junit, sarif},
    print,
    report::human::Paint,
    source::{InputFault, Source},
};

mod file;
mod rules;
mod shown;

/// What is looked at unless it is said.
const DEFAULT: &str = "schemas";

/// Find what is wrong or odd about schemas: files of schemas, of Promises, and directories of them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  statusguard lint schemas
  statusguard lint promise.yaml --strict
  statusguard lint --rules
  statusguard lint --rules --format json

Exit codes: 0 no errors, 1 an error (with --strict a warning too), 2 wrong usage or unreadable input")]
pub(super) struct Arguments {
    /// Files and directories; `schemas` if none is named
    #[arg(value_name = "PATH", default_value = DEFAULT)]
    paths: Vec<PathBuf>,
    /// Fail on warnings too
    #[arg(long, env = "STATUSGUARD_STRICT")]
    strict: bool,
    /// How the result is printed
    #[arg(
        long,
        env = "STATUSGUARD_FORMAT",
        default_value = "human",
        ignore_case = true
    )]
    format: Format,
    /// List what is looked for as a vendor's token in every status, with its source; in JSON also with the pattern,
    /// and with what it finds and does not find
    #[arg(long)]
    rules: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.rules {
        return print::result(&rules::text(arguments.format)?).map_err(Failure::failed);
    }
    let (mut listing, mut sources) = (Listing { groups: Vec::new() }, Vec::new());
    let mut unread = None;
    for path in &arguments.paths {
        let first = sources.len();
        for opened in open_all(path)? {
            let source = opened.unwrap_or_else(|fault| {
                listing.groups.push(unreadable(&fault));
                let name = fault.name.clone();
                unread.get_or_insert(fault);
                Source {
                    name,
                    bytes: Vec::new(),
                }
            });
            if listing.groups.len() == sources.len() {
                listing.groups.push(file::lint(&source));
            }
            sources.push(source);
        }
        if path.is_dir() {
            let is_default = path == Path::new(DEFAULT);
            file::promises_among_schemas(
                &sources[first..],
                is_default,
                &mut listing.groups[first..],
            );
        }
    }
    if let Some(fault) = unread.take_if(|_| sources.len() == 1) {
        return Err(Failure::bad_input(fault));
    }
    file::conflicts(&sources, &mut listing);
    print::result(&text(&listing, &sources, arguments.format)).map_err(Failure::failed)?;
    if let Some(fault) = unread {
        return Err(Failure::bad_input(fault));
    }
    let least = if arguments.strict {
        Level::Warning
    } else {
        Level::Error
    };
    let is_bad = listing.entries().any(|(_, entry)| entry.level >= least);
    if is_bad { Err(Failure::Denied) } else { Ok(()) }
}

fn text(listing: &Listing, sources: &[Source], format: Format) -> String {
    match format {
        Format::Human => {
            let is_on = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
            shown::human(listing, sources, Paint { is_on })
        }
        Format::Json => shown::json(listing),
        Format::Junit => junit::of(listing, "lint"),
        Format::Sarif => sarif::of(listing),
        Format::Github => github::of(listing),
    }
}

/// What a path names: a file, or the schemas in a directory, as far as each can be read.
fn open_all(path: &Path) -> Result<Vec<Result<Source, InputFault>>, Failure> {
    if path == Path::new(DEFAULT) && !path.exists() {
        return Err(Failure::bad_input(anyhow!(
            "there is no directory {DEFAULT} here, which is looked at unless others are named; name files or directories, \
             such as promise.yaml, or make a first schema with `statusguard init`"
        )));
    }
    if !path.is_dir() {
        return Ok(vec![Source::open(path)]);
    }
    let scanned = crate::disk::scan(path).map_err(|error| {
        Failure::bad_input(InputFault {
            name: super::source::shown(path),
            place: None,
            words: format!("the directory cannot be read ({})", error.kind()),
        })
    })?;
    if scanned.is_empty() {
        return Err(Failure::bad_input(anyhow!(
            "{}: holds no schema (*.yaml, *.yml or *.json); name another directory or file",
            super::source::shown(path)
        )));
    }
    let files = scanned.into_iter();
    Ok(files.map(|file| Source::open_regular(&file.path)).collect())
}

/// A file that cannot be read, which the other files need not wait for.
fn unreadable(fault: &InputFault) -> Group {
    let entry = Entry {
        level: Level::Error,
        rule: file::FAULT.to_owned(),
        words: fault.words.clone(),
        file: fault.name.clone(),
        place: fault.place,
        path: String::new(),
    };
    Group {
        name: fault.name.clone(),
        file: fault.name.clone(),
        entries: vec![entry],
    }
}

/// An entry of a file.
fn entry(
    source: &Source,
    level: Level,
    rule: &str,
    place: Option<crate::core::yaml::Place>,
    pointer: &str,
    words: String,
) -> Entry {
    Entry {
        level,
        rule: rule.to_owned(),
        words,
        file: source.name.clone(),
        place,
        path: pointer.to_owned(),
    }
}

/// A file of which nothing has been found yet.
fn group(source: &Source) -> Group {
    Group {
        name: source.name.clone(),
        file: source.name.clone(),
        entries: Vec::new(),
    }
}

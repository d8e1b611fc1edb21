//! The commands: what each is called, and how its end becomes an exit code.
mod audit;
mod check;
#[cfg(feature = "cluster")]
mod cluster;
mod completions;
mod exceptions;
mod explain;
mod init;
mod input;
mod kinds;
mod lint;
mod listing;
mod policies;
mod print;
mod promise_file;
mod replay;
mod report;
#[cfg(feature = "cluster")]
mod serve;
mod source;
mod subject;
mod test;
mod variables;

use std::process::ExitCode;

use clap::{
    CommandFactory as _, FromArgMatches as _, Parser, Subcommand,
    error::{ContextKind, ContextValue, ErrorKind},
};

/// Check each status write of a Kratix resource request against the JSON Schema of its Promise.
#[derive(Debug, Parser)]
#[command(
    name = "statusguard",
    version,
    about,
    max_term_width = 100,
    after_help = "Examples:\n  statusguard serve\n  statusguard check status.yaml --schemas schemas/elastic-cloud.yaml\n\n\
        Each command has its own: statusguard COMMAND --help\n\n\
        kubectl and kratix find programs by their names: linked as kubectl-statusguard into the PATH it\n\
        is `kubectl statusguard`, as kratix-statusguard it is `kratix statusguard`."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(audit::Arguments),
    Check(Box<check::Arguments>),
    Completions(completions::Arguments),
    Explain(explain::Arguments),
    Init(init::Arguments),
    Lint(lint::Arguments),
    Test(test::Arguments),
    #[cfg(feature = "cluster")]
    Serve(Box<serve::Arguments>),
    /// This build has no server.
    #[cfg(not(feature = "cluster"))]
    Serve,
}

/// A flag that no help shows.
const HIDDEN: &str = "root";

/// Why a command did not do what it was asked to.
#[derive(Debug)]
enum Failure {
    /// Something was denied, and the result says so; exit code 1.
    Denied,
    /// It could not be done; exit code 1.
    Failed(anyhow::Error),
    /// What was given to it cannot be used; exit code 2.
    BadInput(anyhow::Error),
}

impl Failure {
    fn failed(error: impl Into<anyhow::Error>) -> Self {
        Self::Failed(error.into())
    }

    fn bad_input(error: impl Into<anyhow::Error>) -> Self {
        Self::BadInput(error.into())
    }

    /// Tells all of these but the last, which is left to whoever ends the run.
    fn of_all(faults: Vec<Self>) -> Result<(), Self> {
        let mut faults = faults.into_iter().peekable();
        while let Some(fault) = faults.next() {
            if faults.peek().is_none() {
                return Err(fault);
            }
            if let Self::Failed(error) | Self::BadInput(error) = fault {
                print::complain(&format!("error: {error:#}\n"));
            }
        }
        Ok(())
    }
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let arguments = variables::without_empty(Arguments::command())
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => return usage(&without_wild_guesses(error)),
    };
    let (error, code) = match arguments.command.run() {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Denied) => return ExitCode::FAILURE,
        Err(Failure::Failed(error)) => (error, 1),
        Err(Failure::BadInput(error)) => (error, 2),
    };
    print::complain(&format!("error: {error:#}\n"));
    ExitCode::from(code)
}

/// The same without tips that lead astray: flags that are nothing like what was typed, and the way to a file of that name.
fn without_wild_guesses(mut error: clap::Error) -> clap::Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    error.remove(ContextKind::Suggested);
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.trim_start_matches('-')),
        _ => None,
    };
    let typed = text(ContextKind::InvalidArg).zip(text(ContextKind::SuggestedArg));
    let is_meant = typed.is_some_and(|(typed, known)| {
        known != HIDDEN && strsim::damerau_levenshtein(typed, known) <= 2
    });
    if !is_meant {
        error.remove(ContextKind::SuggestedArg);
    }
    error
}

/// Prints help to stdout, and wrong usage to stderr.
fn usage(error: &clap::Error) -> ExitCode {
    // Where the words cannot be printed, the exit code still tells.
    let _ = error.print();
    print::complain(&variables::blamed(error).unwrap_or_default());
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

impl Command {
    fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Audit(arguments) => audit::run(arguments),
            Self::Check(arguments) => check::run(arguments),
            Self::Completions(arguments) => completions::run(arguments),
            Self::Explain(arguments) => explain::run(arguments),
            Self::Init(arguments) => init::run(arguments),
            Self::Lint(arguments) => lint::run(arguments),
            Self::Test(arguments) => test::run(arguments),
            #[cfg(feature = "cluster")]
            Self::Serve(arguments) => serve::run(arguments),
            #[cfg(not(feature = "cluster"))]
            Self::Serve => Err(Failure::bad_input(anyhow::anyhow!(
                "this build has no server; build it with the feature cluster, which is on by default"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}

//! `statusguard test`: cases that an author keeps beside a schema, each of which says what is expected.
use std::{
    env,
    io::{self, IsTerminal as _},
    path::PathBuf,
};

use super::{
    Failure,
    check::{By, Format},
    exceptions::Exceptions,
    listing::{github, junit, sarif},
    policies::Policies,
    print,
    report::human::Paint,
};

mod case;
mod expected;
mod file;
mod folder;
mod shown;
mod suite;

/// The suite that is run unless another is named.
const DEFAULT: &str = "status-tests";
/// The kind of a file of cases.
const KIND: &str = "StatusTest";

/// Run cases that say which statuses are accepted, and which are refused and why.
///
/// A suite is a folder with accept/ and reject/ in it, whose files are what `check` takes; a line in a file of reject/
/// such as `# expect: status.url schema/required` says what it is refused for. Or it is a file of kind `StatusTest`.
/// It is judged by the policy that the folder is named after, or by the only one there is. Folders in a suite that have
/// accept/ or reject/ themselves are suites too, so one folder can hold those of many schemas.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example of a file:
  apiVersion: statusguard.dev/v1alpha1
  kind: StatusTest
  policy: elastic-cloud             # needed where there are several
  cases:
  - name: the tutorial's
    status: {message: done, username: elastic, passwordSecretName: example-es-elastic-user}
    expect: accepted
  - name: a password
    status: {password: hunter2}
    phase: partial                  # complete, unless this or the conditions of new say otherwise
    expect:
    - {path: status.password, rule: secret/credential-key}
  - name: a bad status is forgiven as long as it stays
    old: {username: 7}
    new: {username: 7, message: done}
    phase: partial                  # the write that completes must have all that is required
    expect: accepted

Examples:
  statusguard test status-tests --schemas status-schema.yaml
  statusguard test elastic-cloud runtime --schemas schemas --format junit
  statusguard test                      # all folders in status-tests/

Exit codes: 0 all cases passed, 1 a case failed, 2 wrong usage or unreadable input")]
pub(super) struct Arguments {
    /// Suites
    #[arg(value_name = "SUITE", default_value = DEFAULT)]
    suites: Vec<PathBuf>,
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
    let policies = Policies::load(&arguments.by)?;
    let mut exceptions = Exceptions::of(&policies);
    let (mut cases, mut faults) = (Vec::new(), Vec::new());
    for suite in &arguments.suites {
        match suite::read(suite, &policies, &mut faults) {
            Ok(read) => cases.extend(read),
            Err(fault) => faults.push(fault),
        }
    }
    // All that is wrong with the cases is told at once, and none is run before it is mended.
    Failure::of_all(faults)?;
    let mut outcomes = Vec::new();
    for case in cases {
        let outcome = case.run(&policies, &mut exceptions);
        outcomes.push(outcome.map_err(Failure::bad_input)?);
    }
    let text = match arguments.format {
        Format::Human => {
            let is_on = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
            shown::human(&outcomes, Paint { is_on })
        }
        Format::Json => shown::json(&outcomes),
        Format::Junit => junit::of(&shown::listing(&outcomes), "test"),
        Format::Sarif => sarif::of(&shown::listing(&outcomes)),
        Format::Github => github::of(&shown::listing(&outcomes)),
    };
    print::result(&text).map_err(Failure::failed)?;
    print::complain(&exceptions.unused(
        "case",
        "add a case that does, or remove it from spec.secrets.allow",
    ));
    let has_failed = outcomes.iter().any(|outcome| !outcome.has_passed());
    if has_failed {
        Err(Failure::Denied)
    } else {
        Ok(())
    }
}

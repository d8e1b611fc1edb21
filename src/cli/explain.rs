//! `statusguard explain`: what a rule means, and what to write instead.
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::{Failure, check::By, policies::Policies, print, source::printable};
use crate::core::explain;

/// Say what a rule means, with an example of what is refused and of what to write instead; or what a Promise asks for.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  statusguard explain condition/status\n  statusguard explain --promise elastic-cloud --schemas schemas"
)]
pub(super) struct Arguments {
    /// The rule, as it stands in brackets at the end of a finding; or the part
    /// before its slash, for all of a group; without it all rules are listed.
    rule: Option<String>,
    /// What the status of this Promise may and must hold: its file, its name, or that of its schema; where there are no
    /// schemas the cluster of the kubeconfig is asked
    #[arg(long, value_name = "NAME", conflicts_with = "rule")]
    promise: Option<String>,
    /// The directory of schemas, or one file, for --promise; `schemas` is taken where there is one
    #[arg(long, env = "STATUSGUARD_SCHEMAS", value_name = "PATH")]
    schemas: Option<PathBuf>,
    /// The context of the kubeconfig, if not the present one, for --promise
    #[cfg(feature = "cluster")]
    #[arg(long, env = "STATUSGUARD_CONTEXT", value_name = "NAME")]
    context: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let text = match (&arguments.rule, &arguments.promise) {
        (_, Some(promise)) => asked_by(promise, arguments)?,
        (None, None) => explain::listed(&explain::all()),
        (Some(rule), None) => explain::rule(rule).ok_or_else(|| unknown(rule))?,
    };
    print::result(&text).map_err(Failure::failed)
}

/// What the policy of a Promise asks for, and the file that it is from.
fn asked_by(promise: &str, arguments: &Arguments) -> Result<String, Failure> {
    let file = PathBuf::from(promise);
    let by = By {
        schemas: arguments.schemas.clone(),
        promise: is_file(&file).then_some(file),
        as_: None,
    };
    let policies = Policies::load(&by)?;
    #[cfg(feature = "cluster")]
    if policies.from.is_none() {
        return super::cluster::explained(promise, arguments.context.as_deref());
    }
    let from = policies.from.clone().unwrap_or("schemas".to_owned());
    let policy = match &by.promise {
        Some(_) => policies.only().map_err(Failure::bad_input)?,
        None => policies.named(promise),
    };
    let Some(policy) = policy else {
        return Err(Failure::bad_input(anyhow::anyhow!(
            "{from} holds no schema for a Promise {}; {} (--schemas names another place, and --promise may name the \
             file of a Promise)",
            printable(promise),
            printable(&policies.instead_of(promise))
        )));
    };
    let file = policies.file_of(&policy).filter(|file| *file != from);
    let from = match (file, &by.promise) {
        // What the Promise says is no more than what the schema for the same resource leaves open.
        (Some(file), Some(_)) => format!("{file}, beside {from}"),
        (Some(file), None) => file,
        (None, _) => from,
    };
    Ok(format!("{}From: {from}\n", explain::policy(&policy)))
}

/// Whether what was named is the file of a Promise, and not its name.
fn is_file(promise: &Path) -> bool {
    let extension = promise.extension().and_then(OsStr::to_str);
    let has_folder = promise
        .parent()
        .is_some_and(|parent| !parent.as_os_str().is_empty());
    has_folder || matches!(extension, Some("yaml" | "yml" | "json")) || promise.is_file()
}

fn unknown(rule: &str) -> Failure {
    let guess = explain::nearest(rule).map(|nearest| format!("; did you mean {nearest}?"));
    Failure::bad_input(anyhow::anyhow!(
        "there is no rule {rule:?}{} (`statusguard explain` lists all)",
        guess.unwrap_or_default()
    ))
}

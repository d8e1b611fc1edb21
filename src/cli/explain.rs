//! `statusguard explain`: what a rule means, and what to write instead.
use std::fmt::Write as _;

use super::{Failure, print};
use crate::core::explain;

/// Say what a rule means, with an example of what is refused and of what to write instead.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  statusguard explain condition/status")]
pub(super) struct Arguments {
    /// The rule, as it stands in brackets at the end of a finding; without it all rules are listed.
    rule: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let text = match &arguments.rule {
        None => list(),
        Some(rule) => explain::rule(rule).ok_or_else(|| unknown(rule))?,
    };
    print::result(&text).map_err(Failure::failed)
}

fn list() -> String {
    let all = explain::all();
    let width = all.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    all.iter().fold(String::new(), |mut text, (id, short)| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{id:width$}  {short}");
        text
    })
}

fn unknown(rule: &str) -> Failure {
    let guess = explain::nearest(rule).map(|nearest| format!("; did you mean {nearest}?"));
    Failure::bad_input(anyhow::anyhow!(
        "there is no rule {rule:?}{} (`statusguard explain` lists all)",
        guess.unwrap_or_default()
    ))
}

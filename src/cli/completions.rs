//! `statusguard completions`: what a shell needs to complete commands and flags.
use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use super::{Failure, print};

/// Print what a shell needs to complete commands and flags.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  source <(statusguard completions bash)
  statusguard completions fish > ~/.config/fish/completions/statusguard.fish")]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut text = Vec::new();
    let mut command = super::Arguments::command();
    generate(arguments.shell, &mut command, "statusguard", &mut text);
    print::result(&String::from_utf8_lossy(&text)).map_err(Failure::failed)
}

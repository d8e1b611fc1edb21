//! Flags that are given as variables of the environment: an empty one counts as none, and a bad one is told as what it is.
use std::env;

use clap::{
    Arg, Command,
    builder::Resettable,
    error::{ContextKind, ContextValue, Error},
};

/// What the names of all variables begin with.
const PREFIX: &str = "STATUSGUARD_";

/// The command, to whose flags variables that are empty say nothing.
pub(super) fn without_empty(command: Command) -> Command {
    let has_empty = env::vars_os().any(|(name, value)| {
        let name = name.as_encoded_bytes();
        value.is_empty() && name.starts_with(PREFIX.as_bytes())
    });
    if has_empty { cleared(command) } else { command }
}

fn cleared(command: Command) -> Command {
    command.mut_args(without_empty_one).mut_subcommands(cleared)
}

fn without_empty_one(flag: Arg) -> Arg {
    let value = flag.get_env().and_then(env::var_os);
    if value.is_some_and(|value| value.is_empty()) {
        flag.env(Resettable::Reset)
    } else {
        flag
    }
}

/// A line that names the variable that wrong usage comes from, where nobody has typed the flag.
pub(super) fn blamed(error: &Error) -> Option<String> {
    let ContextValue::String(flag) = error.get(ContextKind::InvalidArg)? else {
        return None;
    };
    let flag = flag.split([' ', '=']).next()?;
    let name = flag.strip_prefix("--")?;
    let is_typed = env::args_os().any(|argument| {
        let argument = argument.to_string_lossy();
        argument == flag || argument.starts_with(&format!("{flag}="))
    });
    let variable = format!("{PREFIX}{}", name.replace('-', "_").to_uppercase());
    let is_set = env::var_os(&variable).is_some();
    (is_set && !is_typed)
        .then(|| format!("note: nobody typed {flag}: the variable {variable} says it\n"))
}

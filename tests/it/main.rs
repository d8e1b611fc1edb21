//! The one integration binary: what can only be seen from outside the crate, or across its parts.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod authors;
mod canary;
mod cases;
#[cfg(feature = "cluster")]
mod certificates;
mod check;
mod choices;
mod commands;
mod compile;
mod demands;
#[cfg(feature = "cluster")]
mod deploy;
mod directories;
mod explained;
mod formats;
mod fuzzed;
mod gate;
mod generate;
mod init;
mod inputs;
mod json;
mod kinds;
mod kratix_yaml;
mod layers;
mod lint;
mod masked;
mod measured;
mod planted;
mod program;
mod properties;
#[cfg(feature = "cluster")]
mod registry;
mod schemas;
mod secrets;
#[cfg(feature = "cluster")]
mod serve;
#[cfg(feature = "cluster")]
mod server;
mod suites;
mod variables;
mod words;
mod worst;

//! The flags of `statusguard serve`.
use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, builder::PossibleValuesParser, builder::TypedValueParser as _};

use crate::{
    cli::serve::in_cluster::ClusterArguments, core::policy::Enforcement, telemetry::Format,
};

/// The defaults, as the help shows them.
pub(super) const SCHEMAS: &str = "schemas";
pub(super) const CERTS: &str = "certs";
pub(super) const LISTEN: &str = "127.0.0.1:8443";
const ADMIN: &str = "127.0.0.1:8080";

/// Answer the API server's admission reviews
///
/// Reads the schemas of a directory, and keeps up with changes in it. Makes throw-away certificates if there are none.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  statusguard serve --schemas schemas --listen 127.0.0.1:8443\n  \
                        statusguard serve --print-webhook | kubectl apply -f -\n  \
                        statusguard serve --cluster --listen 0.0.0.0:8443"
)]
pub(in crate::cli) struct Arguments {
    /// Directory of StatusSchema files (*.yaml, *.yml, *.json)
    #[arg(long, env = "STATUSGUARD_SCHEMAS", value_name = "DIR", default_value = SCHEMAS, conflicts_with = "cluster")]
    pub(super) schemas: PathBuf,

    /// Directory of tls.crt, tls.key and ca.crt, which are made if there are none
    #[arg(long, env = "STATUSGUARD_CERTS", value_name = "DIR", default_value = CERTS)]
    pub(super) certs: PathBuf,

    /// Address and port for the API server (TLS)
    #[arg(long, env = "STATUSGUARD_LISTEN", value_name = "ADDRESS", default_value = LISTEN, value_parser = address)]
    pub(super) listen: SocketAddr,

    /// Address and port for probes and metrics (plain HTTP)
    #[arg(long, env = "STATUSGUARD_ADMIN", value_name = "ADDRESS", default_value = ADMIN, value_parser = address)]
    pub(super) admin: SocketAddr,

    /// The most that any finding does: refuse a write (Enforce), tell the client (Warn), or be counted (Audit)
    #[arg(long, env = "STATUSGUARD_MODE", default_value = "Enforce", ignore_case = true, value_parser = mode())]
    pub(super) mode: Enforcement,

    #[command(flatten)]
    pub(super) cluster: ClusterArguments,

    /// Print the webhook configuration to apply, and do nothing else
    #[arg(long, conflicts_with = "cluster", help_heading = "Options")]
    pub(super) print_webhook: bool,

    /// What is logged: error, warn, info, debug or trace, or by target, such as info,statusguard=debug
    #[arg(
        long,
        env = "STATUSGUARD_LOG",
        help_heading = "Options",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub(super) log: String,

    /// How it is logged [default: text on a terminal, else json]
    #[arg(long, env = "STATUSGUARD_LOG_FORMAT", help_heading = "Options", value_name = "FORMAT", ignore_case = true, value_parser = format())]
    pub(super) log_format: Option<Format>,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "write an IP address and a port, such as 127.0.0.1:8443 or [::1]:8443".to_owned()
    })
}

fn mode() -> impl clap::builder::TypedValueParser<Value = Enforcement> {
    PossibleValuesParser::new(["Enforce", "Warn", "Audit"]).map(|word| {
        match word.to_ascii_lowercase().as_str() {
            "audit" => Enforcement::Audit,
            "warn" => Enforcement::Warn,
            _ => Enforcement::Enforce,
        }
    })
}

fn format() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["text", "json"]).map(|word| {
        if word.eq_ignore_ascii_case("json") {
            Format::Json
        } else {
            Format::Text
        }
    })
}

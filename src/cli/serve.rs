//! `statusguard serve`: arguments become bound sockets and parsed certificates, and only then does anything run.
mod arguments;
mod bound;
mod command;
mod greeting;
mod in_cluster;
mod inputs;
mod news;
mod stop;

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use tokio::runtime::Runtime;

use crate::{
    cli::{
        Failure, print,
        serve::{bound::Front, inputs::Inputs},
    },
    server::cores,
    telemetry::{self, Format, troubles::Troubles},
};

pub(super) use arguments::Arguments;

/// Runs the command until it is told to stop.
pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let format = arguments.log_format.unwrap_or_else(|| {
        let is_for_people = io::stderr().is_terminal() || arguments.print_webhook;
        if is_for_people {
            Format::Text
        } else {
            Format::Json
        }
    });
    let log = telemetry::init(&arguments.log, format, io::stderr().is_terminal())
        .map_err(Failure::bad_input)?;
    telemetry::hush_panics();
    // The banner says what is guarded; what is printed to be piped stays free of good news too.
    let has_banner = format == Format::Text && io::stderr().is_terminal();
    if let Some(flag) = arguments.cluster.stray() {
        return Err(Failure::bad_input(anyhow::anyhow!(
            "{flag} means something only with --cluster; leave it out, or add that"
        )));
    }
    if arguments.cluster.is_on() {
        return in_cluster::run(arguments, log);
    }
    if !arguments.print_webhook {
        bound::expect_free(arguments)?;
    }
    let inputs = Inputs::read(arguments, has_banner || arguments.print_webhook)?;
    if arguments.print_webhook {
        return inputs.print_webhook(arguments.listen);
    }
    let runtime = runtime().map_err(Failure::failed)?;
    let result = runtime.block_on(async {
        let front = Front::bind(
            arguments,
            &inputs.registry,
            Troubles::default(),
            inputs::host(arguments),
            log,
        )
        .await?;
        let bound = front.listen(arguments, &inputs).await?;
        if format == Format::Text {
            print::complain(&greeting::of(arguments, &inputs, &bound));
        }
        bound.serve(arguments, &inputs, has_banner).await;
        Ok(())
    });
    // A decision that still runs is not waited for: whoever asked has had its answer.
    runtime.shutdown_background();
    result
}

/// One thread more than there are decisions at once, so that one is always left for the listener.
fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores() + 1)
        .enable_all()
        .build()
        .context("cannot start the threads of the server")
}

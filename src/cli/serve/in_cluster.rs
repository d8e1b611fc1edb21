//! `statusguard serve --cluster`: policies come from Promises and StatusSchemas, and the API server is told of them.
mod certificates;
mod flags;
mod reporter;

use std::sync::Arc;

use tokio::sync::watch;

use self::{flags::Way, reporter::Reporter};
use crate::{
    cli::{
        Failure,
        serve::{Arguments, bound::Front, inputs::Inputs, runtime, stop},
    },
    cluster::Cluster,
    core::pki::Names,
    registry::Registry,
    server::certificates::{Certificates, now},
    telemetry::filter::LogFilter,
};

pub(in crate::cli::serve) use flags::ClusterArguments;

/// Runs the command until it is told to stop.
pub(super) fn run(arguments: &Arguments, log: LogFilter) -> Result<(), Failure> {
    let runtime = runtime().map_err(Failure::failed)?;
    let result = runtime.block_on(serve(arguments, log));
    // A decision that still runs is not waited for: whoever asked has had its answer.
    runtime.shutdown_background();
    result
}

async fn serve(arguments: &Arguments, log: LogFilter) -> Result<(), Failure> {
    let flags = &arguments.cluster;
    let mut signals = stop::Signals::listen();
    let connected = Cluster::connect(flags.namespace()).await;
    let cluster = connected.map_err(Failure::bad_input)?;
    let registry = Registry::of_cluster(arguments.mode, flags.allow_opt_out);
    let (troubles, host) = (cluster.troubles().clone(), flags.host(&cluster));
    let front = Front::bind(arguments, &registry, troubles, host, log).await?;
    tracing::info!(admin = front.address.to_string(), "starting");
    let (trusted, trust) = watch::channel(None);
    let mut names = Names::of_server(arguments.listen.ip());
    names.dns.insert(flags.service_name(&cluster));
    // It ends when it is dropped.
    let mut _watch = None;
    let certificates = if flags.certificates == Way::SelfManaged {
        tokio::select! {
            certificates = certificates::of_secret(flags, &cluster, names, trusted) => certificates,
            () = stop::told(&mut signals) => {
                tracing::info!("stopped before there was a certificate");
                return Ok(());
            }
        }
    } else {
        let certificates =
            Certificates::open(&arguments.certs, names, now()).map_err(Failure::bad_input)?;
        _watch = Some(certificates::of_files(arguments, &certificates, trusted));
        certificates
    };
    let events = cluster.events(front.metrics());
    let witness = Arc::new(Reporter(events.clone()));
    let inputs = Inputs::of_cluster(arguments, Arc::clone(&registry), certificates, witness);
    let bound = front.listen(arguments, &inputs).await?;
    cluster.run(&registry, flags.wiring(&cluster), events, trust);
    let advice = "statusguard keeps the webhook configuration up by itself; see whether it exists";
    bound.answer(signals, advice, &registry, false).await;
    Ok(())
}

//! The cluster of the kubeconfig, for commands that read from it and end.
use anyhow::Context as _;
use tokio::runtime::Runtime;

use super::{Failure, policies::instead_of, source::printable};
use crate::{
    cluster::stored::{Guarded, Stored, StoredError},
    core::explain,
};

/// A connection, and what the cluster guards.
pub(super) struct Asked {
    pub(super) runtime: Runtime,
    pub(super) stored: Stored,
    pub(super) guarded: Guarded,
}

/// Asks the cluster of a context, or of the present one, for its Promises and StatusSchemas; `instead` says what to do
/// where there is none.
pub(super) fn ask(context: Option<&str>, instead: &str) -> Result<Asked, Failure> {
    // One thread is enough: it waits or it judges.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot prepare to ask the cluster");
    let runtime = runtime.map_err(Failure::failed)?;
    let asked = runtime.block_on(async {
        let stored = Stored::connect(context).await?;
        let guarded = stored.guarded().await?;
        Ok::<_, StoredError>((stored, guarded))
    });
    let (stored, guarded) = asked.map_err(|error| match error {
        StoredError::NoConfig(_) => Failure::bad_input(anyhow::anyhow!(
            "{error}; {instead}, or point KUBECONFIG at a kubeconfig that works"
        )),
        error => Failure::bad_input(error),
    })?;
    Ok(Asked {
        runtime,
        stored,
        guarded,
    })
}

/// What the policy asks for that is in force for a Promise.
pub(super) fn explained(promise: &str, context: Option<&str>) -> Result<String, Failure> {
    let instead = format!(
        "name a file or directory that holds a schema for {} with --schemas, or the file of the Promise with --promise",
        printable(promise)
    );
    let Asked {
        stored, guarded, ..
    } = ask(context, &instead)?;
    let mut policies = guarded.policies.iter();
    let policy = policies.find(|policy| policy.promise == promise);
    match policy {
        Some(policy) => Ok(format!(
            "{}From: the cluster {}\n",
            explain::policy(policy),
            stored.address()
        )),
        None => Err(Failure::bad_input(anyhow::anyhow!(
            "{} has no Promise {} that installs an API; {} (`kubectl get promises` lists all, and files are named with \
             --schemas)",
            stored.address(),
            printable(promise),
            printable(&instead_of(promise, guarded.policies.iter()))
        ))),
    }
}

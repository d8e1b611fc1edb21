//! What `serve` reads before anything is bound: schemas and certificates.
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    cli::{
        Failure, print,
        serve::{Arguments, command::reachable, news},
    },
    core::{
        pki::Names,
        shown::Shown,
        webhook::{ClientConfig, Configuration, Target},
    },
    registry::{Level, Registry},
    server::{
        admit::Witness,
        certificates::{Certificates, now},
    },
};

/// What is read before anything is bound.
#[derive(Clone)]
pub(super) struct Inputs {
    pub(super) registry: Arc<Registry>,
    pub(super) certificates: Arc<Certificates>,
    /// The directory of certificates, as it was named.
    pub(super) certs: PathBuf,
    /// Who hears of refused writes.
    pub(super) witness: Option<Arc<dyn Witness>>,
    /// The address by which the webhook configuration names the server.
    host: String,
}

impl Inputs {
    pub(super) fn read(arguments: &Arguments, is_quiet: bool) -> Result<Self, Failure> {
        let registry =
            Registry::open(&arguments.schemas, arguments.mode).map_err(Failure::bad_input)?;
        let state = registry.state();
        let events = state.events().iter();
        events
            .filter(|event| !is_quiet || event.level != Level::Info)
            .for_each(news::tell);
        let names = Names::of_server(arguments.listen.ip());
        let certificates =
            Certificates::open(&arguments.certs, names, now()).map_err(Failure::bad_input)?;
        let inputs = Self {
            registry,
            certificates,
            certs: arguments.certs.clone(),
            witness: None,
            host: host(arguments),
        };
        inputs.tell_doubts();
        Ok(inputs)
    }

    /// What is served with where policies come from a cluster.
    pub(super) fn of_cluster(
        arguments: &Arguments,
        registry: Arc<Registry>,
        certificates: Arc<Certificates>,
        witness: Arc<dyn Witness>,
    ) -> Self {
        Self {
            registry,
            certificates,
            certs: arguments.certs.clone(),
            witness: Some(witness),
            host: host(arguments),
        }
    }

    /// Tells why the API server would not trust the certificate in force, if it would not.
    pub(super) fn tell_doubts(&self) {
        let host = &self.host;
        for doubt in self.certificates.doubts(host, now()) {
            tracing::warn!(
                "{}: tls.crt {doubt}, so the API server will not trust it at https://{host}; put in one that is",
                self.certs.display()
            );
        }
    }

    pub(super) fn print_webhook(&self, listen: SocketAddr) -> Result<(), Failure> {
        if listen.port() == 0 {
            return Err(Failure::bad_input(anyhow::anyhow!(
                "port 0 is chosen when the server starts; name the port that it listens on with --listen"
            )));
        }
        let files = self.registry.state().files;
        if let Some(file) = files.iter().find(|file| !file.is_accepted()) {
            return Err(Failure::failed(anyhow::anyhow!(
                "{} is refused, so what it guards may be missing, and whoever applies the configuration may un-guard it; \
                 mend it, or take it away",
                Shown(&file.file)
            )));
        }
        // Of a CA that was made just now it is no news that there is a certificate.
        let renewed = self.certificates.renewed();
        if let Some(directory) = renewed.filter(|_| !self.certificates.has_new_authority()) {
            tracing::info!(
                "made a new certificate in {} ({}); the CA is the same",
                directory.display(),
                self.certificates.reasons().join(", ")
            );
        }
        let reachable = reachable(listen);
        if reachable != listen {
            tracing::warn!(
                "{} is every address of this machine and none that can be called, so the configuration names \
                 https://{reachable}: only an API server on this machine reaches it; for another one print it with \
                 --listen and an address that it can reach",
                listen.ip()
            );
        }
        let trusted = self.certificates.trusted();
        if trusted.is_none() {
            tracing::warn!(
                "there is no ca.crt beside tls.crt, so the configuration holds no caBundle: the API server will trust \
                 tls.crt only if its own machine does"
            );
        }
        let client = ClientConfig {
            target: Target::Url(format!("https://{reachable}/validate")),
            ca_bundle: trusted.map(|pem| STANDARD.encode(pem)),
        };
        let configuration = Configuration::desired(&self.registry.catalog(), &client);
        if configuration.webhooks.is_empty() {
            tracing::warn!(
                "no StatusSchema is in force, so the configuration names no resource: whoever applies it un-guards \
                 everything that was guarded"
            );
        }
        print::result(&configuration.to_string())
            .context("cannot write to stdout")
            .map_err(Failure::Failed)
    }
}

/// The address by which the webhook configuration names the server.
pub(super) fn host(arguments: &Arguments) -> String {
    reachable(arguments.listen).ip().to_string()
}

//! The edge towards a cluster: watches what says what is guarded, and has the API server ask about it.
pub mod api;
pub mod certificates;
pub mod events;
mod fault;
mod feed;
mod keeper;
mod list;
mod one;
mod status;
pub mod stored;
mod watch;
mod webhook;

use std::{sync::Arc, time::Duration};

use kube::{Api, Client, Config};
use tokio::sync::{mpsc, watch as value};

use crate::{
    core::webhook::{self as configuration, ClientConfig, Service, Settings, Target, plan::Wanted},
    registry::Registry,
    telemetry::{metrics::Metrics, troubles::Troubles},
};

/// Who owns what is written by server-side apply.
pub const FIELD_MANAGER: &str = "statusguard";

/// How long one request to the API server may take; a watch may last longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Objects that are on their way from a watch to the registry.
const IN_FLIGHT: usize = 256;

/// A connection to an API server.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    namespace: String,
    troubles: Troubles,
}

/// How the API server is to reach statusguard, and to ask.
#[derive(Debug, Clone)]
pub struct Wiring {
    /// The name of the webhook configuration about statuses; the one about StatusSchemas has `-schemas` behind it.
    pub configuration: String,
    /// Where reviews are posted: without a path.
    pub reached: Reached,
    /// How the API server asks.
    pub settings: Settings,
}

/// How the API server reaches statusguard.
#[derive(Debug, Clone)]
pub enum Reached {
    /// By a Service.
    Service {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Its port.
        port: u16,
    },
    /// By an address: `https://` and host and port.
    Url(String),
}

/// Which certificates the API server is to trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// These, as PEM.
    Pem(String),
    /// Those that somebody else writes into the configuration.
    Elsewhere,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither a kubeconfig nor the files of a Pod.
    #[error(
        "finds no cluster: neither KUBECONFIG nor ~/.kube/config nor a ServiceAccount's files; run it in a cluster, or \
         point KUBECONFIG at one"
    )]
    NoConfig(#[source] kube::config::InferConfigError),
    /// What they say cannot be used.
    #[error("cannot use the configuration of the cluster; mend the kubeconfig")]
    BadConfig(#[source] kube::Error),
}

impl Cluster {
    /// The cluster that the kubeconfig or the Pod's own files name; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ConnectError`] if there are none, or they cannot be used.
    pub async fn connect() -> Result<Self, ConnectError> {
        let mut config = Config::infer().await.map_err(ConnectError::NoConfig)?;
        // Who asks decides when to ask again, and tells of it.
        config.default_retry = false;
        config.connect_timeout = Some(PATIENCE);
        let namespace = config.default_namespace.clone();
        let client = Client::try_from(config).map_err(ConnectError::BadConfig)?;
        Ok(Self {
            client,
            namespace,
            troubles: Troubles::default(),
        })
    }

    /// The namespace of the Pod, or of the kubeconfig.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What is wrong between the API server and here.
    pub const fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// One who makes Events of what it is told, and counts them in `metrics`.
    pub fn events(&self, metrics: Arc<Metrics>) -> events::Events {
        events::start(&self.client, &self.troubles, metrics)
    }

    /// Keeps CA and certificate in a Secret of the own namespace, made anew in time, and tells of each pair that stands
    /// there. `configuration` is the name of the webhook configuration that says whom the API server trusts.
    pub fn certificates(
        &self,
        configuration: &str,
        plan: certificates::Plan,
    ) -> value::Receiver<Option<Arc<certificates::Pair>>> {
        let seen = webhook::look(&self.client, configuration, &self.troubles);
        certificates::keep(&self.client, &self.namespace, plan, seen, &self.troubles)
    }

    /// Keeps `registry` up with the cluster, and the cluster with `registry`, until the runtime ends.
    pub fn run(
        &self,
        registry: &Arc<Registry>,
        wiring: Wiring,
        events: events::Events,
        trusted: value::Receiver<Option<Trusted>>,
    ) {
        let (promises, heard_promises) = mpsc::channel(IN_FLIGHT);
        let (schemas, heard_schemas) = mpsc::channel(IN_FLIGHT);
        let promise_api: Api<_> = Api::all(self.client.clone());
        let schema_api: Api<_> = Api::all(self.client.clone());
        tokio::spawn(watch::watch(
            promise_api,
            watch::KINDS[0],
            promises,
            self.troubles.clone(),
        ));
        tokio::spawn(watch::watch(
            schema_api,
            watch::KINDS[1],
            schemas,
            self.troubles.clone(),
        ));
        let (told, news) = value::channel(keeper::Told::default());
        tokio::spawn(keeper::keep(
            Arc::clone(registry),
            heard_promises,
            heard_schemas,
            told,
            events,
        ));
        let name = wiring.configuration.clone();
        let seen = webhook::look(&self.client, &name, &self.troubles);
        let about_schemas = format!("{name}-schemas");
        let (wish, wanted) = value::channel(None);
        let (schema_wish, schema_wanted) = value::channel(None);
        tokio::spawn(webhook::keep(
            self.client.clone(),
            name,
            seen.clone(),
            wanted,
            self.troubles.clone(),
        ));
        let schemas_seen = webhook::look(&self.client, &about_schemas, &self.troubles);
        tokio::spawn(webhook::keep(
            self.client.clone(),
            about_schemas,
            schemas_seen,
            schema_wanted,
            self.troubles.clone(),
        ));
        tokio::spawn(status::report(
            self.client.clone(),
            Arc::clone(registry),
            news.clone(),
            seen,
            self.troubles.clone(),
        ));
        tokio::spawn(wish_for(
            Arc::clone(registry),
            wiring,
            news,
            trusted,
            wish,
            schema_wish,
        ));
    }
}

/// What the API server is to be told, whenever the catalog or what is trusted changes.
async fn wish_for(
    registry: Arc<Registry>,
    wiring: Wiring,
    mut news: value::Receiver<keeper::Told>,
    mut trusted: value::Receiver<Option<Trusted>>,
    wish: value::Sender<Option<Arc<Wanted>>>,
    schema_wish: value::Sender<Option<Arc<Wanted>>>,
) {
    loop {
        news.borrow_and_update();
        let authorities = trusted.borrow_and_update().clone();
        let is_complete = registry.cluster().is_some_and(|state| state.is_complete());
        if let Some(authorities) = authorities {
            let settings = || wiring.settings.clone();
            let client = |path| wiring.client(path, &authorities);
            schema_wish.send_replace(Some(Arc::new(Wanted::of_schemas(
                client("/validate-statusschema"),
                settings(),
            ))));
            if is_complete {
                let guards = configuration::guards(&registry.catalog());
                wish.send_replace(Some(Arc::new(Wanted::of_guards(
                    guards,
                    client("/validate"),
                    settings(),
                ))));
            }
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            changed = trusted.changed() => if changed.is_err() { return },
        }
    }
}

impl Wiring {
    fn client(&self, path: &str, trusted: &Trusted) -> ClientConfig {
        ClientConfig {
            target: match &self.reached {
                Reached::Url(url) => Target::Url(format!("{url}{path}")),
                Reached::Service {
                    namespace,
                    name,
                    port,
                } => Target::Service(Service {
                    namespace: namespace.clone(),
                    name: name.clone(),
                    port: *port,
                    path: path.to_owned(),
                }),
            },
            ca_bundle: match trusted {
                Trusted::Pem(pem) => Some(pem.clone()),
                Trusted::Elsewhere => None,
            },
        }
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Cluster")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

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

use std::{error::Error as _, fmt, sync::Arc, time::Duration};

use kube::{Api, Client, Config};
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, watch as value};

use crate::{
    cluster::{api::Watched, watch::Heard},
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
    /// Those that the machine of the API server trusts.
    System,
    /// Those that somebody else writes into the configuration.
    Elsewhere,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither a kubeconfig nor the files of a Pod.
    #[error(
        "finds no cluster ({0}); run it in a cluster, or point KUBECONFIG at a kubeconfig that works"
    )]
    NoConfig(String),
    /// What they say cannot be used.
    #[error("cannot use the kubeconfig ({0}); mend it")]
    BadConfig(String),
}

impl Cluster {
    /// The cluster that the kubeconfig or the Pod's own files name, with this `namespace` instead of the one in them if
    /// there is one; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ConnectError`] if there are none, or they cannot be used.
    pub async fn connect(namespace: Option<&str>) -> Result<Self, ConnectError> {
        let inferred = Config::infer().await;
        let mut config =
            inferred.map_err(|error| ConnectError::NoConfig(fault::of_config(error.source())))?;
        // Who asks decides when to ask again, and tells of it.
        config.default_retry = false;
        config.connect_timeout = Some(PATIENCE);
        let namespace = namespace.map_or_else(|| config.default_namespace.clone(), str::to_owned);
        let client =
            Client::try_from(config).map_err(|error| ConnectError::BadConfig(fault::of(&error)))?;
        Ok(Self {
            client,
            namespace,
            troubles: Troubles::default(),
        })
    }

    /// The namespace that was given, or that of the Pod or of the kubeconfig.
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
        let (told, news) = value::channel(keeper::Told::default());
        tokio::spawn(keeper::keep(
            Arc::clone(registry),
            self.hear(watch::KINDS[0]),
            self.hear(watch::KINDS[1]),
            told,
            events,
        ));
        let name = &wiring.configuration;
        let (wish, seen) = self.fill_in(name);
        let (schema_wish, _) = self.fill_in(&format!("{name}-schemas"));
        tokio::spawn(status::report(
            self.client.clone(),
            Arc::clone(registry),
            news.clone(),
            seen,
            trusted.clone(),
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

    /// What is heard of all objects of a kind.
    fn hear<K>(&self, kind: &'static str) -> mpsc::Receiver<Heard<K>>
    where
        K: Watched + Clone + fmt::Debug + DeserializeOwned + Send + 'static,
    {
        let (ear, heard) = mpsc::channel(IN_FLIGHT);
        let api = Api::all(self.client.clone());
        tokio::spawn(watch::watch(api, kind, ear, self.troubles.clone()));
        heard
    }

    /// Fills in the webhook configuration of this name with what is wished for; also returns what stands there.
    fn fill_in(&self, name: &str) -> (value::Sender<Option<Arc<Wanted>>>, webhook::Seen) {
        let (wish, wanted) = value::channel(None);
        let seen = webhook::look(&self.client, name, &self.troubles);
        tokio::spawn(webhook::keep(
            self.client.clone(),
            name.to_owned(),
            seen.clone(),
            wanted,
            self.troubles.clone(),
        ));
        (wish, seen)
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
                let mut wanted = Wanted::of_guards(guards, client("/validate"), settings());
                if authorities == Trusted::Elsewhere {
                    wanted = wanted.awaiting_authorities();
                }
                wish.send_replace(Some(Arc::new(wanted)));
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
                Trusted::System | Trusted::Elsewhere => None,
            },
        }
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Cluster")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

//! `statusguard serve --cluster`: policies come from Promises and StatusSchemas, and the API server is told of them.
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    cli::{
        Failure,
        serve::{Arguments, bound::Front, inputs::Inputs, news, runtime, stop},
    },
    cluster::{
        Cluster, Reached, Trusted, Wiring,
        certificates::{Pair, Plan},
        events::{Events, Notice},
    },
    core::{
        denial,
        gate::{Outcome, Verdict},
        pki::{Names, rotation::Lives},
        review::Review,
        webhook::{FailurePolicy, NAME, Settings, TIMEOUT_SECONDS},
    },
    registry::Registry,
    server::{
        admit::Witness,
        certificates::{self, Certificates, Given, now},
    },
    telemetry::filter::LogFilter,
};

/// The flags that only count with `--cluster`.
#[derive(Debug, Args)]
#[command(next_help_heading = "In a cluster")]
pub(super) struct ClusterArguments {
    /// Read Promises and StatusSchemas from the cluster, and keep its webhook configuration up with them
    #[arg(long, env = "STATUSGUARD_CLUSTER")]
    cluster: bool,

    /// Where the certificate comes from
    #[arg(
        long,
        env = "STATUSGUARD_CERTIFICATES",
        value_name = "WAY",
        default_value = "self-managed",
        requires = "cluster"
    )]
    certificates: Way,

    /// Name of the Secret for a certificate of statusguard's own; it is never made
    #[arg(
        long,
        env = "STATUSGUARD_CERTIFICATES_SECRET",
        value_name = "NAME",
        default_value = "statusguard-certificates",
        requires = "cluster"
    )]
    certificates_secret: String,

    /// Lives of CA, leaf and the trust in a new CA before it serves, in seconds: for tests
    #[arg(long, env = "STATUSGUARD_CERTIFICATE_LIVES", value_name = "CA,LEAF,TRUST", value_parser = lives, hide = true)]
    certificate_lives: Option<Lives>,

    /// Name of the Service by which the API server reaches statusguard
    #[arg(
        long,
        env = "STATUSGUARD_SERVICE",
        value_name = "NAME",
        default_value = "statusguard",
        requires = "cluster"
    )]
    service: String,

    /// Port of that Service
    #[arg(
        long,
        env = "STATUSGUARD_SERVICE_PORT_NUMBER",
        value_name = "PORT",
        default_value_t = 443,
        requires = "cluster"
    )]
    service_port: u16,

    /// Address by which the API server reaches statusguard, instead of a Service
    #[arg(long, env = "STATUSGUARD_URL", value_name = "URL", value_parser = url, requires = "cluster")]
    url: Option<String>,

    /// Name of the webhook configuration to fill in; it is never made
    #[arg(long, env = "STATUSGUARD_WEBHOOK", value_name = "NAME", default_value = NAME, requires = "cluster")]
    webhook: String,

    /// What becomes of a write that could be refused while statusguard cannot be reached
    #[arg(
        long,
        env = "STATUSGUARD_FAILURE_POLICY",
        value_name = "POLICY",
        default_value = "Fail",
        ignore_case = true,
        requires = "cluster"
    )]
    failure_policy: OnFailure,

    /// Seconds that the API server waits for an answer
    #[arg(long, env = "STATUSGUARD_WEBHOOK_TIMEOUT", value_name = "SECONDS", default_value_t = TIMEOUT_SECONDS,
          value_parser = clap::value_parser!(u8).range(1..=30), requires = "cluster")]
    webhook_timeout: u8,

    /// In which namespaces the API server asks, as JSON of a label selector [default: in all]
    #[arg(long, env = "STATUSGUARD_NAMESPACE_SELECTOR", value_name = "JSON", value_parser = selector, requires = "cluster")]
    namespace_selector: Option<Value>,

    /// About which requests the API server asks, as JSON of a label selector [default: about all]
    #[arg(long, env = "STATUSGUARD_OBJECT_SELECTOR", value_name = "JSON", value_parser = selector, requires = "cluster")]
    object_selector: Option<Value>,

    /// Let the annotation statusguard.dev/enforcement: Off of a Promise take secrets out as well
    #[arg(long, env = "STATUSGUARD_ALLOW_OPT_OUT", requires = "cluster")]
    allow_opt_out: bool,
}

/// Where the certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    /// Made and renewed by statusguard itself, in a Secret
    SelfManaged,
    /// The files tls.crt, tls.key and ca.crt in --certs
    Files,
    /// The files tls.crt and tls.key in --certs; cert-manager tells the API server whom to trust
    CertManager,
}

/// What becomes of a write while statusguard cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnFailure {
    /// It is refused
    #[value(name = "Fail")]
    Fail,
    /// It passes
    #[value(name = "Ignore")]
    Ignore,
}

fn lives(text: &str) -> Result<Lives, String> {
    let seconds: Option<Vec<u64>> = text
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect();
    let seconds: Option<[u64; 3]> = seconds.and_then(|list| list.try_into().ok());
    let [authority, leaf, trust] = seconds
        .ok_or_else(|| "write three numbers of seconds, such as 31536000,5184000,60".to_owned())?
        .map(Duration::from_secs);
    Ok(Lives {
        authority,
        leaf,
        trust,
    })
}

fn url(text: &str) -> Result<String, String> {
    let is_one = text.starts_with("https://") && text.len() > "https://".len();
    // The paths come behind it, so with one of them nothing would be found there.
    if text.trim_end_matches('/').ends_with("/validate") {
        return Err("leave /validate out: the API server asks at /validate and at /validate-statusschema below it".to_owned());
    }
    is_one
        .then(|| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| {
            "write https://, a host and a port, such as https://10.0.0.1:8443".to_owned()
        })
}

fn selector(text: &str) -> Result<Value, String> {
    let value: Option<Value> = serde_json::from_str(text).ok();
    value.filter(Value::is_object).ok_or_else(|| {
        r#"write a label selector as JSON, such as {"matchLabels": {"team": "a"}}"#.to_owned()
    })
}

impl ClusterArguments {
    /// Whether policies come from a cluster.
    pub(super) const fn is_on(&self) -> bool {
        self.cluster
    }

    /// A flag that was given and means nothing, since policies do not come from a cluster.
    pub(super) fn stray(&self) -> Option<&'static str> {
        let given = [
            ("--certificates", self.certificates != Way::SelfManaged),
            ("--url", self.url.is_some()),
            ("--webhook", self.webhook != NAME),
            ("--failure-policy", self.failure_policy != OnFailure::Fail),
            ("--webhook-timeout", self.webhook_timeout != TIMEOUT_SECONDS),
            ("--namespace-selector", self.namespace_selector.is_some()),
            ("--object-selector", self.object_selector.is_some()),
            ("--allow-opt-out", self.allow_opt_out),
        ];
        let stray = given.iter().find(|(_, is_given)| *is_given);
        stray.filter(|_| !self.cluster).map(|(flag, _)| *flag)
    }

    fn wiring(&self, cluster: &Cluster) -> Wiring {
        let none = || Value::Object(serde_json::Map::new());
        Wiring {
            configuration: self.webhook.clone(),
            reached: match &self.url {
                Some(url) => Reached::Url(url.clone()),
                None => Reached::Service {
                    namespace: cluster.namespace().to_owned(),
                    name: self.service.clone(),
                    port: self.service_port,
                },
            },
            settings: Settings {
                failure_policy: match self.failure_policy {
                    OnFailure::Fail => FailurePolicy::Fail,
                    OnFailure::Ignore => FailurePolicy::Ignore,
                },
                timeout_seconds: self.webhook_timeout,
                namespace_selector: self.namespace_selector.clone().unwrap_or_else(none),
                object_selector: self.object_selector.clone().unwrap_or_else(none),
            },
        }
    }

    /// The name that the API server expects of the server.
    fn host(&self, cluster: &Cluster) -> String {
        let Some(url) = &self.url else {
            return self.service_name(cluster);
        };
        let authority = url.trim_start_matches("https://").split('/').next();
        let authority = authority.unwrap_or_default();
        match authority.parse::<SocketAddr>() {
            Ok(address) => address.ip().to_string(),
            Err(_) => authority.split(':').next().unwrap_or_default().to_owned(),
        }
    }

    /// The name that the API server expects of a server that it reaches by the Service.
    fn service_name(&self, cluster: &Cluster) -> String {
        format!("{}.{}.svc", self.service, cluster.namespace())
    }
}

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
    let cluster = Cluster::connect().await.map_err(Failure::bad_input)?;
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
            certificates = of_secret(flags, &cluster, names, trusted) => certificates,
            () = stop::told(&mut signals) => {
                tracing::info!("stopped before there was a certificate");
                return Ok(());
            }
        }
    } else {
        let certificates =
            Certificates::open(&arguments.certs, names, now()).map_err(Failure::bad_input)?;
        _watch = Some(of_files(arguments, &certificates, trusted));
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

/// Follows the files in `--certs`.
fn of_files(
    arguments: &Arguments,
    certificates: &Arc<Certificates>,
    trusted: watch::Sender<Option<Trusted>>,
) -> certificates::Watch {
    let way = arguments.cluster.certificates;
    trusted.send_replace(Some(trusted_of(way, certificates)));
    let (own, certs) = (Arc::clone(certificates), arguments.certs.clone());
    certificates.watch(move |change| {
        trusted.send_replace(Some(trusted_of(way, &own)));
        news::tell_certificates(&certs, change);
    })
}

/// Waits for a pair in the Secret, and follows it from then on.
async fn of_secret(
    flags: &ClusterArguments,
    cluster: &Cluster,
    names: Names,
    trusted: watch::Sender<Option<Trusted>>,
) -> Arc<Certificates> {
    let place = format!(
        "Secret {}/{}",
        cluster.namespace(),
        flags.certificates_secret
    );
    let plan = Plan {
        secret: flags.certificates_secret.clone(),
        names,
        lives: flags.certificate_lives.unwrap_or_default(),
    };
    let mut pairs = cluster.certificates(&flags.webhook, plan);
    let certificates = loop {
        let pair = pairs.borrow_and_update().clone();
        if let Some(pair) = pair {
            match Certificates::given(&place, given(&pair), now()) {
                Ok(certificates) => {
                    trusted.send_replace(Some(Trusted::Pem(pair.authorities.clone())));
                    break certificates;
                }
                Err(error) => tracing::warn!("{error}; waiting for another"),
            }
        }
        // The sender lives as long as the runtime.
        let _ = pairs.changed().await;
    };
    let shown = Arc::clone(&certificates);
    tokio::spawn(async move {
        while pairs.changed().await.is_ok() {
            let Some(pair) = pairs.borrow_and_update().clone() else {
                continue;
            };
            trusted.send_replace(Some(Trusted::Pem(pair.authorities.clone())));
            if let Some(change) = shown.offer(given(&pair), now()) {
                news::tell_certificates(Path::new(&place), &change);
            }
        }
    });
    certificates
}

fn given(pair: &Pair) -> Given {
    Given {
        authorities: pair.authorities.clone(),
        certificate: pair.certificate.clone(),
        key: pair.key.clone(),
    }
}

/// Whom the API server is to trust.
fn trusted_of(way: Way, certificates: &Certificates) -> Trusted {
    let pem = certificates
        .trusted()
        .and_then(|pem| String::from_utf8(pem).ok());
    match (way, pem) {
        (Way::CertManager, _) | (_, None) => Trusted::Elsewhere,
        (_, Some(pem)) => Trusted::Pem(pem),
    }
}

/// Has an Event made of each write that is refused or warned about.
struct Reporter(Events);

impl Witness for Reporter {
    fn decided(&self, review: &Review<'_>, verdict: &Verdict, body: &[u8]) {
        let Some(note) = denial::note(review, verdict) else {
            return;
        };
        self.0.tell(|| Notice {
            api_version: format!("{}/{}", review.group, review.version),
            kind: review.kind.to_string(),
            namespace: review.namespace.to_string(),
            name: review.name.to_string(),
            uid: object_uid(body).unwrap_or_default(),
            promise: verdict.policy.as_ref().map(|policy| policy.promise.clone()),
            is_warning: verdict.outcome == Outcome::Denied,
            reason: match verdict.outcome {
                Outcome::Denied => "StatusRejected",
                _ => "StatusWarned",
            },
            text: note.text,
            fingerprint: note.fingerprint,
        });
    }
}

/// `metadata.uid` of the object of a review. It decides nothing, so it is read only for those that are told of.
fn object_uid(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Envelope {
        request: Request,
    }
    #[derive(Deserialize)]
    struct Request {
        object: Object,
    }
    #[derive(Deserialize)]
    struct Object {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        uid: String,
    }
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    Some(envelope.request.object.metadata.uid)
}

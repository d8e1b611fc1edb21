//! `statusguard serve`: arguments become bound sockets and parsed certificates, and only then does anything run.
mod arguments;
mod greeting;
mod stop;

use std::{
    collections::BTreeSet,
    env,
    io::{self, IsTerminal as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::runtime::Runtime;

use crate::{
    cli::{Failure, print},
    core::{
        pki::Names,
        webhook::{ClientConfig, Configuration},
    },
    registry::{self, Level, Registry},
    server::{
        Limits,
        admin::{Admin, Health},
        admit::Admission,
        certificates::{Certificates, now, timestamp},
        cores,
        drain::{self, Drain, Switch},
        listener::{BindError, Listener},
    },
    telemetry::{self, Format, counters::Counters},
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
    telemetry::init(&arguments.log, format, io::stderr().is_terminal())
        .map_err(Failure::bad_input)?;
    telemetry::hush_panics();
    // The banner says what is guarded; what is printed to be piped stays free of good news too.
    let has_banner = format == Format::Text && io::stderr().is_terminal();
    let inputs = Inputs::read(arguments, has_banner || arguments.print_webhook)?;
    if arguments.print_webhook {
        return inputs.print_webhook(arguments.listen);
    }
    let runtime = runtime().map_err(Failure::failed)?;
    let result = runtime.block_on(async {
        let bound = Bound::bind(arguments, &inputs).await?;
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

/// What is read before anything is bound.
struct Inputs {
    registry: Arc<Registry>,
    certificates: Arc<Certificates>,
}

impl Inputs {
    fn read(arguments: &Arguments, is_quiet: bool) -> Result<Self, Failure> {
        let registry =
            Registry::open(&arguments.schemas, arguments.mode).map_err(Failure::bad_input)?;
        let state = registry.state();
        let events = state.events().iter();
        events
            .filter(|event| !is_quiet || event.level != Level::Info)
            .for_each(tell);
        let names = Names::of_server(arguments.listen.ip());
        let certificates =
            Certificates::open(&arguments.certs, names, now()).map_err(Failure::bad_input)?;
        let host = reachable(arguments.listen).ip();
        for doubt in certificates.doubts(host, now()) {
            tracing::warn!(
                "{}: tls.crt {doubt}, so the API server will not trust it at https://{host}; put in one that is",
                arguments.certs.display()
            );
        }
        Ok(Self {
            registry,
            certificates,
        })
    }

    fn print_webhook(&self, listen: SocketAddr) -> Result<(), Failure> {
        if listen.port() == 0 {
            return Err(Failure::bad_input(anyhow::anyhow!(
                "port 0 is chosen when the server starts; name the port that it listens on with --listen"
            )));
        }
        let trusted = self.certificates.trusted();
        if trusted.is_none() {
            tracing::warn!(
                "there is no ca.crt beside tls.crt, so the configuration holds no caBundle: the API server will trust \
                 tls.crt only if its own machine does"
            );
        }
        let client = ClientConfig {
            url: format!("https://{}/validate", reachable(listen)),
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

/// The sockets, with nothing running on them yet.
struct Bound {
    listener: Listener<Admission>,
    admin: Admin,
    switch: Switch,
    drain: Drain,
}

impl Bound {
    async fn bind(arguments: &Arguments, inputs: &Inputs) -> Result<Self, Failure> {
        let (switch, drain) = drain::switch();
        let counters = Arc::new(Counters::default());
        let judge = Admission::new(Arc::clone(&inputs.registry), Arc::clone(&counters));
        let tls = inputs.certificates.tls();
        let listener = Listener::bind(arguments.listen, tls, judge, Limits::default())
            .await
            .map_err(|error| unbound(error, "--listen", "STATUSGUARD_LISTEN"))?
            .counting_in(Arc::clone(&counters));
        let health = Health {
            registry: Arc::clone(&inputs.registry),
            certificates: Arc::clone(&inputs.certificates),
            counters,
            drain: drain.clone(),
        };
        let admin = Admin::bind(arguments.admin, health)
            .await
            .map_err(|error| unbound(error, "--admin", "STATUSGUARD_ADMIN"))?;
        Ok(Self {
            listener,
            admin,
            switch,
            drain,
        })
    }

    /// Serves until a signal comes, and for as long after it as requests in flight need.
    async fn serve(self, arguments: &Arguments, inputs: &Inputs, has_banner: bool) {
        let news = News::since_start(
            inputs,
            greeting::print_webhook(arguments, self.listener.address()),
        );
        let (listen, admin) = (self.listener.address(), self.admin.address());
        if let Some(directory) = inputs.certificates.new_authority() {
            tracing::info!(
                "made a throw-away CA and certificate in {}, valid until {}; apply the webhook configuration again: {}",
                directory.display(),
                timestamp(inputs.certificates.state().validity.not_after),
                greeting::print_webhook(arguments, listen)
            );
        }
        // Before anybody is told that there is something to stop.
        let signals = stop::Signals::listen();
        let watch = inputs.registry.watch(move |event| news.tell(event));
        let _watches = (watch, inputs.certificates.watch());
        let serving = tokio::spawn(self.listener.serve(self.drain));
        let answering = tokio::spawn(self.admin.serve());
        if !has_banner {
            tracing::info!(
                listen = listen.to_string(),
                admin = admin.to_string(),
                policies = inputs.registry.catalog().policies().count(),
                "serving"
            );
        }
        stop::wait_and_stop(signals, &self.switch, async {
            let _ = tokio::join!(serving, answering);
        })
        .await;
    }
}

/// One thread more than there are decisions at once, so that one is always left for the listener.
fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores() + 1)
        .enable_all()
        .build()
        .context("cannot start the threads of the server")
}

/// Tells what changes, and of which resources the API server does not know.
struct News {
    registry: Arc<Registry>,
    known: Mutex<BTreeSet<String>>,
    print_webhook: String,
}

impl News {
    fn since_start(inputs: &Inputs, print_webhook: String) -> Self {
        let registry = Arc::clone(&inputs.registry);
        Self {
            known: Mutex::new(guarded(&registry)),
            registry,
            print_webhook,
        }
    }

    fn tell(&self, event: &registry::Event) {
        tell(event);
        // The set only grows, so a panic elsewhere leaves nothing half-done.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for name in guarded(&self.registry) {
            if known.contains(&name) {
                continue;
            }
            tracing::warn!(
                "{name} was not guarded when the server started: the API server does not ask about it until the webhook \
                 configuration is applied again: {} | kubectl apply -f -",
                self.print_webhook
            );
            known.insert(name);
        }
    }
}

fn guarded(registry: &Registry) -> BTreeSet<String> {
    let catalog = registry.catalog();
    let policies = catalog.policies();
    policies
        .map(|policy| format!("{}.{}", policy.resource, policy.group))
        .collect()
}

fn tell(event: &registry::Event) {
    match event.level {
        Level::Info => tracing::info!("{event}"),
        Level::Warn => tracing::warn!("{event}"),
        Level::Error => tracing::error!("{event}"),
    }
}

fn unbound(error: BindError, flag: &str, variable: &str) -> Failure {
    let remedy = match error.source.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {} of {flag} is in use; stop the program that uses it, or choose another with {flag} {} or \
             {variable} (port 0 takes any that is free)",
            error.address.port(),
            SocketAddr::new(error.address.ip(), error.address.port().saturating_add(1)),
        ),
        _ => format!("choose another address and port with {flag} or {variable}"),
    };
    Failure::Failed(anyhow::Error::new(error).context(remedy))
}

/// `address` as a client on this machine reaches it.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// How this program was called: `cargo run --`, or by its name.
fn program() -> String {
    if env::var_os("CARGO_MANIFEST_DIR").is_some() {
        return "cargo run --".to_owned();
    }
    env::args()
        .next()
        .unwrap_or_else(|| "statusguard".to_owned())
}

//! The sockets of `serve`: bound before anything runs, and then served until a signal comes.
use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, OnceLock},
};

use tokio::task::JoinHandle;

use crate::{
    cli::{
        Failure,
        serve::{Arguments, command, inputs::Inputs, news::News, stop},
    },
    registry::Registry,
    server::{
        Limits,
        admin::{Admin, Health},
        admit::Admission,
        certificates::{Certificates, timestamp},
        drain::{self, Drain, Switch},
        listener::{BindError, Listener},
    },
    telemetry::{decisions::Decisions, filter::LogFilter, metrics::Metrics, troubles::Troubles},
};

/// The flags of the two addresses, and the variables that stand for them.
const LISTEN: (&str, &str) = ("--listen", "STATUSGUARD_LISTEN");
const ADMIN: (&str, &str) = ("--admin", "STATUSGUARD_ADMIN");

/// The listener, with nothing running on it yet, and the admin port.
pub(super) struct Bound {
    pub(super) listener: Listener<Admission>,
    pub(super) front: Front,
    decisions: Arc<Decisions>,
}

/// The admin port, which answers from the moment that it is bound: whoever asks why nothing is served yet is told.
pub(super) struct Front {
    pub(super) address: SocketAddr,
    answering: JoinHandle<()>,
    metrics: Arc<Metrics>,
    certificates: Arc<OnceLock<Arc<Certificates>>>,
    switch: Switch,
    drain: Drain,
}

impl Front {
    pub(super) async fn bind(
        arguments: &Arguments,
        registry: &Arc<Registry>,
        troubles: Troubles,
        host: String,
        log: LogFilter,
    ) -> Result<Self, Failure> {
        expect_two(arguments)?;
        let (switch, drain) = drain::switch();
        let metrics = Arc::new(Metrics::default());
        let certificates = Arc::default();
        let health = Health {
            registry: Arc::clone(registry),
            certificates: Arc::clone(&certificates),
            troubles,
            metrics: Arc::clone(&metrics),
            drain: drain.clone(),
            host,
            log,
        };
        let admin = Admin::bind(arguments.admin, health)
            .await
            .map_err(|error| unbound(error, ADMIN))?;
        Ok(Self {
            address: admin.address(),
            answering: tokio::spawn(admin.serve()),
            metrics,
            certificates,
            switch,
            drain,
        })
    }

    /// Where everything is counted.
    pub(super) fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    /// Binds the listener as well, now that there is something to serve with.
    pub(super) async fn listen(
        self,
        arguments: &Arguments,
        inputs: &Inputs,
    ) -> Result<Bound, Failure> {
        let judge = Admission::new(Arc::clone(&inputs.registry), Arc::clone(&self.metrics))
            .witnessed_by(inputs.witness.clone());
        let decisions = judge.decisions();
        let tls = inputs.certificates.tls();
        let listener = Listener::bind(arguments.listen, tls, judge, Limits::default())
            .await
            .map_err(|error| unbound(error, LISTEN))?
            .counting_in(Arc::clone(&self.metrics));
        // It is set once, here.
        let _ = self.certificates.set(Arc::clone(&inputs.certificates));
        Ok(Bound {
            listener,
            front: self,
            decisions,
        })
    }
}

impl Bound {
    /// Serves until a signal comes, and for as long after it as requests in flight need.
    pub(super) async fn serve(self, arguments: &Arguments, inputs: &Inputs, has_banner: bool) {
        let listen = self.listener.address();
        let apply = command::apply_webhook(arguments, listen);
        tell_renewed(inputs, &apply);
        // Before anybody is told that there is something to stop.
        let signals = stop::Signals::listen();
        let news = Arc::new(News::from_now_on(inputs, apply.clone()));
        let _schemas = inputs.registry.watch({
            let news = Arc::clone(&news);
            move |events| news.schemas_changed(events)
        });
        let _certificates = inputs
            .certificates
            .watch(move |change| news.certificates_changed(change));
        self.answer(signals, &apply, &inputs.registry, has_banner)
            .await;
    }

    /// Answers until a signal comes; `advice` is for the log, where the API server does not trust the certificate.
    pub(super) async fn answer(
        self,
        signals: Option<stop::Signals>,
        advice: &str,
        registry: &Registry,
        is_quiet: bool,
    ) {
        let front = self.front;
        let (listen, admin) = (self.listener.address(), front.address);
        let serving = tokio::spawn(self.listener.advising(advice.to_owned()).serve(front.drain));
        if !is_quiet {
            // In a cluster they are told of once they are known.
            let is_known = registry.cluster().is_none_or(|it| it.is_complete());
            tracing::info!(
                listen = listen.to_string(),
                admin = admin.to_string(),
                policies = is_known.then(|| registry.catalog().written()),
                mode = registry.catalog().mode().as_str(),
                "serving"
            );
        }
        let stopped = stop::wait_and_stop(signals, &front.switch, async {
            let _ = tokio::join!(serving, front.answering);
        });
        tokio::select! {
            () = stopped => {}
            () = self.decisions.keep_telling() => {}
        }
        self.decisions.tell_repeats();
    }
}

/// Tells of throw-away certificates that were made at the start, and why.
fn tell_renewed(inputs: &Inputs, apply: &str) {
    let certificates = &inputs.certificates;
    let state = certificates.state();
    let until = timestamp(state.validity.not_after);
    if let Some(problem) = state.problem {
        let words = problem.words;
        tracing::error!("{words}; the certificate that is there serves until {until}");
    }
    let Some(directory) = certificates.renewed() else {
        return;
    };
    let (directory, why) = (directory.display(), certificates.reasons().join(", "));
    if certificates.has_new_authority() {
        tracing::info!(
            "made a throw-away CA and certificate in {directory}, valid until {until} ({why}); a webhook configuration \
             that was applied before has to be applied again: {apply}"
        );
    } else {
        tracing::info!("made a new certificate in {directory}, valid until {until} ({why})");
    }
}

/// Fails where an address is taken already, before anything is written: a start that fails must not leave a new CA to a
/// server that runs. Whoever takes it after this is told of when it is bound.
pub(super) fn expect_free(arguments: &Arguments) -> Result<(), Failure> {
    expect_two(arguments)?;
    for (address, named) in [(arguments.listen, LISTEN), (arguments.admin, ADMIN)] {
        TcpListener::bind(address)
            .map_err(|source| unbound(BindError { address, source }, named))?;
    }
    Ok(())
}

fn expect_two(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.listen == arguments.admin && arguments.listen.port() != 0 {
        return Err(Failure::bad_input(anyhow::anyhow!(
            "--listen and --admin are both {}; give each a port of its own",
            arguments.listen
        )));
    }
    Ok(())
}

/// What to do about an address that cannot be listened on.
fn unbound(error: BindError, (flag, variable): (&str, &str)) -> Failure {
    let address = error.address;
    let another = format!("choose another with {flag} or {variable}");
    let remedy = match error.source.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {} of {flag} is in use; stop the program that uses it, or choose another with {flag} {} or \
             {variable} (port 0 takes any that is free)",
            address.port(),
            SocketAddr::new(address.ip(), address.port().saturating_add(1)),
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("this machine has no address {}; {another}", address.ip())
        }
        io::ErrorKind::PermissionDenied => {
            format!(
                "this user may not use port {}; {another}, above 1023",
                address.port()
            )
        }
        _ => another,
    };
    Failure::Failed(anyhow::Error::new(error).context(remedy))
}

//! The TLS handshake: in time, and what is told of those that fail.
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustls::AlertDescription;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    server::{Limits, door::Caller, drain::Drain},
    telemetry::counters::Counters,
};

/// How long nothing more is said of clients that do not trust our certificate.
const SILENCE: Duration = Duration::from_mins(1);

/// A TLS stream, unless the client takes too long, makes no sense, another needs its place, or the server stops.
pub(super) async fn shake_hands(
    acceptor: &TlsAcceptor,
    caller: Caller,
    limits: &Limits,
    mut drain: Drain,
    failures: &Failures,
) -> Option<TlsStream<TcpStream>> {
    tokio::select! {
        shaken = timeout(limits.handshake, acceptor.accept(caller.stream)) => match shaken {
            Ok(Ok(stream)) => {
                caller.activity.shaken();
                Some(stream)
            }
            Ok(Err(error)) => {
                failures.failed(&error);
                None
            }
            Err(_) => {
                failures.counters.tls_failures.add();
                tracing::debug!("a TLS handshake took too long");
                None
            }
        },
        () = caller.activity.must_leave(limits.spare) => None,
        () = drain.stopping_for(limits.linger) => None,
    }
}

/// What is told and counted of handshakes that fail.
#[derive(Debug, Default)]
pub(super) struct Failures {
    counters: Arc<Counters>,
    /// When it was last told that our certificate is not trusted.
    told: Mutex<Option<Instant>>,
}

impl Failures {
    pub(super) fn new(counters: Arc<Counters>) -> Self {
        Self {
            counters,
            told: Mutex::default(),
        }
    }

    fn failed(&self, error: &io::Error) {
        self.counters.tls_failures.add();
        if !is_distrust(error) {
            tracing::debug!(%error, "a TLS handshake failed");
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= SILENCE) {
            *told = Some(Instant::now());
            tracing::warn!(
                %error,
                "a client does not trust our certificate: apply the webhook configuration again, as serve \
                 --print-webhook prints it (told at most once a minute)"
            );
        }
    }
}

/// Whether the client has refused the certificate that it was shown.
fn is_distrust(error: &io::Error) -> bool {
    let error = error
        .get_ref()
        .and_then(|error| error.downcast_ref::<rustls::Error>());
    matches!(
        error,
        Some(rustls::Error::AlertReceived(
            AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                | AlertDescription::CertificateExpired
                | AlertDescription::UnsupportedCertificate
        ))
    )
}

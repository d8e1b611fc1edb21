//! The TLS listener: accepts connections within bounds, shakes hands in time, and lets go of them all when it stops.
use std::{
    fmt,
    future::Future,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustls::{AlertDescription, ServerConfig};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    server::{
        Limits,
        connection::{self, Protocol},
        drain::Drain,
        judge::Judge,
        tls,
        validate::Desk,
    },
    telemetry::counters::Counters,
};

/// How long accepting pauses when the system has run out of something, such as file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// How long nothing more is said of clients that do not trust our certificate.
const SILENCE: Duration = Duration::from_mins(1);

/// A bound TLS listener that answers `POST /validate` with a [`Judge`].
pub struct Listener<J> {
    socket: TcpListener,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    desk: Arc<Desk<J>>,
    limits: Limits,
    failures: Arc<Failures>,
}

/// An address can not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl<J: Judge> Listener<J> {
    /// Binds `address`; nothing is accepted before [`Self::serve`].
    ///
    /// # Errors
    /// [`BindError`] if the system does not give the address.
    pub async fn bind(
        address: SocketAddr,
        tls: Arc<ServerConfig>,
        judge: J,
        limits: Limits,
    ) -> Result<Self, BindError> {
        let (socket, address) = bind(address).await?;
        Ok(Self {
            socket,
            address,
            acceptor: TlsAcceptor::from(tls),
            desk: Desk::new(judge, &limits),
            limits,
            failures: Arc::default(),
        })
    }

    /// Counts handshakes that fail in `counters`.
    #[must_use]
    pub fn counting_in(self, counters: Arc<Counters>) -> Self {
        let failures = Arc::new(Failures {
            counters,
            told: Mutex::default(),
        });
        Self { failures, ..self }
    }

    /// The address that is bound, with the port that the system chose if none was asked for.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the server stops, and returns when the last connection is closed.
    pub async fn serve(self, drain: Drain) {
        let connections = self.limits.connections;
        let (acceptor, desk, failures) = (self.acceptor, self.desk, self.failures);
        let limits = Arc::new(self.limits);
        accept(self.socket, connections, drain.clone(), move |stream| {
            let (acceptor, desk) = (acceptor.clone(), Arc::clone(&desk));
            let (limits, drain) = (Arc::clone(&limits), drain.clone());
            let failures = Arc::clone(&failures);
            async move {
                let shaken = shake_hands(&acceptor, stream, &limits, drain.clone(), &failures);
                let Some(stream) = shaken.await else {
                    return;
                };
                let protocol = match stream.get_ref().1.alpn_protocol() {
                    Some(tls::HTTP2) => Protocol::Http2,
                    _ => Protocol::Http1,
                };
                let answer = |request| {
                    let desk = Arc::clone(&desk);
                    async move { desk.answer(request).await }
                };
                connection::serve(stream, protocol, answer, &limits, drain).await;
            }
        })
        .await;
    }
}

impl<J> fmt::Debug for Listener<J> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Listener")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// A TLS stream, unless the client takes too long, makes no sense, or the server stops.
async fn shake_hands(
    acceptor: &TlsAcceptor,
    stream: TcpStream,
    limits: &Limits,
    mut drain: Drain,
    failures: &Failures,
) -> Option<TlsStream<TcpStream>> {
    tokio::select! {
        shaken = timeout(limits.handshake, acceptor.accept(stream)) => match shaken {
            Ok(Ok(stream)) => Some(stream),
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
        () = drain.stopping_for(limits.linger) => None,
    }
}

/// What is told and counted of handshakes that fail.
#[derive(Debug, Default)]
struct Failures {
    counters: Arc<Counters>,
    /// When it was last told that our certificate is not trusted.
    told: Mutex<Option<Instant>>,
}

impl Failures {
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

/// A bound socket and the address that it got.
pub(super) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    let failed = |source| BindError { address, source };
    let socket = TcpListener::bind(address).await.map_err(failed)?;
    let bound = socket.local_addr().map_err(failed)?;
    Ok((socket, bound))
}

/// Accepts connections, at most so many at once, and runs `serve` on each, until the server stops; returns when all
/// have ended. Clients beyond the bound wait in the system's backlog.
pub(super) async fn accept<S, F>(
    socket: TcpListener,
    connections: usize,
    mut drain: Drain,
    serve: S,
) where
    S: Fn(TcpStream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(connections));
    loop {
        let (stream, permit) = tokio::select! {
            biased;
            () = drain.stopping() => break,
            accepted = next(&socket, &permits) => accepted,
        };
        let connection = serve(stream);
        tokio::spawn(async move {
            connection.await;
            drop(permit);
        });
    }
    drop(socket);
    let all = u32::try_from(connections).unwrap_or(u32::MAX);
    // An error means that the semaphore was closed, which nobody does.
    let _ = permits.acquire_many(all).await;
}

async fn next(socket: &TcpListener, permits: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let permit = Arc::clone(permits)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    let mut is_told = false;
    loop {
        match socket.accept().await {
            Ok((stream, _)) => {
                // Otherwise a reply in two segments waits for an acknowledgement: some 40 ms a write.
                let _ = stream.set_nodelay(true);
                return (stream, permit);
            }
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                if !is_told {
                    tracing::warn!(%error, "no connection can be accepted; trying again");
                    is_told = true;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whether the error is about the one client that was to be accepted.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

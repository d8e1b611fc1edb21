//! The TLS listener: accepts connections within bounds, shakes hands in time, and lets go of them all when it stops.
use std::{fmt, net::SocketAddr, sync::Arc};

use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{
    server::{
        Limits,
        connection::{self, Protocol},
        door,
        drain::Drain,
        handshake::{Failures, shake_hands},
        judge::Judge,
        tls,
        validate::Desk,
    },
    telemetry::counters::Counters,
};

pub use crate::server::door::BindError;

/// A bound TLS listener that answers `POST /validate` with a [`Judge`].
pub struct Listener<J> {
    socket: TcpListener,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    desk: Arc<Desk<J>>,
    limits: Limits,
    failures: Arc<Failures>,
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
        let (socket, address) = door::bind(address).await?;
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
        let failures = Arc::new(Failures::new(counters));
        Self { failures, ..self }
    }

    /// The address that is bound, with the port that the system chose if none was asked for.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the server stops, and returns when the last connection is closed.
    pub async fn serve(self, drain: Drain) {
        let (acceptor, desk, failures) = (self.acceptor, self.desk, self.failures);
        let limits = Arc::new(self.limits);
        door::accept(
            self.socket,
            &Arc::clone(&limits),
            drain.clone(),
            move |caller| {
                let (acceptor, desk) = (acceptor.clone(), Arc::clone(&desk));
                let (limits, drain) = (Arc::clone(&limits), drain.clone());
                let failures = Arc::clone(&failures);
                async move {
                    let activity = Arc::clone(&caller.activity);
                    let shaken = shake_hands(&acceptor, caller, &limits, drain.clone(), &failures);
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
                    connection::serve(stream, protocol, &activity, answer, &limits, drain).await;
                }
            },
        )
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

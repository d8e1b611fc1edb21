//! The TLS listener: accepts connections within bounds, shakes hands in time, and lets go of them all when it stops.
use std::{fmt, net::SocketAddr, sync::Arc};

use rustls::ServerConfig;
use tokio::net::TcpListener;

use crate::{
    server::{
        Limits,
        connection::{self, Protocol},
        door::{self, Caller},
        drain::Drain,
        handshake::Handshakes,
        judge::Judge,
        tls,
        validate::Desk,
    },
    telemetry::{clients::Clients, metrics::Metrics},
};

pub use crate::server::door::BindError;

/// A bound TLS listener that answers `POST /validate` with a [`Judge`].
pub struct Listener<J> {
    socket: TcpListener,
    address: SocketAddr,
    handshakes: Handshakes,
    desk: Desk<J>,
    limits: Arc<Limits>,
    clients: Arc<Clients>,
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
        let (limits, clients) = (Arc::new(limits), Arc::<Clients>::default());
        Ok(Self {
            socket,
            address,
            handshakes: Handshakes::new(tls, Arc::clone(&limits), Arc::clone(&clients)),
            desk: Desk::new(judge, &limits, Arc::clone(&clients)),
            limits,
            clients,
        })
    }

    /// Counts requests, and handshakes that fail, in `metrics`.
    #[must_use]
    pub fn counting_in(mut self, metrics: Arc<Metrics>) -> Self {
        self.handshakes.metrics = Arc::clone(&metrics);
        self.desk.count_in(metrics);
        self
    }

    /// Names the command that makes the API server trust the certificate, for the log.
    #[must_use]
    pub fn advising(self, apply: String) -> Self {
        self.clients.advise(apply);
        self
    }

    /// The address that is bound, with the port that the system chose if none was asked for.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the server stops, and returns when the last connection is closed.
    pub async fn serve(self, drain: Drain) {
        let (limits, clients) = (Arc::clone(&self.limits), self.clients);
        let reception = Arc::new(Reception {
            handshakes: self.handshakes,
            desk: self.desk,
            limits: self.limits,
            drain: drain.clone(),
        });
        let serve = move |caller| Arc::clone(&reception).serve(caller);
        door::accept(self.socket, &limits, drain, clients, serve).await;
    }
}

/// What one connection after another meets.
struct Reception<J> {
    handshakes: Handshakes,
    desk: Desk<J>,
    limits: Arc<Limits>,
    drain: Drain,
}

impl<J: Judge> Reception<J> {
    async fn serve(self: Arc<Self>, caller: Caller) {
        let (activity, peer) = (Arc::clone(&caller.activity), caller.peer);
        let Some(stream) = self.handshakes.shake(caller, self.drain.clone()).await else {
            return;
        };
        let protocol = match stream.get_ref().1.alpn_protocol() {
            Some(tls::HTTP2) => Protocol::Http2,
            _ => Protocol::Http1,
        };
        let answer = |request| {
            let reception = Arc::clone(&self);
            async move { reception.desk.answer(request, peer).await }
        };
        let (limits, drain) = (&self.limits, self.drain.clone());
        connection::serve(stream, protocol, &activity, answer, limits, drain).await;
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

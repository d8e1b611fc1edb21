//! The TLS handshake: in time, with an answer for who speaks plain HTTP, and with a word about those that fail.
use std::{io, net::SocketAddr, sync::Arc};

use hyper::StatusCode;
use rustls::{AlertDescription, ServerConfig};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    server::{Limits, door::Caller, drain::Drain},
    telemetry::{
        clients::{Clients, Refusal},
        metrics::Metrics,
    },
};

/// What a client that speaks plain HTTP is told.
const PLAIN: &str = "this port speaks HTTPS; begin the address with https://";

/// Shakes hands with new connections.
pub(super) struct Handshakes {
    pub(super) acceptor: TlsAcceptor,
    pub(super) limits: Arc<Limits>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) clients: Arc<Clients>,
}

impl Handshakes {
    pub(super) fn new(tls: Arc<ServerConfig>, limits: Arc<Limits>, clients: Arc<Clients>) -> Self {
        Self {
            acceptor: TlsAcceptor::from(tls),
            limits,
            metrics: Arc::default(),
            clients,
        }
    }

    /// A TLS stream, unless the client takes too long, makes no sense, another needs its place, or the server stops.
    pub(super) async fn shake(
        &self,
        caller: Caller,
        mut drain: Drain,
    ) -> Option<TlsStream<TcpStream>> {
        let Caller {
            stream,
            peer,
            activity,
        } = caller;
        let shaken = tokio::select! {
            shaken = timeout(self.limits.handshake, self.attempt(stream, peer)) => shaken,
            () = activity.must_leave(self.limits.spare) => return None,
            () = drain.stopping_for(self.limits.linger) => return None,
        };
        let Ok(stream) = shaken else {
            self.metrics.tls_failed(false);
            tracing::debug!(%peer, "a TLS handshake took too long");
            return None;
        };
        activity.shaken();
        stream
    }

    async fn attempt(&self, stream: TcpStream, peer: SocketAddr) -> Option<TlsStream<TcpStream>> {
        if is_plain(&stream).await {
            self.answer_plainly(stream, peer).await;
            return None;
        }
        let shaken = self.acceptor.accept(stream).await;
        shaken.inspect_err(|error| self.failed(error, peer)).ok()
    }

    fn failed(&self, error: &io::Error, peer: SocketAddr) {
        let is_distrust = is_distrust(error);
        self.metrics.tls_failed(is_distrust);
        if is_distrust {
            self.clients.distrusted(peer, error);
        } else {
            tracing::debug!(%error, %peer, "a TLS handshake failed");
        }
    }

    async fn answer_plainly(&self, mut stream: TcpStream, peer: SocketAddr) {
        let mut bytes = [0; 1024];
        let length = stream.read(&mut bytes).await.unwrap_or_default();
        let method = bytes[..length].split(|byte| *byte == b' ').next();
        self.metrics.refused(StatusCode::BAD_REQUEST.as_u16());
        self.clients.refused(&Refusal {
            peer,
            status: StatusCode::BAD_REQUEST.as_u16(),
            reason: PLAIN,
            method: method.and_then(|it| str::from_utf8(it).ok()).unwrap_or("?"),
            path: None,
        });
        let answer = format!(
            "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{PLAIN}\n",
            PLAIN.len() + 1
        );
        let rest = async {
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await?;
            // Closed with something unread, the connection would be reset, and the answer lost.
            while stream.read(&mut bytes).await? > 0 {}
            io::Result::Ok(())
        };
        // A client that does not listen is not waited for.
        let _ = timeout(self.limits.linger, rest).await;
    }
}

/// Whether a client begins with a letter, as all methods of HTTP do and no record of TLS does. Looking at the first byte
/// takes it from nobody.
async fn is_plain(stream: &TcpStream) -> bool {
    let mut first = [0];
    // Whoever says nothing, or has gone, is the handshake's to wait for or to miss.
    matches!(stream.peek(&mut first).await, Ok(1)) && first[0].is_ascii_alphabetic()
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

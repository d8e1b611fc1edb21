//! The admin port: whether the server lives, whether it is ready and why not, what it has counted, and what it logs.
mod checks;
mod log;
mod standing;

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use tokio::net::TcpListener;

use crate::{
    registry::Registry,
    server::{
        Limits,
        admin::checks::Check,
        certificates::{Certificates, now},
        connection::{self, Protocol},
        door::{self, BindError, Caller},
        drain::Drain,
    },
    telemetry::{
        filter::LogFilter,
        metrics::{self, Metrics},
        troubles::Troubles,
    },
};

/// What the admin port speaks about.
#[derive(Debug)]
pub struct Health {
    /// Where policies come from.
    pub registry: Arc<Registry>,
    /// What is served with, once there is something.
    pub certificates: Arc<OnceLock<Arc<Certificates>>>,
    /// What is wrong with what this server depends on.
    pub troubles: Troubles,
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// Whether the server stops.
    pub drain: Drain,
    /// The name or address by which the API server reaches the server.
    pub host: String,
    /// What is logged.
    pub log: LogFilter,
}

/// A bound admin port.
#[derive(Debug)]
pub struct Admin {
    socket: TcpListener,
    address: SocketAddr,
    health: Health,
}

/// Whoever asks here is a probe, a scraper or a person: few, with short requests, and bounded like everybody else, so
/// that silent clients cannot take the file descriptors of the listener.
fn limits() -> Limits {
    Limits {
        header: Duration::from_secs(2),
        idle: Duration::from_secs(30),
        connections: 64,
        ..Limits::default()
    }
}

impl Admin {
    /// Binds `address`; nothing is accepted before [`Self::serve`].
    ///
    /// # Errors
    /// [`BindError`] if the system does not give the address.
    pub async fn bind(address: SocketAddr, health: Health) -> Result<Self, BindError> {
        let (socket, address) = door::bind(address).await?;
        Ok(Self {
            socket,
            address,
            health,
        })
    }

    /// The address that is bound.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the server stops.
    pub async fn serve(self) {
        let (limits, drain) = (Arc::new(limits()), self.health.drain.clone());
        let health = Arc::new(self.health);
        let serve = {
            let limits = Arc::clone(&limits);
            move |caller| Arc::clone(&health).serve(caller, Arc::clone(&limits))
        };
        door::accept(self.socket, &limits, drain, Arc::default(), serve).await;
    }
}

impl Health {
    async fn serve(self: Arc<Self>, caller: Caller, limits: Arc<Limits>) {
        let peer = caller.peer;
        let answer = |request| {
            let health = Arc::clone(&self);
            async move { health.answer(request, peer).await }
        };
        let (stream, activity) = (caller.stream, caller.activity);
        let (protocol, drain) = (Protocol::Http1, self.drain.clone());
        connection::serve(stream, protocol, &activity, answer, &limits, drain).await;
    }

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        if *request.method() == Method::PUT && path == "/log" {
            return log::change(&self.log, peer, request.into_body()).await;
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return not_allowed(path);
        }
        match path {
            "/livez" => text(StatusCode::OK, "ok\n"),
            "/readyz" => self.readiness(request.uri().query().is_some_and(is_verbose)),
            "/metrics" => self.metrics(),
            "/log" => text(StatusCode::OK, self.log.present() + "\n"),
            _ => text(
                StatusCode::NOT_FOUND,
                "nothing is here; there are /livez, /readyz, /readyz?verbose, /metrics and /log\n",
            ),
        }
    }

    fn metrics(&self) -> Response<Full<Bytes>> {
        let Ok(written) = self.metrics.render(&standing::figures(self)) else {
            let words = "the metrics cannot be written; this is a fault in statusguard itself\n";
            return text(StatusCode::INTERNAL_SERVER_ERROR, words);
        };
        let mut response = text(StatusCode::OK, written);
        let media_type = HeaderValue::from_static(metrics::MEDIA_TYPE);
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        response
    }

    fn readiness(&self, is_verbose: bool) -> Response<Full<Bytes>> {
        let checks = checks::of(self, now());
        let (status, word) = if checks.iter().any(Check::is_in_the_way) {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        } else {
            (StatusCode::OK, "ready\n")
        };
        let lines = checks.iter().filter(|_| is_verbose);
        let lines = lines.map(|check| format!("{check}\n"));
        text(status, lines.collect::<String>() + word)
    }
}

fn not_allowed(path: &str) -> Response<Full<Bytes>> {
    let (allowed, words) = if path == "/log" {
        ("GET, HEAD, PUT", "only GET and PUT are understood here\n")
    } else {
        ("GET, HEAD", "only GET is understood here\n")
    };
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, words);
    let allowed = HeaderValue::from_static(allowed);
    response.headers_mut().insert(ALLOW, allowed);
    response
}

fn is_verbose(query: &str) -> bool {
    query
        .split('&')
        .any(|pair| pair.split('=').next() == Some("verbose"))
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

//! The admin port: whether the server lives, whether it is ready and why not, and what it has counted.
use std::{net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use tokio::net::TcpListener;

use crate::{
    core::pki::{Moment, Standing},
    registry::Registry,
    server::{
        Limits,
        certificates::{Certificates, now, timestamp},
        connection::{self, Protocol},
        door::{self, BindError, Caller},
        drain::{Drain, Stage},
    },
    telemetry::{
        self,
        counters::{self, Counters},
    },
};

/// What the admin port speaks about.
#[derive(Debug, Clone)]
pub struct Health {
    /// Where policies come from.
    pub registry: Arc<Registry>,
    /// What is served with.
    pub certificates: Arc<Certificates>,
    /// What was counted.
    pub counters: Arc<Counters>,
    /// Whether the server stops.
    pub drain: Drain,
}

/// A bound admin port.
#[derive(Debug)]
pub struct Admin {
    socket: TcpListener,
    address: SocketAddr,
    health: Health,
}

/// One line of `/readyz?verbose`.
struct Check {
    is_good: bool,
    /// Whether the server is not ready while this is not good.
    is_needed: bool,
    words: String,
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
        let answer = |request| {
            let response = self.answer(&request);
            async move { response }
        };
        let (stream, activity) = (caller.stream, caller.activity);
        let (protocol, drain) = (Protocol::Http1, self.drain.clone());
        connection::serve(stream, protocol, &activity, answer, &limits, drain).await;
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response = text(
                StatusCode::METHOD_NOT_ALLOWED,
                "only GET is understood here\n",
            );
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
            return response;
        }
        match request.uri().path() {
            "/livez" => text(StatusCode::OK, "ok\n"),
            "/readyz" => self.readiness(request.uri().query().is_some_and(is_verbose)),
            "/metrics" => self.metrics(),
            _ => text(
                StatusCode::NOT_FOUND,
                "nothing is here; there are /livez, /readyz, /readyz?verbose and /metrics\n",
            ),
        }
    }

    fn metrics(&self) -> Response<Full<Bytes>> {
        let policies = self.registry.catalog().policies().count();
        let mut response = text(StatusCode::OK, self.counters.render(policies));
        let media_type = HeaderValue::from_static(counters::MEDIA_TYPE);
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        response
    }

    fn readiness(&self, is_verbose: bool) -> Response<Full<Bytes>> {
        let checks = self.checks(now());
        let is_ready = checks.iter().all(|check| check.is_good || !check.is_needed);
        let (status, word) = if is_ready {
            (StatusCode::OK, "ready\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        };
        let lines = checks.iter().filter(|_| is_verbose).map(Check::line);
        text(status, lines.collect::<String>() + word)
    }

    fn checks(&self, now: Moment) -> Vec<Check> {
        let is_serving = self.drain.stage() == Stage::Serving;
        let mut checks = vec![
            Check {
                is_good: is_serving,
                is_needed: true,
                words: if is_serving { "serving" } else { "stopping" }.to_owned(),
            },
            self.certificate(now),
        ];
        checks.extend(self.certificate_files());
        checks.extend(self.policies());
        checks
    }

    fn certificate(&self, now: Moment) -> Check {
        let validity = self.certificates.state().validity;
        let (is_good, words) = match validity.standing(now) {
            Standing::Valid | Standing::Due => (true, "valid until"),
            Standing::Expired => (false, "expired at"),
            Standing::NotYetValid => (false, "not valid now; it was to end at"),
        };
        let until = timestamp(validity.not_after);
        Check {
            is_good,
            is_needed: true,
            words: format!("certificate: {words} {until}"),
        }
    }

    fn certificate_files(&self) -> Option<Check> {
        let problem = self.certificates.state().problem?;
        let since = timestamp(problem.since);
        Some(Check {
            is_good: false,
            is_needed: false,
            words: format!(
                "certificate files: {}; the last good certificate stays in force, since {since}",
                problem.words
            ),
        })
    }

    fn policies(&self) -> Vec<Check> {
        let state = self.registry.state();
        let count = self.registry.catalog().policies().count();
        let catalog = Check {
            is_good: true,
            is_needed: true,
            words: format!("policies: {count} in force"),
        };
        let directory = state.trouble.map(|trouble| Check {
            is_good: false,
            is_needed: false,
            words: format!("{}: {trouble}", state.directory.display()),
        });
        let files = state.files.iter().flat_map(|file| {
            let since = telemetry::timestamp(file.since);
            let rest = match &file.in_force {
                Some(_) => format!("last good in force, refused since {since}"),
                None => format!("not in force, since {since}"),
            };
            file.faults.iter().map(move |fault| Check {
                is_good: false,
                is_needed: false,
                words: format!("{fault} ({rest})"),
            })
        });
        [catalog]
            .into_iter()
            .chain(directory)
            .chain(files)
            .collect()
    }
}

impl Check {
    fn line(&self) -> String {
        let mark = match (self.is_good, self.is_needed) {
            (true, _) => "[+]",
            (false, true) => "[-]",
            (false, false) => "[!]",
        };
        format!("{mark} {}\n", self.words)
    }
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

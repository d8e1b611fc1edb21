//! From an HTTP request to its response: which requests are understood, and what each of the others is told.
use std::{net::SocketAddr, sync::Arc, time::Instant};

use http_body_util::Full as Body;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Version,
    body::{Bytes, Incoming},
    header::{ALLOW, CONNECTION, CONTENT_TYPE, EXPECT, HeaderValue, RETRY_AFTER},
};

use crate::{
    server::{
        Limits,
        activity::Arriving,
        body::{Bodies, BodyError},
        judge::{Court, Judge, Question, Reply},
        queue::Full,
    },
    telemetry::{
        clients::{Clients, Refusal},
        metrics::Metrics,
    },
};

/// Where reviews are posted.
pub(super) const PATH: &str = "/validate";

/// Where reviews of StatusSchemas are posted.
const SCHEMA_PATH: &str = "/validate-statusschema";

/// Answers the requests of all connections.
#[derive(Debug)]
pub(super) struct Desk<J> {
    court: Court<J>,
    bodies: Bodies,
    clients: Arc<Clients>,
    metrics: Arc<Metrics>,
}

/// A reply, and whether the rest of the request was left unread, which ends an HTTP/1.1 connection.
struct Answer {
    reply: Reply,
    is_last: bool,
}

impl<J: Judge> Desk<J> {
    pub(super) fn new(judge: J, limits: &Limits, clients: Arc<Clients>) -> Self {
        Self {
            court: Court::new(judge, limits),
            bodies: Bodies::new(limits),
            clients,
            metrics: Arc::default(),
        }
    }

    /// Counts in `metrics`.
    pub(super) fn count_in(&mut self, metrics: Arc<Metrics>) {
        self.court.count_in(Arc::clone(&metrics));
        self.metrics = metrics;
    }

    /// The response to `request` of `peer`.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<Body<Bytes>> {
        let started = Instant::now();
        let is_http1 = request.version() <= Version::HTTP_11;
        let method = request.method().clone();
        let path = question(request.uri().path())
            .is_none()
            .then(|| request.uri().path().to_owned());
        let answer = match asked(&request) {
            Ok(question) => self.hear(question, request).await,
            Err(refusal) => self.turn_down(request, refusal).await,
        };
        self.metrics.answered(started.elapsed());
        if answer.reply.status != StatusCode::OK {
            self.metrics.refused(answer.reply.status.as_u16());
            self.clients.refused(&Refusal {
                peer,
                status: answer.reply.status.as_u16(),
                reason: String::from_utf8_lossy(&answer.reply.body).trim_end(),
                method: method.as_str(),
                path: path.as_deref(),
            });
        }
        response(answer.reply, answer.is_last && is_http1)
    }

    async fn hear(&self, question: Question, mut request: Request<Incoming>) -> Answer {
        let read = self.bodies.read(request.body_mut()).await;
        if read.is_ok() {
            request.extensions_mut().remove::<Arriving>();
        }
        match read {
            Ok(whole) => {
                self.metrics.read(whole.bytes.len());
                let reply = self.court.reply(question, whole.bytes.clone()).await;
                Answer {
                    reply: reply.unwrap_or_else(|Full| busy()),
                    is_last: false,
                }
            }
            Err(error @ (BodyError::TooLarge(_) | BodyError::NoRoom)) => {
                self.turn_down(request, body_refusal(error)).await
            }
            Err(error) => Answer {
                reply: body_refusal(error),
                is_last: true,
            },
        }
    }

    /// Refuses a request whose body does not matter. The body is read all the same, since a client that is still
    /// writing may not hear the answer; one that asked first is told before it begins.
    async fn turn_down(&self, mut request: Request<Incoming>, reply: Reply) -> Answer {
        let _arriving = request.extensions_mut().remove::<Arriving>();
        let has_asked = request.headers().contains_key(EXPECT);
        let is_last = has_asked || !self.bodies.discard(request.into_body()).await;
        Answer { reply, is_last }
    }
}

fn question(path: &str) -> Option<Question> {
    match path {
        PATH => Some(Question::Status),
        SCHEMA_PATH => Some(Question::Schema),
        _ => None,
    }
}

fn busy() -> Reply {
    Reply::refusal(
        StatusCode::TOO_MANY_REQUESTS,
        "too many requests at once; try again in a second",
    )
}

/// What a request asks, or why it is not for us, from its head alone.
fn asked(request: &Request<Incoming>) -> Result<Question, Reply> {
    let Some(question) = question(request.uri().path()) else {
        let reason = format_args!("nothing is here; reviews go to POST {PATH}").to_string();
        return Err(Reply::refusal(StatusCode::NOT_FOUND, reason));
    };
    if request.method() != Method::POST {
        let reason = "only POST is understood here";
        return Err(Reply::refusal(StatusCode::METHOD_NOT_ALLOWED, reason));
    }
    if !is_json(request.headers()) {
        let reason = "only content type application/json is understood";
        return Err(Reply::refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
    }
    Ok(question)
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

fn body_refusal(error: BodyError) -> Reply {
    let status = match error {
        BodyError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        BodyError::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
        BodyError::NoRoom => StatusCode::TOO_MANY_REQUESTS,
        BodyError::Broken => StatusCode::BAD_REQUEST,
    };
    Reply::refusal(status, error)
}

fn response(reply: Reply, is_last: bool) -> Response<Body<Bytes>> {
    let media_type = match reply.status {
        StatusCode::OK => "application/json",
        _ => "text/plain; charset=utf-8",
    };
    let mut response = Response::new(Body::new(reply.body));
    *response.status_mut() = reply.status;
    let mut set = |name, value| {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value))
    };
    set(CONTENT_TYPE, media_type);
    if reply.status == StatusCode::METHOD_NOT_ALLOWED {
        set(ALLOW, "POST");
    }
    if reply.status == StatusCode::TOO_MANY_REQUESTS {
        // Without it the API server fails the write; with it, it tries again.
        set(RETRY_AFTER, "1");
    }
    if is_last {
        set(CONNECTION, "close");
    }
    response
}

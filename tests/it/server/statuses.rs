//! What each kind of request is answered with.
use std::{
    convert::Infallible,
    fmt::Write as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http_body_util::Full;
use hyper::{
    Method, Request,
    body::{Body, Bytes, Frame},
    header::{ALLOW, CONNECTION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use statusguard::{
    core::policy::Enforcement,
    registry::Registry,
    server::{Limits, admit::Admission},
};

use super::harness::{Answer, REVIEW, Server, answer, echo, review};

fn request(method: Method, path: &str, media_type: Option<&str>) -> Request<Full<Bytes>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, "localhost");
    if let Some(media_type) = media_type {
        request = request.header(CONTENT_TYPE, media_type);
    }
    request
        .body(Full::new(Bytes::from_static(REVIEW.as_bytes())))
        .unwrap()
}

#[tokio::test]
async fn each_kind_of_request_has_its_status_and_a_reason_of_one_line() {
    let server = Server::start(echo, Limits::default()).await;
    let json = Some("application/json");
    let mut said = String::new();
    let mut sender = server.http1().await;
    for (method, path, media_type) in [
        (Method::POST, "/validate", json),
        (Method::POST, "/validate?timeout=3s", json),
        (
            Method::POST,
            "/validate",
            Some("Application/JSON; charset=utf-8"),
        ),
        (Method::POST, "/validate", Some("text/plain")),
        (Method::POST, "/validate", Some("application/jsonp")),
        (Method::POST, "/validate", None),
        (Method::GET, "/validate", json),
        (Method::PUT, "/validate", json),
        (Method::POST, "/", json),
        (Method::POST, "/validate/", json),
        (Method::GET, "/livez", None),
    ] {
        let line = format!("{method} {path} as {}", media_type.unwrap_or("nothing"));
        let response = sender
            .send_request(request(method, path, media_type))
            .await
            .unwrap();
        let Answer {
            status,
            body,
            headers,
        } = answer(response).await;
        assert!(headers.get(CONNECTION).is_none(), "{line}");
        assert_eq!(headers.contains_key(ALLOW), status == 405, "{line}");
        assert_eq!(body.trim_end().lines().count(), 1, "{line}");
        writeln!(said, "{line}\n    {} {}", status.as_u16(), body.trim_end()).unwrap();
    }
    insta::assert_snapshot!(said);
}

#[tokio::test]
async fn a_body_of_any_length_up_to_the_limit_is_taken_and_none_above() {
    let limits = Limits {
        body_bytes: 100_000,
        ..Limits::default()
    };
    let server = Server::start(
        |body: &[u8]| echo(body.len().to_string().as_bytes()),
        limits,
    )
    .await;
    for length in [0, 1, 16_384, 16_385, 100_000] {
        assert_eq!(
            server.post(vec![b' '; length]).await.body,
            length.to_string()
        );
    }
    let mut sender = server.http1().await;
    let refused = answer(
        sender
            .send_request(review(vec![b' '; 100_001]))
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(refused.status, 413);
    assert_eq!(refused.body, "the body is larger than 100000 bytes\n");
    // What was sent in vain was read, so that the connection lives on.
    sender.ready().await.unwrap();
    assert_eq!(
        answer(sender.send_request(review("x")).await.unwrap())
            .await
            .body,
        "1"
    );
}

#[tokio::test]
async fn a_body_whose_length_is_not_announced_is_counted_as_it_comes() {
    let limits = Limits {
        body_bytes: 100_000,
        ..Limits::default()
    };
    let server = Server::start(
        |body: &[u8]| echo(body.len().to_string().as_bytes()),
        limits,
    )
    .await;
    for (chunks, status) in [(10, 200), (11, 413)] {
        let io = TokioIo::new(server.tls("http/1.1").await);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        let request = review("").map(|_| Chunks(chunks));
        let answer = answer(sender.send_request(request).await.unwrap()).await;
        assert_eq!(answer.status, status);
    }
}

/// So many chunks of 10,000 bytes.
struct Chunks(usize);

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.checked_sub(1).map(|left| {
            self.0 = left;
            Ok(Frame::data(Bytes::from(vec![b' '; 10_000])))
        }))
    }
}

#[tokio::test]
async fn what_is_no_review_is_said_in_one_line_and_counted_once() {
    let registry = Registry::open("schemas".as_ref(), Enforcement::Enforce).unwrap();
    let judge = Admission::new(registry, Arc::default());
    let server = Server::start(judge, Limits::default()).await;
    let mut said = String::new();
    for body in [
        "",
        "{",
        "[]",
        r#"{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": 7}}"#,
        r#"{"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview", "request": null}"#,
        r#"{"apiVersion": "v1", "kind": "Pod"}"#,
        r#"{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}"#,
    ] {
        let Answer {
            status,
            body: reason,
            ..
        } = server.post(body).await;
        assert_eq!(reason.lines().count(), 1, "{body}");
        writeln!(
            said,
            "{body}\n    {} {}",
            status.as_u16(),
            reason.trim_end()
        )
        .unwrap();
    }
    insta::assert_snapshot!(said);
    let written = server.counted();
    let refused = "\nstatusguard_refused_requests_total{reason=\"unreadable\"} 7\n";
    assert!(written.contains(refused), "{written}");
    assert!(
        !written.contains("\nstatusguard_reviews_total{"),
        "{written}"
    );
}

//! Clients that fall silent are let go of, at whatever point they do.
use std::time::Duration;

use statusguard::server::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::harness::{Server, echo, rest, review};

const SOON: Duration = Duration::from_millis(50);

const HEAD: &str =
    "POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

#[tokio::test]
async fn a_handshake_that_never_comes_is_not_waited_for() {
    let limits = Limits {
        handshake: SOON,
        ..Limits::default()
    };
    let server = Server::start(echo, limits).await;
    let mut silent = server.tcp().await;
    let mut stuck = server.tcp().await;
    stuck.write_all(&[22, 3, 1]).await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(rest(&mut stuck).await, "");
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let limits = Limits {
        header: SOON,
        ..Limits::default()
    };
    let server = Server::start(echo, limits).await;
    let mut stream = server.tls("http/1.1").await;
    stream.write_all(HEAD.as_bytes()).await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn a_head_that_comes_in_drops_has_no_more_time_than_another() {
    let limits = Limits {
        header: 4 * SOON,
        ..Limits::default()
    };
    let server = Server::start(echo, limits).await;
    let mut stream = server.tls("http/1.1").await;
    stream
        .write_all(b"POST /validate HTTP/1.1\r\n")
        .await
        .unwrap();
    let mut drops = tokio::time::interval(SOON / 5);
    // Ends only if the server hangs up, which a client that writes hears as an error.
    while stream.write_all(b"X-Drop: 1\r\n").await.is_ok() && stream.flush().await.is_ok() {
        drops.tick().await;
    }
}

#[tokio::test]
async fn a_second_head_has_a_deadline_too() {
    let limits = Limits {
        header: SOON,
        ..Limits::default()
    };
    let server = Server::start(echo, limits).await;
    let mut stream = server.tls("http/1.1").await;
    let request = format!("{HEAD}Content-Length: 2\r\n\r\n{{}}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut begin = [0; 15];
    stream.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200 OK");
    stream.write_all(b"POST /val").await.unwrap();
    rest(&mut stream).await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_answered_with_408() {
    let limits = Limits {
        body: SOON,
        ..Limits::default()
    };
    let server = Server::start(echo, limits).await;
    let mut stream = server.tls("http/1.1").await;
    let request = format!("{HEAD}Content-Length: 10\r\n\r\n{{");
    stream.write_all(request.as_bytes()).await.unwrap();
    let said = rest(&mut stream).await;
    assert!(
        said.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
        "{said}"
    );
    assert!(said.contains("connection: close\r\n"), "{said}");
    assert!(
        said.ends_with("the body did not arrive within 50 ms\n"),
        "{said}"
    );
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let limits = Limits {
        idle: SOON,
        ..Limits::default()
    };
    let server = Server::start(echo, limits).await;
    for protocol in ["http/1.1", "h2"] {
        let mut stream = server.tls(protocol).await;
        if protocol == "h2" {
            stream
                .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
                .await
                .unwrap();
        }
        rest(&mut stream).await;
    }
}

#[tokio::test]
async fn a_connection_that_works_outlives_its_idle_limit() {
    let limits = Limits {
        idle: 4 * SOON,
        header: SOON,
        ..Limits::default()
    };
    let server = Server::start(echo, limits).await;
    let mut sender = server.http1().await;
    let mut requests = tokio::time::interval(SOON);
    for _ in 0..10 {
        requests.tick().await;
        let response = sender.send_request(review("x")).await.unwrap();
        assert_eq!(super::harness::answer(response).await.body, "x");
    }
}

#[tokio::test]
async fn clients_beyond_the_bound_wait_for_a_place() {
    let limits = Limits {
        connections: 1,
        handshake: SOON,
        ..Limits::default()
    };
    let server = Server::start(echo, limits).await;
    let _silent = server.tcp().await;
    // The one place is free again when the silent client's handshake has taken too long.
    assert_eq!(server.post("x").await.body, "x");
}

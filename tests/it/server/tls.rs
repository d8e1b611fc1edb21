//! What is spoken over TLS: versions, protocols, many requests on one connection.
use hyper::Version;
use rustls::version::{TLS12, TLS13};
use statusguard::server::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::harness::{Server, answer, client_config, connect, echo, rest, review};

#[tokio::test]
async fn one_connection_answers_many_requests() {
    let server = Server::start(echo, Limits::default()).await;
    let mut sender = server.http1().await;
    for body in ["one", "two", "three"] {
        let response = sender.send_request(review(body)).await.unwrap();
        assert_eq!(response.version(), Version::HTTP_11);
        assert_eq!(answer(response).await.body, body);
    }
}

#[tokio::test]
async fn http2_answers_requests_side_by_side() {
    let server = Server::start(echo, Limits::default()).await;
    let mut sender = server.http2().await;
    // With the first answer the client knows how many streams it may open at once.
    answer(sender.send_request(review("first")).await.unwrap()).await;
    let requests: Vec<_> = (0..100)
        .map(|number| {
            let mut sender = sender.clone();
            tokio::spawn(async move {
                sender.ready().await.unwrap();
                let response = sender
                    .send_request(review(number.to_string()))
                    .await
                    .unwrap();
                assert_eq!(response.version(), Version::HTTP_2);
                assert_eq!(answer(response).await.body, number.to_string());
            })
        })
        .collect();
    for request in requests {
        request.await.unwrap();
    }
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken() {
    let server = Server::start(echo, Limits::default()).await;
    for version in [&TLS12, &TLS13] {
        let config = client_config(server.directory(), &[version], "http/1.1");
        let stream = connect(server.address, config).await.unwrap();
        let connection = stream.get_ref().1;
        assert_eq!(connection.protocol_version(), Some(version.version));
        assert_eq!(connection.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
}

#[tokio::test]
async fn plain_http_is_told_that_https_is_spoken_here() {
    let server = Server::start(echo, Limits::default()).await;
    for begin in [
        "GET / HTTP/1.1\r\n\r\n",
        "POST /validate HTTP/1.1\r\nContent-Length: 7\r\n\r\nhunter2",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "G",
    ] {
        let mut stream = server.tcp().await;
        stream.write_all(begin.as_bytes()).await.unwrap();
        let said = rest(&mut stream).await;
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{said}");
        assert!(head.contains("content-length: 56\r\n"), "{said}");
        assert_eq!(
            body,
            "this port speaks HTTPS; begin the address with https://\n"
        );
    }
    assert_eq!(server.post("x").await.body, "x");
}

#[tokio::test]
async fn tls_1_1_is_refused() {
    let server = Server::start(echo, Limits::default()).await;
    let mut stream = server.tcp().await;
    stream.write_all(&client_hello_of_tls_1_1()).await.unwrap();
    let mut alert = [0; 7];
    stream.read_exact(&mut alert).await.unwrap();
    // A fatal alert: protocol_version.
    assert_eq!((alert[0], alert[5], alert[6]), (21, 2, 70));
}

/// The first message of a client that knows no later version: RFC 4346, section 7.4.1.2.
pub(super) fn client_hello_of_tls_1_1() -> Vec<u8> {
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    hello.push(0);
    // TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, without compression.
    hello.extend([0, 2, 0xc0, 0x09, 1, 0]);
    // signature_algorithms and supported_groups, so that nothing but the version is amiss.
    hello.extend([0, 16, 0, 13, 0, 4, 0, 2, 4, 3, 0, 10, 0, 4, 0, 2, 0, 23]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(hello);
    record
}

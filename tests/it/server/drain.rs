//! How the server stops: what is in flight is answered, and nobody who is silent holds it up.
use std::{sync::mpsc, time::Duration};

use hyper::header::CONNECTION;
use statusguard::server::{Limits, drain::Stage};
use tokio::{io::AsyncWriteExt as _, time::timeout};

use super::harness::{PATIENCE, Server, answer, echo, rest, review};

fn limits() -> Limits {
    Limits {
        linger: Duration::from_millis(50),
        ..Limits::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_in_flight_is_answered() {
    let (begun, hear_begun) = mpsc::channel();
    let (end, hear_end) = mpsc::channel::<()>();
    let hear_end = std::sync::Mutex::new(hear_end);
    let judge = move |body: &[u8]| {
        begun.send(()).unwrap();
        hear_end.lock().unwrap().recv().unwrap();
        echo(body)
    };
    let server = Server::start(judge, limits()).await;
    let mut sender = server.http1().await;
    let asked = tokio::spawn(async move { sender.send_request(review("x")).await.unwrap() });
    tokio::task::block_in_place(|| hear_begun.recv().unwrap());
    server.switch.set(Stage::Stopping);
    end.send(()).unwrap();
    let response = asked.await.unwrap();
    assert_eq!(response.headers()[CONNECTION], "close");
    assert_eq!(answer(response).await.body, "x");
    server.stop().await;
}

#[tokio::test]
async fn idle_and_silent_clients_hold_nothing_up() {
    let server = Server::start(echo, limits()).await;
    let mut idle = server.tls("http/1.1").await;
    let mut silent = server.tcp().await;
    let mut stuck = server.tls("http/1.1").await;
    stuck
        .write_all(b"POST /validate HTTP/1.1\r\nHo")
        .await
        .unwrap();
    let _http2 = server.http2().await;
    server.stop().await;
    for stream in [&mut idle, &mut stuck] {
        assert_eq!(rest(stream).await, "");
    }
    assert_eq!(rest(&mut silent).await, "");
}

#[tokio::test]
async fn while_it_leaves_it_still_answers_and_says_goodbye() {
    let server = Server::start(echo, limits()).await;
    let mut sender = server.http1().await;
    server.switch.set(Stage::Leaving);
    assert_eq!(server.drain.stage(), Stage::Leaving);
    let response = sender.send_request(review("x")).await.unwrap();
    assert_eq!(response.headers()[CONNECTION], "close");
    assert_eq!(answer(response).await.body, "x");
    assert_eq!(server.post("new").await.body, "new");
    let address = server.address;
    server.stop().await;
    let refused = timeout(PATIENCE, tokio::net::TcpStream::connect(address)).await;
    assert!(refused.unwrap().is_err());
}

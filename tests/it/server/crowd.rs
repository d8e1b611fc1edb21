//! More clients than places: whoever has nothing to do makes way, and whoever works is left alone.
use std::{sync::Arc, time::Duration};

use statusguard::server::Limits;
use tokio::{
    io::{AsyncRead, AsyncWriteExt as _},
    time::timeout,
};

use super::{
    harness::{PATIENCE, Server, answer, echo, rest, review},
    judging::{WAIT, gate},
};

/// So few places, and no deadline that could free one while a test runs.
fn places(connections: usize) -> Limits {
    let never = Duration::from_hours(1);
    Limits {
        connections,
        spare: Duration::from_millis(200),
        handshake: never,
        header: never,
        body: never,
        idle: never,
        decision: never,
        ..Limits::default()
    }
}

/// A client that does nothing, at one of the points where it can begin to.
async fn idler(server: &Server, number: usize) -> Box<dyn AsyncRead + Send + Unpin> {
    match number % 5 {
        0 => Box::new(server.tcp().await),
        1 => {
            let mut stream = server.tcp().await;
            stream.write_all(&[22, 3, 1]).await.unwrap();
            Box::new(stream)
        }
        2 => Box::new(server.tls("http/1.1").await),
        3 => Box::new(server.tls("h2").await),
        _ => {
            let mut stream = server.tls("http/1.1").await;
            let begun = stream.write_all(b"POST /validate HTTP/1.1\r\nHo").await;
            begun.unwrap();
            Box::new(stream)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hundreds_of_idle_clients_lock_nobody_out() {
    let (judge, keeper) = gate();
    let server = Arc::new(Server::start(judge, places(150)).await);
    let slow = tokio::spawn({
        let server = Arc::clone(&server);
        async move { server.post(WAIT).await.body }
    });
    tokio::task::block_in_place(|| keeper.begun.recv().unwrap());
    let mut regular = server.http1().await;
    let mut idlers = Vec::new();
    for number in 0..450 {
        let idler = timeout(PATIENCE, idler(&server, number)).await;
        idlers.push(idler.expect("there is a place for one more"));
        regular.ready().await.unwrap();
        let response = regular.send_request(review("again")).await.unwrap();
        assert_eq!(answer(response).await.body, "again");
    }
    let new = timeout(PATIENCE, server.post("new")).await;
    assert_eq!(new.expect("a new client is served").body, "new");
    for idler in &mut idlers[..250] {
        // The server hangs up, after no more than the first words of HTTP/2.
        rest(idler).await;
    }
    keeper.end.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), WAIT, "a busy connection is left alone");
}

#[tokio::test]
async fn who_has_never_asked_goes_first_and_of_those_who_came_first() {
    let limits = Limits {
        spare: Duration::ZERO,
        ..places(3)
    };
    let server = Server::start(echo, limits).await;
    let mut regular = server.http1().await;
    let response = regular.send_request(review("once")).await.unwrap();
    assert_eq!(answer(response).await.body, "once");
    let mut first = server.tls("http/1.1").await;
    let mut second = server.tls("http/1.1").await;
    let _third = server.tls("http/1.1").await;
    assert_eq!(rest(&mut first).await, "");
    let _fourth = server.tls("http/1.1").await;
    assert_eq!(rest(&mut second).await, "");
    regular.ready().await.unwrap();
    let response = regular.send_request(review("twice")).await.unwrap();
    assert_eq!(answer(response).await.body, "twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_all_are_busy_a_new_client_waits_for_one_of_them() {
    let (judge, keeper) = gate();
    let server = Arc::new(Server::start(judge, places(1)).await);
    let post = |body: &'static str| {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.post(body).await.body })
    };
    let slow = post(WAIT);
    tokio::task::block_in_place(|| keeper.begun.recv().unwrap());
    let waiting = post("x");
    keeper.end.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), WAIT);
    assert_eq!(waiting.await.unwrap(), "x");
}

#[tokio::test]
async fn bodies_that_do_not_end_lock_nobody_out() {
    let server = Server::start(echo, places(3)).await;
    let mut senders = Vec::new();
    for _ in 0..3 {
        let mut sender = server.tls("http/1.1").await;
        let begun = b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
        sender.write_all(begun).await.unwrap();
        senders.push(sender);
    }
    let new = timeout(PATIENCE, server.post("new")).await;
    assert_eq!(new.expect("a new client is served").body, "new");
    assert_eq!(rest(&mut senders[0]).await, "", "the oldest makes way");
}

#[tokio::test]
async fn who_begins_a_large_body_and_goes_silent_makes_way_for_those_who_go_on() {
    for (begun, whole) in [(200 << 10, 1 << 20), (100 << 10, 120 << 10)] {
        let limits = Limits {
            long_bodies: 2,
            all_bodies_bytes: 400 << 10,
            wait: PATIENCE,
            ..places(16)
        };
        let server = Server::start(echo, limits).await;
        let mut silent = Vec::new();
        for _ in 0..6 {
            let mut sender = server.tls("http/1.1").await;
            let head = format!(
                "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {whole}\r\n\r\n"
            );
            sender.write_all(head.as_bytes()).await.unwrap();
            sender.write_all(&vec![b' '; begun]).await.unwrap();
            silent.push(sender);
        }
        let body = " ".repeat(whole);
        let new = timeout(PATIENCE, server.post(body.clone())).await;
        assert_eq!(new.expect("it gets its turn").body, body);
    }
}

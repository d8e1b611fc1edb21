//! Clients that mean harm: what two readers could read in two ways is answered once at most, noise is not answered, and
//! whoever behaves loses nothing meanwhile.
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use statusguard::server::Limits;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{
    harness::{PATIENCE, Server, answer, echo, rest, review},
    tls::client_hello_of_tls_1_1,
};

/// A request in the body of another.
const HIDDEN: &str = "POST /hidden HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/// Heads whose body may end at more than one place, and what stands where it may.
const AMBIGUOUS: [(&str, &str); 9] = [
    (
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "0\r\n\r\n",
    ),
    (
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "0\r\n\r\n",
    ),
    ("Content-Length: 2\r\nContent-Length: 0", "{}"),
    ("Content-Length: 2, 0", "{}"),
    ("Content-Length: +2", "{}"),
    ("Content-Length: 0x2", "{}"),
    ("Transfer-Encoding: xchunked", "{}"),
    ("Transfer-Encoding: identity, chunked, identity", "{}"),
    ("Content-Length : 2", "{}"),
];

/// A client that posts one review after another, until it is told to stop: what it was not answered as it must be. Where
/// this machine has let it say nothing for as long as a connection may that is to make way, it opens another.
fn well_behaved(server: &Arc<Server>) -> (Arc<AtomicBool>, JoinHandle<Vec<String>>) {
    let (server, is_over) = (Arc::clone(server), Arc::new(AtomicBool::new(false)));
    let stop = Arc::clone(&is_over);
    let posts = async move {
        let (mut faults, mut count) = (Vec::new(), 0);
        let mut sender = server.http1().await;
        let mut answered = Instant::now();
        while !stop.load(Ordering::Relaxed) || count < 20 {
            count += 1;
            let body = format!("review {count}");
            let posted = async {
                sender.ready().await?;
                let response = sender.send_request(review(body.clone())).await?;
                Ok::<_, hyper::Error>(answer(response).await.body)
            };
            match timeout(PATIENCE, posted).await {
                Ok(Ok(answered)) if answered == body => {}
                Ok(Err(_)) if answered.elapsed() > Limits::default().spare => {
                    sender = server.http1().await;
                }
                other => faults.push(format!("{body}: {other:?}")),
            }
            answered = Instant::now();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        faults
    };
    (is_over, tokio::spawn(posts))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_could_be_read_in_two_ways_is_answered_once_at_most() {
    let server = Arc::new(Server::start(echo, Limits::default()).await);
    let (is_over, others) = well_behaved(&server);
    for (head, body) in AMBIGUOUS {
        let mut stream = server.tls("http/1.1").await;
        let request = format!(
            "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}\r\n\r\n{body}{HIDDEN}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let said = rest(&mut stream).await;
        let answers = said.matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "{head}: {said}");
        assert!(!said.contains("404"), "{head}: {said}");
    }
    is_over.store(true, Ordering::Relaxed);
    assert_eq!(others.await.unwrap(), [""; 0]);
}

/// Bytes that look random, the same each time.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(next).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn noise_before_and_within_tls_disturbs_nobody() {
    let server = Arc::new(Server::start(echo, Limits::default()).await);
    let (is_over, others) = well_behaved(&server);
    let noisy = (0..64_u64).map(|number| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let noise = noise(40_000, number.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
            // Who is hung up on hears so as an error.
            if number % 2 == 0 {
                let mut stream = server.tcp().await;
                let _ = stream.write_all(&noise).await;
                let _ = stream.shutdown().await;
                rest(&mut stream).await;
            } else {
                let protocol = if number % 4 == 1 { "http/1.1" } else { "h2" };
                let mut stream = server.tls(protocol).await;
                let _ = stream.write_all(&noise).await;
                let _ = stream.shutdown().await;
                rest(&mut stream).await;
            }
        })
    });
    for client in noisy.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    is_over.store(true, Ordering::Relaxed);
    assert_eq!(others.await.unwrap(), [""; 0]);
}

/// Sends what never becomes a request, drop by drop, until the server hangs up.
async fn drip(stream: &mut (impl AsyncWrite + Unpin), begin: &[u8], drop: &[u8]) {
    let mut is_heard = stream.write_all(begin).await.is_ok();
    while is_heard {
        tokio::time::sleep(Duration::from_millis(5)).await;
        is_heard = stream.write_all(drop).await.is_ok() && stream.flush().await.is_ok();
    }
}

/// A client that never comes to an end, at one of the points where it can refuse to.
async fn dawdle(server: &Server, number: usize) {
    const HEAD: &[u8] = b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    const BODY: &[u8] =
        b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 8000000\r\n\r\n";
    match number % 5 {
        // A handshake of which the rest does not come.
        0 => drip(&mut server.tcp().await, &[22, 3, 1, 0x40, 0], &[1]).await,
        // One in a version that nobody should speak any more, again and again.
        1 => {
            for _ in 0..20 {
                let mut stream = server.tcp().await;
                let _ = stream.write_all(&client_hello_of_tls_1_1()).await;
                rest(&mut stream).await;
            }
        }
        2 => drip(&mut server.tls("http/1.1").await, HEAD, b"X-Drop: 1\r\n").await,
        3 => drip(&mut server.tls("http/1.1").await, BODY, b" ").await,
        // A connection of HTTP/2 that asks whether anybody is there, and nothing else.
        _ => {
            let begin = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
            let ping = b"\0\0\x08\x06\0\0\0\0\0statusgd";
            drip(&mut server.tls("h2").await, begin, ping).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_never_comes_to_an_end_and_who_speaks_an_old_tls_hold_up_nobody() {
    // The well-behaved one has no more time.
    let soon = Duration::from_secs(2);
    let limits = Limits {
        handshake: soon,
        header: soon,
        body: soon,
        idle: soon,
        ..Limits::default()
    };
    let server = Arc::new(Server::start(echo, limits).await);
    let (is_over, others) = well_behaved(&server);
    let dawdlers = (0..100).map(|number| {
        let server = Arc::clone(&server);
        tokio::spawn(async move { timeout(PATIENCE, dawdle(&server, number)).await.is_ok() })
    });
    for (number, dawdler) in dawdlers.collect::<Vec<_>>().into_iter().enumerate() {
        assert!(
            dawdler.await.unwrap(),
            "the server waits for {}",
            number % 5
        );
    }
    is_over.store(true, Ordering::Relaxed);
    assert_eq!(others.await.unwrap(), [""; 0]);
}

/// How many connections there must be: each is two open files here, and other tests need some too.
fn most_connections() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    let free = files.map_or(0, |files| files.saturating_sub(1_500) / 2);
    free.clamp(300, 5_000)
}

/// Whether a new client is served, behind all that are there. Who is too slow to end a handshake in time, as this machine
/// may make it be, makes way as well, and comes again.
async fn is_served(server: &Arc<Server>) -> bool {
    for _ in 0..5 {
        let server = Arc::clone(server);
        let posted = tokio::spawn(async move { server.post("new").await.body });
        // All that wait in front make way one after another.
        match timeout(3 * PATIENCE, posted).await {
            Ok(Ok(answered)) => return answered == "new",
            Ok(Err(_)) => {}
            Err(_) => return false,
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_thousand_idle_connections_lock_nobody_out() {
    let server = Arc::new(Server::start(echo, Limits::default()).await);
    let (is_over, others) = well_behaved(&server);
    let mut idle = Vec::new();
    for _ in 0..5_000 {
        // Where the system gives no more of them, there are as many as it gives.
        let Ok(Ok(stream)) = timeout(PATIENCE, TcpStream::connect(server.address)).await else {
            break;
        };
        idle.push(stream);
    }
    assert!(idle.len() >= most_connections(), "{}", idle.len());
    assert!(is_served(&server).await, "nobody new is served");
    is_over.store(true, Ordering::Relaxed);
    assert_eq!(others.await.unwrap(), [""; 0]);
}

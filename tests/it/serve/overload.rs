//! More than the server can do: it turns away in time what it cannot take, keeps its memory, and is soon as before.
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use http_body_util::Full;
use hyper::{
    StatusCode,
    body::Bytes,
    client::conn::http2::{self, SendRequest},
    header::RETRY_AFTER,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::Mutex, task::JoinSet};

use super::process::{COMPLETES, Running};
use crate::server::harness::{answer, client_config, connect, review};

/// Who floods a server has this machine to itself, as far as these tests go: else one measures the flood of another.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Decisions that were given up since they took too long.
const GIVEN_UP: &str = "statusguard_failed_decisions_total{kind=\"overrun\"}";

/// Megabytes more that the server may hold than before.
const MOST_MORE: f64 = 64.0;

/// The resident memory of a server, in MB: at present (`VmRSS`), or at most so far (`VmHWM`).
fn memory(server: &Running, which: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let lines = status.lines();
    let mut found = lines.filter_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
    let kilobytes = found.next().unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<f64>().unwrap() / 1_024.0
}

/// What the answers to requests were: how many of each status.
type Answers = BTreeMap<u16, usize>;

/// Connections of so many clients.
async fn crowd(server: &Running, clients: usize) -> Vec<SendRequest<Full<Bytes>>> {
    let certs = server.directory.path().join("certs");
    let config = client_config(&certs, rustls::ALL_VERSIONS, "h2");
    let mut crowd = Vec::new();
    for _ in 0..clients {
        let stream = connect(server.listen, Arc::clone(&config)).await.unwrap();
        let io = TokioIo::new(stream);
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        crowd.push(sender);
    }
    crowd
}

/// Posts `body` by so many clients, each with so many requests at once, for so long after all have connected.
async fn flood(
    server: &Running,
    body: Bytes,
    clients: usize,
    each: usize,
    length: Duration,
) -> Answers {
    let crowd = crowd(server, clients).await;
    let end = Instant::now() + length;
    let mut all = JoinSet::new();
    for sender in crowd {
        for _ in 0..each {
            let (mut sender, body) = (sender.clone(), body.clone());
            all.spawn(async move {
                let mut answers = Vec::new();
                // Once at least, so that all are at it at once however slow this machine is.
                while answers.is_empty() || Instant::now() < end {
                    sender.ready().await.unwrap();
                    let response = sender.send_request(review(body.clone())).await.unwrap();
                    let answer = answer(response).await;
                    let is_told_when = answer.headers.get(RETRY_AFTER).is_some_and(|it| it == "1");
                    // Large bodies of many clients at once may take longer than one may.
                    let is_known =
                        [StatusCode::OK, StatusCode::REQUEST_TIMEOUT].contains(&answer.status);
                    assert!(is_known || is_told_when, "{answer:?}");
                    answers.push(answer.status.as_u16());
                }
                answers
            });
        }
    }
    let mut answers = Answers::new();
    while let Some(done) = all.join_next().await {
        for status in done.unwrap() {
            *answers.entry(status).or_default() += 1;
        }
    }
    answers
}

/// What is left when a flood is over: it has never held much beyond what it held before.
fn is_as_before(server: &Running, before: f64) {
    // Whatever else this machine does, one of a few is answered as before.
    let is_quick = || {
        let began = Instant::now();
        assert_eq!(server.post(COMPLETES)["response"]["allowed"], true);
        began.elapsed() < Duration::from_secs(1)
    };
    assert!((0..5).any(|_| is_quick()));
    let more = memory(server, "VmRSS") - before;
    let peak = memory(server, "VmHWM") - before;
    assert!(
        more < MOST_MORE && peak < MOST_MORE,
        "{more:.0} MB more than {before:.0}, {peak:.0} for a while"
    );
}

/// Requests for which the API server did not wait: three seconds.
fn late(server: &Running) -> u64 {
    let metrics = server.get("/metrics").1;
    let count = |series: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(series));
        line.unwrap().trim().parse::<u64>().unwrap()
    };
    count("statusguard_request_seconds_count")
        - count("statusguard_request_seconds_bucket{le=\"3.0\"}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_times_the_load_is_turned_away_in_time() {
    let _alone = ALONE.lock().await;
    let server = Running::start(&[], "json");
    let body = Bytes::from(fs::read(COMPLETES).unwrap());
    let length = Duration::from_secs(3);
    // As many as there may be at once, so that nobody waits on the slowest machine.
    let usual = flood(&server, body.clone(), 2, 1, length).await;
    assert_eq!(usual.keys().collect::<Vec<_>>(), [&200]);
    let before = memory(&server, "VmRSS");
    let mut is_in_time = false;
    // Where others take this machine, all are answered in time in one of a few floods.
    for _ in 0..5 {
        let late = late(&server);
        // Just more than the queue and all seats hold: to read what is turned away takes time as well.
        let answers = flood(&server, body.clone(), 80, 16, length).await;
        assert!(
            answers.contains_key(&200) && answers.contains_key(&429),
            "{answers:?}"
        );
        is_in_time = late == self::late(&server);
        if is_in_time {
            break;
        }
    }
    assert!(is_in_time);
    is_as_before(&server, before);
}

/// What comes of a flood beside which a usual review is posted again and again, and how long each of these took.
async fn beside_usual_writes(
    server: &Running,
    flood: impl Future<Output = Answers>,
) -> (Answers, Vec<Duration>) {
    let is_over = AtomicBool::new(false);
    let flood = async {
        let answers = flood.await;
        is_over.store(true, Ordering::Relaxed);
        answers
    };
    tokio::join!(flood, Box::pin(usual_writes(server, &is_over)))
}

/// Posts a usual review again and again until it is over; each must be answered before the API server gives up.
async fn usual_writes(server: &Running, is_over: &AtomicBool) -> Vec<Duration> {
    let certs = server.directory.path().join("certs");
    let config = client_config(&certs, rustls::ALL_VERSIONS, "http/1.1");
    let stream = connect(server.listen, config).await.unwrap();
    let http1 = hyper::client::conn::http1::handshake(TokioIo::new(stream));
    let (mut sender, connection) = http1.await.unwrap();
    tokio::spawn(connection);
    let body = Bytes::from(fs::read(COMPLETES).unwrap());
    let mut took = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let began = Instant::now();
        sender.ready().await.unwrap();
        let response = sender.send_request(review(body.clone())).await.unwrap();
        assert_eq!(answer(response).await.status, StatusCode::OK);
        took.push(began.elapsed());
    }
    assert!(took.iter().all(|it| *it < Duration::from_secs(3)));
    took
}

/// A text on which every part of a pattern of `[ab]` stands open, and that does not match in the end.
fn long_text(length: usize) -> String {
    let letter = |seed: usize| {
        if seed.wrapping_mul(2_654_435_761) >> 16 & 1 == 0 {
            'a'
        } else {
            'b'
        }
    };
    (0..length).map(letter).collect()
}

/// A server with a schema as slow as it may be, beside a usual one.
fn with_the_slowest_schema(schemas: &Path) -> Running {
    fs::copy("schemas/elastic-cloud.yaml", schemas.join("usual.yaml")).unwrap();
    let branches: Vec<Value> = (1..250)
        .map(|index| json!({"pattern": format!("^[a-c]+-[0-9]{{{index}}}$")}))
        .collect();
    let slow = json!({
        "apiVersion": "statusguard.dev/v1alpha1", "kind": "StatusSchema", "metadata": {"name": "slow"},
        "spec": {
            "request": {"group": "example.org", "resource": "slows"},
            "schema": {"properties": {
                "a": {"pattern": "^[ab]*a[ab]{250}[^ab]"},
                "b": {"anyOf": branches},
            }},
        },
    });
    fs::write(schemas.join("slow.yaml"), slow.to_string()).unwrap();
    Running::start(&["--schemas", schemas.to_str().unwrap()], "json")
}

/// Statuses built against the slowest schema hold up nobody who has another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_slowest_schema_holds_up_no_usual_write() {
    let _alone = ALONE.lock().await;
    let schemas = TempDir::new().unwrap();
    let server = with_the_slowest_schema(schemas.path());
    // Small enough for a body of usual size, and as long as the schema is run at all.
    for length in [7_000, 60_000] {
        let before = server.series(GIVEN_UP);
        let body = slow_review(length);
        let flood = Box::pin(flood(&server, body, 16, 1, Duration::from_secs(3)));
        let (answers, _) = beside_usual_writes(&server, flood).await;
        assert!(answers.contains_key(&200), "{answers:?}");
        // Each was decided about, or given up and counted.
        let is_judged = server.get("/metrics").1.contains("{promise=\"slow\",");
        let given_up = server.series(GIVEN_UP) - before;
        assert!(is_judged || given_up > 0.5, "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "it measures"]
#[expect(clippy::print_stdout, reason = "what it finds out is what it prints")]
async fn numbers_of_usual_writes_beside_the_slowest_schema() {
    let _alone = ALONE.lock().await;
    let schemas = TempDir::new().unwrap();
    let server = with_the_slowest_schema(schemas.path());
    for (clients, length) in [(0, 0), (16, 3_500), (16, 7_000), (16, 14_000)] {
        let body = slow_review(length);
        let bytes = body.len();
        let flood = async {
            let floods = flood(&server, body, clients, 1, Duration::from_secs(6));
            let alone = tokio::time::sleep(Duration::from_secs(6));
            tokio::join!(floods, alone).0
        };
        let (answers, mut took) = beside_usual_writes(&server, Box::pin(flood)).await;
        took.sort();
        let at = |hundredth: usize| took[(took.len() * hundredth / 100).min(took.len() - 1)];
        println!(
            "{clients} clients, {bytes} bytes, answers {answers:?}; a usual write: p50 {:?}, p99 {:?}, at most {:?}",
            at(50),
            at(99),
            at(100),
        );
    }
}

/// A review of a status that the slow schema is slow on.
fn slow_review(length: usize) -> Bytes {
    let status = json!({"a": long_text(length), "b": long_text(length)});
    let review = json!({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
        "uid": "u", "kind": {"kind": "Slow"}, "name": "slow", "operation": "UPDATE", "subResource": "status",
        "resource": {"group": "example.org", "version": "v1", "resource": "slows"},
        "object": {"status": status}, "oldObject": {},
    }});
    Bytes::from(review.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_largest_bodies_at_many_connections_hold_up_no_usual_write() {
    let _alone = ALONE.lock().await;
    let server = Running::start(&[], "json");
    let mut body = fs::read(COMPLETES).unwrap();
    body.resize((8 << 20) - 1, b' ');
    assert_eq!(server.post(COMPLETES)["response"]["allowed"], true);
    let before = memory(&server, "VmRSS");
    let body = Bytes::from(body);
    let large = Box::pin(flood(&server, body.clone(), 64, 1, Duration::from_secs(3)));
    let (answers, _) = beside_usual_writes(&server, large).await;
    is_as_before(&server, before);
    // Nobody is left in their lanes. How many came to their end meanwhile is up to this machine.
    let alone = flood(&server, body, 1, 1, Duration::from_secs(1)).await;
    assert!(alone.contains_key(&200), "{alone:?} after {answers:?}");
}

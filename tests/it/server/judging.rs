//! What happens around a decision: threads, the queue, and decisions that fail.
use std::{
    process::Command,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use hyper::{StatusCode, header::RETRY_AFTER};
use prometheus_client::registry::Registry as Collectors;
use statusguard::{
    core::policy::Enforcement,
    registry::Registry,
    server::{
        Limits,
        admit::Admission,
        judge::{Failure, Judge, Reply},
    },
    telemetry::metrics::Metrics,
};
use tokio::task::JoinHandle;

use super::harness::{REVIEW, Server, answer, echo, review};

const SOON: Duration = Duration::from_millis(50);

/// A limit that every decision exceeds.
const NONE_AT_ALL: Duration = Duration::ZERO;

const RECORDED: &str = include_str!("../../fixtures/reviews/04-status-writer-completes.json");

/// A judge that says when it begins with a body `wait`, and goes on when it is told to.
pub(super) struct Gate {
    begun: Sender<()>,
    end: Mutex<Receiver<()>>,
}

/// The other side of a [`Gate`].
pub(super) struct Keeper {
    pub(super) begun: Receiver<()>,
    pub(super) end: Sender<()>,
}

pub(super) fn gate() -> (Gate, Keeper) {
    let (begun, hear_begun) = channel();
    let (end, hear_end) = channel();
    let gate = Gate {
        begun,
        end: Mutex::new(hear_end),
    };
    let keeper = Keeper {
        begun: hear_begun,
        end,
    };
    (gate, keeper)
}

impl Judge for Gate {
    fn judge(&self, body: &[u8]) -> Reply {
        if body.starts_with(b"{\"wait\"") {
            self.begun.send(()).unwrap();
            // An error means that the test has ended.
            let _ = self.end.lock().unwrap().recv();
        }
        echo(body)
    }
}

pub(super) const WAIT: &str = r#"{"wait": 1, "request": {"uid": "slow"}}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_queue_answers_429_with_retry_after() {
    let (judge, keeper) = gate();
    let limits = Limits {
        decisions: 1,
        queue: 1,
        wait: SOON,
        ..Limits::default()
    };
    let server = Arc::new(Server::start(judge, limits).await);
    let slow = tokio::spawn({
        let server = Arc::clone(&server);
        async move { server.post(WAIT).await }
    });
    tokio::task::block_in_place(|| keeper.begun.recv().unwrap());
    // One waits in the queue until that takes too long, the other finds no place in it.
    let (first, second) = tokio::join!(server.post("x"), server.post("y"));
    for refused in [first, second] {
        assert_eq!(refused.status, 429);
        assert_eq!(refused.headers[RETRY_AFTER], "1");
        assert_eq!(
            refused.body,
            "too many requests at once; try again in a second\n"
        );
    }
    keeper.end.send(()).unwrap();
    assert_eq!(slow.await.unwrap().body, WAIT);
    assert_eq!(server.post("z").await.body, "z");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_in_the_queue_gets_its_turn() {
    let (judge, keeper) = gate();
    let limits = Limits {
        decisions: 1,
        wait: super::harness::PATIENCE,
        ..Limits::default()
    };
    let server = Arc::new(Server::start(judge, limits).await);
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

/// A body too large to be decided about on the spot.
fn large(begin: &str) -> String {
    format!("{begin}{}", " ".repeat(100_000))
}

/// A server that is deciding about a large body, and the status of the answer to come.
async fn with_a_slow_large_body(
    judge: Gate,
    keeper: &Keeper,
    limits: Limits,
) -> (Arc<Server>, JoinHandle<StatusCode>) {
    let server = Arc::new(Server::start(judge, limits).await);
    let slow = tokio::spawn({
        let server = Arc::clone(&server);
        async move { server.post(large(WAIT)).await.status }
    });
    tokio::task::block_in_place(|| keeper.begun.recv().unwrap());
    (server, slow)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn large_bodies_that_take_long_do_not_hold_up_small_ones() {
    let (judge, keeper) = gate();
    let limits = Limits {
        decisions: 1,
        wait: SOON,
        decision: super::harness::PATIENCE,
        ..Limits::default()
    };
    let (server, slow) = with_a_slow_large_body(judge, &keeper, limits).await;
    assert_eq!(server.post("small").await.body, "small");
    assert_eq!(server.post(large("")).await.status, 429);
    keeper.end.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn large_bodies_have_a_room_of_bounded_size() {
    let (judge, keeper) = gate();
    let limits = Limits {
        all_bodies_bytes: 100 << 10,
        decisions: 2,
        wait: SOON,
        decision: super::harness::PATIENCE,
        ..Limits::default()
    };
    let (server, slow) = with_a_slow_large_body(judge, &keeper, limits).await;
    let refused = server.post(large("")).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.headers[RETRY_AFTER], "1");
    let busy = "\nstatusguard_refused_requests_total{reason=\"busy\"} 1\n";
    assert!(server.counted().contains(busy));
    assert_eq!(server.post("small").await.body, "small");
    keeper.end.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), 200);
    assert_eq!(server.post(large("")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn long_bodies_go_one_after_another_and_take_no_room_of_others() {
    let (judge, keeper) = gate();
    let limits = Limits {
        all_bodies_bytes: 300 << 10,
        long_bodies: 1,
        decisions: 2,
        decision: super::harness::PATIENCE,
        wait: super::harness::PATIENCE,
        ..Limits::default()
    };
    let server = Arc::new(Server::start(judge, limits).await);
    let long = |begin: &str| format!("{begin}{}", " ".repeat(1 << 20));
    let post = |body: String| {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.post(body).await.status })
    };
    let slow = post(long(WAIT));
    tokio::task::block_in_place(|| keeper.begun.recv().unwrap());
    // They wait, both half read.
    let waiting = [post(long("")), post(long(""))];
    assert_eq!(server.post("small").await.body, "small");
    keeper.end.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), 200);
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_long_body_that_finds_no_lane_in_time_is_to_come_again() {
    let (judge, keeper) = gate();
    let limits = Limits {
        long_bodies: 1,
        decisions: 2,
        decision: super::harness::PATIENCE,
        wait: SOON,
        ..Limits::default()
    };
    let server = Arc::new(Server::start(judge, limits).await);
    let long = |begin: &str| format!("{begin}{}", " ".repeat(1 << 20));
    let slow = tokio::spawn({
        let (server, body) = (Arc::clone(&server), long(WAIT));
        async move { server.post(body).await.status }
    });
    tokio::task::block_in_place(|| keeper.begun.recv().unwrap());
    let refused = server.post(long("")).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.headers[RETRY_AFTER]),
        (429, &"1".parse().unwrap())
    );
    assert_eq!(server.post(large("")).await.status, 200, "it is not long");
    keeper.end.send(()).unwrap();
    assert_eq!(slow.await.unwrap(), 200);
    assert_eq!(server.post(long("")).await.status, 200);
}

/// A judge that fails in the way that the body names, and counts what it hears of it.
#[derive(Clone, Default)]
struct Failing(Arc<Mutex<Vec<Failure>>>);

impl Judge for Failing {
    fn judge(&self, body: &[u8]) -> Reply {
        assert!(!body.starts_with(b"{\"request\""), "hunter2");
        echo(body)
    }

    fn failed(&self, _body: &[u8], failure: Failure) {
        self.0.lock().unwrap().push(failure);
    }
}

#[tokio::test]
async fn a_panic_refuses_the_write_and_nothing_else() {
    for small_body in [0, 1000] {
        let judge = Failing::default();
        let limits = Limits {
            small_body,
            ..Limits::default()
        };
        let server = Server::start(judge.clone(), limits).await;
        let mut sender = server.http1().await;
        let refused = answer(sender.send_request(review(REVIEW)).await.unwrap()).await;
        assert_eq!(refused.status, 200);
        let reply: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
        assert_eq!(reply["response"]["uid"], "u-1");
        assert_eq!(reply["response"]["allowed"], false);
        assert_eq!(reply["response"]["status"]["code"], 500);
        let message = reply["response"]["status"]["message"].as_str().unwrap();
        assert!(message.contains("could not be judged"), "{message}");
        assert!(!refused.body.contains("hunter2"));
        let next = answer(sender.send_request(review("x")).await.unwrap()).await;
        assert_eq!(next.body, "x");
        assert_eq!(*judge.0.lock().unwrap(), [Failure::Panic]);
        let counted = server.counted();
        let mut refused = counted
            .lines()
            .filter(|line| line.starts_with("statusguard_refused_requests_total{"));
        assert!(refused.all(|line| line.ends_with("} 0")), "{counted}");
        assert!(
            counted.contains("\nstatusguard_request_seconds_count 2\n"),
            "{counted}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_overrun_refuses_the_write_while_others_are_answered() {
    let (judge, keeper) = gate();
    let limits = Limits {
        decisions: 2,
        small_body: 0,
        decision: SOON,
        ..Limits::default()
    };
    let server = Server::start(judge, limits).await;
    let refused = server.post(WAIT).await;
    assert_eq!(refused.status, 200);
    let reply: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(reply["response"]["uid"], "slow");
    assert_eq!(reply["response"]["allowed"], false);
    assert_eq!(reply["response"]["status"]["code"], 500);
    // It still runs, and has one of the two seats.
    assert_eq!(server.post("x").await.body, "x");
    keeper.end.send(()).unwrap();
}

#[tokio::test]
async fn an_overrun_on_the_spot_refuses_the_write_too() {
    let judge = Failing::default();
    let limits = Limits {
        small_body: 1000,
        decision: NONE_AT_ALL,
        ..Limits::default()
    };
    let server = Server::start(judge.clone(), limits).await;
    let refused = server.post(r#" {"request": {"uid": "slow"}}"#).await;
    assert_eq!(refused.status, 200);
    let reply: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(reply["response"]["uid"], "slow");
    assert_eq!(reply["response"]["allowed"], false);
    assert_eq!(reply["response"]["status"]["code"], 500);
    assert_eq!(*judge.0.lock().unwrap(), [Failure::Overrun]);
}

/// Run by the next test in a process of its own.
#[tokio::test]
#[ignore = "it logs; the next test runs it and looks at what is said"]
#[expect(clippy::print_stdout, reason = "the next test reads it")]
async fn overruns_as_it_is_shipped() {
    let _log =
        statusguard::telemetry::init("info", statusguard::telemetry::Format::Json, false).unwrap();
    let metrics: Arc<Metrics> = Arc::default();
    let registry = Registry::open("schemas".as_ref(), Enforcement::Enforce).unwrap();
    let judge = Admission::new(registry, Arc::clone(&metrics));
    let limits = Limits {
        decision: NONE_AT_ALL,
        ..Limits::default()
    };
    let server = Server::start(judge, limits).await;
    println!("{}", server.post(RECORDED).await.body);
    println!("{}", metrics.render(&Collectors::default()).unwrap());
}

#[test]
fn a_decision_that_fails_is_counted_and_logged_with_its_uid() {
    let said = said_by("server::judging::overruns_as_it_is_shipped");
    let review: serde_json::Value = serde_json::from_str(RECORDED).unwrap();
    let uid = format!(r#""uid":{}"#, review["request"]["uid"]);
    let logged = |line: &&str| line.contains("a decision took too long") && line.contains(&uid);
    assert_eq!(said.lines().filter(logged).count(), 1, "{said}");
    let replied = |line: &&str| line.contains(r#""allowed":false"#) && line.contains(&uid);
    assert_eq!(said.lines().filter(replied).count(), 1, "{said}");
    let counted = "statusguard_failed_decisions_total{kind=\"overrun\"} 1";
    assert!(said.contains(counted), "{said}");
}

/// Run by the next test in a process of its own.
#[test]
#[ignore = "it panics; the next test runs it and looks at what is said"]
fn panics_with_a_value() {
    let _log =
        statusguard::telemetry::init("info", statusguard::telemetry::Format::Json, false).unwrap();
    statusguard::telemetry::hush_panics();
    let _ = std::panic::catch_unwind(|| panic!("hunter2"));
}

#[test]
fn a_panic_says_where_but_never_what() {
    let said = said_by("server::judging::panics_with_a_value");
    assert!(
        said.contains(r#""at":"tests/it/server/judging.rs:"#),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}

/// What one ignored test says in a process of its own, which must pass.
fn said_by(test: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", test])
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(said.contains("1 passed"), "{said}");
    said
}

//! Who waits for whom: decisions that could take long have a lane of their own, in which policies take turns.
use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
};

use hyper::{
    StatusCode,
    header::{CONTENT_TYPE, HOST},
};
use serde_json::{Value, json};
use statusguard::{
    core::policy::Enforcement,
    registry::Registry,
    server::{
        Limits,
        admit::Admission,
        judge::{Costly, Judge, Reply},
    },
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::harness::{PATIENCE, Server, answer, echo};

/// A judge whose decisions under a policy that the body names could take long: it says which of them it begins, and goes
/// on when it is told to. All others it takes at once.
struct Slow {
    begun: Sender<String>,
    end: Mutex<Receiver<()>>,
}

/// The other side of a [`Slow`] one.
struct Keeper {
    begun: Receiver<String>,
    end: Sender<()>,
}

fn slow() -> (Slow, Keeper) {
    let (begun, hear_begun) = channel();
    let (end, hear_end) = channel();
    let judge = Slow {
        begun,
        end: Mutex::new(hear_end),
    };
    let keeper = Keeper {
        begun: hear_begun,
        end,
    };
    (judge, keeper)
}

impl Slow {
    fn takes_long(&self, policy: &str) {
        self.begun.send(policy.to_owned()).unwrap();
        // An error means that the test has ended.
        let _ = self.end.lock().unwrap().recv();
    }
}

fn policy(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(body["policy"].as_str()?.to_owned())
}

impl Judge for Slow {
    fn judge(&self, body: &[u8]) -> Reply {
        if let Some(policy) = policy(body) {
            self.takes_long(&policy);
        }
        echo(body)
    }

    fn judge_within(&self, body: &[u8], _most: u64) -> Result<Reply, Costly> {
        match policy(body) {
            Some(policy) => Err(Costly {
                policy: policy.into(),
            }),
            None => Ok(echo(body)),
        }
    }

    fn judge_schema(&self, body: &[u8]) -> Option<Reply> {
        self.takes_long("schema");
        Some(echo(body))
    }
}

impl Keeper {
    /// The policy of the decision that begins next.
    fn next(&self) -> String {
        tokio::task::block_in_place(|| self.begun.recv_timeout(PATIENCE).unwrap())
    }
}

fn limits() -> Limits {
    Limits {
        decisions: 1,
        long_decisions: 1,
        wait: PATIENCE,
        decision: PATIENCE,
        ..Limits::default()
    }
}

fn post(server: &Arc<Server>, body: String) -> JoinHandle<StatusCode> {
    let server = Arc::clone(server);
    tokio::spawn(async move { server.post(body).await.status })
}

fn costly(policy: &str) -> String {
    json!({"policy": policy, "request": {"uid": "u"}}).to_string()
}

/// Waits until so many requests wait.
async fn waiting(server: &Server, count: usize) {
    let line = format!("\nstatusguard_waiting_requests {count}\n");
    while !server.counted().contains(&line) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn decisions_that_could_take_long_hold_up_nobody_else() {
    let (judge, keeper) = slow();
    let server = Arc::new(Server::start(judge, limits()).await);
    let large = " ".repeat(100_000);
    let bodies = [
        costly("slow"),
        costly("slow"),
        costly("slow") + &large,
        costly("slow") + &large,
    ];
    let slow: Vec<_> = bodies.map(|body| post(&server, body)).into();
    assert_eq!(keeper.next(), "slow");
    waiting(&server, 3).await;
    // Small and large, and one after another, while the decision does not end.
    for _ in 0..3 {
        assert_eq!(server.post("small").await.body, "small");
        assert_eq!(server.post(large.clone()).await.status, 200);
    }
    for _ in &slow {
        keeper.end.send(()).unwrap();
    }
    for slow in slow {
        assert_eq!(slow.await.unwrap(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn policies_whose_decisions_could_take_long_take_turns() {
    let (judge, keeper) = slow();
    let server = Arc::new(Server::start(judge, limits()).await);
    let mut posted = vec![post(&server, costly("greedy"))];
    assert_eq!(keeper.next(), "greedy");
    for count in 1..=3 {
        posted.push(post(&server, costly("greedy")));
        waiting(&server, count).await;
    }
    posted.push(post(&server, costly("modest")));
    waiting(&server, 4).await;
    let mut order = Vec::new();
    for _ in 0..4 {
        keeper.end.send(()).unwrap();
        order.push(keeper.next());
    }
    keeper.end.send(()).unwrap();
    assert_eq!(order, ["modest", "greedy", "greedy", "greedy"]);
    for posted in posted {
        assert_eq!(posted.await.unwrap(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_policy_has_one_long_decision_at_a_time_and_half_of_the_places_to_wait_for_it() {
    let (judge, keeper) = slow();
    let limits = Limits {
        long_decisions: 2,
        long_queue: 2,
        ..limits()
    };
    let server = Arc::new(Server::start(judge, limits).await);
    let mut posted = vec![post(&server, costly("greedy"))];
    assert_eq!(keeper.next(), "greedy");
    posted.push(post(&server, costly("greedy")));
    waiting(&server, 1).await;
    let refused = server.post(costly("greedy")).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.headers["retry-after"], "1");
    posted.push(post(&server, costly("modest")));
    assert_eq!(keeper.next(), "modest");
    for _ in &posted {
        keeper.end.send(()).unwrap();
    }
    for posted in posted {
        assert_eq!(posted.await.unwrap(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_schema_that_is_compiled_holds_up_no_status() {
    let (judge, keeper) = slow();
    let server = Arc::new(Server::start(judge, limits()).await);
    let schema = tokio::spawn({
        let server = Arc::clone(&server);
        async move {
            let request = hyper::Request::post("/validate-statusschema")
                .header(HOST, "localhost")
                .header(CONTENT_TYPE, "application/json")
                .body(http_body_util::Full::new("{}".into()));
            let mut sender = server.http1().await;
            answer(sender.send_request(request.unwrap()).await.unwrap()).await
        }
    });
    assert_eq!(keeper.next(), "schema");
    assert_eq!(server.post(" ".repeat(100_000)).await.status, 200);
    keeper.end.send(()).unwrap();
    assert_eq!(schema.await.unwrap().status, 200);
}

/// Schemas and statuses below 16 kB that are judged in 20 to 800 ms.
fn long_ones() -> [(Value, Value); 5] {
    let text = "ab".repeat(3_500);
    let branch = |index: usize| json!({"pattern": format!("^[a-c]+-[0-9]{{{index}}}$")});
    let keys: Vec<String> = (0..200).map(|index| format!("key{index}")).collect();
    let listed: Vec<Value> = (0..900).map(|index| json!({"a": index})).collect();
    let names = (0..9_900).map(|index| (format!("property{index}"), json!({})));
    let unknown = (0..900).map(|index| (format!("stranger{index}"), json!(1)));
    [
        (
            json!({"properties": {"a": {"pattern": "^[ab]*a[ab]{250}[^ab]"}}}),
            json!({"a": text}),
        ),
        (
            json!({"properties": {"a": {"anyOf": (1..250).map(branch).collect::<Vec<_>>()}}}),
            json!({"a": text}),
        ),
        (
            json!({"properties": {"a": {"items": {"required": keys}}}}),
            json!({"a": vec![json!({}); 240]}),
        ),
        (
            json!({"properties": {"a": {"items": {"enum": listed}}}}),
            json!({"a": vec![json!({"a": 1_000}); 700]}),
        ),
        (
            json!({"additionalProperties": false, "properties": Value::Object(names.collect())}),
            Value::Object(unknown.collect()),
        ),
    ]
}

fn judge_of(schemas: &Path) -> Admission {
    let registry = Registry::open(schemas, Enforcement::Enforce).unwrap();
    Admission::new(registry, Arc::default())
}

/// Each takes longer the larger the status; a small one is judged on the spot by the same schema.
#[test]
fn what_could_take_long_is_known_before_it_does() {
    let schemas = TempDir::new().unwrap();
    for (index, (schema, _)) in long_ones().into_iter().enumerate() {
        let manifest = json!({
            "apiVersion": "statusguard.dev/v1alpha1", "kind": "StatusSchema",
            "metadata": {"name": format!("case{index}")},
            "spec": {"request": {"group": "example.org", "resource": format!("cases{index}")}, "schema": schema},
        });
        let file = schemas.path().join(format!("{index}.json"));
        fs::write(file, manifest.to_string()).unwrap();
    }
    let judge = judge_of(schemas.path());
    let most = Limits::default().small_effort;
    for (index, (_, status)) in long_ones().into_iter().enumerate() {
        let judged = |status: &Value| {
            let review = json!({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
                "uid": "u", "operation": "UPDATE", "subResource": "status",
                "resource": {"group": "example.org", "version": "v1", "resource": format!("cases{index}")},
                "object": {"status": status}, "oldObject": {},
            }});
            judge.judge_within(review.to_string().as_bytes(), most)
        };
        let policy = format!("example.org/cases{index}").into();
        assert_eq!(judged(&status), Err(Costly { policy }));
        assert!(judged(&json!({"a": "b"})).is_ok(), "{index}");
    }
}

#[test]
fn every_recorded_review_is_judged_on_the_spot() {
    let judge = judge_of("schemas".as_ref());
    let most = Limits::default().small_effort;
    for file in fs::read_dir("tests/fixtures/reviews").unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|it| it == "json") {
            let body = fs::read(&file).unwrap();
            let judged = judge.judge_within(&body, most / 2).is_ok();
            assert!(judged, "{}", file.display());
        }
    }
}

//! An API server in trouble: what was in force stays in force, it is asked with growing pauses, and each trouble is told
//! once, in the log and on the admin port, without any data.
use std::{
    fs,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    api_server::{ApiServer, CONFIGURATIONS, EXPIRED, Fault, PROMISES, SCHEMAS, SECOND, SECRETS},
    process::{COMPLETES, LEAK, Running, ended, serve},
};
use statusguard::core::webhook::plan::GRACE;

/// Pauses of a watch grow to half a minute, and it is taken for well after ten seconds more; only a test that fails waits
/// for as long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A word that stands in objects, and must stand in nothing that is said.
const CANARY: &str = "zq7canary";

/// A trouble that befalls a server which is ready.
struct Scenario {
    name: &'static str,
    /// What requests that fail have in them; `!` means that they do not.
    which: &'static [&'static str],
    fault: Fault,
    /// What is said, in the log and on the admin port.
    told: &'static str,
    /// Requests that fail in the first six seconds, at most.
    most: usize,
}

const LISTS: &[&str] = &["GET", "statusschemas", "!watch="];
const WATCHES: &[&str] = &["GET", "statusschemas", "watch="];

const SCENARIOS: [Scenario; 16] = [
    scenario(
        "away",
        &[""],
        Fault::Cut,
        "the API server cannot be reached",
        24,
    ),
    scenario(
        "lists_are_cut",
        LISTS,
        Fault::Cut,
        "the API server cannot be reached",
        4,
    ),
    scenario(
        "lists_are_slow",
        LISTS,
        Fault::Silence,
        "the API server takes too long",
        2,
    ),
    scenario(
        "lists_fail",
        LISTS,
        Fault::Status(500, "InternalError", 0),
        "the API server answered 500 InternalError",
        4,
    ),
    scenario(
        "busy",
        LISTS,
        Fault::Status(429, "TooManyRequests", 0),
        "the API server is busy",
        4,
    ),
    scenario(
        "busy_for_long",
        LISTS,
        Fault::Status(429, "TooManyRequests", 5),
        "the API server is busy",
        2,
    ),
    scenario(
        "unavailable",
        &["GET"],
        Fault::Status(503, "ServiceUnavailable", 1),
        "the API server answered 503 ServiceUnavailable",
        20,
    ),
    scenario(
        "lists_are_forbidden",
        LISTS,
        Fault::Status(403, "Forbidden", 0),
        "give the ServiceAccount the rights in deploy/",
        4,
    ),
    scenario(
        "lists_are_malformed",
        LISTS,
        Fault::Text(r#"{"metadata": {"resourceVersion": "9"}, "items": [{"zq7canary": ]}"#),
        "an answer that cannot be read",
        4,
    ),
    scenario(
        "kind_is_gone",
        LISTS,
        Fault::Status(404, "NotFound", 0),
        "does not know this kind",
        4,
    ),
    scenario(
        "watches_are_too_old",
        WATCHES,
        Fault::Status(410, "Expired", 0),
        "no longer has what was seen last",
        4,
    ),
    scenario(
        "watches_expire",
        WATCHES,
        Fault::Event(EXPIRED),
        "no longer has what was seen last",
        4,
    ),
    scenario(
        "watches_are_malformed",
        WATCHES,
        Fault::Event(r#"{"type": "MODIFIED", "object": {"zq7canary": ]}}"#),
        "cannot be re",
        4,
    ),
    scenario(
        "watches_are_dropped",
        WATCHES,
        Fault::Text(""),
        "the API server ends each watch at once",
        4,
    ),
    scenario(
        "watches_are_refused",
        WATCHES,
        Fault::Status(429, "TooManyRequests", 0),
        "the API server is busy",
        4,
    ),
    scenario(
        "suddenly_empty",
        LISTS,
        Fault::Empty,
        "they stay in force for 30 s",
        4,
    ),
];

const TROUBLES: &str = "statusguard_cluster_troubles";
const HEARD: &str = "statusguard_watch_heard_timestamp_seconds{kind=\"StatusSchemas\"}";
const RESTARTS: &str = "statusguard_watch_restarts_total{kind=\"StatusSchemas\"}";

const fn scenario(
    name: &'static str,
    which: &'static [&'static str],
    fault: Fault,
    told: &'static str,
    most: usize,
) -> Scenario {
    Scenario {
        name,
        which,
        fault,
        told,
        most,
    }
}

fn promise(name: &str) -> Value {
    json!({
        "apiVersion": "platform.kratix.io/v1alpha1", "kind": "Promise", "metadata": {"name": name},
        "spec": {"api": {
            "kind": "CustomResourceDefinition", "metadata": {"name": format!("{name}s.workshop.kratix.io")},
            "spec": {
                "group": "workshop.kratix.io",
                "names": {"kind": name, "plural": format!("{name}s")},
                "versions": [{"name": "v1alpha1", "served": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
            },
        }},
    })
}

/// A `StatusSchema` by which a username is of this type.
fn schema(username: &str) -> Value {
    json!({
        "apiVersion": "statusguard.dev/v1alpha1", "kind": "StatusSchema", "metadata": {"name": "elastic-cloud"},
        "spec": {"schema": {"properties": {"username": {"type": username, "description": CANARY}}}},
    })
}

/// statusguard beside an API server that is not one.
struct Beside {
    server: Running,
    review: String,
    began: Instant,
}

impl Beside {
    /// One that waits for an API server.
    fn begin(url: &str, arguments: &[&str]) -> Self {
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": url}}],
            "users": [{"name": "test", "user": {}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        });
        let directory = tempfile::tempdir().unwrap().keep();
        let file = directory.join("kubeconfig");
        fs::write(&file, kubeconfig.to_string()).unwrap();
        let variables = [("KUBECONFIG", file.to_str().unwrap())];
        let arguments = [&["--cluster"], arguments].concat();
        let server = Running::begin(&arguments, "json", &variables);
        let mut review: Value =
            serde_json::from_str(&fs::read_to_string(COMPLETES).unwrap()).unwrap();
        review["request"]["object"]["status"]["username"] = json!("elastic");
        let review_file = directory.join("review.json");
        fs::write(&review_file, review.to_string()).unwrap();
        Self {
            server,
            review: review_file.to_str().unwrap().to_owned(),
            began: Instant::now(),
        }
    }

    /// One that is ready, and refuses by a `StatusSchema`.
    fn ready() -> (Self, ApiServer) {
        let api = ApiServer::start();
        api.put(PROMISES, promise("elastic-cloud"));
        api.put(SCHEMAS, schema("integer"));
        let mut beside = Self::begin(&api.url(), &["--certificates=files"]);
        beside.server.serves(true);
        beside.until("it is ready", |it| it.server.get("/readyz").0 == 200);
        assert!(beside.refuses());
        (beside, api)
    }

    /// Whether it refuses a status whose username is a text.
    fn refuses(&self) -> bool {
        self.server.post(&self.review)["response"]["allowed"] == false
    }

    /// Whether the webhook configuration names a resource.
    fn names(api: &ApiServer, plural: &str) -> bool {
        let configuration = api.object(CONFIGURATIONS, "statusguard");
        configuration["webhooks"]
            .to_string()
            .contains(&format!("\"{plural}/status\""))
    }

    fn page(&self) -> String {
        self.server.get("/readyz?verbose").1
    }

    #[track_caller]
    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(
                began.elapsed() < PATIENCE,
                "not so: {what}\n{}\n{}",
                self.page(),
                self.server.log()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn befall(scenario: &Scenario) {
    let name = scenario.name;
    let (mut beside, api) = Beside::ready();
    assert!(beside.server.series(RESTARTS).abs() < 0.5, "{name}");
    let heard = beside.server.series(HEARD);
    let began = Instant::now();
    api.fail(scenario.which, scenario.fault);
    beside.until(name, |it| it.page().contains(scenario.told));
    assert!(beside.server.series(TROUBLES) >= 1.0, "{name}");
    while began.elapsed() < Duration::from_secs(6) {
        assert!(
            beside.refuses(),
            "{name}: what was in force is not any more"
        );
        assert_eq!(beside.server.get("/readyz").0, 200, "{name}");
        thread::sleep(Duration::from_millis(300));
    }
    let calls = api.calls(scenario.which, began);
    assert!(
        (1..=scenario.most).contains(&calls.len()),
        "{name}: {} {calls:#?}",
        calls.len()
    );
    let told = beside.server.log();
    let is_one = |line: &&str| line.contains(scenario.told) && line.contains("StatusSchemas: ");
    let count = told.lines().filter(is_one);
    assert_eq!(count.count(), 1, "{name}: {told}");
    api.mend();
    api.put(SCHEMAS, schema("string"));
    beside.until(name, |it| !it.refuses());
    api.put(SCHEMAS, schema("integer"));
    beside.until(name, Beside::refuses);
    beside.until(name, |it| !it.page().contains("StatusSchemas: "));
    beside.until(name, |it| it.server.series(TROUBLES) < 1.0);
    assert!(beside.server.series(RESTARTS) > 0.5, "{name}");
    assert!(beside.server.series(HEARD) > heard, "{name}");
    assert!(beside.server.log().contains("well again"), "{name}");
    assert!(
        !beside.server.log().contains(CANARY) && !beside.page().contains(CANARY),
        "{name}"
    );
}

#[test]
fn no_trouble_of_the_api_server_stops_the_judging() {
    let told: Vec<String> = thread::scope(|scope| {
        let all: Vec<_> = SCENARIOS
            .iter()
            .map(|it| (it.name, scope.spawn(|| befall(it))))
            .collect();
        let failed = all
            .into_iter()
            .filter_map(|(name, it)| it.join().err().map(|_| name.to_owned()));
        failed.collect()
    });
    assert_eq!(told, [""; 0]);
}

#[test]
fn it_waits_for_an_api_server_and_says_so() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let mut beside = Beside::begin(&format!("http://{address}"), &["--certificates=files"]);
    beside.server.serves(true);
    beside.until("it says why it is not ready", |it| {
        it.page()
            .contains("the API server cannot be reached (Connection refused")
    });
    let page = beside.page();
    assert_eq!(beside.server.get("/readyz").0, 503, "{page}");
    assert_eq!(beside.server.get("/livez").0, 200);
    assert!(
        page.contains("[-] cluster: Promises and StatusSchemas have not been listed yet"),
        "{page}"
    );
    assert!(!beside.refuses(), "no schema is known yet");
    let api = ApiServer::at(TcpListener::bind(address).unwrap());
    // Half of it is not enough: with it alone, every Promise would look as if it had no StatusSchema.
    api.fail(LISTS, Fault::Status(500, "InternalError", 0));
    api.put(PROMISES, promise("elastic-cloud"));
    api.put(SCHEMAS, schema("integer"));
    beside.until("the Promises are listed", |it| {
        it.page()
            .contains("cluster: StatusSchemas have not been listed yet")
    });
    assert_eq!(beside.server.get("/readyz").0, 503);
    assert_eq!(
        api.calls(&["PATCH", "/statusguard?"], beside.began).len(),
        0
    );
    api.mend();
    beside.until("it is ready", |it| it.server.get("/readyz").0 == 200);
    assert!(beside.refuses());
}

#[test]
fn without_a_cluster_it_says_so_once_and_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = serve(directory.path());
    command.args(["--cluster", "--log-format", "text"]);
    let (code, _, said) = ended(command.env("KUBECONFIG", "none.yaml"));
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(said.matches("No such file").count(), 1, "{said}");
    assert!(
        said.contains("point KUBECONFIG at a kubeconfig that works"),
        "{said}"
    );
}

#[test]
fn without_a_certificate_it_is_alive_and_can_be_stopped() {
    let api = ApiServer::start();
    let mut beside = Beside::begin(&api.url(), &[]);
    let line = beside.server.wait_for("starting");
    let line: Value = serde_json::from_str(&line).unwrap();
    beside.server.admin = line["admin"].as_str().unwrap().parse().unwrap();
    beside.until("it says what is missing", |it| {
        let page = it.page();
        page.contains("[-] certificate: there is none yet")
            && page.contains(
                "the Secret default/statusguard-certificates of the certificates: it does not exist",
            )
    });
    assert_eq!(beside.server.get("/livez").0, 200);
    assert_eq!(beside.server.get("/readyz").0, 503);
    // An empty one is filled in, when that can be.
    api.fail(&["PUT", "secrets"], Fault::Status(403, "Forbidden", 0));
    api.put(SECRETS, json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "statusguard-certificates"}}));
    beside.until("it says what is refused", |it| {
        it.page().contains("writing the Secret default/statusguard-certificates of the certificates: the API server refused")
    });
    beside.server.signal("TERM");
    let began = Instant::now();
    let (status, said) = beside.server.end();
    assert_eq!(status.code(), Some(0), "{said:#?}");
    assert!(began.elapsed() < Duration::from_secs(5), "{said:#?}");
}

/// An apply of the webhook configuration that is answered like this.
fn refuse_applies(code: u16, reason: &'static str, told: &str) {
    const APPLIES: &[&str] = &["PATCH", "validatingwebhookconfigurations/statusguard?"];
    let (mut beside, api) = Beside::ready();
    beside.until("the configuration is filled in", |_| {
        Beside::names(&api, "elastic-clouds")
    });
    api.fail(APPLIES, Fault::Status(code, reason, 0));
    let began = Instant::now();
    api.put(PROMISES, promise("postgres"));
    beside.until(reason, |it| {
        let page = it.page();
        page.contains("filling in the webhook configuration statusguard: ") && page.contains(told)
    });
    thread::sleep(Duration::from_secs(4).saturating_sub(began.elapsed()));
    let calls = api.calls(APPLIES, began).len();
    assert!((2..5).contains(&calls), "{reason}: {calls}");
    assert!(beside.refuses());
    assert_eq!(beside.server.get("/readyz").0, 200);
    let log = beside.server.log();
    assert_eq!(log.matches(told).count(), 1, "{log}");
    api.mend();
    beside.until("it is filled in", |_| Beside::names(&api, "postgress"));
    beside.until("all is well", |it| !it.page().contains("[!]"));
}

#[test]
fn a_webhook_configuration_that_cannot_be_filled_in_is_told_and_tried_again() {
    let answers = [
        (
            403,
            "Forbidden",
            "give the ServiceAccount the rights in deploy/",
        ),
        (409, "Conflict", "the API server answered 409 Conflict"),
        (
            500,
            "InternalError",
            "the API server answered 500 InternalError",
        ),
    ];
    thread::scope(|scope| {
        for (code, reason, told) in answers {
            scope.spawn(move || refuse_applies(code, reason, told));
        }
    });
}

#[test]
fn an_object_that_cannot_be_read_leaves_what_was_known_of_it() {
    let (mut beside, api) = Beside::ready();
    let mut broken = promise("elastic-cloud");
    broken["spec"] = json!(CANARY);
    let told = "Promises: elastic-cloud: cannot be read; what was known of it stays in force";
    api.put(PROMISES, broken);
    beside.until("it is told", |it| it.page().contains(told));
    api.put(SCHEMAS, schema("string"));
    beside.until("the others count", |it| !it.refuses());
    api.put(SCHEMAS, schema("integer"));
    beside.until("the others count", Beside::refuses);
    // It is among the others in a list as well.
    api.fail(&["GET", "promises", "watch="], Fault::Event(EXPIRED));
    thread::sleep(Duration::from_secs(2));
    api.mend();
    assert!(beside.refuses());
    let log = beside.server.log();
    assert_eq!(log.matches(told).count(), 1, "{log}");
    assert!(!log.contains(CANARY) && !beside.page().contains(CANARY));
    api.put(PROMISES, promise("elastic-cloud"));
    beside.until("all is well", |it| !it.page().contains("[!]"));
}

#[test]
fn a_replica_that_hears_nothing_of_promises_takes_no_guard_away() {
    let (mut first, api) = Beside::ready();
    let mut second = Beside::begin(&format!("{}{SECOND}", api.url()), &["--certificates=files"]);
    second.server.serves(true);
    second.until("it is ready", |it| it.server.get("/readyz").0 == 200);
    first.until("both trust", |_| Beside::names(&api, "elastic-clouds"));
    // Its watch tells of nothing any more, and neither does a list.
    api.fail(&[SECOND, "promises"], Fault::Silence);
    api.put(PROMISES, promise("postgres"));
    first.until("one replica has added it", |_| {
        Beside::names(&api, "postgress")
    });
    let began = Instant::now();
    while began.elapsed() < GRACE + Duration::from_secs(15) {
        assert!(Beside::names(&api, "postgress"), "{}", second.server.log());
        thread::sleep(Duration::from_millis(100));
    }
    assert!(
        second
            .page()
            .contains("the watch of Promises: the API server takes too long")
    );
    api.mend();
    second.until("it lists again", |it| {
        !it.page().contains("the watch of Promises")
    });
    assert!(second.server.log().contains("Promise postgres: guarded"));
}

#[test]
fn a_misspelt_annotation_is_told_on_the_admin_port_and_on_its_promise() {
    let (mut beside, api) = Beside::ready();
    let began = Instant::now();
    let mut misspelt = promise("elastic-cloud");
    misspelt["metadata"]["annotations"] = json!({"statusguard.dev/enforcment": "Off"});
    api.put(PROMISES, misspelt);
    let told = "did you mean statusguard.dev/enforcement?";
    beside.until("it is told", |it| it.page().contains(told));
    beside.until("its author is told", |_| {
        let events = api.calls(&["POST", "/events"], began);
        let is_one = |event: &Value| {
            event["regarding"]["kind"] == "Promise"
                && event["metadata"]["namespace"] == "default"
                && event["note"]
                    .as_str()
                    .is_some_and(|note| note.contains(told))
        };
        events.iter().any(|call| is_one(&call.body))
    });
    api.put(PROMISES, promise("elastic-cloud"));
    beside.until("all is well", |it| !it.page().contains("[!]"));
}

/// Anybody who reaches the port can send a review of anything, and none of it may become an Event about something else.
#[test]
fn a_review_of_what_nobody_guards_is_answered_and_leaves_no_event() {
    let (mut beside, api) = Beside::ready();
    let review: Value = serde_json::from_str(&fs::read_to_string(LEAK).unwrap()).unwrap();
    let events = || api.calls(&["POST", "/events"], beside.began);
    let forged = |at: &str, value: Value| {
        let mut review = review.clone();
        *review.pointer_mut(at).unwrap() = value;
        let file = beside.server.directory.path().join("forged.json");
        fs::write(&file, review.to_string()).unwrap();
        let reply = beside.server.post(file.to_str().unwrap());
        assert_eq!(reply["response"]["allowed"], false, "{at}");
    };
    forged(
        "/request/resource",
        json!({"group": "", "version": "v1", "resource": "pods"}),
    );
    forged("/request/resource/group", json!("example.org"));
    forged("/request/kind/kind", json!("Pod"));
    beside.server.post(LEAK);
    let told = Instant::now();
    let is_last = |event: &Value| {
        let about = &event["regarding"];
        let is_leak = event["note"]
            .as_str()
            .is_some_and(|note| note.contains("status.password"));
        is_leak
            && about["kind"] == "elastic-cloud"
            && about["apiVersion"] == "workshop.kratix.io/v1alpha1"
    };
    while !events().iter().any(|call| is_last(&call.body)) {
        assert!(told.elapsed() < PATIENCE, "no Event: {:#?}", events());
        thread::sleep(Duration::from_millis(50));
    }
    // They are written in the order in which they are told, so the others would be there by now.
    for call in events() {
        let about = &call.body["regarding"];
        assert_eq!(about["apiVersion"], "workshop.kratix.io/v1alpha1");
        assert_eq!(about["kind"], "elastic-cloud", "{about:#}");
    }
    beside.until("it is counted", |it| {
        it.server
            .series("statusguard_events_total{outcome=\"sent\"}")
            > 0.5
    });
}

#[test]
fn a_status_schema_says_how_it_stands_and_is_written_only_when_that_changes() {
    let (mut beside, api) = Beside::ready();
    let condition = |kind: &str| {
        let mut object = api.object(SCHEMAS, "elastic-cloud");
        let generation = object["metadata"]["generation"].take();
        let conditions = object["status"]["conditions"].take();
        let conditions = conditions.as_array().into_iter().flatten();
        let mut present = conditions.filter(|it| it["observedGeneration"] == generation);
        let found = present.find(|it| it["type"] == kind);
        found.cloned().unwrap_or_default()
    };
    let with_url = |url: Value| {
        let mut changed = schema("integer");
        changed["spec"]["schema"]["properties"]["url"] = url;
        changed
    };
    let says = |words: &str| {
        let message = condition("Accepted")["message"].clone();
        message.as_str().is_some_and(|it| it.contains(words))
    };
    api.put(SCHEMAS, with_url(json!({"type": "string", "pattern": "("})));
    beside.until("its fault is told", |_| {
        condition("Accepted")["reason"] == "InvalidSchema" && says("properties.url.pattern")
    });
    assert!(beside.refuses(), "the last good one stays");
    api.put(
        SCHEMAS,
        with_url(json!({"x-kubernetes-validations": [{"rule": "self != ''"}]})),
    );
    beside.until("what is ignored is named", |_| {
        condition("Accepted")["status"] == "True"
            && says("x-kubernetes-validations is not enforced here")
            && condition("Enforced")["status"] == "True"
    });
    let began = Instant::now();
    // Kratix writes the status of the Promise, and another replica knows of nothing that was written.
    let mut same = promise("elastic-cloud");
    same["status"] = json!({"observedGeneration": 1});
    api.put(PROMISES, same);
    let mut another = Beside::begin(&api.url(), &["--certificates=files"]);
    another.server.serves(true);
    another.until("it is ready", |it| it.server.get("/readyz").0 == 200);
    thread::sleep(Duration::from_secs(2));
    let writes = api.calls(&["PATCH", "/statusschemas/elastic-cloud/status"], began);
    assert_eq!(writes.len(), 0, "{writes:#?}");
}

#[test]
fn an_event_that_is_there_already_is_counted_on() {
    let (mut first, api) = Beside::ready();
    let began = first.began;
    let event = || {
        let posts = api.calls(&["POST", "/events"], began);
        let of_request = posts
            .iter()
            .find(|call| call.body["reason"] == "StatusRejected")?;
        let name = of_request.body["metadata"]["name"].as_str()?;
        let collection = of_request.line.trim_start_matches("POST ");
        let collection = collection.split('?').next()?;
        Some(api.object(collection, name)).filter(|it| !it.is_null())
    };
    let mut told = || {
        first.until("it is told", |_| event().is_some());
        event().unwrap()
    };
    assert_eq!(told()["series"], Value::Null);
    for count in [2, 3] {
        // It remembers nothing of what was told before it was started.
        let mut another = Beside::begin(&api.url(), &["--certificates=files"]);
        another.server.serves(true);
        another.until("it is ready", |it| it.server.get("/readyz").0 == 200);
        assert!(another.refuses());
        another.until("it is counted", |_| {
            event().is_some_and(|it| it["series"]["count"] == count)
        });
        assert!(told()["series"]["lastObservedTime"].is_string());
        another.until("it counts as merged", |it| {
            let metrics = it.server.get("/metrics").1;
            metrics.contains("events_total{outcome=\"merged\"} 1")
        });
    }
}

#[test]
fn an_api_server_that_takes_no_events_is_in_the_way_of_no_reply() {
    let (mut beside, api) = Beside::ready();
    let began = Instant::now();
    api.fail(&["POST", "/events"], Fault::Silence);
    let review: Value = serde_json::from_str(&fs::read_to_string(LEAK).unwrap()).unwrap();
    for number in 0..20 {
        let mut review = review.clone();
        review["request"]["name"] = json!(format!("request-{number}"));
        let file = beside.server.directory.path().join("review.json");
        fs::write(&file, review.to_string()).unwrap();
        let asked = Instant::now();
        let reply = beside.server.post(file.to_str().unwrap());
        assert_eq!(reply["response"]["allowed"], false);
        // As long as the API server waits.
        assert!(asked.elapsed() < Duration::from_secs(3), "{number}");
    }
    beside.until("it is told", |it| {
        it.page().contains("Events: the API server takes too long")
    });
    assert!(
        beside
            .server
            .series("statusguard_events_total{outcome=\"failed\"}")
            > 0.5
    );
    api.mend();
    beside.until("the others are written", |it| {
        it.server
            .series("statusguard_events_total{outcome=\"sent\"}")
            > 5.0
    });
    assert!(!api.calls(&["POST", "/events"], began).is_empty());
}

#[test]
fn what_is_said_of_the_webhook_reaches_the_configuration() {
    let api = ApiServer::start();
    api.put(PROMISES, promise("elastic-cloud"));
    api.put(SCHEMAS, schema("integer"));
    let namespaces = json!({"matchLabels": {"guarded": "yes"}});
    let objects = json!({"matchExpressions": [{"key": "unguarded", "operator": "DoesNotExist"}]});
    let mut beside = Beside::begin(
        &api.url(),
        &[
            "--certificates=files",
            "--failure-policy=Ignore",
            "--webhook-timeout=7",
            &format!("--namespace-selector={namespaces}"),
            &format!("--object-selector={objects}"),
        ],
    );
    beside.server.serves(true);
    beside.until("it is filled in", |_| Beside::names(&api, "elastic-clouds"));
    let configuration = api.object(CONFIGURATIONS, "statusguard");
    let webhooks = configuration["webhooks"].as_array().unwrap();
    assert!(
        webhooks
            .iter()
            .any(|it| it["name"] == "enforce.statusguard.dev")
    );
    for webhook in webhooks {
        assert_eq!(webhook["failurePolicy"], "Ignore");
        assert_eq!(webhook["timeoutSeconds"], 7);
        assert_eq!(webhook["namespaceSelector"], namespaces);
        assert_eq!(webhook["objectSelector"], objects);
    }
}

#[test]
fn what_an_annotation_does_is_told_once_and_so_is_that_it_is_gone() {
    let (mut beside, api) = Beside::ready();
    for (name, annotation, told) in [
        ("postgres", None, "guarded for secrets"),
        (
            "postgres",
            Some("Off"),
            "Off by the annotation statusguard.dev/enforcement: its schema does not count",
        ),
        (
            "postgres",
            Some("Audit"),
            "what its schema refuses is only counted",
        ),
        (
            "postgres",
            Some("Enforce"),
            "what its schema refuses is refused",
        ),
        (
            "postgres",
            None,
            "no annotation counts any more, so it is Warn",
        ),
        (
            "elastic-cloud",
            Some("Off"),
            "which means nothing beside its StatusSchema",
        ),
    ] {
        let mut changed = promise(name);
        if let Some(word) = annotation {
            changed["metadata"]["annotations"] = json!({"statusguard.dev/enforcement": word});
        }
        api.put(PROMISES, changed.clone());
        let line = beside.server.wait_for(told);
        assert!(
            line.contains(&format!("Promise {name}: ")) && line.contains("INFO"),
            "{line}"
        );
        // Kratix writes its status, and nothing of this has changed.
        changed["status"] = json!({"observedGeneration": 1});
        api.put(PROMISES, changed);
    }
    api.put(PROMISES, promise("redis"));
    beside.server.wait_for("Promise redis: guarded");
    let log = beside.server.log();
    assert_eq!(log.matches(" by the annotation ").count(), 4, "{log}");
    assert!(beside.refuses());
}

#[test]
fn an_api_server_that_comes_back_empty_takes_no_policy_away_and_is_filled_again() {
    let (mut beside, api) = Beside::ready();
    beside.until("it is filled in", |_| Beside::names(&api, "elastic-clouds"));
    api.forget();
    for told in [
        "the list of Promises: the API server lists none",
        "the list of StatusSchemas: the API server lists none",
        "the webhook configuration statusguard: it does not exist, so nothing is guarded",
    ] {
        beside.until(told, |it| it.page().contains(told));
    }
    assert!(beside.refuses(), "what was in force is not any more");
    assert_eq!(beside.server.get("/readyz").0, 200);
    assert!(
        !Beside::names(&api, "elastic-clouds"),
        "nobody may bring it back"
    );
    api.install();
    api.put(PROMISES, promise("elastic-cloud"));
    api.put(SCHEMAS, schema("integer"));
    beside.until("it is filled in again", |_| {
        Beside::names(&api, "elastic-clouds")
    });
    beside.until("all is well", |it| !it.page().contains("[!]"));
    assert!(beside.refuses());
}

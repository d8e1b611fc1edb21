//! How soon a cluster's changes count, and what many Promises cost; what a write costs is `cargo bench --bench compare`:
//! `cargo test --profile count --test cluster numbers -- --ignored --nocapture`.
#![expect(
    clippy::print_stdout,
    reason = "figures are for whoever asked for them"
)]
use std::{
    collections::BTreeMap,
    fs, thread,
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};

use crate::{
    control_plane::ControlPlane,
    installed::{DEFINITIONS, Installed},
    plain::url,
    promise::{Promise, custom_resource_definition},
};

const PROMISES: &str = "/apis/platform.kratix.io/v1alpha1/promises";

/// Times that a schema is changed.
const CHANGES: usize = 100;
/// Promises that come one by one.
const NEW: usize = 50;

const MANY: usize = 1_000;
const KEYS: usize = 30;

#[test]
#[ignore = "measures, for minutes"]
fn numbers() {
    let Some(plane) = ControlPlane::another("numbers") else {
        return;
    };
    let Some(cluster) = Installed::with_helm(plane, &[]) else {
        return;
    };
    cluster.run(&[]);
    changes(&cluster);
    many(&cluster);
}

/// p50 and p99, in milliseconds.
fn quantiles(times: &mut [Duration]) -> [f64; 2] {
    times.sort_unstable();
    [times.len() / 2, times.len() * 99 / 100].map(|at| times[at].as_secs_f64() * 1_000.0)
}

/// From a change to the first write that is judged by it.
fn changes(cluster: &Installed) {
    let promise = cluster.promise("changing-cloud", &url());
    changed("a StatusSchema that changes", &promise, |schema| {
        let spec = json!({"schema": schema});
        cluster.schema(promise.name, &spec).accepted();
    });
    cluster.delete_schema(promise.name);
    changed("a Promise that changes", &promise, |schema| {
        cluster.replace_promise(promise.name, schema, Some("Enforce"));
    });
    new(cluster);
}

fn changed(what: &str, promise: &Promise, change: impl Fn(&Value)) {
    let times = (0..CHANGES).map(|number| {
        let (kind, code) = if number % 2 == 0 {
            ("integer", 422)
        } else {
            ("string", 200)
        };
        change(&json!({"type": "object", "properties": {"url": {"type": kind}}}));
        answers(promise, &json!({"url": "x"}), code)
    });
    tell(what, times.collect());
}

/// Promises that come, as soon as their CRD is served.
fn new(cluster: &Installed) {
    let times = (0..NEW).map(|number| {
        let name: &'static str = format!("new{number}-cloud").leak();
        let definition = custom_resource_definition(name);
        let promise = Promise::install_in(cluster.plane, name, &definition);
        promise.request("example");
        cluster.replace_promise(name, &url(), None);
        answers(&promise, &json!({"password": "hunter2"}), 422)
    });
    tell("a Promise that is new", times.collect());
}

/// How long it takes until a write is answered with `code`.
fn answers(promise: &Promise, status: &Value, code: u16) -> Duration {
    let began = Instant::now();
    while promise.dry_run("example", status).code != code {
        assert!(began.elapsed() < Duration::from_secs(10), "it never counts");
    }
    began.elapsed()
}

fn tell(what: &str, mut times: Vec<Duration>) {
    let [median, most] = quantiles(&mut times);
    let verdict = if most <= 1_000.0 { "met" } else { "missed" };
    let times = times.len();
    println!(
        "{what}, to enforced, ms: p50 {median:.0}, p99 {most:.0} of {times}, goal 1000: {verdict}"
    );
}

/// A start with a thousand Promises, each with its CRD.
fn many(cluster: &Installed) {
    let names: Vec<usize> = (0..MANY).collect();
    thread::scope(|scope| {
        for names in names.chunks(MANY / 4) {
            scope.spawn(move || {
                for number in names {
                    let name = format!("large{number}");
                    let definition = custom_resource_definition(&name);
                    cluster.apply(DEFINITIONS, &definition).accepted();
                    cluster.apply(PROMISES, &large(*number)).accepted();
                }
            });
        }
    });
    cluster.stop();
    let mut times = BTreeMap::new();
    for start in 0..5 {
        let began = Instant::now();
        cluster.run(&[]);
        times.insert(began.elapsed(), cluster.resident());
        if start < 4 {
            cluster.stop();
        }
    }
    let (median, resident) = times.iter().nth(2).expect("there are five");
    let seconds = median.as_secs_f64();
    let verdict = |is_met: bool| if is_met { "met" } else { "missed" };
    println!(
        "start to ready with {MANY} Promises of {KEYS} keys and their CRDs: {seconds:.2} s, goal 2: {}",
        verdict(seconds < 2.0)
    );
    println!(
        "  resident then: {resident:.0} MB, goal 100: {}",
        verdict(*resident <= 100.0)
    );
}

/// A Promise whose author described thirty keys.
fn large(number: usize) -> Value {
    let name = format!("large{number}");
    let mut properties = Map::new();
    for key in 0..KEYS {
        let description = format!("What large{number} says about its part {key}, in a sentence.");
        let mut property = match key % 4 {
            0 => json!({"type": "string", "pattern": format!("^r{number}-[a-z0-9-]{{1,50}}$")}),
            1 => json!({"type": "string", "enum": ["Pending", "Running", "Failed"]}),
            2 => json!({"type": "integer", "minimum": 0, "maximum": 65_535}),
            _ => json!({"type": "array", "maxItems": 64, "items": {"type": "string"}}),
        };
        property["description"] = description.into();
        properties.insert(format!("field{key}"), property);
    }
    let status =
        json!({"type": "object", "required": ["field0", "field1"], "properties": properties});
    let schema = json!({"openAPIV3Schema": {"type": "object", "properties": {"status": status}}});
    let versions = json!([{"name": "v1alpha1", "served": true, "storage": true, "schema": schema}]);
    json!({
        "apiVersion": "platform.kratix.io/v1alpha1", "kind": "Promise", "metadata": {"name": name},
        "spec": {"api": {
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{name}s.workshop.kratix.io")},
            "spec": {
                "group": "workshop.kratix.io", "scope": "Namespaced", "versions": versions,
                "names": {"kind": name, "plural": format!("{name}s"), "singular": name},
            },
        }},
    })
}

/// The resident memory of the only child of a process, in MB.
pub fn resident(shell: u32) -> f64 {
    let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
    let child = children
        .expect("it is read on Linux")
        .split_whitespace()
        .next()
        .map(str::to_owned);
    let child = child.expect("the shell runs one");
    let status = fs::read_to_string(format!("/proc/{child}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.expect("it is a number") / 1_024.0
}

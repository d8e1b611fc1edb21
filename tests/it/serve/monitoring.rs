//! Alerts, dashboard and README name only series that there are, and README names them all.
use std::{collections::BTreeSet, fs, time::Duration};

use prometheus_client::registry::Registry;
use regex::Regex;
use serde_json::Value;
use statusguard::{
    core::{
        gate::{HeldBack, Verdict},
        yaml::Document,
    },
    telemetry::metrics::{EventOutcome, Metrics},
};
use tempfile::TempDir;

use super::process::{LEAK, Running};

const ALERTS: &str = "deploy/monitoring/alerts.yaml";
const DASHBOARD: &str = "deploy/monitoring/dashboard.json";

/// The names of the metrics that `/metrics` has, as their types are declared.
fn declared(written: &str) -> BTreeSet<String> {
    let types = written
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "));
    types
        .map(|line| {
            let (name, kind) = line.split_once(' ').unwrap();
            match kind {
                "counter" => format!("{name}_total"),
                "info" => format!("{name}_info"),
                _ => name.to_owned(),
            }
        })
        .collect()
}

/// All that there is: what a server writes that refused something, and what it would once the rest has happened.
fn metrics() -> BTreeSet<String> {
    let rest = Metrics::default();
    rest.refused(429);
    rest.tls_failed(false);
    rest.event(EventOutcome::Sent);
    let held_back = Verdict {
        held_back: Some(HeldBack::Mode),
        ..Verdict::not_judged()
    };
    rest.decided(&held_back, false, Duration::ZERO);
    let mut names = declared(&rest.render(&Registry::default()).unwrap());
    let server = Running::start(&[], "json");
    server.post(LEAK);
    names.extend(declared(&server.get("/metrics").1));
    // Only a server in a cluster has these; the tests beside an API server look at them.
    names.extend(
        [
            "statusguard_watch_heard_timestamp_seconds",
            "statusguard_watch_restarts_total",
        ]
        .map(str::to_owned),
    );
    names
}

/// Values of labels that these servers do not happen to write: of what is scraped, and of verdicts that they do not give.
const OTHER_LABELS: [&str; 2] = ["job=\"statusguard\"", "verdict=\"Warned\""];

/// A server that refused something, by good files beside a bad one.
fn written() -> String {
    let schemas = TempDir::new().unwrap();
    fs::copy(
        "schemas/elastic-cloud.yaml",
        schemas.path().join("good.yaml"),
    )
    .unwrap();
    let bad = "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {name: bad}\nspec:\n  \
               request: {group: example.org, resource: bads}\n  schema: {type: txt}\n";
    fs::write(schemas.path().join("bad.yaml"), bad).unwrap();
    let server = Running::start(&["--schemas", schemas.path().to_str().unwrap()], "json");
    server.post(LEAK);
    server.get("/metrics").1
}

/// The conditions of an expression, as label and value.
fn conditions(text: &str) -> Vec<(String, String)> {
    let condition = Regex::new(r#"([a-z_]+)(?:=|!=|=~|!~)\\?"([^"\\]*)\\?""#).unwrap();
    let found = condition.captures_iter(text);
    let each = found.flat_map(|found| {
        let values: Vec<String> = found[2].split('|').map(str::to_owned).collect();
        let label = found[1].to_owned();
        values.into_iter().map(move |value| (label.clone(), value))
    });
    each.collect()
}

/// A condition that nothing can meet is an alert that never fires.
#[test]
fn what_is_asked_of_labels_is_what_they_can_be() {
    let written = written();
    for file in [ALERTS, DASHBOARD] {
        let asked = conditions(&fs::read_to_string(file).unwrap());
        assert!(asked.len() > 4, "{file} asks {asked:?}");
        for (label, value) in asked {
            let is_any = value.starts_with('$');
            let pair = format!("{label}=\"{value}\"");
            assert!(
                is_any || OTHER_LABELS.contains(&&*pair) || written.contains(&pair),
                "{file} asks for {pair}: {written}"
            );
        }
    }
}

/// The objects in a file of the deployment.
fn objects(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    let documents = text.split("\n---\n");
    let read = documents.map(|text| Document::read(text.as_bytes()).unwrap().value().clone());
    read.collect()
}

#[test]
fn what_is_scraped_is_what_the_chart_installs() {
    let installed = objects("deploy/statusguard.yaml");
    let deployment = installed
        .iter()
        .find(|it| it["kind"] == "Deployment")
        .unwrap();
    let scraped = objects("deploy/monitoring/servicemonitor.yaml");
    let [service, monitor] = &*scraped else {
        panic!("{scraped:#?}")
    };
    let has_all = |labels: &Value, wanted: &Value| {
        let wanted = wanted.as_object().unwrap();
        !wanted.is_empty() && wanted.iter().all(|(label, value)| labels[label] == *value)
    };
    let pods = &deployment["spec"]["template"];
    let labels = &pods["metadata"]["labels"];
    assert!(has_all(labels, &service["spec"]["selector"]), "{labels}");
    let port = &service["spec"]["ports"][0];
    let ports = pods["spec"]["containers"][0]["ports"].as_array().unwrap();
    let admin = ports.iter().find(|it| it["name"] == port["targetPort"]);
    assert_eq!(admin.unwrap()["containerPort"], port["port"]);
    let (spec, labels) = (&monitor["spec"], &service["metadata"]["labels"]);
    assert!(
        has_all(labels, &spec["selector"]["matchLabels"]),
        "{labels}"
    );
    assert_eq!(spec["endpoints"][0]["port"], port["name"]);
    assert_eq!(spec["endpoints"][0]["path"], "/metrics");
    // The alerts and the dashboard know the series by it.
    let job = &labels[spec["jobLabel"].as_str().unwrap()];
    assert_eq!(format!("job={job}"), OTHER_LABELS[0]);
    for object in [service, monitor] {
        let namespace = &object["metadata"]["namespace"];
        assert_eq!(*namespace, deployment["metadata"]["namespace"]);
    }
}

/// The names of series in a text, without what a histogram appends.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let series = words.filter(|word| {
        (word.starts_with("statusguard_") || word.starts_with("process_")) && !word.ends_with('_')
    });
    series
        .map(|word| word.trim_end_matches("_bucket").to_owned())
        .collect()
}

#[test]
fn what_is_watched_and_what_is_told_is_what_is_measured() {
    let there_are = metrics();
    for file in [ALERTS, DASHBOARD] {
        let named = named(&fs::read_to_string(file).unwrap());
        assert!(named.len() > 5, "{file} names {named:?}");
        let unknown: Vec<_> = named.difference(&there_are).collect();
        assert!(unknown.is_empty(), "{file} names {unknown:?}");
    }
    let readme = fs::read_to_string("README.md").unwrap();
    let told = named(&readme);
    assert_eq!(told, there_are);
}

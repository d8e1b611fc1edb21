//! Alerts, dashboard and README name only series that there are, and README names them all.
use std::{collections::BTreeSet, fs, time::Duration};

use prometheus_client::registry::Registry;
use statusguard::{
    core::gate::{HeldBack, Verdict},
    telemetry::metrics::{EventOutcome, Metrics},
};

use super::process::{LEAK, Running};

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
    // Only a server in a cluster has it; the tests there look at it.
    names.insert("statusguard_watch_heard_timestamp_seconds".to_owned());
    names
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
    for file in [
        "deploy/monitoring/alerts.yaml",
        "deploy/monitoring/dashboard.json",
    ] {
        let named = named(&fs::read_to_string(file).unwrap());
        assert!(named.len() > 5, "{file} names {named:?}");
        let unknown: Vec<_> = named.difference(&there_are).collect();
        assert!(unknown.is_empty(), "{file} names {unknown:?}");
    }
    let readme = fs::read_to_string("README.md").unwrap();
    let told = named(&readme);
    assert_eq!(told, there_are);
}

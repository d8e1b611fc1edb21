//! What is written for Prometheus, and what may never grow.
use std::sync::Arc;

use super::*;
use crate::core::{
    finding::{Effect, Finding, Rule},
    gate::{HeldBack, Outcome},
    path::Path,
    phase::Phase,
    policy::Policy,
};

/// A verdict about a request of `promise`, with a finding for each rule.
fn verdict(promise: &str, rules: &[&'static str]) -> Verdict {
    let finding = |rule: &&'static str| Finding {
        path: Path::root(),
        rule: Rule::new(rule),
        effect: Effect::Deny,
        is_told: true,
        confidence: None,
        message: String::new(),
    };
    Verdict {
        outcome: Outcome::Denied,
        policy: Some(Arc::new(Policy {
            promise: promise.to_owned(),
            ..Policy::built_in()
        })),
        phase: Some(Phase::Complete),
        findings: rules.iter().map(finding).collect(),
        held_back: None,
    }
}

/// The lines of all series but those of the process, which are never the same.
fn series(metrics: &Metrics) -> String {
    let written = metrics.render(&Registry::default()).unwrap();
    let lines = written.lines().filter(|line| !line.contains("process_"));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn what_was_counted_is_written_as_open_metrics() {
    let metrics = Metrics::default();
    let refused = verdict("redis", &["schema/type", "schema/type", "secret/jwt"]);
    metrics.decided(&refused, false, Duration::from_micros(20));
    metrics.decided(&refused, true, Duration::from_micros(20));
    let warned = Verdict {
        outcome: Outcome::Warned,
        held_back: Some(HeldBack::Mode),
        ..verdict("redis", &[])
    };
    metrics.decided(&warned, false, Duration::from_micros(20));
    metrics.decided(&Verdict::not_judged(), false, Duration::from_micros(2));
    metrics.answered(Duration::from_millis(1));
    metrics.read(3_000);
    metrics.refused(400);
    metrics.refused(418);
    metrics.failed(Failure::Panic);
    metrics.tls_failed(true);
    metrics.event(EventOutcome::Merged);
    let _waiting = metrics.waits();
    // A family has no order of its own.
    let written = series(&metrics);
    let mut lines: Vec<&str> = written.lines().collect();
    lines.sort_unstable();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn who_waits_no_more_is_not_counted() {
    let metrics = Metrics::default();
    drop(metrics.waits());
    assert!(series(&metrics).contains("\nstatusguard_waiting_requests 0\n"));
}

#[test]
fn promises_beyond_the_limit_are_counted_together() {
    let metrics = Metrics::default();
    for number in 0..1_100 {
        let verdict = verdict(&format!("promise-{number}"), &["schema/type"]);
        metrics.decided(&verdict, false, Duration::ZERO);
    }
    let written = series(&metrics);
    let counts = |family: &str| {
        let lines = written.lines();
        lines.filter(|line| line.starts_with(family)).count()
    };
    assert_eq!(counts("statusguard_reviews_total{"), 1_001);
    assert_eq!(counts("statusguard_findings_total{"), 1_001);
    let others = r#"statusguard_reviews_total{promise="(others)",verdict="Denied",phase="complete",dry_run="false"} 100"#;
    assert!(written.contains(others), "{written}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_is_measured() {
    let written = Metrics::default().render(&Registry::default()).unwrap();
    for name in [
        "process_cpu_seconds_total",
        "process_start_time_seconds",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_threads",
        "process_open_fds",
        "process_max_fds",
    ] {
        let line = written
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")));
        let value = line
            .and_then(|line| line.split(' ').nth(1))
            .unwrap_or_else(|| panic!("no {name}: {written}"));
        assert!(value.parse::<f64>().unwrap() >= 0.0, "{line:?}");
    }
    assert!(written.ends_with("# EOF\n"));
}

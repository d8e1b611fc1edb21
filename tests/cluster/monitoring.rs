//! Alerts and dashboard, as the real `promtool` understands them: their expressions, and when each alert fires.
use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{control_plane::skipping_fails, tools};

const ALERTS: &str = "deploy/monitoring/alerts.yaml";
const DASHBOARD: &str = "deploy/monitoring/dashboard.json";
const CASES: &str = "tests/fixtures/monitoring/alerts.test.yaml";

/// `promtool`; a word about why it is not there, where that is no failure.
fn promtool() -> Option<Command> {
    match tools::promtool() {
        Ok(promtool) => Some(Command::new(promtool)),
        Err(why) if skipping_fails() => panic!("no promtool: {why}"),
        Err(why) => {
            tools::say(&format!("SKIPPED, for want of promtool: {why}"));
            None
        }
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("promtool runs");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

/// The rules of the alerts, as Prometheus reads them.
fn rules() -> Value {
    let yaml = fs::read(ALERTS).expect("the alerts");
    let document = statusguard::core::yaml::Document::read(&yaml).expect("YAML");
    document.value()["spec"].clone()
}

fn put(directory: &Path, rules: &Value) {
    fs::write(directory.join("rules.yaml"), rules.to_string()).expect("written");
}

#[test]
fn every_alert_fires_when_it_must_and_not_before() {
    let Some(mut promtool) = promtool() else {
        return;
    };
    let directory = TempDir::new().expect("a directory");
    let rules = rules();
    put(directory.path(), &rules);
    let cases = fs::read_to_string(CASES).expect("the cases");
    fs::write(directory.path().join("cases.yaml"), &cases).expect("written");
    run(promtool
        .args(["test", "rules", "cases.yaml"])
        .current_dir(directory.path()));
    for rule in rules["groups"][0]["rules"].as_array().expect("a list") {
        let name = rule["alert"].as_str().expect("a text");
        let fires = format!("labels: 'ALERTS{{alertname=\"{name}\"");
        assert!(cases.contains(&fires), "no case lets {name} fire");
    }
}

#[test]
fn every_expression_is_promql() {
    let Some(mut promtool) = promtool() else {
        return;
    };
    let dashboard: Value =
        serde_json::from_slice(&fs::read(DASHBOARD).expect("the dashboard")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("a list");
    let targets = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().expect("a list"));
    let mut rules = rules();
    let recorded = targets.enumerate().map(|(number, target)| {
        let expression = target["expr"].as_str().expect("a text");
        // What Grafana puts in.
        let expression = expression
            .replace("$__rate_interval", "5m")
            .replace("$__range", "6h");
        json!({"record": format!("panel:{number}"), "expr": expression.replace("$promise", ".*")})
    });
    let recorded: Vec<Value> = recorded.collect();
    assert!(recorded.len() > 15);
    rules["groups"]
        .as_array_mut()
        .expect("a list")
        .push(json!({"name": "dashboard", "rules": recorded}));
    let directory = TempDir::new().expect("a directory");
    put(directory.path(), &rules);
    run(promtool
        .args(["check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"])
        .current_dir(directory.path()));
}

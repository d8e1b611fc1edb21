//! Keys that are secrets by what stands above or beside them, in `tests/fixtures/masked`: no command prints one.
use std::fs;

use serde_json::{Value, json};
use statusguard::core::yaml::Document;

use crate::program::{Folder, Ran};

/// How every such key begins.
const CANARY: &str = "zebra7";
pub(crate) const FORMATS: [&str; 5] = ["human", "json", "junit", "sarif", "github"];

/// A status, and whether a key of it is refused.
pub(crate) fn cases() -> Vec<(Value, bool)> {
    let text = fs::read("tests/fixtures/masked/statuses.yaml").unwrap();
    let cases = Document::read(&text).unwrap().value();
    let cases = cases.as_array().unwrap().iter();
    cases
        .map(|case| (case["status"].clone(), case["found"] == true))
        .collect()
}

fn request(status: &Value) -> String {
    json!({"apiVersion": "example.org/v1", "kind": "Db", "metadata": {"name": "a"}, "status": status}).to_string()
}

/// Fails if a key is printed.
#[track_caller]
pub(crate) fn is_clean(name: &str, ran: &Ran) {
    assert!(!ran.shown().contains(CANARY), "{name}: {}", ran.shown());
}

#[test]
fn a_key_that_is_refused_is_counted_under_a_mask() {
    for (status, is_found) in cases() {
        let ran = Folder::new().pipe("audit -", request(&status));
        is_clean("audit", &ran);
        let is_masked = ran.stdout.contains("[\"<secret>\"]");
        assert_eq!(is_masked, is_found, "{status}: {}", ran.shown());
    }
}

#[test]
fn no_format_prints_one() {
    let folder = Folder::new();
    let requests = cases().into_iter().map(|(status, _)| request(&status));
    let requests: Vec<String> = requests.collect();
    folder.write("requests.json", requests.join("\n"));
    let yaml = format!("---\n{}\n", requests.join("\n---\n"));
    folder.write("requests.yaml", yaml);
    for format in FORMATS {
        for command in [
            "audit requests.json",
            "audit requests.yaml",
            "check requests.yaml",
        ] {
            let command = format!("{command} --format {format}");
            let ran = folder.run(&command);
            assert_eq!(ran.code, 1, "{command}: {}", ran.shown());
            is_clean(&command, &ran);
        }
    }
}

#[test]
fn one_that_is_read_as_another_is_printed_neither_as_it_is_written_nor_as_it_is_read() {
    let folder = Folder::new();
    let keys = ["pin: {047115: x}", "args: [--password, {047115: null}]"];
    folder.write("status.yaml", keys.join("\n"));
    for format in FORMATS {
        let ran = folder.run(&format!("check status.yaml --format {format}"));
        let shown = ran.shown();
        assert!(
            !shown.contains("047115") && !shown.contains("20045"),
            "{shown}"
        );
        assert!(shown.contains("kratix/yaml"), "{shown}");
    }
}

#[test]
fn no_schema_that_init_makes_holds_one() {
    for (status, _) in cases() {
        let ran = Folder::new().pipe("init -", status.to_string());
        assert_eq!(ran.code, 0, "{status}: {}", ran.shown());
        is_clean("init", &ran);
    }
}

#[test]
fn init_describes_what_only_looks_a_little_like_one() {
    let status = json!({
        "name": "token-service",
        "network": {"ipv4Address": "10.0.0.1", "http2": true},
        "credentials": {"secretName": "db", "namespace": "team-a"},
        "endpoints": [{"type": "password", "auth": {"oauth2": true}}],
    });
    let ran = Folder::new().pipe("init -", status.to_string());
    for key in ["ipv4Address", "http2", "secretName", "oauth2"] {
        assert!(
            ran.stdout.contains(&format!("{key}:\n")),
            "{key} {}",
            ran.shown()
        );
    }
}

//! Nothing of a status stands in what the server says: replies, logs at every level, metrics and pages.
use std::fs;

use serde_json::{Value, json};

use super::process::Running;
use crate::canary::{CANARY, Planting, is_clean, plant};

/// The recorded reviews with canaries in both of their statuses.
fn reviews() -> Vec<String> {
    let mut reviews = Vec::new();
    for file in fs::read_dir("tests/fixtures/reviews").unwrap() {
        let path = file.unwrap().path();
        if path.extension() != Some("json".as_ref()) {
            continue;
        }
        let review: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        for planting in [Planting::Behind, Planting::Secrets] {
            let mut review = review.clone();
            let request = &mut review["request"];
            // So that the new one brings something in.
            let old = &mut request["oldObject"]["status"];
            *old = plant(old, Planting::Behind);
            let new = &mut request["object"]["status"];
            *new = plant(new, planting);
            review["request"]["object"]["status"]["workflows"] = json!(7);
            reviews.push(review.to_string());
        }
    }
    reviews
}

/// How many writes the log counted instead of naming each.
fn told_again(said: &str) -> usize {
    let lines = said.lines().filter(|line| line.contains("refused again"));
    lines
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            usize::try_from(line["more"].as_u64().unwrap()).unwrap()
        })
        .sum()
}

#[test]
fn the_server_says_nothing_of_a_status_at_any_level() {
    let (refused, said) = said("json");
    let told = said.matches("\"message\":\"refused\"").count();
    assert_eq!(told + told_again(&said), refused);
}

#[test]
fn nor_does_it_to_people() {
    let (_, said) = said("text");
    assert!(said.contains("refused"), "{said}");
}

/// How many reviews were refused, and all that the server said of them, in which no canary is.
fn said(format: &str) -> (usize, String) {
    let server = Running::start(&["--log", "trace,hyper=trace,rustls=trace"], format);
    let directory = tempfile::TempDir::new().unwrap();
    let file = directory.path().join("body");
    let name = file.to_str().unwrap().to_owned();
    let mut refused = 0;
    for review in reviews() {
        fs::write(&file, &review).unwrap();
        let reply = server.post(&name);
        is_clean("a reply", &reply.to_string());
        refused += usize::from(reply["response"]["status"]["code"] == 422);
        // What is no review is answered with its fault.
        fs::write(&file, &review[..review.len() - 2]).unwrap();
        let body = format!("@{name}");
        server.request(
            "/validate",
            &[
                "-H",
                "Content-Type: application/json",
                "--data-binary",
                &body,
            ],
        );
    }
    assert!(refused > 10, "only {refused} were refused");
    server.request("/elsewhere", &["--data", CANARY]);
    for page in ["/metrics", "/readyz?verbose", "/livez"] {
        is_clean(page, &server.get(page).1);
    }
    server.signal("INT");
    let (_, said) = server.end();
    let said = said.join("\n");
    is_clean("the log", &said);
    (refused, said)
}

//! The recorded reviews, straight over HTTPS and as writes to a real API server.
use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{elastic_cloud::spec, guard::Guard, promise::Promise};

/// The recordings in their order, as requests for the resource of another Promise.
pub fn recordings(plural: &str) -> Vec<(String, Value)> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reviews");
    let files = fs::read_dir(directory).expect("the recordings are there");
    let mut files: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a recording can be read");
        let text = text.replace("\"elastic-clouds\"", &format!("\"{plural}\""));
        let name = file
            .file_name()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        (
            name,
            serde_json::from_str(&text).expect("a recording is JSON"),
        )
    };
    files.into_iter().map(read).collect()
}

#[test]
fn each_recorded_review_has_its_verdict() {
    let Some(promise) = Promise::install("recorded-cloud") else {
        return;
    };
    let guard = Guard::start(&promise, &spec());
    let recordings = recordings("recorded-clouds");
    assert_eq!(recordings.len(), 14);
    for (name, review) in recordings {
        let response = guard.review(review.to_string().into_bytes());
        assert_eq!(response["uid"], review["request"]["uid"], "{name}");
        let leaks = name.starts_with("09") || name.starts_with("10");
        assert_eq!(response["allowed"], !leaks, "{name}: {response}");
        assert!(!response.to_string().contains("hunter2"), "{name}");
        if leaks {
            let cause = &response["status"]["details"]["causes"][0];
            assert_eq!(cause["field"], "status.password", "{name}");
            let message = cause["message"].as_str().unwrap_or_default();
            assert!(
                message.ends_with("[secret/credential-key]"),
                "{name}: {message}"
            );
        }
    }
}

#[test]
fn the_eight_writes_of_one_request_pass_in_their_order() {
    let Some(promise) = Promise::install("kratix-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    promise.request("example");
    for (name, review) in &recordings("kratix-clouds")[..8] {
        let status = &review["request"]["object"]["status"];
        let answer = promise.put("example", status);
        assert_eq!(answer.warnings, [""; 0], "{name}");
        answer.accepted();
        assert_eq!(&promise.stored("example")["status"], status, "{name}");
    }
}

#[test]
fn a_failure_can_be_marked_and_a_suspended_request_lives_on() {
    let Some(promise) = Promise::install("failed-cloud") else {
        return;
    };
    let _guard = Guard::start(&promise, &spec());
    let recordings = recordings("failed-clouds");
    for (name, review) in recordings.iter().filter(|(name, _)| name.as_str() > "11") {
        let object = name.trim_end_matches(".json");
        promise.request(object);
        let request = &review["request"];
        promise
            .put(object, &request["oldObject"]["status"])
            .accepted();
        promise.put(object, &request["object"]["status"]).accepted();
    }
    // The pipeline that wrote nothing is refused, and Kratix can still say that it failed.
    promise.request("empty");
    let [running, failed] =
        ["oldObject", "object"].map(|side| &recordings[10].1["request"][side]["status"]);
    promise.put("empty", running).accepted();
    let Some(output) = promise.status_writer("empty", "message: done\n", &["--last"]) else {
        return;
    };
    assert_eq!(output.code, 1);
    promise.put("empty", failed).accepted();
    assert_eq!(
        promise.stored("empty")["status"]["workflowsFailed"],
        json!(1)
    );
}

//! Whole statuses with and without a secret in them, in `tests/fixtures/secrets/{leaks,clean}`.
//!
//! Each file is a status, with a comment that says what it shows. In `leaks` a line `# leak: PATH` names each place that
//! must be found, and nothing else may be. `¦` is dropped, so that no scanner takes what a file holds for a live token.
use std::{fs, path::PathBuf};

use statusguard::core::{
    json::Json,
    secret::{Exceptions, leaks},
    yaml::Document,
};

fn statuses(directory: &str) -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = fs::read_dir(format!("tests/fixtures/secrets/{directory}"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap().replace('¦', "");
        (file.display().to_string(), text)
    };
    files.into_iter().map(read).collect()
}

/// The places at which secrets are found, as they are printed, and by which rule.
fn found(file: &str, text: &str) -> Vec<(String, String)> {
    let document = Document::read(text.as_bytes()).unwrap_or_else(|_| panic!("{file} is no YAML"));
    let json = serde_json::to_string(&document.value()).unwrap();
    let status = Json::read(&json).unwrap();
    let mut found: Vec<_> = leaks(status, &Exceptions::NONE)
        .into_iter()
        .map(|leak| (leak.path.to_string(), leak.hit.rule.id().to_owned()))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn expected(text: &str) -> Vec<&str> {
    let mut expected: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# leak: "))
        .collect();
    expected.sort_unstable();
    expected
}

#[test]
fn every_leak_is_found_where_it_stands() {
    let mut wrong = Vec::new();
    for (file, text) in statuses("leaks") {
        let expected = expected(&text);
        assert!(!expected.is_empty(), "{file} names no place");
        let found = found(&file, &text);
        let places: Vec<_> = found.iter().map(|(place, _)| place.as_str()).collect();
        if places != expected {
            wrong.push(format!("{file}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// As deep as a place is told.
#[test]
fn no_wrapping_hides_what_the_outermost_key_says() {
    for (open, close) in [("{\"a\":", "}"), ("[", "]"), ("{\"current\":", "}")] {
        for depth in 1..100 {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            let json = format!("{{\"password\":{open}\"hunter2\"{close}}}");
            let found = leaks(Json::read(&json).unwrap(), &Exceptions::NONE);
            assert_eq!(found.len(), 1, "{json}");
        }
    }
}

#[test]
fn nothing_is_found_in_clean_statuses() {
    let mut wrong = Vec::new();
    for (file, text) in statuses("clean") {
        let found = found(&file, &text);
        if !found.is_empty() {
            wrong.push(format!("{file}: {found:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

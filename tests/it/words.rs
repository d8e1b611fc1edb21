//! The words of every fault of a schema, held for people to read: `tests/fixtures/words` holds the cases.
use std::{fmt::Write as _, fs, path::Path};

use serde::Deserialize;
use serde_json::Value;
use statusguard::core::{
    phase::Phase,
    schema::{Dialect, Fault, KEYWORDS, Schema},
    yaml::Document,
};

#[derive(Deserialize)]
struct Case {
    schema: Value,
    view: Value,
    #[serde(default)]
    phase: Option<String>,
}

fn cases(file: &Path) -> Vec<Case> {
    let text = fs::read_to_string(file).unwrap();
    let document = Document::read(text.as_bytes()).unwrap();
    serde_json::from_value(document.value()).unwrap()
}

fn faults(case: &Case) -> Vec<Fault> {
    let schema = Schema::compile(&case.schema, Dialect::JsonSchema).unwrap();
    let phase = match case.phase.as_deref() {
        Some("partial") => Phase::Partial,
        _ => Phase::Complete,
    };
    schema.faults(phase, &case.view, false)
}

fn fixtures() -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = fs::read_dir("tests/fixtures/words")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn words_of_every_fault() {
    let mut shown = String::new();
    for file in fixtures() {
        let name = file.file_stem().unwrap().to_string_lossy();
        writeln!(shown, "# {name}").unwrap();
        for case in cases(&file) {
            writeln!(shown, "\n{}", case.schema).unwrap();
            for fault in faults(&case) {
                let Fault {
                    path,
                    keyword,
                    place,
                    parameter,
                    excess,
                    words,
                } = fault;
                writeln!(shown, "  {path}: {words} [schema/{keyword}]").unwrap();
                writeln!(shown, "      at {place}, {parameter:?}, {excess:?}").unwrap();
            }
        }
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn nobody_is_asked_whether_the_key_of_a_credential_was_meant() {
    let cases = cases(Path::new("tests/fixtures/words/credentials.yaml"));
    assert!(cases.len() > 4);
    for case in &cases {
        for fault in faults(case) {
            let asks = fault.words.contains("did you mean");
            let asks_for_name = fault.words.contains("did you mean passwordSecretName?");
            assert_eq!(asks, asks_for_name, "{}", fault.words);
        }
    }
}

#[test]
fn every_keyword_has_a_case() {
    let mut seen: Vec<_> = fixtures()
        .iter()
        .flat_map(|file| cases(file))
        .flat_map(|case| faults(&case))
        .map(|fault| fault.keyword)
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let all: Vec<_> = KEYWORDS.iter().map(|(keyword, _)| *keyword).collect();
    assert_eq!(seen, all);
}

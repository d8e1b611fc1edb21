//! What Kratix's reader makes of YAML: `tests/fixtures/yaml/kratix.json`, whose values the real one gave.
use serde::Deserialize;
use serde_json::Value;
use statusguard::core::yaml::{
    Document,
    change::{Change, ChangeKind},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// A status.yaml.
    text: String,
    /// What sigs.k8s.io/yaml v1.6.0 reads, through `map[string]any`.
    #[serde(default)]
    value: Value,
    /// Whether it reads nothing.
    #[serde(default)]
    error: bool,
    /// Where people would read something else: place, path and kind.
    #[serde(default)]
    changes: Vec<String>,
}

fn shown(change: &Change) -> String {
    let kind = match &change.kind {
        ChangeKind::Boolean => "boolean".to_owned(),
        ChangeKind::Number => "number".to_owned(),
        ChangeKind::Digits => "digits".to_owned(),
        ChangeKind::TooLarge => "too large".to_owned(),
        ChangeKind::Key { written, read } => format!("key {written} as {read}"),
        ChangeKind::Twice(line) => format!("twice {line}"),
        ChangeKind::Merged(line) => format!("merged {line}"),
        ChangeKind::Tag => "tag".to_owned(),
        ChangeKind::SecondDocument => "second document".to_owned(),
    };
    let place = change.place;
    format!("{}:{} {} {kind}", place.line, place.column, change.path)
}

/// What the first document says as a status, or nothing if it cannot be one.
fn read(text: &str) -> Option<(Value, Vec<String>)> {
    let stream = Document::read_as_kratix(text.as_bytes()).ok()?;
    let first = stream.documents.first()?;
    if first.refused.is_some() {
        return None;
    }
    let value = match first.status_value() {
        Value::Null => Value::Object(serde_json::Map::new()),
        value => value,
    };
    value.is_object().then(|| {
        let changes = first.changes.iter().map(shown).collect();
        (value, changes)
    })
}

/// The same number is the same, however it is written.
fn floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(items) => items.iter().map(floats).collect(),
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(key, value)| (key.clone(), floats(value)))
                .collect()
        }
        other => other.clone(),
    }
}

#[test]
fn a_status_is_read_as_kratix_reads_it() {
    let cases = std::fs::read_to_string("tests/fixtures/yaml/kratix.json").unwrap();
    let cases: Vec<Case> = serde_json::from_str(&cases).unwrap();
    assert!(cases.len() > 150);
    for case in cases {
        let found = read(&case.text);
        if case.error {
            assert_eq!(found, None, "{:?}", case.text);
            continue;
        }
        let (value, changes) = found.unwrap_or_else(|| panic!("{:?} is refused", case.text));
        assert_eq!(floats(&value), floats(&case.value), "{:?}", case.text);
        assert_eq!(changes, case.changes, "{:?}", case.text);
    }
}

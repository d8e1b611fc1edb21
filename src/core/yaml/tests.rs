//! YAML as people write it, and as they mean it.
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
};
use serde_json::{Value, json};

use super::{Document, Place};

fn value(text: &str) -> Value {
    Document::read(text.as_bytes()).unwrap().value()
}

fn fault(text: &str) -> String {
    match Document::read(text.as_bytes()) {
        Ok(_) => "accepted".to_owned(),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn yaml_and_json_are_read() {
    assert_eq!(
        value("a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n- d: ~\n  e: |\n    t\n"),
        json!({"a": 1, "b": ["x", "y", "z\n"], "c": [{"d": null, "e": "t\n"}]})
    );
    assert_eq!(
        value("{\n\t\"a\": [1, true, null, \"\\ud83d\\ude00\"]\n}\n"),
        json!({"a": [1, true, null, "😀"]})
    );
}

#[test]
fn editors_of_all_kinds_are_understood() {
    let expected = json!({"a": {"b": "c\nd\n"}});
    assert_eq!(
        value("\u{feff}a:\r\n  b: |\r\n    c\r\n    d\r\n"),
        expected
    );
    assert_eq!(value("# who\n---\na: {b: \"c\\nd\\n\"}\n...\n"), expected);
    assert_eq!(value("---\n---\na: {b: \"c\\nd\\n\"}\n---\n"), expected);
}

#[test]
fn places_are_those_of_a_text_editor() {
    let document = Document::read("é: x\nb:\n  - c: 1\n  - [d]\n".as_bytes()).unwrap();
    let at = |pointer| {
        let Place { line, column } = document.place(pointer);
        (line, column)
    };
    assert_eq!(at(""), (1, 1));
    assert_eq!(at("/é"), (1, 4));
    assert_eq!(
        at("/b"),
        (2, 1),
        "a value on another line is shown at its key"
    );
    assert_eq!(at("/b/0/c"), (3, 8));
    assert_eq!(at("/b/1/0"), (4, 6));
    assert_eq!(
        at("/b/1/7"),
        (4, 5),
        "what is missing is shown at what lacks it"
    );
    assert_eq!(document.key_place("/b/0/c").column, 5);
}

#[test]
fn odd_keys_are_found() {
    let document = Document::read(b"a/b: {m~n: 1}").unwrap();
    assert_eq!(document.place("/a~1b/m~0n").column, 12);
}

#[test]
fn aliases_and_merge_keys_are_followed() {
    let text = "a: &a {x: 1, z: 2}\nb: {<<: *a, x: 3}\nc: {<<: [{x: 4}, *a]}\nd: *a\n";
    let document = Document::read(text.as_bytes()).unwrap();
    assert_eq!(
        document.value(),
        json!({"a": {"x": 1, "z": 2}, "b": {"x": 3, "z": 2}, "c": {"x": 4, "z": 2}, "d": {"x": 1, "z": 2}})
    );
    assert_eq!(
        document.place("/d/x").line,
        1,
        "a fault is mended where the value is written"
    );
}

#[test]
fn numbers_stay_exact() {
    assert_eq!(
        value(
            "[9007199254740993, 18446744073709551615, -9223372036854775808, 0, +5, 1.5, 1e3, .5]"
        ),
        json!([
            9_007_199_254_740_993_u64,
            u64::MAX,
            i64::MIN,
            0,
            5,
            1.5,
            1000.0,
            0.5
        ])
    );
}

#[test]
fn words_that_only_look_special_are_text() {
    assert_eq!(
        value("[2026-01-02, 1:30, 1.2.3, 10m, -x, v1_0, 'on', !!str 017, \"y\", 0xg, 1_a]"),
        json!([
            "2026-01-02",
            "1:30",
            "1.2.3",
            "10m",
            "-x",
            "v1_0",
            "on",
            "017",
            "y",
            "0xg",
            "1_a"
        ])
    );
    assert_eq!(value("{80: a, true: b}"), json!({"80": "a", "true": "b"}));
}

#[test]
fn bad_texts_are_refused_with_their_place_and_a_remedy() {
    let nested = |open: &str| format!("a: {}", open.repeat(300));
    let bomb = "a: &a [xxxxxxxxxx]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n\
                f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    let cases = [
        String::new(),
        "# nothing\n---\n".to_owned(),
        "a: 1\n---\nb: 2\n".to_owned(),
        "a: 1\nb: 2\na: 3\n".to_owned(),
        "a: {b: 1, 'b': 2}\n".to_owned(),
        "on: 1\n".to_owned(),
        "a: yes\n".to_owned(),
        "a: 017\n".to_owned(),
        "a: 1_000\n".to_owned(),
        "a: 0x1F\n".to_owned(),
        "a: .inf\n".to_owned(),
        "a: 1e999\n".to_owned(),
        "a: 18446744073709551616\n".to_owned(),
        "~: 1\n".to_owned(),
        "1.5: 1\n".to_owned(),
        "? [a]\n: 1\n".to_owned(),
        "a: !env HOME\n".to_owned(),
        "a: !!int '1'\n".to_owned(),
        "a: *b\n".to_owned(),
        "a: &a [*a]\n".to_owned(),
        "a: {<<: 1}\n".to_owned(),
        "a:\n\t- b\n".to_owned(),
        "a: 'b\n".to_owned(),
        "a: \"\\q\"\n".to_owned(),
        "a: [b\n".to_owned(),
        "a: b: c\n".to_owned(),
        "a:\n   b: 1\n  c: 2\n".to_owned(),
        "a:\n  b: c\n    d: e\n".to_owned(),
        "a:\n- b: c\n   d: e\n".to_owned(),
        "a:\n  b:c\n  d: e\n".to_owned(),
        "a:\n  b: [c\n  d: {e: f}\n".to_owned(),
        "a:\n  b: 'c\n  d: 'e'\n".to_owned(),
        "a:\n  b:\n    c: d\n   e: f\n".to_owned(),
        "a:\n  b: c\n\td: e\n".to_owned(),
        "a: @b\n".to_owned(),
        "a: \"b\" c\n".to_owned(),
        "\u{0}".to_owned(),
        nested("["),
        (0..200).fold(String::new(), |text, depth| {
            format!("{text}{}a:\n", " ".repeat(depth))
        }),
        bomb.to_owned(),
    ];
    let shown: Vec<String> = cases
        .iter()
        .map(|text| {
            let start: String = text.chars().take(24).collect();
            format!("{start:?}\n    {}", fault(text))
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("JSON has no such number", |number| {
            serde_json::Number::from_f64(number).map(Value::Number)
        }),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(any::<String>(), inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn all_json_is_read_as_a_json_reader_would(json in any_json()) {
        let text = serde_json::to_string_pretty(&json).unwrap();
        let read = Document::read(text.as_bytes()).map(|document| document.value());
        prop_assert_eq!(read, Ok(json));
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(text in r#"[-a-c0-2&*!|>'"%@{}\[\]:,?#~<.\\ \t\n]{0,60}"#) {
        if let Err(fault) = Document::read(text.as_bytes()) {
            let lines = text.split(['\n', '\r']).count() as u64;
            prop_assert!((1..=lines + 1).contains(&fault.place.line) && fault.place.column >= 1);
        }
    }
}

#[test]
fn what_is_not_utf8_is_shown_at_its_place() {
    let fault = Document::read(b"a: 1\nb: \xff\n").unwrap_err();
    assert_eq!((fault.place.line, fault.place.column), (2, 4));
    let utf16 = Document::read(b"\xff\xfea\0").unwrap_err();
    assert_eq!((utf16.place.line, utf16.place.column), (1, 1));
}

#[test]
fn all_words_that_are_read_in_different_ways_are_told() {
    let text = "a: no\nb: [017, x]\non: 1\nc: .inf\n";
    let (document, faults) = Document::read_with_faults(text.as_bytes());
    let lines: Vec<u64> = faults.iter().map(|fault| fault.place.line).collect();
    assert_eq!(lines, [1, 2, 3, 4]);
    assert_eq!(
        document.map(|document| document.value()),
        Some(json!({"a": false, "b": [15, "x"], "on": 1, "c": ".inf"}))
    );
    let (document, faults) = Document::read_with_faults(b"a: no\nb: [\n");
    assert!(document.is_none());
    assert_eq!(faults.len(), 2);
    assert!(fault("a: no\nb: [\n").starts_with("1:4: kubectl reads"));
    let many = "- on\n".repeat(100_000);
    let (_, faults) = Document::read_with_faults(many.as_bytes());
    assert!(faults.len() < 200, "{}", faults.len());
}

#[test]
fn what_is_wrong_with_json_is_said_to_people_who_write_json() {
    let cases = [
        ("{\"a\": \"\\ud800\"}", "half of a pair"),
        ("{\"a\": \"\\q\"}", "JSON has no such escape"),
        ("{\"a\": 1} x", "behind the end of the JSON"),
        ("{\"a\": 1}\n{\"b\": 2}\n", "behind the end of the JSON"),
        ("{\"a\": 1", "is opened and never closed"),
        ("{\"a\": 1 \"b\": 2}", "needs a comma"),
    ];
    for (text, words) in cases {
        let fault = fault(text);
        assert!(fault.contains(words), "{text}: {fault}");
        assert!(!fault.contains("indentation"), "{text}: {fault}");
    }
}

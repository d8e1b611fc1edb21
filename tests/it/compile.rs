//! Schemas that are refused, and those that compile with notes, held for people to read; and the worst that a schema can
//! do to the program.
use std::{fmt::Write as _, fs};

use serde::Deserialize;
use serde_json::{Value, json};
use statusguard::core::{
    phase::Phase,
    schema::{Dialect, Schema, SchemaFault},
    yaml::Document,
};

#[derive(Deserialize)]
struct Case {
    schema: Value,
    #[serde(default)]
    dialect: Option<String>,
}

fn cases(name: &str) -> Vec<Case> {
    let text = fs::read_to_string(format!("tests/fixtures/compile/{name}.yaml")).unwrap();
    let document = Document::read(text.as_bytes()).unwrap();
    serde_json::from_value(document.value()).unwrap()
}

fn compile(case: &Case) -> Result<Schema, Vec<SchemaFault>> {
    let dialect = match case.dialect.as_deref() {
        Some("crd") => Dialect::Crd,
        _ => Dialect::JsonSchema,
    };
    Schema::compile(&case.schema, dialect)
}

#[test]
fn refused_schemas_say_why() {
    let mut shown = String::new();
    for case in cases("refused") {
        writeln!(shown, "\n{}", case.schema).unwrap();
        for fault in compile(&case).unwrap_err() {
            writeln!(shown, "  {}: {fault}", fault.pointer).unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn notes_of_schemas_that_compile() {
    let mut shown = String::new();
    for case in cases("noted") {
        writeln!(shown, "\n{}", case.schema).unwrap();
        for note in compile(&case).unwrap().notes() {
            writeln!(
                shown,
                "  {}: {} ({:?})",
                note.pointer, note.words, note.kind
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

fn nested(levels: usize, wrap: impl Fn(Value) -> Value) -> Value {
    (0..levels).fold(json!({"type": "string"}), |inner, _| wrap(inner))
}

/// A test thread has 2 MiB of stack, as a thread of the server has.
#[test]
fn no_nesting_overflows_the_stack() {
    type Wrap = fn(Value) -> Value;
    let wraps: [Wrap; 6] = [
        |inner| json!({"properties": {"a": inner}}),
        |inner| json!({"allOf": [inner]}),
        |inner| json!({"anyOf": [inner, {"type": "integer"}]}),
        |inner| json!({"not": inner}),
        |inner| json!({"items": inner, "unevaluatedProperties": false}),
        |inner| json!({"if": inner, "then": {"unevaluatedProperties": {"type": "string"}}}),
    ];
    for wrap in wraps {
        for levels in [10, 46, 47, 48, 49, 94, 95, 200, 800] {
            let document = nested(levels, wrap);
            let Ok(schema) = Schema::compile(&document, Dialect::JsonSchema) else {
                continue;
            };
            let status = (0..64).fold(json!("x"), |inner, _| json!({"a": inner, "b": [1]}));
            let _ = schema.faults(Phase::Complete, &status, false);
        }
    }
}

#[test]
fn long_chains_of_references_are_followed_or_refused() {
    for length in [10, 200, 255, 300, 5_000] {
        let mut definitions = serde_json::Map::new();
        for index in 0..length {
            let target = format!("#/$defs/d{}", index + 1);
            definitions.insert(format!("d{index}"), json!({"$ref": target}));
        }
        definitions.insert(format!("d{length}"), json!({"type": "object"}));
        let document = json!({"$ref": "#/$defs/d0", "$defs": definitions});
        assert_eq!(
            Schema::compile(&document, Dialect::JsonSchema).is_ok(),
            length < 250,
            "{length}"
        );
    }
}

//! Schemas that are refused, and those that compile with notes, held for people to read; and the worst that a schema can
//! do to the program.
use std::{
    fmt::Write as _,
    fs,
    time::{Duration, Instant},
};

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

/// The default budget of bytes, and the largest.
const BUDGETS: [u64; 2] = [65_536, 1_572_864];

#[test]
fn usual_patterns_are_no_fault() {
    let text = fs::read_to_string("tests/fixtures/compile/usual-patterns.yaml").unwrap();
    let patterns = Document::read(text.as_bytes()).unwrap().value();
    let patterns: Vec<String> = serde_json::from_value(patterns).unwrap();
    let member = |pattern: &String| json!({"pattern": pattern});
    for pattern in &patterns {
        for schema in [
            json!({"properties": {"a": member(pattern)}}),
            json!({"properties": {"a": {"patternProperties": {pattern: {}}}}, "propertyNames": member(pattern)}),
        ] {
            assert_eq!(refusal(&schema), "accepted", "{pattern}");
        }
    }
    // One of them takes nearly all the steps that there are for a value.
    let others = patterns
        .iter()
        .filter(|pattern| !pattern.ends_with("-[a-z0-9-]{1,63}$"));
    let any = json!({"properties": {"a": {"anyOf": others.map(member).collect::<Vec<_>>()}}});
    assert_eq!(refusal(&any), "accepted");
}

#[test]
fn the_larger_the_budget_the_less_patterns_may_cost() {
    let refusals = |pattern: &str| {
        let schema = json!({"properties": {"a": {"pattern": pattern}}});
        BUDGETS.map(
            |budget| match Schema::compile_for(&schema, Dialect::JsonSchema, budget) {
                Ok(_) => "accepted".to_owned(),
                Err(faults) => faults[0].words.clone(),
            },
        )
    };
    assert_eq!(refusals("^[^@]+@[^@]+$"), ["accepted", "accepted"]);
    let [usual, large] = refusals("a.{0,10}b.{0,10}c");
    assert_eq!(usual, "accepted");
    assert!(
        large.contains("10 (with a budget of 1572864 bytes) are the most"),
        "{large}"
    );
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
            let status = (0..60).fold(json!("x"), |inner, _| json!({"a": inner, "b": [1]}));
            let _ = schema.faults(Phase::Complete, &status, false);
        }
    }
}

#[test]
fn no_status_that_can_be_read_overflows_the_stack() {
    let schemas = [
        json!({"additionalProperties": {"$ref": "#"}, "items": {"$ref": "#"}, "type": ["object", "array"]}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"oneOf": [
            {"additionalProperties": {"$ref": "#/$defs/a"}, "items": {"anyOf": [{"$ref": "#/$defs/a"}]}}, {"type": "null"}, {"type": "string"}]}}}),
        json!({"unevaluatedProperties": {"$ref": "#"}, "if": {"required": ["z"]}, "then": {"properties": {"z": {}}}, "not": {"type": "string"}}),
    ];
    let objects = (0..126).fold(json!(1), |inner, _| json!({"a": inner}));
    let lists = json!({"a": (0..125).fold(json!("x"), |inner, _| json!([inner]))});
    for schema in &schemas {
        let schema = Schema::compile(schema, Dialect::JsonSchema).unwrap();
        for status in [&objects, &lists] {
            for phase in [Phase::Partial, Phase::Complete] {
                let _ = schema.faults(phase, status, false);
            }
        }
    }
}

#[test]
fn long_chains_of_references_are_followed_or_refused() {
    for length in [10, 900, 998, 999, 1_500, 5_000] {
        let mut definitions = serde_json::Map::new();
        for index in 0..length {
            let target = format!("#/$defs/d{}", index + 1);
            definitions.insert(format!("d{index}"), json!({"$ref": target}));
        }
        definitions.insert(format!("d{length}"), json!({"type": "object"}));
        let document = json!({"$ref": "#/$defs/d0", "$defs": definitions});
        assert_eq!(
            Schema::compile(&document, Dialect::JsonSchema).is_ok(),
            length < 999,
            "{length}"
        );
    }
}

/// Statuses as large as twice the default budget lets through, under the schemas that make the most of them.
#[test]
fn no_status_makes_a_schema_run_long() {
    let object = |key: &str, value: &dyn Fn(usize) -> Value, count: usize| -> Value {
        let members = (0..count).map(|index| (format!("{key}-{index}"), value(index)));
        Value::Object(members.collect())
    };
    let wide = json!({"list": (0..4_000).collect::<Vec<_>>()});
    let keyed = object("key", &|index| json!(index), 4_000);
    let deep = (0..31).fold(
        json!({"a": 1}),
        |inner, _| json!({"a": inner, "b": [[], {}]}),
    );
    let strings = vec![json!({"type": "string"}); 120];
    let keys = |index: usize| {
        (0..20)
            .map(|key| json!(format!("r{index}-{key}")))
            .collect::<Vec<_>>()
    };
    let schemas = [
        json!({"properties": {"list": {"items": {"anyOf": strings}}}}),
        json!({"properties": {"list": {"items": {"allOf": vec![json!({"type": "string"}); 47]}}}}),
        json!({"additionalProperties": {"oneOf": strings}}),
        json!({"properties": {"list": {"uniqueItems": true, "items": {"enum": (0..1_000).map(|n| n * 2 + 1).collect::<Vec<_>>()}}}}),
        json!({"additionalProperties": false, "properties": object("kex", &|_| json!({}), 500)}),
        json!({"$ref": "#/$defs/any", "$defs": {"any": {"oneOf": [
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/any"}},
            {"type": "array", "items": {"$ref": "#/$defs/any"}}, {"type": "string"}]}}}),
        json!({"unevaluatedProperties": false, "anyOf": vec![json!({"properties": {"x": {}}}); 100]}),
        json!({"anyOf": (0..120).map(|index| json!({"required": keys(index)})).collect::<Vec<_>>()}),
        json!({"additionalProperties": {"not": {"enum": (0..1_000).map(|n| json!([n, "x".repeat(1_000)])).collect::<Vec<_>>()}, "type": "string"}}),
    ];
    for schema in &schemas {
        let compiled = Schema::compile(schema, Dialect::JsonSchema).unwrap();
        for status in [&wide, &keyed, &deep] {
            let start = Instant::now();
            let _ = compiled.faults(Phase::Complete, status, false);
            let took = start.elapsed();
            // No measurement: far above what it takes without optimization on a busy machine, and far below a hang.
            assert!(
                took < Duration::from_mins(1),
                "{took:?}: {:.200}",
                schema.to_string()
            );
        }
    }
}

fn refusal(document: &Value) -> String {
    match Schema::compile(document, Dialect::JsonSchema) {
        Ok(_) => "accepted".to_owned(),
        Err(faults) => faults[0].words.clone(),
    }
}

#[test]
fn long_chains_on_a_deep_status_do_not_overflow_the_stack() {
    type Wrap = fn(Value) -> Value;
    let wraps: [Wrap; 4] = [
        |next| json!({"anyOf": [next]}),
        |next| json!({"oneOf": [next]}),
        |next| json!({"not": {"not": next}}),
        |next| json!({"allOf": [next]}),
    ];
    for (chain, wrap) in [1, 2, 3, 120]
        .into_iter()
        .flat_map(|chain| wraps.map(|wrap| (chain, wrap)))
    {
        let mut definitions = serde_json::Map::new();
        for index in 0..chain {
            let next = json!({"$ref": format!("#/$defs/d{}", index + 1)});
            definitions.insert(format!("d{index}"), wrap(next));
        }
        let last = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}});
        definitions.insert(format!("d{chain}"), last);
        let document = json!({"$ref": "#/$defs/d0", "$defs": definitions});
        let Ok(schema) = Schema::compile(&document, Dialect::JsonSchema) else {
            assert!(chain > 1);
            continue;
        };
        for levels in [4, 12, 20, 60, 125] {
            let status = (0..levels).fold(json!({"a": 1}), |inner, _| json!({"a": inner}));
            let _ = schema.faults(Phase::Complete, &status, false);
        }
    }
}

#[test]
fn each_unevaluated_keyword_judges_what_is_below_it_again() {
    type Wrap = fn(Value) -> Value;
    let wraps: [Wrap; 5] = [
        |inner| json!({"unevaluatedProperties": false, "anyOf": [inner, {}]}),
        |inner| json!({"unevaluatedProperties": false, "oneOf": [inner, false]}),
        |inner| json!({"unevaluatedProperties": false, "allOf": [inner, {}]}),
        |inner| json!({"unevaluatedProperties": false, "if": inner}),
        |inner| json!({"unevaluatedItems": false, "anyOf": [inner, {}]}),
    ];
    for wrap in wraps {
        assert_eq!(refusal(&nested_in_a(4, wrap)), "accepted");
        let words = refusal(&nested_in_a(20, wrap));
        assert!(words.contains("because its parts multiply"), "{words}");
    }
}

fn nested_in_a(levels: usize, wrap: impl Fn(Value) -> Value) -> Value {
    json!({"properties": {"a": nested(levels, wrap)}})
}

#[test]
fn long_names_take_no_more_memory_than_they_are_long() {
    let long = "k".repeat(100_000);
    let documents = [
        json!({format!("x-{long}"): vec![0; 100_000]}),
        json!({"properties": {&long: {"required": vec![0; 100_000]}}}),
        json!({"properties": {&long: {"properties": (0..9_000).map(|index| (format!("p{index}"), json!(true)))
            .collect::<serde_json::Map<_, _>>()}}}),
    ];
    for document in documents {
        let words = refusal(&document);
        assert!(words.contains("use shorter names"), "{words}");
    }
}

#[test]
fn the_values_inside_those_of_an_enum_count() {
    let listed = |length| json!({"properties": {"a": {"enum": vec![json!([1, 2, 3]); 1], "const": vec![0; length]}}});
    assert_eq!(refusal(&listed(5_000)), "accepted");
    let values: Vec<Value> = (0..900).map(|index| json!([index, 0, 0, 0])).collect();
    let words = refusal(&json!({"properties": {"a": {"enum": values}}}));
    assert!(words.contains("with those inside them"), "{words}");
}

/// How many faults a status can have is no fault of the schema.
#[test]
fn a_root_may_demand_many_keys() {
    let keys = || (0..1_100).map(|index| format!("key{index}"));
    let triggers: serde_json::Map<_, _> = keys().take(50).map(|key| (key, json!(["a"]))).collect();
    let schema = json!({"required": keys().collect::<Vec<_>>(), "dependentRequired": triggers});
    assert_eq!(refusal(&schema), "accepted");
}

#[test]
fn a_schema_with_very_many_faults_is_refused_in_time() {
    let document = json!({"properties": {"a": {"required": (0..50_000).collect::<Vec<_>>()}}});
    let started = Instant::now();
    let faults = Schema::compile(&document, Dialect::JsonSchema).unwrap_err();
    assert_eq!(faults.len(), 101);
    assert_eq!(
        faults[100].words,
        "has 49900 more faults; mend the others first"
    );
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
}

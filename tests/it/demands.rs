//! What a schema demands in which phase, which of its demands for Kratix's keys count, and what no fault ever holds.
use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};
use statusguard::core::{
    phase::Phase,
    schema::{Dialect, Schema},
    yaml::Document,
};

fn compile(schema: &Value) -> Schema {
    Schema::compile(schema, Dialect::JsonSchema).unwrap()
}

fn crd(schema: &Value) -> Schema {
    Schema::compile(schema, Dialect::Crd).unwrap()
}

fn missing(schema: &Schema, view: &Value, message_satisfied: bool) -> Vec<String> {
    let faults = schema.faults(Phase::Complete, view, message_satisfied);
    faults.iter().map(|fault| fault.path.to_string()).collect()
}

#[test]
fn demands_for_keys_of_kratix_count_only_where_the_root_names_them() {
    let schema = compile(&json!({"required": ["workflows", "kratix", "a"]}));
    assert_eq!(missing(&schema, &json!({}), false), ["status.a"]);
    assert!(!schema.names_message() && !schema.names_conditions());

    let schema =
        compile(&json!({"anyOf": [{"required": ["message"]}, {"required": ["conditions"]}]}));
    assert!(schema.is_valid(Phase::Complete, &json!({}), false));

    let schema = compile(&json!({"required": ["message", "conditions"]}));
    assert!(schema.names_message() && schema.names_conditions());
    assert_eq!(
        missing(&schema, &json!({}), false),
        ["status.conditions", "status.message"]
    );
    assert_eq!(missing(&schema, &json!({}), true), ["status.conditions"]);
}

#[test]
fn the_root_names_keys_in_what_every_status_must_meet() {
    for named in [
        json!({"properties": {"message": {}}}),
        json!({"allOf": [{"properties": {"message": {}}}]}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"required": ["message"]}]}}}),
    ] {
        assert!(compile(&named).names_message(), "{named}");
    }
    for not_named in [
        json!({"anyOf": [{"properties": {"message": {}}}, {}]}),
        json!({"not": {"required": ["message"]}}),
        json!({"properties": {"a": {"properties": {"message": {}}}}}),
        json!({"patternProperties": {"message": {}}}),
    ] {
        assert!(!compile(&not_named).names_message(), "{not_named}");
    }
}

#[test]
fn below_the_root_a_schema_that_refers_to_the_root_is_whole() {
    let schema = compile(
        &json!({"required": ["conditions", "a"], "properties": {"inner": {"$ref": "#"}}, "anyOf": [{"required": ["workflows"]}]}),
    );
    let inner = json!({"a": 1, "inner": {}});
    // `conditions` is named by `required`, so that it counts at the root as well.
    assert_eq!(
        missing(&schema, &inner, false),
        [
            "status.conditions",
            "status.inner",
            "status.inner.a",
            "status.inner.conditions"
        ]
    );
    let partial = schema.faults(Phase::Partial, &inner, false);
    assert_eq!(partial.len(), 3, "below the root all counts at once");
}

#[test]
fn inside_one_of_if_and_not_a_status_passes_that_fits_with_or_without_the_key() {
    let passes =
        |schema: Value, view: Value| compile(&schema).is_valid(Phase::Complete, &view, false);
    let one = || json!({"oneOf": [{"required": ["message"]}, {"required": ["error"]}]});
    assert!(passes(one(), json!({"error": 1})) && passes(one(), json!({"url": 1})));
    let not = || json!({"not": {"required": ["workflows"]}});
    assert!(passes(not(), json!({"a": 1})));
    let then = || json!({"if": {"required": ["workflows"]}, "then": {"required": ["a"]}, "else": {"required": ["b"]}});
    assert!(
        passes(then(), json!({"a": 1}))
            && passes(then(), json!({"b": 1}))
            && !passes(then(), json!({"c": 1}))
    );
    // What is left of the branches still counts.
    let either =
        || json!({"oneOf": [{"required": ["workflows", "a"]}, {"required": ["workflows", "b"]}]});
    assert!(passes(either(), json!({"a": 1})) && !passes(either(), json!({"a": 1, "b": 1})));
    let deep = || json!({"$ref": "#/$defs/x", "$defs": {"x": {"allOf": [{"oneOf": [{"$ref": "#/$defs/y"}, {"required": ["a"]}]}]}, "y": {"required": ["kratix"]}}});
    assert!(passes(deep(), json!({"a": 1})) && passes(deep(), json!({})));
}

#[test]
fn a_text_of_kratix_as_message_is_there_or_not_as_fits() {
    let schema = compile(
        &json!({"properties": {"message": {}}, "oneOf": [{"required": ["message"]}, {"required": ["error"]}]}),
    );
    let passes = |view: Value, is_own| schema.is_valid(Phase::Complete, &view, is_own);
    assert!(passes(json!({"error": 1}), true) && passes(json!({}), true));
    assert!(passes(json!({"error": 1}), false) && !passes(json!({}), false));
    assert!(!passes(json!({"error": 1, "message": "done"}), false));
}

#[test]
fn of_many_keys_inside_one_of_all_or_none_are_taken_to_be_there() {
    let branch = |key: &str| json!({"required": [key]});
    let keys = ["workflows", "kratix", "healthStatus", "promiseVersion"];
    let schema = compile(
        &json!({"not": {"anyOf": keys.map(branch)}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}),
    );
    assert!(schema.is_valid(Phase::Complete, &json!({"a": 1}), false));
    assert!(!schema.is_valid(Phase::Complete, &json!({"a": 1, "b": 1}), false));
    assert_eq!(
        schema
            .faults(Phase::Complete, &json!({"a": 1, "b": 1}), false)
            .iter()
            .map(|fault| fault.keyword)
            .collect::<Vec<_>>(),
        ["oneOf"]
    );
}

#[test]
fn until_completion_only_what_holds_for_every_subset_counts() {
    let schema = compile(&json!({
        "properties": {"a": {"type": "string"}, "b": {"required": ["c"]}}, "additionalProperties": false,
        "required": ["a"], "minProperties": 2, "oneOf": [{"required": ["a"]}, {"required": ["b"]}], "const": {"a": "x"}
    }));
    let is_valid = |view: Value| schema.is_valid(Phase::Partial, &view, false);
    assert!(
        is_valid(json!({}))
            && is_valid(json!({"a": "y"}))
            && is_valid(json!({"a": "x", "b": {"c": 1}}))
    );
    assert!(
        !is_valid(json!({"a": 1})) && !is_valid(json!({"z": 1})) && !is_valid(json!({"b": {}}))
    );
}

#[test]
fn custom_resource_schemas_are_read_as_kubernetes_does() {
    let schema = crd(&json!({"type": "object", "required": [], "properties": {
        "port": {"x-kubernetes-int-or-string": true}, "host": {"type": "string", "nullable": true},
        "size": {"type": "integer", "minimum": 1, "exclusiveMinimum": true, "format": "int32"},
        "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
    }}));
    let words = |view: Value| -> Vec<_> {
        let faults = schema.faults(Phase::Complete, &view, false);
        faults
            .iter()
            .map(|fault| format!("{} {} {}", fault.keyword, fault.place, fault.words))
            .collect()
    };
    assert!(
        words(json!({"port": 80, "host": null, "size": 2, "open": {"a": 1}, "more": 1})).is_empty()
    );
    assert!(words(json!({"port": "http"})).is_empty());
    assert_eq!(
        words(json!({"port": true})),
        ["type /properties/port/type must be an integer or a string, is a boolean"]
    );
    assert_eq!(
        words(json!({"host": 1})),
        ["type /properties/host/type must be a string or null, is an integer"]
    );
    assert_eq!(
        words(json!({"size": 1})),
        ["minimum /properties/size/minimum must be more than 1"]
    );
    assert_eq!(
        words(json!({"size": 3_000_000_000_u64})),
        ["format /properties/size/format must be a whole number from -2147483648 to 2147483647"]
    );
}

#[test]
fn a_place_leads_through_identifiers_and_names() {
    let schema = compile(&json!({
        "$id": "https://example.com/root", "properties": {"a": {"$ref": "item#inner"}, "b": {"$dynamicRef": "#top"}},
        "$defs": {"x": {"$id": "item", "$defs": {"y": {"$anchor": "inner", "type": "string"}}}, "z/~": {"$dynamicAnchor": "top", "minimum": 3}}
    }));
    let faults = schema.faults(Phase::Complete, &json!({"a": 1, "b": 1}), false);
    let places: Vec<_> = faults.iter().map(|fault| &*fault.place).collect();
    assert_eq!(places, ["/$defs/x/$defs/y/type", "/$defs/z~1~0/minimum"]);
}

#[test]
fn a_count_says_how_far_it_is_from_its_limit() {
    let schema = compile(
        &json!({"properties": {"a": {"maxItems": 1, "prefixItems": [{}], "unevaluatedItems": false}, "b": {"minLength": 5}}}),
    );
    let faults = schema.faults(Phase::Complete, &json!({"a": [1, 2, 3], "b": "äö"}), false);
    let excess: Vec<_> = faults
        .iter()
        .map(|fault| (fault.keyword, fault.excess))
        .collect();
    assert_eq!(
        excess,
        [
            ("maxItems", Some(2)),
            ("unevaluatedItems", Some(2)),
            ("minLength", Some(3))
        ]
    );
}

/// The text that stands for every value of a status here.
const CANARY: &str = "zq7canary";

/// `view` with every string that its case does not need replaced, and strings put beside what is there.
fn with_canaries(view: &Value) -> Value {
    match view {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), with_canaries(value)))
            .collect(),
        Value::Array(items) => items.iter().map(with_canaries).collect(),
        Value::String(_) | Value::Null | Value::Bool(_) => json!(CANARY),
        Value::Number(_) => json!(8_154_711),
    }
}

#[test]
fn no_fault_holds_a_value_of_the_status() {
    let secret_key = format!("https://user:{CANARY}@host");
    let mut broken = BTreeSet::new();
    for entry in fs::read_dir("tests/fixtures/words").unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let cases = Document::read(text.as_bytes()).unwrap().value();
        for case in cases.as_array().unwrap() {
            let schema = compile(&case["schema"]);
            let mut keyed = case["view"].clone();
            keyed[&secret_key] = json!({&secret_key: CANARY});
            for view in [with_canaries(&case["view"]), keyed] {
                for phase in [Phase::Partial, Phase::Complete] {
                    for fault in schema.faults(phase, &view, false) {
                        broken.insert(fault.keyword);
                        assert!(!fault.words.contains(CANARY), "{}", fault.words);
                        assert!(
                            !fault.words.contains("8154711") && !fault.words.contains('\n'),
                            "{}",
                            fault.words
                        );
                        let debug = format!("{fault:?} {fault:#?} {:?}", fault.path.steps());
                        assert!(!debug.contains(CANARY), "{debug}");
                        assert!(!fault.path.to_string().contains(CANARY));
                    }
                }
            }
        }
    }
    assert!(broken.len() > 15, "{broken:?}");
}

//! What is declared where, by examples and against a reading of the schema that follows each keyword by hand.
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{Declared, PUBLIC, Place};
use crate::core::schema::{Dialect, Schema, document::Document, draft::Draft};

#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Item(usize),
}
use Step::{Item, Key};

fn walk<'d>(declared: &'d Declared, path: &[Step]) -> Place<'d> {
    path.iter().fold(declared.root(), |place, step| match step {
        Key(key) => place.key(key),
        Item(index) => place.item(*index),
    })
}

fn compiled(schema: &Value) -> Schema {
    Schema::compile(schema, Dialect::JsonSchema).unwrap()
}

fn is_secret(schema: &Value, path: &[Step]) -> bool {
    walk(compiled(schema).declared(), path).is_secret()
}

#[test]
fn nothing_declared_is_empty_and_ends_at_once() {
    let schema = compiled(
        &json!({"properties": {"a": {"format": "uri", "writeOnly": false}}, "not": {"properties": {"a": {"writeOnly": true}}}}),
    );
    assert!(schema.declared().is_empty());
    assert!(schema.declared().root().is_end() && schema.declared().root().key("a").is_end());
}

#[test]
fn all_below_a_secret_is_secret_and_nothing_beside_it() {
    let schema = json!({"properties": {"a": {"writeOnly": true}, "b": {"properties": {"c": {"format": "password"}}}}});
    for path in [
        &[Key("a")][..],
        &[Key("a"), Key("x"), Item(3)],
        &[Key("b"), Key("c")],
    ] {
        assert!(is_secret(&schema, path), "{path:?}");
    }
    for path in [
        &[][..],
        &[Key("b")],
        &[Key("c")],
        &[Key("b"), Item(0)],
        &[Item(0)],
    ] {
        assert!(!is_secret(&schema, path), "{path:?}");
    }
}

#[test]
fn every_keyword_that_leads_to_a_value_is_followed() {
    let secret = json!({"writeOnly": true});
    let a = json!({"properties": {"a": secret}});
    let in_place = [
        json!({"allOf": [a]}),
        json!({"anyOf": [{}, a]}),
        json!({"oneOf": [a, {}]}),
        json!({"if": a}),
        json!({"if": {}, "then": a}),
        json!({"if": {}, "else": a}),
        json!({"dependentSchemas": {"x": a}}),
        json!({"dependencies": {"x": a, "y": ["z"]}}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": a}}),
        json!({"patternProperties": {"^a": secret}}),
        json!({"additionalProperties": secret, "properties": {"b": {}}, "patternProperties": {"^c": {}}}),
        json!({"unevaluatedProperties": secret, "allOf": [{"properties": {"b": {}}}, {"patternProperties": {"^c": {}}}]}),
    ];
    for schema in &in_place {
        assert!(is_secret(schema, &[Key("a")]), "{schema}");
        assert!(
            !is_secret(schema, &[Key("b")]) && !is_secret(schema, &[Key("cd")]),
            "{schema}"
        );
    }
    let draft7 = "http://json-schema.org/draft-07/schema#";
    let lists = [
        (json!({"items": secret}), [true, true]),
        (json!({"contains": secret}), [true, true]),
        (json!({"prefixItems": [{}, secret]}), [false, true]),
        (json!({"prefixItems": [{}], "items": secret}), [false, true]),
        (
            json!({"prefixItems": [{}], "unevaluatedItems": secret}),
            [false, true],
        ),
        (
            json!({"items": {}, "unevaluatedItems": secret}),
            [false, false],
        ),
        (
            json!({"$schema": draft7, "items": [{}, secret]}),
            [false, true],
        ),
        (
            json!({"$schema": draft7, "items": [{}], "additionalItems": secret}),
            [false, true],
        ),
        (
            json!({"$schema": draft7, "items": {}, "additionalItems": secret}),
            [false, false],
        ),
    ];
    for (list, expected) in lists {
        let mut schema = json!({"properties": {"l": list}});
        if let Some(name) = schema.pointer("/properties/l/$schema").cloned() {
            schema["$schema"] = name;
        }
        let found = [0, 1].map(|index| is_secret(&schema, &[Key("l"), Item(index)]));
        assert_eq!(found, expected, "{schema}");
    }
}

#[test]
fn rings_of_references_are_walked_as_deep_as_the_status() {
    let schema = json!({"$ref": "#/$defs/node", "$defs": {"node": {"properties": {"token": {"format": "password"},
        "next": {"$ref": "#/$defs/node"}, "all": {"items": {"$ref": "#/$defs/node"}}}}}});
    let deep: Vec<Step> = (0..100)
        .flat_map(|_| [Key("next"), Key("all"), Item(7)])
        .chain([Key("token")])
        .collect();
    assert!(is_secret(&schema, &deep));
    assert!(!is_secret(&schema, &deep[..300]));
}

#[test]
fn a_reason_counts_at_its_place_alone_and_never_for_a_secret() {
    let schema = compiled(&json!({"properties": {
        "a": {PUBLIC: "a demo", "properties": {"b": {}}},
        "c": {"anyOf": [{PUBLIC: "a demo"}, {"writeOnly": true}]},
    }}));
    let reason = |path: &[Step]| walk(schema.declared(), path).public_reason();
    assert_eq!(reason(&[Key("a")]), Some("a demo"));
    assert_eq!(reason(&[Key("a"), Key("b")]), None);
    assert_eq!(reason(&[Key("c")]), None);
}

#[test]
fn a_place_is_public_only_with_a_reason() {
    let said = [
        json!(true),
        json!(""),
        json!(" "),
        json!(null),
        json!(["x"]),
    ];
    for said in said {
        let schema = json!({"properties": {"a": {PUBLIC: said}}});
        let faults = Schema::compile(&schema, Dialect::JsonSchema).unwrap_err();
        assert_eq!(faults[0].pointer, "/properties/a/x-statusguard-public");
    }
}

#[test]
fn a_keyword_that_only_looks_like_ours_is_noted() {
    let schema = json!({"properties": {"a": {"x-statusguard-pubic": "a demo", "x-other": 1}}});
    for dialect in [Dialect::JsonSchema, Dialect::Crd] {
        let schema = Schema::compile(&schema, dialect).unwrap();
        let notes: Vec<_> = schema
            .notes()
            .iter()
            .map(|note| note.pointer.as_str())
            .collect();
        assert_eq!(notes, ["/properties/a/x-statusguard-pubic"]);
    }
}

const KEYS: [&str; 4] = ["a", "b", "xa", "xb"];

fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = select(vec![
        json!({}),
        json!(true),
        json!({"writeOnly": true}),
        json!({"format": "password"}),
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/d"}),
    ]);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let keyword = prop_oneof![
            3 => (select(&KEYS[..]), inner.clone(), select(&KEYS[..]), inner.clone())
                .prop_map(|(one, first, two, second)| json!({"properties": {one: first, two: second}})),
            1 => inner.clone().prop_map(|schema| json!({"patternProperties": {"^x": schema}})),
            2 => inner.clone().prop_map(|schema| json!({"additionalProperties": schema})),
            1 => inner.clone().prop_map(|schema| json!({"items": schema})),
            1 => vec(inner.clone(), 1..3).prop_map(|all| json!({"prefixItems": all})),
            1 => inner.clone().prop_map(|schema| json!({"contains": schema})),
            1 => vec(inner.clone(), 1..3).prop_map(|all| json!({"allOf": all})),
            1 => vec(inner.clone(), 1..3).prop_map(|all| json!({"oneOf": all})),
            1 => inner.clone().prop_map(|schema| json!({"then": schema})),
            1 => inner.clone().prop_map(|schema| json!({"dependentSchemas": {"a": schema}})),
            1 => inner.clone().prop_map(|schema| json!({"not": schema})),
            1 => inner.prop_map(|schema| json!({"propertyNames": schema})),
        ];
        vec(keyword, 1..4).prop_map(|keywords| {
            let keywords = keywords.into_iter().filter_map(|keyword| keyword.as_object().cloned());
            Value::Object(keywords.flatten().collect::<Map<_, _>>())
        })
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![3 => select(&KEYS[..]).prop_map(Key), 1 => (0..3_usize).prop_map(Item)];
    vec(step, 0..5)
}

/// Whether `schema` or what it leads to says that `path` is secret, followed keyword by keyword.
fn says_secret(root: &Value, schema: &Value, path: &[Step], in_place: usize) -> bool {
    let Some(map) = schema.as_object().filter(|_| in_place < 8) else {
        return false;
    };
    if map.get("writeOnly").is_some() || map.get("format").is_some() {
        return true;
    }
    let here = |schema: &Value| says_secret(root, schema, path, in_place + 1);
    let below = |schema: &Value| says_secret(root, schema, &path[1..], 0);
    let named = |key: &str| {
        map.get("properties")
            .is_some_and(|all| all.get(key).is_some())
    };
    let has_pattern = map.contains_key("patternProperties");
    map.iter()
        .any(|(name, value)| match (name.as_str(), path.first()) {
            ("$ref", _) => here(if value == "#" {
                root
            } else {
                &root["$defs"]["d"]
            }),
            ("allOf" | "oneOf", _) => value.as_array().into_iter().flatten().any(here),
            ("then", _) => here(value),
            ("dependentSchemas", _) => here(&value["a"]),
            ("properties", Some(Key(key))) => value.get(key).is_some_and(below),
            ("patternProperties", Some(Key(key))) => key.starts_with('x') && below(&value["^x"]),
            ("additionalProperties", Some(Key(key))) => {
                !(named(key) || has_pattern && key.starts_with('x')) && below(value)
            }
            ("prefixItems", Some(Item(index))) => value.get(index).is_some_and(below),
            ("items", Some(Item(index))) => {
                *index
                    >= map
                        .get("prefixItems")
                        .and_then(Value::as_array)
                        .map_or(0, Vec::len)
                    && below(value)
            }
            ("contains", Some(Item(_))) => below(value),
            _ => false,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_automaton_reads_a_schema_as_its_keywords_do(schema in any_schema(), definition in any_schema(), path in steps()) {
        let mut schema = schema;
        if let Some(map) = schema.as_object_mut() {
            map.insert("$defs".to_owned(), json!({"d": definition}));
        } else {
            return Ok(());
        }
        let document = Document::new(&schema, Draft::Draft202012).expect("every reference leads somewhere");
        let declared = Declared::of(&document).expect("nothing is said to be public");
        prop_assert_eq!(walk(&declared, &path).is_secret(), says_secret(&schema, &schema, &path, 0));
    }
}

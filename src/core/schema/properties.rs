//! What holds of every schema and status, over generated ones that are rich at the root.
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{
    Dialect, Schema, demands::Demands, document::Document, draft::Draft, engine::Form, faults,
    phase::Forms, root::Named,
};
use crate::core::phase::Phase;

const KEYS: [&str; 6] = ["a", "b", "c", "xd", "message", "conditions"];

fn key() -> impl Strategy<Value = &'static str> {
    select(&KEYS[..])
}

/// A schema of a member.
fn leaf() -> impl Strategy<Value = Value> {
    select(vec![
        json!({}),
        json!({"type": "integer"}),
        json!({"type": "string"}),
        json!({"enum": [1, "x"]}),
        json!({"not": {"type": "string"}}),
        json!({"minimum": 1}),
        json!({"type": ["integer", "object"], "required": ["a"]}),
    ])
}

fn status() -> impl Strategy<Value = Map<String, Value>> {
    let value = select(vec![
        json!(1),
        json!(0),
        json!("x"),
        json!({"a": 1}),
        json!({}),
    ]);
    vec((key(), value), 0..5).prop_map(|pairs| {
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    })
}

/// One keyword at the root, with `inner` wherever a schema applies in place.
fn keyword(inner: &BoxedStrategy<Value>) -> BoxedStrategy<Map<String, Value>> {
    let keys = || {
        vec(key(), 1..3).prop_map(|mut keys| {
            keys.sort_unstable();
            keys.dedup();
            json!(keys)
        })
    };
    let branches = || vec(inner.clone(), 1..4);
    let object = select(vec![json!({}), json!({"a": 1}), json!({"a": 1, "b": "x"})]);
    prop_oneof![
        4 => (key(), leaf(), key(), leaf()).prop_map(|(one, first, two, second)| json!({"properties": {one: first, two: second}})),
        2 => keys().prop_map(|keys| json!({"required": keys})),
        1 => (key(), keys()).prop_map(|(key, keys)| json!({"dependentRequired": {key: keys}})),
        1 => (key(), keys()).prop_map(|(key, keys)| json!({"dependencies": {key: keys}})),
        1 => (key(), inner.clone()).prop_map(|(key, schema)| json!({"dependencies": {key: schema}})),
        1 => (key(), inner.clone()).prop_map(|(key, schema)| json!({"dependentSchemas": {key: schema}})),
        1 => leaf().prop_map(|schema| json!({"patternProperties": {"^x": schema}})),
        1 => leaf().prop_map(|schema| json!({"additionalProperties": schema})),
        1 => Just(json!({"additionalProperties": false})),
        2 => Just(json!({"unevaluatedProperties": false})),
        1 => leaf().prop_map(|schema| json!({"unevaluatedProperties": schema})),
        1 => Just(json!({"propertyNames": {"maxLength": 1}})),
        1 => (1..4).prop_map(|count| json!({"maxProperties": count})),
        1 => (0..3).prop_map(|count| json!({"minProperties": count})),
        1 => Just(json!({"type": "object"})),
        2 => branches().prop_map(|branches| json!({"allOf": branches})),
        2 => branches().prop_map(|branches| json!({"anyOf": branches})),
        2 => branches().prop_map(|branches| json!({"oneOf": branches})),
        1 => inner.clone().prop_map(|schema| json!({"not": schema})),
        1 => (inner.clone(), inner.clone(), inner.clone())
            .prop_map(|(one, two, three)| json!({"if": one, "then": two, "else": three})),
        1 => select(&["#/$defs/one", "#/definitions/two", "#three", "#/$defs/odd~1%C3%A9%25"][..])
            .prop_map(|target| json!({"$ref": target})),
        1 => Just(json!({"$dynamicRef": "#four"})),
        1 => object.clone().prop_map(|value| json!({"const": value})),
        1 => vec(object, 1..3).prop_map(|mut values| {
            values.dedup();
            json!({"enum": values})
        }),
    ]
    .prop_map(|keyword| keyword.as_object().cloned().unwrap_or_default())
    .boxed()
}

fn at_root() -> impl Strategy<Value = Value> {
    let none = Just(json!({})).boxed();
    let flat = vec(keyword(&none), 0..3).prop_map(joined);
    flat.prop_recursive(3, 24, 4, |inner| {
        vec(keyword(&inner.boxed()), 1..4).prop_map(joined)
    })
}

fn joined(keywords: Vec<Map<String, Value>>) -> Value {
    Value::Object(keywords.into_iter().flatten().collect())
}

/// A document in some draft, with something behind every reference.
fn document() -> impl Strategy<Value = Value> {
    let targets = vec(
        vec(keyword(&Just(json!({})).boxed()), 1..3).prop_map(joined),
        4,
    );
    let draft = select(
        &[
            "https://json-schema.org/draft/2020-12/schema",
            "https://json-schema.org/draft/2020-12/schema",
            "https://json-schema.org/draft/2019-09/schema",
            "http://json-schema.org/draft-07/schema#",
            "http://json-schema.org/draft-04/schema#",
        ][..],
    );
    (at_root(), targets, draft).prop_map(|(mut root, mut targets, draft)| {
        for target in &mut targets {
            // What is referred to refers to nothing, so that there are no rings.
            if let Some(target) = target.as_object_mut() {
                target.remove("$ref");
                target.remove("$dynamicRef");
            }
        }
        let mut targets = targets.into_iter();
        let mut next = |name: Value| {
            let mut target = targets.next().unwrap_or_default();
            for (key, value) in name.as_object().into_iter().flatten() {
                target[key] = value.clone();
            }
            target
        };
        root["$schema"] = json!(draft);
        root["$defs"] = json!({
            "one": next(json!({})),
            "three": next(json!({"$anchor": "three", "$dynamicAnchor": "four"})),
            "odd/é%": {"minProperties": 1},
        });
        root["definitions"] = json!({"two": next(json!({})), "three": {}});
        if draft.contains("draft-07") {
            root["definitions"]["three"] = json!({"$id": "#three"});
        }
        root
    })
}

/// All subsets of an object's keys.
fn subsets(status: &Map<String, Value>) -> impl Iterator<Item = Value> + '_ {
    (0..1_usize << status.len()).map(|chosen| {
        let members = status.iter().enumerate();
        members
            .filter(|(index, _)| chosen >> index & 1 == 1)
            .map(|(_, (key, value))| (key.clone(), value.clone()))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn partial_accepts_every_subset_of_what_complete_accepts(document in document(), status in status()) {
        let Ok(schema) = Schema::compile(&document, Dialect::JsonSchema) else { return Ok(()) };
        let whole = Value::Object(status.clone());
        for satisfied in [false, true] {
            if schema.is_valid(Phase::Complete, &whole, satisfied) {
                for subset in subsets(&status) {
                    prop_assert!(schema.is_valid(Phase::Partial, &subset, satisfied), "{subset}");
                }
            }
        }
    }

    #[test]
    fn there_are_faults_exactly_where_a_status_is_not_valid(document in document(), status in status()) {
        let Ok(schema) = Schema::compile(&document, Dialect::JsonSchema) else { return Ok(()) };
        let status = Value::Object(status);
        for phase in [Phase::Partial, Phase::Complete] {
            for satisfied in [false, true] {
                let faults = schema.faults(phase, &status, satisfied);
                prop_assert_eq!(faults.is_empty(), schema.is_valid(phase, &status, satisfied), "{:?}", faults);
                for fault in &faults {
                    let place = document.pointer(&fault.place);
                    prop_assert!(place.is_some(), "{:?}", fault);
                }
            }
        }
    }

    #[test]
    fn the_forms_together_are_the_whole_schema(document in document(), status in status()) {
        let draft = Draft::of(&document, Dialect::JsonSchema).expect("the draft is known");
        let Ok(document) = Document::new(&document, draft) else { return Ok(()) };
        let named = Named { message: true, conditions: true };
        let form = |form: Value| Form::compile(draft, &form);
        let Ok(whole) = form(Forms::new(&document, Demands::new(named, false)).whole()) else { return Ok(()) };
        let partial = form(Forms::new(&document, Demands::new(named, false)).partial()).expect("a part of what compiles");
        let rest = Forms::new(&document, Demands::new(named, false)).rest().map(|rest| form(rest).expect("a part of what compiles"));
        let status = Value::Object(status);
        let complete = partial.is_valid(&status) && rest.is_none_or(|rest| rest.is_valid(&status));
        prop_assert_eq!(complete, whole.is_valid(&status));
    }

    #[test]
    fn a_fault_has_the_same_place_in_both_phases(document in document(), status in status()) {
        let Ok(schema) = Schema::compile(&document, Dialect::JsonSchema) else { return Ok(()) };
        let status = Value::Object(status);
        let complete = schema.faults(Phase::Complete, &status, false);
        for fault in schema.faults(Phase::Partial, &status, false) {
            let same = |other: &&super::Fault| {
                (&other.path, other.keyword, &other.place, &other.parameter)
                    == (&fault.path, fault.keyword, &fault.place, &fault.parameter)
            };
            prop_assert!(complete.iter().any(|other| same(&other)), "{:?} of {:?}", fault, complete);
        }
    }

    #[test]
    fn an_outline_tells_the_same_faults(document in document(), status in status()) {
        let Ok(schema) = Schema::compile(&document, Dialect::JsonSchema) else { return Ok(()) };
        let status = Value::Object(status);
        for phase in [Phase::Partial, Phase::Complete] {
            let whole = schema.faults(phase, &status, false);
            let outlined = schema.outlined(&document, phase, &status, false).expect("an outline of what compiles");
            let outlined = faults::all(&document, &status, outlined, None);
            let same = |fault: &super::Fault| {
                (fault.path.clone(), fault.keyword, fault.place.clone(), fault.parameter.clone())
            };
            prop_assert_eq!(
                whole.iter().map(same).collect::<Vec<_>>(),
                outlined.iter().map(same).collect::<Vec<_>>()
            );
        }
    }
}

/// Keys that a generated schema demands: two of the author's, and two of Kratix's.
const DEMANDED: [&str; 4] = ["a", "b", "workflows", "message"];

/// A schema of demands, with keywords in place around each other.
fn demanding() -> impl Strategy<Value = Value> {
    let keys = || vec(select(&DEMANDED[..]), 1..3);
    let leaf = prop_oneof![
        4 => keys().prop_map(|keys| json!({"required": keys})),
        1 => keys().prop_map(|keys| json!({"dependentRequired": {"a": keys}})),
        1 => keys().prop_map(|keys| json!({"dependencies": {"b": keys}})),
        1 => Just(json!({"$ref": "#/$defs/d"})),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let branches = || vec(inner.clone(), 1..4);
        prop_oneof![
            branches().prop_map(|all| json!({"allOf": all})),
            branches().prop_map(|all| json!({"anyOf": all})),
            branches().prop_map(|all| json!({"oneOf": all})),
            inner.clone().prop_map(|schema| json!({"not": schema})),
            inner
                .clone()
                .prop_map(|schema| json!({"dependentSchemas": {"a": schema}})),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(one, two, three)| json!({"if": one, "then": two, "else": three})),
        ]
    })
}

fn unique(schema: &mut Value) {
    match schema {
        Value::Array(items) => {
            let mut seen = Vec::new();
            items.retain(|item| {
                !item.is_string()
                    || !seen.contains(item) && {
                        seen.push(item.clone());
                        true
                    }
            });
            items.iter_mut().for_each(unique);
        }
        Value::Object(map) => map.values_mut().for_each(unique),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_status_that_fits_with_or_without_a_key_of_kratix_passes(
        schema in demanding(), definition in vec(select(&DEMANDED[..]), 1..3), keys in vec(select(&DEMANDED[..]), 0..4),
    ) {
        let mut schema = schema;
        schema["$defs"] = json!({"d": {"required": definition}});
        unique(&mut schema);
        let Ok(compiled) = Schema::compile(&schema, Dialect::JsonSchema) else { return Ok(()) };
        let whole = Form::compile(Draft::Draft202012, &schema).expect("what compiled before");
        let status = |keys: &[&str]| Value::Object(keys.iter().map(|key| ((*key).to_owned(), json!(1))).collect());
        let fits = |keys: &[&str], kratix: &[&str]| whole.is_valid(&status(&[keys, kratix].concat()));
        let has_message = compiled.names_message() && keys.contains(&"message");
        let own: Vec<_> = keys.iter().copied().filter(|key| ["a", "b"].contains(key)).collect();
        if compiled.names_message() {
            let written: &[&str] = if has_message { &["message"] } else { &[] };
            let view = [&own[..], written].concat();
            let some = [&[][..], &["workflows"]].iter().any(|kratix| fits(&view, kratix));
            prop_assert!(!some || compiled.is_valid(Phase::Complete, &status(&view), false), "{view:?}");
        }
        let all: [&[&str]; 4] = [&[], &["workflows"], &["message"], &["workflows", "message"]];
        let some = all.iter().any(|kratix| fits(&own, kratix));
        let satisfied = compiled.names_message();
        prop_assert!(!some || compiled.is_valid(Phase::Complete, &status(&own), satisfied), "{own:?}");
    }
}

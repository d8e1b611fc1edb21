//! Generated schemas and statuses, small enough that they meet often.
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// Keys that schemas and statuses share.
const KEYS: [&str; 7] = ["url", "port", "nodes", "iam", "kind", "odd key", "password"];
/// Every string that a generated status holds begins with this, so that it can be looked for in what comes out.
pub(crate) const CANARY: &str = "zq7canary";

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..200_i64).prop_map(Value::from),
        (0..4_u8).prop_map(|number| json!(format!("{CANARY}{number}"))),
        secret(),
    ]
}

/// Secrets by their form and in words, few enough that the same one stands in several places.
fn secret() -> impl Strategy<Value = Value> {
    (0..2_u8, any::<bool>()).prop_map(|(number, is_in_words)| {
        json!(if is_in_words {
            format!("log in, the password is {CANARY}{number}!x")
        } else {
            format!("postgres://app:{CANARY}{number}@db.example.com/app")
        })
    })
}

/// What one member says of another: the name of a pair, or the flag of an output.
fn pair() -> impl Strategy<Value = Value> {
    let name = select(&["DB_PASSWORD", "COLOUR"][..]);
    (name, any::<bool>(), scalar()).prop_map(
        |(name, is_sensitive, value)| json!({"name": name, "sensitive": is_sensitive, "value": value}),
    )
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![4 => scalar(), 1 => pair()].prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            members(inner, 4).prop_map(Value::Object),
        ]
    })
}

fn members(
    inner: impl Strategy<Value = Value>,
    most: usize,
) -> impl Strategy<Value = Map<String, Value>> {
    vec((select(&KEYS[..]), inner), 0..=most).prop_map(|pairs| {
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    })
}

/// The author's part of a status: keys that are not Kratix's.
pub(crate) fn authors() -> impl Strategy<Value = Map<String, Value>> {
    members(value(), 5)
}

fn condition() -> impl Strategy<Value = Value> {
    let type_ = select(
        &[
            "Ready",
            "Synced",
            "Reconciled",
            "ConfigureWorkflowCompleted",
            "PipelineCompleted",
        ][..],
    );
    let status = prop_oneof![
        4 => select(&["True", "False", "Unknown"][..]).prop_map(|word| json!(word)),
        1 => Just(json!("Maybe")),
        1 => Just(json!(true)),
    ];
    (option::weighted(0.9, type_), option::weighted(0.9, status)).prop_map(|(type_, status)| {
        let mut condition = Map::new();
        condition.extend(type_.map(|type_| ("type".to_owned(), json!(type_))));
        condition.extend(status.map(|status| ("status".to_owned(), status)));
        Value::Object(condition)
    })
}

/// A list of conditions, Kratix's and others, good and bad.
pub(crate) fn conditions() -> impl Strategy<Value = Vec<Value>> {
    vec(condition(), 0..5)
}

/// Kratix's own keys as Kratix writes them, without conditions.
pub(crate) fn bookkeeping() -> impl Strategy<Value = Map<String, Value>> {
    let message = select(&["Pending", "Resource requested", "Promise configured"][..]);
    (0..3_u8, option::of(message), any::<bool>()).prop_map(|(workflows, message, has_health)| {
        let mut status = Map::new();
        status.insert("workflows".to_owned(), json!(workflows));
        status.insert("kratix".to_owned(), json!({"workflows": {"pipelines": []}}));
        status.extend(message.map(|message| ("message".to_owned(), json!(message))));
        if has_health {
            status.insert(
                "healthStatus".to_owned(),
                json!({"state": "healthy", "healthRecords": []}),
            );
        }
        status
    })
}

/// A status of its parts.
pub(crate) fn status(
    authors: &Map<String, Value>,
    bookkeeping: &Map<String, Value>,
    conditions: &[Value],
) -> Value {
    let mut status = authors.clone();
    status.extend(bookkeeping.clone());
    if !conditions.is_empty() {
        status.insert("conditions".to_owned(), Value::from(conditions));
    }
    Value::Object(status)
}

/// A schema of a whole status, rich at its root.
pub(crate) fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({})),
        Just(json!(false)),
        select(&["string", "integer", "array", "object", "null", "boolean"][..])
            .prop_map(|kind| json!({"type": kind})),
        (0..100_i64).prop_map(|limit| json!({"maximum": limit})),
        Just(json!({"type": "string", "pattern": "^a"})),
        Just(json!({"type": "string", "format": "uri"})),
        Just(json!({"enum": [1, 2, "a"]})),
        Just(json!({"const": "a"})),
        Just(json!({"maxItems": 1, "uniqueItems": true})),
        Just(json!({"minLength": 100})),
    ];
    let inner = leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({"items": items})),
            (select(&KEYS[..]), inner.clone())
                .prop_map(|(key, schema)| json!({"properties": {key: schema}, "required": [key]})),
            vec(inner.clone(), 1..3).prop_map(|branches| json!({"anyOf": branches})),
            vec(inner.clone(), 1..3).prop_map(|branches| json!({"oneOf": branches})),
            inner.prop_map(|schema| json!({"not": schema})),
        ]
    });
    root(inner.boxed()).prop_recursive(2, 6, 2, |inner| {
        (root(object_of_keys()), inner).prop_map(|(mut outer, inner)| {
            outer["allOf"] = json!([inner]);
            outer
        })
    })
}

fn object_of_keys() -> BoxedStrategy<Value> {
    select(&["string", "integer", "array", "object"][..])
        .prop_map(|kind| json!({"type": kind}))
        .boxed()
}

fn root(inner: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    let pairs = vec((select(&KEYS[..]), inner.clone()), 0..4);
    let required = vec(select(&["url", "port", "message", "kind"][..]), 0..3);
    let keyword = prop_oneof![
        3 => Just(json!({})),
        1 => Just(json!({"additionalProperties": false})),
        1 => Just(json!({"unevaluatedProperties": false})),
        1 => (0..4_u8).prop_map(|count| json!({"maxProperties": count})),
        1 => (0..4_u8).prop_map(|count| json!({"minProperties": count})),
        1 => Just(json!({"propertyNames": {"maxLength": 4}})),
        1 => Just(json!({"dependentRequired": {"url": ["port", "message"]}})),
        1 => inner.clone().prop_map(|schema| json!({"if": schema, "then": {"required": ["kind"]}})),
        1 => inner.clone().prop_map(|schema| json!({"not": schema})),
        1 => vec(select(&KEYS[..]).prop_map(|key| json!({"required": [key]})), 1..3)
            .prop_map(|branches| json!({"oneOf": branches})),
        1 => inner.clone().prop_map(|schema| json!({"$defs": {"a": schema}, "$ref": "#/$defs/a"})),
        1 => inner.prop_map(|schema| json!({"patternProperties": {"^o": schema}})),
    ];
    (pairs, required, keyword, any::<bool>()).prop_map(
        |(pairs, mut required, keyword, names_message)| {
            let mut properties: Map<String, Value> = pairs
                .into_iter()
                .map(|(key, schema)| (key.to_owned(), schema))
                .collect();
            if names_message {
                properties.insert("message".to_owned(), json!({"type": "string"}));
            }
            required.sort_unstable();
            required.dedup();
            let mut schema = json!({"properties": properties, "required": required});
            for (key, value) in keyword
                .as_object()
                .expect("a keyword is written as an object")
            {
                schema[key] = value.clone();
            }
            schema
        },
    )
}

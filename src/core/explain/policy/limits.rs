//! The limits that a schema sets to a value, in a few words each.
use serde_json::Value;

/// What is counted: the keywords of its lower and upper limit, and the word for one.
const COUNTED: [(&str, &str, &str); 3] = [
    ("minLength", "maxLength", "character"),
    ("minItems", "maxItems", "item"),
    ("minProperties", "maxProperties", "key"),
];

/// All limits of a schema.
pub(super) fn of(schema: &Value) -> Vec<String> {
    let mut words = bounds(schema);
    words.extend(
        schema
            .get("multipleOf")
            .map(|step| format!("a multiple of {step}")),
    );
    let counted = COUNTED.iter();
    words.extend(
        counted.filter_map(|(least, most, what)| {
            counted_as(schema.get(least), schema.get(most), what)
        }),
    );
    if schema["uniqueItems"] == true {
        words.push("no item twice".to_owned());
    }
    words
}

/// Limits of a number, which may be exclusive by a flag, as in draft 4, or by a keyword of their own.
fn bounds(schema: &Value) -> Vec<String> {
    let bound = |name: &str, flag: &str, words: [&str; 2]| {
        let [inclusive, exclusive] = words;
        let own = schema.get(flag).filter(|limit| limit.is_number());
        let own = own.map(|limit| format!("{exclusive} {limit}"));
        let is_exclusive = schema[flag] == true;
        let plain = schema.get(name);
        let plain = plain.map(|limit| {
            format!(
                "{} {limit}",
                if is_exclusive { exclusive } else { inclusive }
            )
        });
        [plain, own]
    };
    let lower = bound("minimum", "exclusiveMinimum", ["at least", "more than"]);
    let upper = bound("maximum", "exclusiveMaximum", ["at most", "less than"]);
    lower.into_iter().chain(upper).flatten().collect()
}

fn counted_as(least: Option<&Value>, most: Option<&Value>, what: &str) -> Option<String> {
    let plural = |limit: &Value| {
        let ending = if limit.as_f64() == Some(1.0) { "" } else { "s" };
        format!("{limit} {what}{ending}")
    };
    match (least, most) {
        (None, None) => None,
        (Some(least), None) => Some(format!("at least {}", plural(least))),
        (None, Some(most)) => Some(format!("at most {}", plural(most))),
        (Some(least), Some(most)) if least == most => Some(format!("exactly {}", plural(most))),
        (Some(least), Some(most)) => Some(format!("{least} to {}", plural(most))),
    }
}

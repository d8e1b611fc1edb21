//! The words for each fault: what is wanted, what is there by type alone, and what to do. Never a value of a status.
use std::{cell::Cell, fmt::Write as _};

use serde_json::Value;

use super::{
    engine::{Broken, How},
    faults, formats, known, nearest, notes, pointer,
};
use crate::core::path::{self, Key, Path};

/// Every keyword that a fault can name, with what it means.
pub const KEYWORDS: &[(&str, &str)] = &[
    (
        "additionalItems",
        "the list has more items than the schema describes",
    ),
    (
        "additionalProperties",
        "a key that the schema does not know",
    ),
    ("anyOf", "the value fits none of the alternatives"),
    ("const", "the value is not the only one allowed"),
    (
        "contains",
        "no item of the list is of the kind that one must be",
    ),
    ("contentEncoding", "the text is not encoded as it must be"),
    (
        "contentMediaType",
        "the text is not of the media type that it must be",
    ),
    ("dependencies", "a key is missing that another key needs"),
    (
        "dependentRequired",
        "a key is missing that another key needs",
    ),
    ("enum", "the value is none of those allowed"),
    ("exclusiveMaximum", "the number is too large"),
    ("exclusiveMinimum", "the number is too small"),
    ("false", "nothing may stand here: the schema says false"),
    ("format", "the value is not written as it must be"),
    ("maxContains", "too many items of the list are of one kind"),
    ("maxItems", "the list has too many items"),
    ("maxLength", "the text is too long"),
    ("maxProperties", "the object has too many keys"),
    ("maximum", "the number is too large"),
    (
        "minContains",
        "too few items of the list are of the kind that some must be",
    ),
    ("minItems", "the list has too few items"),
    ("minLength", "the text is too short"),
    ("minProperties", "the object has too few keys"),
    ("minimum", "the number is too small"),
    (
        "multipleOf",
        "the number is not a multiple of what it must be",
    ),
    ("not", "the value is what the schema forbids"),
    (
        "oneOf",
        "the value fits none of the alternatives, or more than one",
    ),
    ("pattern", "the text does not match a pattern"),
    ("propertyNames", "a key is not written as keys must be"),
    ("required", "a key is missing"),
    ("type", "the value is of another type"),
    (
        "unevaluatedItems",
        "the list has items that no part of the schema describes",
    ),
    (
        "unevaluatedProperties",
        "a key that no part of the schema knows",
    ),
    ("uniqueItems", "the list has the same item twice"),
];

/// The keyword that a report is about.
pub(super) fn keyword(broken: &Broken) -> &'static str {
    if matches!(broken.how, How::Forbidden) {
        return "false";
    }
    let last = pointer::split_last(&broken.place).map_or_else(Default::default, |(_, last)| last);
    KEYWORDS
        .iter()
        .find_map(|(name, _)| (*name == last).then_some(*name))
        .unwrap_or("false")
}

/// Values that an `enum` lists in words before it says how many more there are.
const LISTED: usize = 10;
/// Characters of a text from the schema that are shown.
const SHOWN: usize = 80;
/// Faults of the nearest branch that are told.
const TOLD: usize = 3;
/// Comparisons of keys for "did you mean" in one judgement.
const COMPARISONS: usize = 20_000;

/// What words are made from.
pub(super) struct Words<'v> {
    source: &'v Value,
    pub(super) view: &'v Value,
    comparisons: Cell<usize>,
}

impl<'v> Words<'v> {
    pub(super) fn new(source: &'v Value, view: &'v Value) -> Self {
        Self {
            source,
            view,
            comparisons: Cell::new(COMPARISONS),
        }
    }

    /// The value of the keyword that a report is about.
    fn limit(&self, broken: &Broken) -> &'v Value {
        pointer::look_up(self.source, &broken.place).unwrap_or(&Value::Null)
    }

    /// The schema that the keyword of a report stands in.
    fn schema(&self, broken: &Broken) -> &'v Value {
        pointer::split_last(&broken.place)
            .and_then(|(schema, _)| pointer::look_up(self.source, schema))
            .unwrap_or(&Value::Null)
    }

    /// The value that a report is about. Only its type and keys may be told.
    fn value(&self, broken: &Broken) -> &'v Value {
        pointer::look_up(self.view, &broken.at).unwrap_or(&Value::Null)
    }

    /// How far a count is beyond its limit.
    pub(super) fn excess(&self, broken: &Broken) -> Option<u64> {
        if let How::UnexpectedElements(count) = broken.how {
            return u64::try_from(count).ok();
        }
        let count = match (keyword(broken), self.value(broken)) {
            ("maxItems" | "minItems", Value::Array(items)) => items.len(),
            ("maxProperties" | "minProperties", Value::Object(map)) => map.len(),
            ("maxLength" | "minLength", Value::String(text)) => text.chars().count(),
            ("additionalItems", Value::Array(items)) => {
                let described = self.schema(broken).get("items").and_then(Value::as_array);
                return u64::try_from(items.len() - described.map_or(0, Vec::len).min(items.len()))
                    .ok();
            }
            _ => return None,
        };
        let limit = self.limit(broken).as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "limits on counts are whole and not negative"
        )]
        let limit = limit as u64;
        Some(limit.abs_diff(u64::try_from(count).ok()?))
    }

    /// The parameter and words for each way in which `key` is demanded.
    pub(super) fn missing(&self, broken: &Broken, key: &str) -> Vec<(String, String)> {
        if keyword(broken) == "required" {
            return vec![(key.to_owned(), self.required(broken, key))];
        }
        let triggers = self.limit(broken).as_object().into_iter().flatten();
        triggers
            .filter(|(trigger, keys)| {
                let demands = keys
                    .as_array()
                    .is_some_and(|keys| keys.iter().any(|other| other == key));
                demands && self.value(broken).get(trigger.as_str()).is_some()
            })
            .map(|(trigger, _)| {
                (
                    format!("{trigger} needs {key}"),
                    format!("missing; required beside {}", Key(trigger)),
                )
            })
            .collect()
    }

    fn required(&self, broken: &Broken, key: &str) -> String {
        let when = if broken.at.is_empty() {
            "missing; required once the request is complete"
        } else {
            "missing; required"
        };
        let about = self
            .schema(broken)
            .get("properties")
            .and_then(|properties| properties.get(key))
            .and_then(about);
        match about {
            Some(about) => format!("{when}: {about}"),
            None => when.to_owned(),
        }
    }

    /// The words for a key that may not be there.
    pub(super) fn unexpected(&self, broken: &Broken, key: &str) -> String {
        if keyword(broken) == "propertyNames" {
            return "the key may not be here; remove it".to_owned();
        }
        if self.limit(broken) != &Value::Bool(false) {
            return "is not what the schema wants under keys that it does not name".to_owned();
        }
        let schema = pointer::split_last(&broken.place).map_or("", |(schema, _)| schema);
        let here = self.value(broken);
        let known: Vec<_> = known::keys(self.source, schema)
            .into_iter()
            .filter(|known| here.get(known).is_none())
            .collect();
        let left = self.comparisons.get();
        self.comparisons.set(left.saturating_sub(known.len()));
        let near = if left >= known.len() && key.len() <= 128 {
            notes::near(key, known.iter().copied()).or_else(|| begins_alike(key, &known))
        } else {
            None
        };
        match near {
            Some(near) => format!("unknown key; did you mean {}?", Key(near)),
            None => unknown_key(&known),
        }
    }

    /// The words for a key that is not written as keys must be.
    pub(super) fn name(&self, inner: &Broken) -> String {
        if matches!(inner.how, How::Forbidden) {
            return "the key may not be here".to_owned();
        }
        format!("the key {}", self.plain(inner))
    }

    /// The words for a fault of a value itself.
    pub(super) fn plain(&self, broken: &Broken) -> String {
        let limit = self.limit(broken);
        match (&broken.how, keyword(broken)) {
            (How::Forbidden, _) => "must not be here; remove it".to_owned(),
            (How::NoBranch(branches), _) => self.no_branch(broken, branches),
            (How::SeveralBranches(fitting), _) => self.several_branches(broken, fitting),
            (_, "type") => format!(
                "must be {}, is {}",
                types(self.schema(broken)),
                type_of(self.value(broken))
            ),
            (_, "enum") => format!("must be one of {}", listed(limit)),
            (_, "const") => format!("must be {}", value(limit)),
            (_, "format") => format_words(limit),
            (_, "pattern") => with_about(
                format!(
                    "must match the pattern {}",
                    text(limit.as_str().unwrap_or_default())
                ),
                self.schema(broken),
            ),
            (_, "not") => with_about(negated(limit), self.schema(broken)),
            (_, "contains") => {
                "must have at least one item of the kind that the schema describes".to_owned()
            }
            (_, keyword) => self.bound(broken, keyword, limit),
        }
    }

    fn bound(&self, broken: &Broken, keyword: &str, limit: &Value) -> String {
        let schema = self.schema(broken);
        let excluded = |flag: &str| schema.get(flag) == Some(&Value::Bool(true));
        match keyword {
            "minimum" if excluded("exclusiveMinimum") => format!("must be more than {limit}"),
            "maximum" if excluded("exclusiveMaximum") => format!("must be less than {limit}"),
            "minimum" => format!("must be at least {limit}"),
            "maximum" => format!("must be at most {limit}"),
            "exclusiveMinimum" => format!("must be more than {limit}"),
            "exclusiveMaximum" => format!("must be less than {limit}"),
            "multipleOf" => format!("must be a multiple of {limit}"),
            "minLength" if limit == 1 => "must not be empty".to_owned(),
            "minLength" => format!("must have at least {}", counted(limit, "character")),
            "maxLength" => format!("must have at most {}", counted(limit, "character")),
            "minItems" => format!("must have at least {}", counted(limit, "item")),
            "maxItems" => format!("must have at most {}", counted(limit, "item")),
            "minContains" => {
                format!("must have at least {limit} items of the kind that the schema describes")
            }
            "maxContains" => {
                format!("must have at most {limit} of the items that the schema describes")
            }
            "minProperties" => format!("must have at least {}", counted(limit, "key")),
            "maxProperties" => format!("must have at most {}", counted(limit, "key")),
            "uniqueItems" => "must not have the same item twice".to_owned(),
            "additionalItems" | "unevaluatedItems" => {
                "has more items than the schema describes; remove the others".to_owned()
            }
            "contentEncoding" => format!("must be text in the encoding {}", value(limit)),
            "contentMediaType" => format!("must be text of the media type {}", value(limit)),
            _ => "is not what the schema asks for".to_owned(),
        }
    }

    fn no_branch(&self, broken: &Broken, branches: &[Vec<Broken>]) -> String {
        if let Some(types) = self.only_types(broken, branches) {
            return format!("must be {types}, is {}", type_of(self.value(broken)));
        }
        let Some(index) = nearest::nearest(branches, &broken.at) else {
            return "must not be here; remove it".to_owned();
        };
        let lacks = self.lacks(broken, &branches[index]);
        if branches.len() == 1 {
            return lacks;
        }
        format!(
            "fits none of {} alternatives; nearest is {}: {lacks}",
            branches.len(),
            self.branch(broken, index)
        )
    }

    /// The types that the branches want, if all fail by type alone.
    fn only_types(&self, broken: &Broken, branches: &[Vec<Broken>]) -> Option<String> {
        let mut wanted: Vec<&str> = Vec::new();
        for branch in branches {
            let mut own = branch
                .iter()
                .filter(|inner| nearest::is_type_at(inner, &broken.at));
            let own = own.next().filter(|own| keyword(own) == "type")?;
            for name in type_names(self.schema(own)) {
                if !wanted.contains(&name) {
                    wanted.push(name);
                }
            }
        }
        Some(join_or(wanted.into_iter().map(with_article)))
    }

    fn branch(&self, broken: &Broken, index: usize) -> String {
        let title = self
            .limit(broken)
            .get(index)
            .and_then(|branch| branch.get("title"));
        match title.and_then(Value::as_str) {
            Some(title) => format!("alternative {} ({})", index + 1, text(title)),
            None => format!("alternative {}", index + 1),
        }
    }

    /// What is to mend for a branch to hold, relative to the value that it judges.
    fn lacks(&self, broken: &Broken, branch: &[Broken]) -> String {
        let base = faults::path(self.view, &broken.at).steps().len();
        let mut inner: Vec<_> = branch
            .iter()
            .flat_map(|inner| faults::of_broken(self, inner))
            .collect();
        inner.sort_by(|one, other| (&one.path, one.keyword).cmp(&(&other.path, other.keyword)));
        let mut told = Vec::new();
        for fault in inner.iter().take(TOLD) {
            let relative: Path = fault.path.steps()[base.min(fault.path.steps().len())..]
                .iter()
                .cloned()
                .collect();
            told.push(if relative.is_root() {
                fault.words.clone()
            } else {
                let relative = relative.to_string();
                let relative = relative
                    .trim_start_matches("status")
                    .trim_start_matches('.');
                format!("{relative}: {}", fault.words)
            });
        }
        if inner.len() > TOLD {
            told.push(format!("and {} more", inner.len() - TOLD));
        }
        told.join("; ")
    }

    fn several_branches(&self, broken: &Broken, fitting: &[usize]) -> String {
        let names = fitting.iter().map(|index| self.branch(broken, *index));
        let names: Vec<_> = names.take(LISTED).collect();
        format!("fits {}, but must fit exactly one", names.join(" and "))
    }
}

/// Letters from which a common beginning says something.
const TELLING: usize = 4;

/// The only key of `known` that is `key` in another style of writing, or of which one begins with the other:
/// `password` for `passwordSecretName`.
fn begins_alike<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |key: &str| key.replace(['_', '-'], "").to_lowercase();
    let key = plain(key);
    let mut alike = known.iter().filter(|known| {
        let known = plain(known);
        key.len().min(known.len()) >= TELLING
            && (known.starts_with(&key) || key.starts_with(&known))
    });
    alike.next().filter(|_| alike.next().is_none()).copied()
}

fn unknown_key(known: &[&str]) -> String {
    match known.len() {
        0 => "unknown key; remove it".to_owned(),
        1..=LISTED => {
            let names: Vec<_> = known.iter().map(|key| Key(key).to_string()).collect();
            format!(
                "unknown key; remove it, or use {}",
                join_or(names.into_iter())
            )
        }
        _ => "unknown key; remove it, or add it to the schema".to_owned(),
    }
}

/// The type of a value, with its article.
pub(super) fn type_of(value: &Value) -> &'static str {
    with_article(match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if is_fraction(number) => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    })
}

/// The word for the type of a value, where shapes are described with it.
pub(super) fn noun_of(value: &Value) -> &'static str {
    match value {
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        _ => type_of(value).rsplit(' ').next().unwrap_or_default(),
    }
}

fn is_fraction(number: &serde_json::Number) -> bool {
    number.is_f64() && number.as_f64().is_some_and(|value| value.fract() != 0.0)
}

fn with_article(name: &str) -> &'static str {
    match name {
        "null" => "null",
        "boolean" => "a boolean",
        "number" => "a number",
        "integer" => "an integer",
        "string" => "a string",
        "array" => "a list",
        "object" => "an object",
        _ => "something else",
    }
}

/// The types that a schema allows, as its author wrote it.
fn types(schema: &Value) -> String {
    join_or(type_names(schema).into_iter().map(with_article))
}

fn type_names(schema: &Value) -> Vec<&str> {
    let is_set = |name: &str| schema.get(name) == Some(&Value::Bool(true));
    let mut names = match schema.get("type") {
        _ if is_set("x-kubernetes-int-or-string") => vec!["integer", "string"],
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if is_set("nullable") && !names.contains(&"null") {
        names.push("null");
    }
    names
}

fn join_or<T: AsRef<str>>(parts: impl Iterator<Item = T>) -> String {
    let parts: Vec<_> = parts.collect();
    let mut joined = String::new();
    for (index, part) in parts.iter().enumerate() {
        let before = match index {
            0 => "",
            _ if index + 1 == parts.len() => " or ",
            _ => ", ",
        };
        joined.push_str(before);
        joined.push_str(part.as_ref());
    }
    joined
}

fn listed(options: &Value) -> String {
    let options = options.as_array().map_or(&[][..], Vec::as_slice);
    let mut shown = options
        .iter()
        .take(LISTED)
        .map(value)
        .collect::<Vec<_>>()
        .join(", ");
    if options.len() > LISTED {
        let _ = write!(shown, " and {} more", options.len() - LISTED);
    }
    shown
}

/// A value of a schema, in one line.
fn value(value: &Value) -> String {
    match value {
        Value::String(string) => text(string),
        Value::Object(_) | Value::Array(_) => text(&value.to_string()),
        other => other.to_string(),
    }
}

/// A text of a schema, in one line: escaped, and cut where it is long.
fn text(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(SHOWN) {
        let _ = path::write_plain(&mut shown, character);
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// What a schema says about itself, if that is short.
fn about(schema: &Value) -> Option<String> {
    ["description", "title"]
        .iter()
        .filter_map(|keyword| schema.get(keyword)?.as_str())
        .map(str::trim)
        .find(|about| !about.is_empty() && about.chars().count() <= SHOWN)
        .map(|about| text(about).trim_end_matches('.').to_owned())
}

fn with_about(words: String, schema: &Value) -> String {
    match about(schema) {
        Some(about) => format!("{words}: {about}"),
        None => words,
    }
}

fn format_words(format: &Value) -> String {
    let format = format.as_str().unwrap_or_default();
    match formats::words(format) {
        Some(words) => format!("must be {words}"),
        None => format!("must be of the format {}", text(format)),
    }
}

fn negated(schema: &Value) -> String {
    let only = |keyword: &str| {
        let value = schema.get(keyword)?;
        (schema.as_object()?.len() == 1).then_some(value)
    };
    if let Some(options) = only("enum") {
        return format!("must be none of {}", listed(options));
    }
    if let Some(constant) = only("const") {
        return format!("must not be {}", value(constant));
    }
    if only("type").is_some() {
        return format!("must not be {}", types(schema));
    }
    if let Some(pattern) = only("pattern").and_then(Value::as_str) {
        return format!("must not match the pattern {}", text(pattern));
    }
    if let Some(keys) = only("required").and_then(Value::as_array) {
        let keys: Vec<_> = keys
            .iter()
            .filter_map(Value::as_str)
            .map(|key| Key(key).to_string())
            .collect();
        return format!("must not have {}", keys.join(" and "));
    }
    "is what the schema forbids here".to_owned()
}

fn counted(limit: &Value, what: &str) -> String {
    if limit.as_f64() == Some(1.0) {
        format!("1 {what}")
    } else {
        format!("{limit} {what}s")
    }
}

//! The keywords of JSON Schema that assert something: where they hold schemas, and from which draft to which they do.
use super::draft::Draft;

/// What a keyword's value is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// No schema.
    Value,
    /// One schema.
    Schema,
    /// A list of schemas.
    List,
    /// Schemas by key or pattern.
    Map,
    /// One schema, or a list of them: `items` up to 2019-09.
    SchemaOrList,
    /// Schemas or lists of key names, by key: `dependencies`.
    MapOrNames,
    /// A reference to a schema.
    Reference,
}

/// Which values a keyword's schemas judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judges {
    /// The value that the keyword's own schema judges.
    InPlace,
    /// The member with the key that the schema is listed under.
    Member,
    /// Members whose key matches a pattern.
    Matching,
    /// Members that no other keyword names.
    OtherMembers,
    /// The keys of an object.
    Names,
    /// Elements of a list.
    Elements,
}

/// A keyword that asserts something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyword {
    pub(super) name: &'static str,
    pub(super) holds: Holds,
    pub(super) judges: Judges,
    from: Draft,
    to: Draft,
}

const fn row(name: &'static str, holds: Holds, judges: Judges, from: Draft, to: Draft) -> Keyword {
    Keyword {
        name,
        holds,
        judges,
        from,
        to,
    }
}

use Draft::{Draft4, Draft6, Draft7, Draft201909, Draft202012};
use Holds::{List, Map, MapOrNames, Reference, Schema, SchemaOrList, Value};
use Judges::{Elements, InPlace, Matching, Member, Names, OtherMembers};

#[rustfmt::skip]
const KEYWORDS: &[Keyword] = &[
    row("$dynamicRef", Reference, InPlace, Draft202012, Draft202012),
    row("$recursiveRef", Reference, InPlace, Draft201909, Draft201909),
    row("$ref", Reference, InPlace, Draft4, Draft202012),
    row("additionalItems", Schema, Elements, Draft4, Draft201909),
    row("additionalProperties", Schema, OtherMembers, Draft4, Draft202012),
    row("allOf", List, InPlace, Draft4, Draft202012),
    row("anyOf", List, InPlace, Draft4, Draft202012),
    row("const", Value, InPlace, Draft6, Draft202012),
    row("contains", Schema, Elements, Draft6, Draft202012),
    row("contentEncoding", Value, InPlace, Draft6, Draft7),
    row("contentMediaType", Value, InPlace, Draft6, Draft7),
    row("dependencies", MapOrNames, InPlace, Draft4, Draft202012),
    row("dependentRequired", Value, InPlace, Draft201909, Draft202012),
    row("dependentSchemas", Map, InPlace, Draft201909, Draft202012),
    row("else", Schema, InPlace, Draft7, Draft202012),
    row("enum", Value, InPlace, Draft4, Draft202012),
    row("exclusiveMaximum", Value, InPlace, Draft4, Draft202012),
    row("exclusiveMinimum", Value, InPlace, Draft4, Draft202012),
    row("format", Value, InPlace, Draft4, Draft202012),
    row("if", Schema, InPlace, Draft7, Draft202012),
    row("items", SchemaOrList, Elements, Draft4, Draft201909),
    row("items", Schema, Elements, Draft202012, Draft202012),
    row("maxContains", Value, InPlace, Draft201909, Draft202012),
    row("maxItems", Value, InPlace, Draft4, Draft202012),
    row("maxLength", Value, InPlace, Draft4, Draft202012),
    row("maxProperties", Value, InPlace, Draft4, Draft202012),
    row("maximum", Value, InPlace, Draft4, Draft202012),
    row("minContains", Value, InPlace, Draft201909, Draft202012),
    row("minItems", Value, InPlace, Draft4, Draft202012),
    row("minLength", Value, InPlace, Draft4, Draft202012),
    row("minProperties", Value, InPlace, Draft4, Draft202012),
    row("minimum", Value, InPlace, Draft4, Draft202012),
    row("multipleOf", Value, InPlace, Draft4, Draft202012),
    row("not", Schema, InPlace, Draft4, Draft202012),
    row("oneOf", List, InPlace, Draft4, Draft202012),
    row("pattern", Value, InPlace, Draft4, Draft202012),
    row("patternProperties", Map, Matching, Draft4, Draft202012),
    row("prefixItems", List, Elements, Draft202012, Draft202012),
    row("properties", Map, Member, Draft4, Draft202012),
    row("propertyNames", Schema, Names, Draft6, Draft202012),
    row("required", Value, InPlace, Draft4, Draft202012),
    row("then", Schema, InPlace, Draft7, Draft202012),
    row("type", Value, InPlace, Draft4, Draft202012),
    row("unevaluatedItems", Schema, Elements, Draft201909, Draft202012),
    row("unevaluatedProperties", Schema, OtherMembers, Draft201909, Draft202012),
    row("uniqueItems", Value, InPlace, Draft4, Draft202012),
];

/// The keyword of a name in a draft, if it asserts something there.
pub(super) fn keyword(draft: Draft, name: &str) -> Option<&'static Keyword> {
    KEYWORDS
        .iter()
        .find(|row| row.name == name && row.from <= draft && draft <= row.to)
}

/// The drafts in which a keyword asserts something, if there are any.
pub(super) fn drafts(name: &str) -> Option<String> {
    let row = KEYWORDS.iter().find(|row| row.name == name)?;
    Some(match (row.from, row.to) {
        (from, Draft202012) => format!("{from} or later"),
        (from, to) if from == to => from.to_string(),
        (_, to) => format!("{to} or earlier"),
    })
}

/// Keywords that are known and assert nothing.
const SILENT: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$id",
    "$recursiveAnchor",
    "$schema",
    "$vocabulary",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "id",
    "readOnly",
    "title",
    "writeOnly",
];

/// Whether a keyword is known, and known to assert nothing in `draft`.
pub(super) fn is_silent(name: &str) -> bool {
    SILENT.contains(&name)
}

/// Keywords that hold schemas for references alone.
pub(super) const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// All names of keywords that assert something in a draft.
pub(super) fn names(draft: Draft) -> impl Iterator<Item = &'static str> {
    KEYWORDS
        .iter()
        .filter(move |row| row.from <= draft && draft <= row.to)
        .map(|row| row.name)
}

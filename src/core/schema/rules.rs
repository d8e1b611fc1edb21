//! The keywords that a fault can name, and what each means.
use super::{
    engine::{Broken, How},
    pointer,
};

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

//! The values of `format`: which are checked, and what each asks for.
use std::borrow::Cow;

use serde_json::{Number, Value};

use super::draft::Draft;

/// A format that is checked.
struct Format {
    name: &'static str,
    from: Draft,
    /// What it asks for, in words that follow "must be".
    words: &'static str,
}

const fn row(name: &'static str, from: Draft, words: &'static str) -> Format {
    Format { name, from, words }
}

use Draft::{Draft4, Draft6, Draft7, Draft201909};

#[rustfmt::skip]
const FORMATS: &[Format] = &[
    row("byte", Draft4, "base64 text such as aGVsbG8="),
    row("date", Draft4, "a date such as 2026-01-31"),
    row("date-time", Draft4, "a date-time such as 2026-01-31T12:00:00Z"),
    row("duration", Draft201909, "an ISO 8601 duration such as P1DT12H"),
    row("email", Draft4, "an e-mail address such as ops@example.com"),
    row("hostname", Draft4, "a host name such as db.example.com"),
    row("int32", Draft4, "a whole number from -2147483648 to 2147483647"),
    row("int64", Draft4, "a whole number of 64 bits"),
    row("ipv4", Draft4, "an IPv4 address such as 192.0.2.1"),
    row("ipv6", Draft4, "an IPv6 address such as 2001:db8::1"),
    row("iri", Draft7, "an IRI such as https://example.com/path"),
    row("iri-reference", Draft7, "an IRI or a relative one such as /path"),
    row("json-pointer", Draft6, "a JSON pointer such as /spec/replicas"),
    row("regex", Draft4, "a regular expression"),
    row("relative-json-pointer", Draft7, "a relative JSON pointer such as 1/name"),
    row("time", Draft4, "a time such as 12:00:00Z"),
    row("uri", Draft4, "a URI such as https://example.com/path"),
    row("uri-reference", Draft6, "a URI or a relative one such as /path"),
    row("uri-template", Draft6, "a URI template such as https://example.com/{name}"),
    row("uuid", Draft4, "a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
];

/// Formats that are known and that every value meets: hints for programs.
const HINTS: [&str; 4] = ["binary", "double", "float", "password"];

/// The keyword that stands for `format` in a form, where the format is of numbers.
pub(super) const NUMBER_FORMAT: &str = "statusguard-number-format";

/// Whether `format` is checked, or known as one that every value meets.
pub(super) fn is_known(draft: Draft, format: &str) -> bool {
    HINTS.contains(&format) || find(draft, format).is_some()
}

/// The formats that are known in a draft.
pub(super) fn names(draft: Draft) -> impl Iterator<Item = &'static str> {
    let checked = FORMATS.iter().filter(move |row| row.from <= draft);
    checked.map(|row| row.name).chain(HINTS)
}

fn find(draft: Draft, format: &str) -> Option<&'static Format> {
    FORMATS
        .iter()
        .find(|row| row.name == format && row.from <= draft)
}

/// The keyword and value that stand for `format` in a form, if it is checked.
pub(super) fn written(draft: Draft, format: &Value) -> (Option<&'static str>, &Value) {
    let name = format.as_str().and_then(|name| find(draft, name));
    let keyword = name.map(|row| match row.name {
        "int32" | "int64" => NUMBER_FORMAT,
        _ => "format",
    });
    (keyword, format)
}

/// `place` with the author's own keyword in it.
pub(super) fn author_place(place: &str) -> Cow<'_, str> {
    match place.strip_suffix(NUMBER_FORMAT) {
        Some(schema) => Cow::Owned(format!("{schema}format")),
        None => Cow::Borrowed(place),
    }
}

/// What a format asks for, in words that follow "must be".
pub(super) fn words(format: &str) -> Option<&'static str> {
    FORMATS
        .iter()
        .find_map(|row| (row.name == format).then_some(row.words))
}

/// Whether a number is in the range of a format of numbers; fractions are in none.
pub(super) fn holds_number(format: &str, number: &Number) -> bool {
    let whole = number.as_i64().or_else(|| whole(number));
    match format {
        "int32" => whole.is_some_and(|whole| i32::try_from(whole).is_ok()),
        _ => whole.is_some(),
    }
}

/// A number that is written with a fraction of zero.
fn whole(number: &Number) -> Option<i64> {
    let value = number.as_f64().filter(|value| value.fract() == 0.0)?;
    // -2^63 and 2^63 are exact as floats.
    let fits = number.is_f64()
        && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value);
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    fits.then_some(value as i64)
}

/// Whether `text` is base64 with padding.
pub(super) fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

/// Whether `text` is a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

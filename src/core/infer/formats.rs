//! The formats that a text has; only those that hardly any other text has by chance.
use std::collections::BTreeSet;

/// The formats of a text.
pub(super) fn of(text: &str) -> BTreeSet<&'static str> {
    let known = [
        ("date-time", is_date_time(text)),
        ("ipv4", is_ipv4(text)),
        ("uri", is_link(text)),
    ];
    let found = known.into_iter().filter(|(_, is_one)| *is_one);
    found.map(|(name, _)| name).collect()
}

/// Four numbers of a byte, none with a leading zero.
fn is_ipv4(text: &str) -> bool {
    let is_byte = |part: &str| {
        let is_plain = part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'));
        is_plain && part.parse::<u8>().is_ok()
    };
    text.split('.').count() == 4 && text.split('.').all(is_byte)
}

/// `2026-01-31T12:00:00Z`, with fractions and an offset or without.
fn is_date_time(text: &str) -> bool {
    let shape = b"0000-00-00T00:00:00";
    let bytes = text.as_bytes();
    let Some((head, rest)) = bytes.split_at_checked(shape.len()) else {
        return false;
    };
    let fits = head.iter().zip(shape).all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    });
    let number = |from: usize| {
        text.get(from..from + 2)
            .and_then(|text| text.parse::<u8>().ok())
    };
    let in_range = |from, most| number(from).is_some_and(|number| number <= most);
    fits && rest == b"Z"
        && in_range(5, 12)
        && in_range(8, 28)
        && in_range(11, 23)
        && in_range(14, 59)
        && in_range(17, 59)
}

/// A link whose characters are all those of a URI.
fn is_link(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_alphanumeric())
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(&byte))
    })
}

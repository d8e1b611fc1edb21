//! How large JSON is, measured on its bytes without reading it into memory.
use crate::core::json::{Json, plain};

/// The measures of a JSON value that budgets limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measure {
    /// Bytes of the compact form.
    pub bytes: u64,
    /// Containers inside one another: 0 for a scalar.
    pub depth: u64,
    /// Elements and members, at all depths.
    pub items: u64,
}

impl Measure {
    /// Measures `json`, in one pass, whatever its depth.
    pub fn of(json: Json<'_>) -> Self {
        let bytes = json.get().as_bytes();
        let mut measure = Self::default();
        let (mut depth, mut at) = (0, 0);
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => continue,
                b'"' => {
                    let (end, size) = string(bytes, at);
                    at = end;
                    measure.bytes += size + 1;
                }
                b'{' | b'[' => {
                    depth += 1;
                    measure.depth = measure.depth.max(depth);
                    // A container that is not empty has one item more than commas.
                    measure.items += u64::from(!is_closed_at_once(&bytes[at..]));
                }
                b'}' | b']' => depth -= 1,
                b',' => measure.items += 1,
                _ => {}
            }
            measure.bytes += 1;
        }
        measure
    }

    /// What a member of an object measures: its value, and the key before it.
    pub fn of_member(key: &str, json: Json<'_>) -> Self {
        let value = Self::of(json);
        Self {
            bytes: value.bytes + key_bytes(key) + 1,
            ..value
        }
    }

    /// What an object of `members` measures.
    pub fn of_object(members: impl Iterator<Item = Self>) -> Self {
        let (sum, count) = members.fold((Self::default(), 0), |(sum, count), member| {
            let sum = Self {
                bytes: sum.bytes + member.bytes,
                depth: sum.depth.max(member.depth),
                items: sum.items + member.items,
            };
            (sum, count + 1)
        });
        let commas = u64::saturating_sub(count, 1);
        Self {
            bytes: sum.bytes + 2 + commas,
            depth: sum.depth + 1,
            items: sum.items + count,
        }
    }
}

fn is_closed_at_once(rest: &[u8]) -> bool {
    let first = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'}' | b']'))
}

/// Where a string that began before `at` ends, and how many bytes it has in its shortest form, with the closing
/// quote.
fn string(bytes: &[u8], mut at: usize) -> (usize, u64) {
    let mut size = 0;
    loop {
        let end = plain(bytes, at).max(at);
        size += (end - at) as u64;
        let Some(&byte) = bytes.get(end) else {
            return (end, size);
        };
        at = end + 1;
        match byte {
            b'"' => return (at, size),
            b'\\' => {
                let (end, escaped) = escape(bytes, at);
                at = end;
                size += escaped;
            }
            _ => size += 1,
        }
    }
}

/// Where an escape whose backslash stands before `at` ends, and the bytes of its character in the shortest form:
/// Go's encoder writes `<` as `\u003c`, and what it chose must not decide about a budget.
fn escape(bytes: &[u8], at: usize) -> (usize, u64) {
    if bytes.get(at) != Some(&b'u') {
        return (at + 1, if bytes.get(at) == Some(&b'/') { 1 } else { 2 });
    }
    let digits = bytes
        .get(at + 1..at + 5)
        .and_then(|digits| std::str::from_utf8(digits).ok());
    let unit = digits
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or_default();
    let size = match unit {
        // Those with a short escape, two bytes in UTF-8, and halves of surrogate pairs, which are 4 bytes as a whole.
        0x08 | 0x09 | 0x0a | 0x0c | 0x0d | 0x22 | 0x5c | 0x80..=0x7ff | 0xd800..=0xdfff => 2,
        0x00..=0x1f => 6,
        0x20..=0x7f => 1,
        _ => 3,
    };
    (at + 5, size)
}

fn key_bytes(key: &str) -> u64 {
    let size = |character: char| match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\u{0}'..='\u{1f}' => 6,
        _ => character.len_utf8() as u64,
    };
    key.chars().map(size).sum::<u64>() + 2
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Measure;
    use crate::core::json::Json;

    fn measure(json: &str) -> Measure {
        Measure::of(Json::read(json).unwrap())
    }

    #[test]
    fn counts_depth_and_items() {
        assert_eq!((measure("1").depth, measure("1").items), (0, 0));
        assert_eq!((measure("{ }").depth, measure("{ }").items), (1, 0));
        assert_eq!(
            (
                measure("[[],[1,2],{\"a\":[]}]").depth,
                measure("[[],[1,2],{\"a\":[]}]").items
            ),
            (3, 6)
        );
    }

    #[test]
    fn bytes_are_those_of_the_compact_form() {
        for json in [
            r#"{ "a" : [ 1 , true, null ] , "b": "c,{}[]" }"#,
            r#"" < \u003c \" \\ \/ \n \u000a \u0001 \u00e9 \u20ac \ud83d\ude00 é""#,
            r#"{"\u003ckey\"\n":""}"#,
        ] {
            let compact = serde_json::from_str::<Value>(json).unwrap().to_string();
            assert_eq!(measure(json).bytes, compact.len() as u64, "{json}");
        }
    }

    #[test]
    fn an_object_of_members_measures_like_the_whole() {
        let json = r#"{"a\"\n":[1,{"b":2}],"c":"d"}"#;
        let members = Json::read(json).unwrap().members_like(&[]).unwrap();
        let parts = members
            .iter()
            .map(|(key, json)| Measure::of_member(key, *json));
        assert_eq!(Measure::of_object(parts), measure(json));
    }

    #[test]
    fn depth_has_no_limit() {
        let json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(measure(&json).depth, 100_000);
    }
}

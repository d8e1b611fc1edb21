//! What an unquoted word of YAML means.
use serde_json::{Number, Value};

use crate::core::path::Key;

/// The value of an unquoted scalar, read as YAML 1.2 and kubectl both read it.
///
/// # Errors
/// What to do where they differ, or where the value has no exact form in JSON.
pub(super) fn resolve(text: &str) -> Result<Value, &'static str> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ if old_boolean(text).is_some() => return Err(OLD_BOOLEAN),
        _ if is_not_finite(text) => return Err(NOT_FINITE),
        _ => {}
    }
    if is_decimal(text) {
        integer(text)
    } else if is_odd_integer(text) {
        Err(ODD_INTEGER)
    } else if is_float(text) {
        float(text)
    } else {
        Ok(Value::String(text.to_owned()))
    }
}

const OLD_BOOLEAN: &str = "kubectl reads this unquoted word as true or false, other programs as text; put it in \
                           quotes if it is text, else write true or false";
pub(super) const NOT_FINITE: &str =
    "JSON has no infinity and no NaN; write a number, or put it in quotes if it is text";
const ODD_INTEGER: &str = "programs read this number in different ways (octal, hexadecimal, with _ or a leading \
                           zero); write it in plain decimal, or put it in quotes if it is text";
const TOO_LARGE: &str = "this number cannot be kept exactly; use one of at most 64 bits, or put it in quotes if it \
                         is text";

/// What a boolean of YAML 1.1 alone, which kubectl still knows, stands for.
pub(super) fn old_boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// What to do about such a word that stands as a key.
pub(super) fn old_boolean_key(text: &str, read: bool) -> String {
    format!(
        "kubectl reads the unquoted key {} as {read}, a boolean of YAML 1.1, and other programs as text; put it in quotes",
        Key(text)
    )
}

pub(super) fn is_not_finite(text: &str) -> bool {
    let magnitude = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(magnitude, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

pub(super) fn digits_of(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

pub(super) fn is_decimal(text: &str) -> bool {
    let digits = digits_of(text);
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

/// Whether some YAML reader takes this for an integer although it is not plain decimal.
fn is_odd_integer(text: &str) -> bool {
    let digits = digits_of(text).replace('_', "").to_ascii_lowercase();
    if !digits_of(text).starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let is_all = |digits: &str, radix| {
        !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
    };
    let is_prefixed = [("0x", 16), ("0o", 8), ("0b", 2)]
        .iter()
        .any(|(prefix, radix)| {
            digits
                .strip_prefix(prefix)
                .is_some_and(|rest| is_all(rest, *radix))
        });
    let is_grouped_float = text.contains('_') && is_float(&digits);
    is_prefixed || is_all(&digits, 10) || is_grouped_float
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, the floats of YAML 1.2 and of kubectl.
pub(super) fn is_float(text: &str) -> bool {
    let text = digits_of(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(digits_of(exponent))),
        None => (text, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    is_digits(whole)
        && is_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|digits| !digits.is_empty() && is_digits(digits))
}

fn integer(text: &str) -> Result<Value, &'static str> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let number = text
        .parse::<u64>()
        .map(Number::from)
        .or_else(|_| text.parse::<i64>().map(Number::from));
    number.map(Value::Number).map_err(|_| TOO_LARGE)
}

fn float(text: &str) -> Result<Value, &'static str> {
    text.parse::<f64>()
        .ok()
        .and_then(Number::from_f64)
        .map(Value::Number)
        .ok_or(TOO_LARGE)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::resolve;

    /// What `sigs.k8s.io/yaml`, the reader of kubectl and of Kratix, makes of each.
    fn read_by_kubectl() -> Vec<(&'static str, Value)> {
        vec![
            ("2026-01-02", json!("2026-01-02")),
            ("2026-01-02T03:04:05Z", json!("2026-01-02T03:04:05Z")),
            ("1:30", json!("1:30")),
            ("1.2.3", json!("1.2.3")),
            ("-x", json!("-x")),
            ("_1", json!("_1")),
            ("v1_0", json!("v1_0")),
            ("1_a", json!("1_a")),
            ("0xg", json!("0xg")),
            ("0b12", json!("0b12")),
            ("0x1p3", json!("0x1p3")),
            ("1,000", json!("1,000")),
            ("1e", json!("1e")),
            ("e3", json!("e3")),
            (".", json!(".")),
            ("+", json!("+")),
            (".e3", json!(".e3")),
            (".Nan", json!(".Nan")),
            ("nan", json!("nan")),
            ("inf", json!("inf")),
            ("tRue", json!("tRue")),
            ("nULL", json!("nULL")),
            ("yEs", json!("yEs")),
            ("=", json!("=")),
            ("True", json!(true)),
            ("NULL", json!(null)),
            ("-0", json!(0)),
            ("+5", json!(5)),
            (".5", json!(0.5)),
            ("00.5", json!(0.5)),
            ("5.", json!(5.0)),
            ("1E3", json!(1000.0)),
            ("-1.5e-3", json!(-0.0015)),
            ("12e03", json!(12000.0)),
        ]
    }

    #[test]
    fn what_is_read_is_what_kubectl_reads() {
        for (text, expected) in read_by_kubectl() {
            assert_eq!(resolve(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_kubectl_reads_in_its_own_way_is_refused() {
        // kubectl: numbers and booleans, or an error for what JSON cannot say.
        let own = "y Y yes Yes YES on On ON n N no No NO off Off OFF 017 -017 08 0o17 0O17 0x1F +0x1 0x_1 0b1 -0B1 1_000 \
                   1__ 0_ 1.5_0 1_0.5 1e5_0 .inf -.INF +.Inf .nan 1e999 18446744073709551616";
        for text in own.split_whitespace() {
            assert!(resolve(text).is_err(), "{text}");
        }
    }
}

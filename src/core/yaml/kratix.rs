//! What an unquoted word of YAML means to Kratix, which reads YAML 1.1 with sigs.k8s.io/yaml, as kubectl does.
use serde_json::{Number, Value};

use super::{
    change::ChangeKind,
    scalar::{NOT_FINITE, digits_of, is_decimal, is_float, is_not_finite, old_boolean},
};

/// The value of an unquoted scalar, and whether it is another one than it looks like.
///
/// # Errors
/// What to do about a word that Kratix cannot read.
pub(super) fn resolve(text: &str) -> Result<(Value, Option<ChangeKind>), &'static str> {
    let found = match text {
        "" | "~" | "null" | "Null" | "NULL" => (Value::Null, None),
        "true" | "True" | "TRUE" => (Value::Bool(true), None),
        "false" | "False" | "FALSE" => (Value::Bool(false), None),
        _ if is_not_finite(text) => return Err(NOT_FINITE),
        _ => match old_boolean(text) {
            Some(boolean) => (Value::Bool(boolean), Some(ChangeKind::Boolean)),
            None => number(text).unwrap_or_else(|| (Value::from(text), None)),
        },
    };
    Ok(found)
}

/// The text that Kratix makes of an infinity or no number that stands as a key.
pub(super) fn not_finite_key(text: &str) -> Option<&'static str> {
    let is_negative = text.starts_with('-');
    match text.to_ascii_lowercase().trim_start_matches(['+', '-']) {
        _ if !is_not_finite(text) => None,
        ".inf" if is_negative => Some("-.inf"),
        ".inf" => Some(".inf"),
        _ => Some(".nan"),
    }
}

/// What to do about an escape in double quotes that JSON has and Kratix's reader refuses, if there is one in this text.
pub(super) fn refused_escape(raw: &str) -> Option<&'static str> {
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        let escape = rest.get(at + 1..)?;
        if escape.starts_with('/') {
            return Some(r"Kratix's reader does not know the escape \/; write / alone");
        }
        let digits = escape.strip_prefix('u').and_then(|hex| hex.get(..4));
        let code = digits.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if code.is_some_and(|code| (0xd800..0xe000).contains(&code)) {
            return Some(
                r"Kratix's reader refuses \u escapes that come in pairs; write the character itself, or \U and eight digits",
            );
        }
        // What is escaped may be a backslash itself.
        let escaped = escape.chars().next().map_or(0, char::len_utf8);
        rest = escape.get(escaped..)?;
    }
    None
}

fn number(text: &str) -> Option<(Value, Option<ChangeKind>)> {
    let first = text.as_bytes().first()?;
    if *first == b'.' {
        return is_float(text).then(|| float(text, text));
    }
    if !first.is_ascii_digit() && !b"+-".contains(first) {
        return None;
    }
    let plain = text.replace('_', "");
    if let Some(value) = integer(&plain) {
        let change = if is_decimal(text) {
            (!is_kept(&value)).then_some(ChangeKind::Digits)
        } else {
            Some(ChangeKind::Number)
        };
        return Some((Value::Number(value), change));
    }
    is_float(&plain).then(|| float(text, &plain))
}

/// An integer as Go reads it where the base is not said: with a prefix, octal after a zero, else decimal.
fn integer(text: &str) -> Option<Number> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let based = [("0x", 16), ("0b", 2), ("0o", 8), ("0", 8)]
        .into_iter()
        .find_map(|(prefix, radix)| {
            let rest = lower.strip_prefix(prefix)?;
            (!rest.is_empty()).then_some((rest, radix))
        });
    let (digits, radix) = based.unwrap_or((&lower, 10));
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let signed = i64::from_str_radix(&format!("{sign}{digits}"), radix);
    let unsigned = || {
        u64::from_str_radix(digits, radix)
            .ok()
            .filter(|_| sign.is_empty())
    };
    signed
        .ok()
        .map(Number::from)
        .or_else(|| unsigned().map(Number::from))
}

/// Whether an integer survives as the floating-point number that Kratix makes of it.
fn is_kept(number: &Number) -> bool {
    number.as_f64().and_then(exact) == Some(number.clone())
}

/// The integer that a float is, if it is one of 64 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float outside the range of the integers is found out by its way back"
)]
#[expect(clippy::cast_precision_loss, reason = "as above")]
#[expect(
    clippy::cast_sign_loss,
    reason = "only tried where the other is too small"
)]
fn exact(float: f64) -> Option<Number> {
    // The largest floats below 2^63 and 2^64.
    const MOST_SIGNED: f64 = 9_223_372_036_854_774_784.0;
    const MOST_UNSIGNED: f64 = 18_446_744_073_709_549_568.0;
    if float.fract() != 0.0 {
        return None;
    }
    if (i64::MIN as f64..=MOST_SIGNED).contains(&float) {
        return Some(Number::from(float as i64));
    }
    (0.0..=MOST_UNSIGNED)
        .contains(&float)
        .then(|| Number::from(float as u64))
}

fn float(text: &str, plain: &str) -> (Value, Option<ChangeKind>) {
    let Some(float) = plain.parse::<f64>().ok().filter(|float| float.is_finite()) else {
        return (Value::from(text), Some(ChangeKind::TooLarge));
    };
    let change = if text != plain || is_octal_like(plain) {
        Some(ChangeKind::Number)
    } else {
        (!keeps_digits(plain, float)).then_some(ChangeKind::Digits)
    };
    let number = exact(float).or_else(|| Number::from_f64(float));
    (number.map_or(Value::Null, Value::Number), change)
}

/// `08` and `09`, which look like octal numbers and are none.
fn is_octal_like(plain: &str) -> bool {
    let digits = digits_of(plain);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn keeps_digits(plain: &str, float: f64) -> bool {
    significant(digits_of(plain)) == significant(&format!("{:e}", float.abs()))
}

/// The digits of a number in decimal, without its sign, its point, its exponent and the zeros at both ends.
fn significant(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.replace('.', "");
    digits.trim_matches('0').to_owned()
}

/// The text that Kratix makes of a floating-point number that stands as a key: with the digits of 32 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "this is what the reader does"
)]
pub(super) fn float_key(float: f64) -> String {
    let float = float as f32;
    let scientific = format!("{float:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        float.to_string()
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    }
}

/// A value as Kratix writes it into a status: every number has gone through a floating-point number of 64 bits.
pub(super) fn as_floats(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(float) = number.as_f64().and_then(exact) {
                *number = float;
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(as_floats),
        Value::Object(members) => members.values_mut().for_each(as_floats),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

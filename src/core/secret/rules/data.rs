//! Reads the part of TOML that the rules are written in, without copying: their texts live in the program anyway.
//!
//! A rule file is a list of `[[rule]]` tables of `key = value` lines, where a value is a text in single or double
//! quotes, a number, a count, `true`, `false`, or a list of texts. There are no escapes, so that a pattern stands as it is.

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(&'static str),
    Count(usize),
    Number(f64),
    Flag(bool),
    List(Vec<&'static str>),
}

/// A table: its keys with their values, in the order of the file.
pub(super) type Table = Vec<(&'static str, Value)>;

/// Why rules cannot be read.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("line {line}: {words}")]
pub(super) struct DataFault {
    line: usize,
    words: &'static str,
}

/// The tables of a file.
///
/// # Errors
/// If a line is not of the part of TOML that is read here.
pub(super) fn tables(text: &'static str) -> Result<Vec<Table>, DataFault> {
    let mut tables: Vec<Table> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let fault = |words| DataFault {
            line: index + 1,
            words,
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[rule]]" {
            tables.push(Table::new());
            continue;
        }
        let (key, value) = line
            .split_once(" = ")
            .ok_or(fault("expected key = value"))?;
        let value = if value == "[" {
            let texts = lines
                .by_ref()
                .map(|(_, line)| line.trim())
                .take_while(|line| *line != "]")
                .map(|line| quoted(line.trim_end_matches(',')));
            Value::List(
                texts
                    .collect::<Option<_>>()
                    .ok_or(fault("expected a list of texts"))?,
            )
        } else {
            single(value).ok_or(fault("expected a text, number, flag or list of texts"))?
        };
        let table = tables.last_mut().ok_or(fault("expected [[rule]] first"))?;
        table.push((key, value));
    }
    Ok(tables)
}

/// A value that stands on one line.
fn single(value: &'static str) -> Option<Value> {
    if let Some(list) = value.strip_prefix('[') {
        return list.strip_suffix(']').and_then(texts).map(Value::List);
    }
    match value {
        "true" => Some(Value::Flag(true)),
        "false" => Some(Value::Flag(false)),
        _ => quoted(value)
            .map(Value::Text)
            .or_else(|| value.parse().ok().map(Value::Count))
            .or_else(|| value.parse().ok().map(Value::Number)),
    }
}

/// The texts of a list on one line.
fn texts(mut rest: &'static str) -> Option<Vec<&'static str>> {
    let mut texts = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        let Some(quote) = rest.chars().next() else {
            return Some(texts);
        };
        let end = 1 + rest.get(1..)?.find(quote)?;
        texts.push(quoted(&rest[..=end])?);
        rest = &rest[end + 1..];
    }
}

/// What stands between the quotes.
fn quoted(text: &'static str) -> Option<&'static str> {
    let literal = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
        .filter(|text| !text.contains('\''));
    let basic = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .filter(|text| !text.contains(['"', '\\']));
    literal.or(basic)
}

#[cfg(test)]
mod tests {
    use super::{Value, tables};

    #[test]
    fn all_kinds_of_values_are_read() {
        let text = "# A comment.\n[[rule]]\na = 'x\\y'\nb = \"it's\"\nc = 2.5\nn = 7\nd = true\n\
                    e = ['p', \"q\"]\nf = [\n    'r',\n    's',\n]\n";
        let expected = vec![
            ("a", Value::Text("x\\y")),
            ("b", Value::Text("it's")),
            ("c", Value::Number(2.5)),
            ("n", Value::Count(7)),
            ("d", Value::Flag(true)),
            ("e", Value::List(vec!["p", "q"])),
            ("f", Value::List(vec!["r", "s"])),
        ];
        assert_eq!(tables(text), Ok(vec![expected]));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, line) in [
            ("a = 1", 1),
            ("[[rule]]\na: 1", 2),
            ("[[rule]]\n\na = \"\\n\"", 3),
            ("[[rule]]\na = ['x', y]", 2),
            ("[[rule]]\na = [\n'x',\ny,\n]", 2),
        ] {
            assert_eq!(tables(text).unwrap_err().line, line, "{text}");
        }
    }
}

//! The size and nesting of a document, measured before anything walks it recursively.
use serde_json::Value;

use super::fault;
use crate::core::schema::{SchemaFault, pointer};

/// JSON values in one document.
const MOST_VALUES: usize = 200_000;
/// JSON values inside each other.
const DEEPEST: usize = 96;
/// Bytes of the JSON pointers to all values of a document: each schema is known by its pointer, and a long name makes
/// those of all below it long.
const LONGEST_POINTERS: usize = 32 << 20;

/// Checks the size and nesting of a document, before anything walks it recursively.
///
/// # Errors
/// A fault at the first place beyond a limit.
pub(in crate::core::schema) fn check_size(document: &Value) -> Result<(), SchemaFault> {
    let (mut values, mut pointers) = (0_usize, 0_usize);
    // The way to the value that is looked at: what is left of each container on it, and the length of its pointer.
    let mut way: Vec<(Members<'_>, usize)> = vec![(Members::Root(Some(document)), 0)];
    let mut steps: Vec<Step<'_>> = Vec::new();
    while let Some((members, length)) = way.last_mut() {
        let Some((step, value)) = members.next() else {
            way.pop();
            steps.pop();
            continue;
        };
        let length = *length + step.length();
        steps.push(step);
        values += 1;
        pointers += length;
        let beyond = if values > MOST_VALUES {
            Some(format!(
                "is beyond the limit of {MOST_VALUES} values in one schema; make the schema smaller"
            ))
        } else if way.len() > DEEPEST {
            Some(format!(
                "is nested deeper than {DEEPEST} levels; move inner schemas into $defs and refer to them"
            ))
        } else if pointers > LONGEST_POINTERS {
            Some(
                "lies below names that are too long for all that is below them; use shorter names"
                    .to_owned(),
            )
        } else {
            None
        };
        if let Some(words) = beyond {
            return Err(fault(&written(&steps), words));
        }
        way.push((Members::of(value), length));
    }
    Ok(())
}

/// The step from a container to one of its values.
#[derive(Clone, Copy)]
enum Step<'d> {
    Root,
    Index(usize),
    Key(&'d str),
}

impl Step<'_> {
    fn length(self) -> usize {
        match self {
            Self::Root => 0,
            Self::Index(index) => 2 + index.checked_ilog10().unwrap_or(0) as usize,
            Self::Key(key) => 1 + key.len(),
        }
    }
}

fn written(steps: &[Step<'_>]) -> String {
    steps.iter().fold(String::new(), |at, step| match step {
        Step::Root => at,
        Step::Index(index) => format!("{at}/{index}"),
        Step::Key(key) => pointer::join(&at, key),
    })
}

/// What is left of a container.
enum Members<'d> {
    None,
    Root(Option<&'d Value>),
    List(std::iter::Enumerate<std::slice::Iter<'d, Value>>),
    Map(serde_json::map::Iter<'d>),
}

impl<'d> Members<'d> {
    fn of(value: &'d Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().enumerate()),
            Value::Object(map) => Self::Map(map.iter()),
            _ => Self::None,
        }
    }

    fn next(&mut self) -> Option<(Step<'d>, &'d Value)> {
        match self {
            Self::None => None,
            Self::Root(value) => value.take().map(|value| (Step::Root, value)),
            Self::List(items) => items.next().map(|(index, item)| (Step::Index(index), item)),
            Self::Map(members) => members.next().map(|(key, item)| (Step::Key(key), item)),
        }
    }
}

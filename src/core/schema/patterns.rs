//! The patterns of a schema: each must run on an engine that takes linear time, within a size.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    SchemaFault,
    document::{Document, Node},
    engine::{self, BadPattern},
    keywords::Judges,
    pointer,
};

/// Bytes of one pattern as text.
const LONGEST: usize = 2_048;
/// Bytes of all patterns of a schema as text, each counted once.
const LONGEST_OF_ALL: usize = 65_536;

/// Checks all patterns of a document.
///
/// # Errors
/// Each pattern that cannot be used, and the first one that makes them too long together.
pub(super) fn check(document: &Document<'_>) -> Result<(), Vec<SchemaFault>> {
    let mut known: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut length = 0;
    let mut faults = Vec::new();
    for (pattern, at) in document.nodes.iter().flat_map(patterns) {
        let words = known.entry(pattern).or_insert_with(|| {
            length += pattern.len();
            if length > LONGEST_OF_ALL {
                return Some(too_many());
            }
            words(pattern)
        });
        if let Some(words) = words {
            faults.push(SchemaFault {
                pointer: at,
                words: words.clone(),
            });
        }
        if length > LONGEST_OF_ALL {
            break;
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// The patterns of one schema, each with where it stands.
fn patterns<'n>(node: &'n Node<'_>) -> Vec<(&'n str, String)> {
    let own = node.get("pattern").and_then(Value::as_str);
    let own = own.map(|pattern| (pattern, pointer::join(&node.pointer, "pattern")));
    let of_keys = node.get("patternProperties").and_then(Value::as_object);
    let at = pointer::join(&node.pointer, "patternProperties");
    let of_keys = of_keys
        .filter(|_| {
            node.edges
                .iter()
                .any(|edge| edge.keyword.judges == Judges::Matching)
        })
        .into_iter()
        .flat_map(|map| map.keys())
        .map(|pattern| (pattern.as_str(), pointer::join(&at, pattern)));
    own.into_iter().chain(of_keys).collect()
}

fn words(pattern: &str) -> Option<String> {
    if pattern.len() > LONGEST {
        return Some(format!(
            "is longer than {LONGEST} characters; use a shorter pattern"
        ));
    }
    let bad = engine::check_pattern(pattern).err()?;
    Some(match bad {
        BadPattern::Syntax => "is not a regular expression".to_owned(),
        BadPattern::Size => {
            "takes too much memory once compiled; use smaller repetitions, or maxLength for the length".to_owned()
        }
        BadPattern::Backtracking => {
            "uses look-around or a back-reference, which cannot run in linear time; write it without them, or split it into allOf and not"
                .to_owned()
        }
    })
}

fn too_many() -> String {
    format!(
        "makes the patterns of this schema longer than {LONGEST_OF_ALL} characters together; use fewer or shorter ones"
    )
}

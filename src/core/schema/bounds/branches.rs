//! How the branches of a schema multiply: how often one value of a status is judged, and in how many ways it can be wrong.
use serde_json::{Map, Value};

use super::{count::Count, fault};
use crate::core::schema::{
    SchemaFault,
    document::{Document, Edge, Node},
};

/// The limit for the status itself, of which there is one.
const MOST_AT_ROOT: u64 = 1_000;

/// How often a value is judged.
const JUDGEMENTS: Count<'_> = Count {
    most_at_root: MOST_AT_ROOT,
    most: 256,
    weight: &|_| 1,
    counts_again: true,
    follows: |_| true,
};

/// By how many schemas a value can be found wrong at once; of the branches of `anyOf` only one tells what it lacks.
const FAULTS: Count<'_> = Count {
    most_at_root: MOST_AT_ROOT,
    most: 48,
    weight: &|_| 1,
    counts_again: false,
    follows: tells,
};

/// The same with each key that is missing, without a limit: how many faults a status has depends on its size as well.
const ALL_FAULTS: Count<'_> = Count {
    most_at_root: u64::MAX,
    most: u64::MAX,
    weight: &faults_of_one,
    counts_again: false,
    follows: tells,
};

fn tells(edge: &Edge<'_>) -> bool {
    !matches!(edge.keyword.name, "anyOf" | "oneOf" | "not" | "if")
}

/// How many faults one judgement by a schema alone can find.
fn faults_of_one(node: &Node<'_>) -> u64 {
    let length = |keys: &Value| keys.as_array().map_or(0, Vec::len) as u64;
    let all = |name: &str| {
        let triggers = node.get(name).and_then(Value::as_object);
        let keys = triggers.into_iter().flat_map(Map::values);
        keys.map(length).sum::<u64>()
    };
    let demanded = all("dependentRequired") + all("dependencies");
    // To put each into words, all are looked at.
    1 + node.get("required").map_or(0, length) + demanded * demanded
}

/// What a status can be met with at most.
#[derive(Debug, Clone, Copy)]
pub(in crate::core::schema) struct Most {
    /// How often one value of it is judged.
    pub(in crate::core::schema) judgements: u64,
    /// How many faults the status itself can have.
    faults_at_root: u64,
    /// How many each value in it can have.
    faults_below: u64,
}

impl Most {
    /// How many faults there can be in a status of so many members and elements.
    pub(in crate::core::schema) const fn faults_among(self, items: u64) -> u64 {
        let below = self.faults_below.saturating_mul(items);
        self.faults_at_root.saturating_add(below)
    }
}

/// What a status can be met with, or the first place where that is too much.
pub(super) fn check(document: &Document<'_>, rank: &[usize]) -> Result<Most, SchemaFault> {
    let most = |count: &Count<'_>, words: &str, fewer: &str| {
        count.of(document, rank).map_err(|beyond| {
            let (value, most) = (beyond.value(), beyond.limit(count));
            fault(
                &document.nodes[beyond.id].pointer,
                format!(
                    "could {words} {value} more than {most} times, because its parts multiply; use fewer {fewer} inside each other"
                ),
            )
        })
    };
    let fewer = "allOf, then, else and $ref";
    most(&FAULTS, "find fault with", fewer)?;
    let (at_root, below) = most(&JUDGEMENTS, "judge", "anyOf, oneOf, allOf and $ref")?;
    let (faults_at_root, faults_below) = most(&ALL_FAULTS, "find fault with", fewer)?;
    Ok(Most {
        judgements: at_root.max(below),
        faults_at_root,
        faults_below,
    })
}

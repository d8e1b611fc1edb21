//! The patterns of a schema: each must run on an engine that takes linear time, within a size, and all within a cost.
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;

use super::{
    SchemaFault,
    bounds::Count,
    document::{Document, Node},
    engine::{self, BadPattern, Pattern, TABLE_BYTES},
    keywords::Judges,
    pointer,
};

/// Bytes of one pattern as text.
const LONGEST: usize = 2_048;
/// Bytes of all patterns of a schema as text, each counted once.
const LONGEST_OF_ALL: usize = 65_536;
/// Steps that all patterns for one value may take together for each byte of it, where statuses have the default budget.
///
/// A step takes 10 to 25 ns, and a schema is run on up to twice the budget: half a second at the worst, and a decision
/// runs it up to four times. With a larger budget fewer steps are allowed.
const MOST_STEPS: u64 = 256;
/// The budget of bytes that [`MOST_STEPS`] is for.
const USUAL_BUDGET: u64 = 65_536;
/// Bytes of tables that are filled to find out what patterns cost; a second's work, and 30 patterns whose tables do not
/// fit.
const MOST_WORK: usize = 30 * TABLE_BYTES;

/// Bytes of tables that are filled only to know whose decisions may take long: 20 ms at the worst, once for a schema.
const WORK_FOR_LANES: usize = TABLE_BYTES;

/// Checks all patterns of a document for statuses with a budget of so many bytes; `rank` is lower for a schema than for
/// all that it applies in place. Gives the most steps that they can take together for each byte of one value.
///
/// # Errors
/// Each pattern that cannot be used or costs too much alone, the first one that makes them too long together, or what
/// makes them too costly.
pub(super) fn check(
    document: &Document<'_>,
    rank: &[usize],
    budget: u64,
) -> Result<u64, Vec<SchemaFault>> {
    let (known, mut faults) = read(document);
    let most = Most::of(budget);
    let mut steps = parts(&known);
    // To find out more takes time, and most patterns are small.
    let together = most.check_together(document, rank, &steps).or_else(|_| {
        most.check_each(document, &known, &mut steps)?;
        most.check_together(document, rank, &steps)
            .map_err(|fault| vec![fault])
    });
    match together {
        Ok(sum) if faults.is_empty() => Ok(sum),
        Ok(_) => Err(faults),
        Err(costly) => {
            faults.extend(costly);
            Err(faults)
        }
    }
}

/// The most steps that all patterns of a document that was checked can take together for each byte of one value, with
/// tables looked at as far as that takes little.
pub(super) fn steps(document: &Document<'_>, rank: &[usize]) -> Option<u64> {
    let (known, _) = read(document);
    let most = Most {
        work: WORK_FOR_LANES,
        ..Most::of(USUAL_BUDGET)
    };
    let mut steps = parts(&known);
    // Those that it has not come to are still as costly as they look.
    let _ = most.check_each(document, &known, &mut steps);
    most.check_together(document, rank, &steps).ok()
}

/// The patterns that can be used in no document at all.
pub(super) fn unusable(document: &Document<'_>) -> Vec<SchemaFault> {
    read(document).1
}

/// The same, and those that cost too much alone for statuses with a budget of so many bytes.
pub(super) fn unusable_within(document: &Document<'_>, budget: u64) -> Vec<SchemaFault> {
    let (known, mut faults) = read(document);
    let most = Most::of(budget);
    let mut steps = parts(&known);
    if steps.values().any(|steps| *steps > most.steps) {
        let costly = most.check_each(document, &known, &mut steps);
        faults.extend(costly.err().into_iter().flatten());
    }
    faults
}

/// The patterns of a document by their text.
type Known<'d> = BTreeMap<&'d str, Arc<Pattern>>;

/// The most steps that each of them can take for each byte, if no table of it fits.
fn parts<'d>(known: &Known<'d>) -> BTreeMap<&'d str, u64> {
    let parts = known.iter();
    parts
        .map(|(text, pattern)| (*text, pattern.parts()))
        .collect()
}

/// Every pattern of the document that can be used, and what is wrong with the others.
fn read<'d>(document: &'d Document<'_>) -> (Known<'d>, Vec<SchemaFault>) {
    let mut known = BTreeMap::new();
    let mut length = 0;
    let mut faults = Vec::new();
    for (pattern, at) in document.nodes.iter().flat_map(placed) {
        let read = known.entry(pattern).or_insert_with(|| {
            length += pattern.len();
            if length > LONGEST_OF_ALL {
                return Err(too_many());
            }
            usable(pattern)
        });
        if let Err(words) = read {
            faults.push(SchemaFault {
                pointer: at,
                words: words.clone(),
            });
        }
        if length > LONGEST_OF_ALL {
            break;
        }
    }
    let usable = known.into_iter();
    let usable = usable.filter_map(|(text, read)| Some((text, read.ok()?)));
    (usable.collect(), faults)
}

/// The limits.
struct Most {
    steps: u64,
    budget: u64,
    /// Bytes of tables that may be filled.
    work: usize,
}

impl Most {
    /// Those for statuses with a budget of so many bytes.
    fn of(budget: u64) -> Self {
        Self {
            steps: (MOST_STEPS * USUAL_BUDGET / budget.max(USUAL_BUDGET)).max(1),
            budget,
            work: MOST_WORK,
        }
    }

    /// Corrects the steps of those patterns whose tables fit, and checks each alone.
    fn check_each<'d>(
        &self,
        document: &'d Document<'_>,
        known: &Known<'d>,
        steps: &mut BTreeMap<&'d str, u64>,
    ) -> Result<(), Vec<SchemaFault>> {
        let (mut left, mut seen, mut faults) = (self.work, BTreeSet::new(), Vec::new());
        for (text, pointer) in document.nodes.iter().flat_map(placed) {
            let (Some(pattern), Some(steps)) = (known.get(text), steps.get_mut(text)) else {
                continue;
            };
            if *steps > 1 && seen.insert(text) {
                let tables = pattern.tables();
                let Some(rest) = left.checked_sub(tables.bytes) else {
                    let words = too_much_work();
                    faults.push(SchemaFault { pointer, words });
                    break;
                };
                left = rest;
                *steps = if tables.fit { 1 } else { *steps };
            }
            if *steps > self.steps {
                let words = self.too_costly(text, *steps);
                faults.push(SchemaFault { pointer, words });
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    fn too_costly(&self, text: &str, steps: u64) -> String {
        let anchor = if text.starts_with('^') {
            ""
        } else {
            "begin it with ^, "
        };
        format!(
            "is too costly: it could take {steps} steps for each byte of a text, and {self} are the most; {anchor}use smaller \
             repetitions, or leave the length to maxLength"
        )
    }

    /// The most steps for each byte of one value, or the place where its patterns are too costly together.
    fn check_together(
        &self,
        document: &Document<'_>,
        rank: &[usize],
        steps: &BTreeMap<&str, u64>,
    ) -> Result<u64, SchemaFault> {
        let count = Count {
            most_at_root: self.steps,
            most: self.steps,
            weight: &|node| {
                let steps = texts(node).map(|(_, text)| steps.get(text).copied().unwrap_or(0));
                steps.fold(0, u64::saturating_add)
            },
            counts_again: true,
            follows: |_| true,
        };
        let checked = count.of(document, rank);
        let most = checked.map(|(at_root, below)| at_root.max(below));
        most.map_err(|beyond| SchemaFault {
            pointer: document.nodes[beyond.id].pointer.clone(),
            words: format!(
                "has patterns that are too costly together: for each byte of {} they could take more than {self} steps; use \
                 fewer patterns for one value, with ^ at their start and smaller repetitions",
                beyond.value()
            ),
        })
    }
}

impl std::fmt::Display for Most {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.steps)?;
        if self.budget > USUAL_BUDGET {
            write!(formatter, " (with a budget of {} bytes)", self.budget)?;
        }
        Ok(())
    }
}

/// The patterns of one schema, each with its keyword: those for the value, and those for the keys of the value.
fn texts<'n>(node: &'n Node<'_>) -> impl Iterator<Item = (&'static str, &'n str)> {
    let own = node.get("pattern").and_then(Value::as_str);
    let of_keys = node.get("patternProperties").and_then(Value::as_object);
    let of_keys = of_keys.filter(|_| {
        let mut edges = node.edges.iter();
        edges.any(|edge| edge.keyword.judges == Judges::Matching)
    });
    let of_keys = of_keys.into_iter().flat_map(|map| map.keys());
    own.into_iter()
        .map(|text| ("pattern", text))
        .chain(of_keys.map(|text| ("patternProperties", text.as_str())))
}

/// The patterns of one schema, each with where it stands.
fn placed<'n>(node: &'n Node<'_>) -> impl Iterator<Item = (&'n str, String)> {
    texts(node).map(|(keyword, text)| {
        let at = pointer::join(&node.pointer, keyword);
        match keyword {
            "pattern" => (text, at),
            _ => (text, pointer::join(&at, text)),
        }
    })
}

fn usable(pattern: &str) -> Result<Arc<Pattern>, String> {
    if pattern.len() > LONGEST {
        return Err(format!(
            "is longer than {LONGEST} characters; use a shorter pattern"
        ));
    }
    engine::check_pattern(pattern).map_err(|bad| match bad {
        BadPattern::Syntax => match engine::pattern_fault(pattern) {
            Some((what, column)) => format!("is no regular expression: {what}, at character {column}"),
            None => "is no regular expression".to_owned(),
        },
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

fn too_much_work() -> String {
    "is one of too many patterns with repetitions to find out what they cost; use fewer, or maxLength for lengths".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Most, TABLE_BYTES, parts, read};
    use crate::core::schema::{document::Document, draft::Draft};

    #[test]
    fn the_work_to_find_out_what_patterns_cost_is_bounded() {
        let member = |count| json!({"pattern": format!("^[ab]*a[ab]{{{count}}}[^ab]")});
        let schema =
            json!({"properties": {"a": member(30), "b": member(31), "c": {"pattern": "^[a-z]+$"}}});
        let document = Document::new(&schema, Draft::Draft202012).unwrap();
        let (known, _) = read(&document);
        let faults = |work| {
            let most = Most {
                steps: 256,
                budget: 0,
                work,
            };
            match most.check_each(&document, &known, &mut parts(&known)) {
                Ok(()) => Vec::new(),
                Err(faults) => faults.into_iter().map(|fault| fault.pointer).collect(),
            }
        };
        assert_eq!(faults(3 * TABLE_BYTES), [""; 0]);
        assert_eq!(faults(2 * TABLE_BYTES - 1), ["/properties/b/pattern"]);
    }
}

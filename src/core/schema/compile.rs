//! A schema document on its way to a [`Schema`]: what is looked at in which order, and the faults of a whole document.
use std::{collections::BTreeSet, sync::OnceLock};

use serde_json::Value;

use super::{
    Dialect, Rest, Schema, SchemaFault,
    bounds::{self, Most},
    converted,
    declared::Declared,
    demands::Demands,
    document::Document,
    draft::Draft,
    effort::Effort,
    engine::{self, Form},
    faults, notes, patterns,
    phase::Forms,
    root::Named,
};

/// Faults of one schema that are told; they are kept as long as the schema is refused.
const MOST_FAULTS: usize = 100;

/// At most [`MOST_FAULTS`] of the faults of a schema, in order of place, and how many more there are.
pub(super) fn told(mut faults: Vec<SchemaFault>) -> Vec<SchemaFault> {
    faults.sort();
    faults.dedup();
    let more = faults.len().saturating_sub(MOST_FAULTS);
    if more > 0 {
        faults.truncate(MOST_FAULTS);
        faults.push(more_faults(more));
    }
    faults
}

/// The schema that `document` is, for statuses with a budget of so many bytes.
///
/// # Errors
/// All its faults, in no order.
pub(super) fn compile(
    document: &Value,
    dialect: Dialect,
    budget: u64,
) -> Result<Schema, Vec<SchemaFault>> {
    if !document.is_object() && !document.is_boolean() {
        return Err(vec![not_a_schema()]);
    }
    bounds::check_size(document).map_err(|fault| vec![fault])?;
    let draft = Draft::of(document, dialect).map_err(|fault| vec![fault])?;
    let converted = converted(document, dialect);
    let broken = engine::check_against_draft(draft, &converted);
    let (graph, unresolved) = Document::read(&converted, draft);
    if !broken.is_empty() || !unresolved.is_empty() {
        let is_resolved = unresolved.is_empty();
        let mut faults = faults::of_schema(&converted, broken);
        faults.extend(unresolved);
        // Whoever mends the one wants to know the other too.
        let known: BTreeSet<String> = faults.iter().map(|fault| fault.pointer.clone()).collect();
        // What is out of bounds shows only where all references lead somewhere.
        let others = if is_resolved {
            bounded(&graph, budget).err().unwrap_or_default()
        } else {
            patterns::unusable_within(&graph, budget)
        };
        let others = others.into_iter();
        faults.extend(others.filter(|fault| !known.contains(&fault.pointer)));
        return Err(faults);
    }
    let (most, steps) = bounded(&graph, budget)?;
    let declared = Declared::of(&graph)?;
    let schema = compile_forms(&graph, document, dialect, most)?;
    Ok(Schema {
        declared,
        effort: Effort::of(&graph, steps),
        ..schema
    })
}

/// What a status can be met with at most, and the most steps of patterns for each byte of a value, where both are within
/// bounds.
fn bounded(graph: &Document<'_>, budget: u64) -> Result<(Most, u64), Vec<SchemaFault>> {
    let (most, rank) = bounds::check_graph(graph).map_err(|mut faults| {
        faults.extend(patterns::unusable_within(graph, budget));
        faults
    })?;
    let steps = patterns::check(graph, &rank, budget)?;
    Ok((most, steps))
}

fn compile_forms(
    document: &Document<'_>,
    source: &Value,
    dialect: Dialect,
    most: Most,
) -> Result<Schema, Vec<SchemaFault>> {
    let named = Named::of(document);
    let form = |form: Value| Form::compile(document.draft, &form).map_err(|fault| vec![fault]);
    let partial = form(Forms::new(document, Demands::new(named, false)).partial())?;
    if !partial.is_valid(&Value::Object(serde_json::Map::new())) {
        return Err(vec![refuses_kratix()]);
    }
    let rest = |message_satisfied| -> Vec<Value> {
        let choices = Demands::new(named, message_satisfied).choices(document);
        let forms = choices
            .into_iter()
            .map(|demands| Forms::new(document, demands).rest());
        forms.flatten().collect()
    };
    let (without, with_own) = (rest(false), rest(true));
    let compiled = |forms: Vec<Value>| forms.into_iter().map(form).collect::<Result<Rest, _>>();
    let has_own = with_own != without;
    Ok(Schema {
        partial,
        rest: compiled(without)?,
        rest_with_own_message: has_own.then(|| compiled(with_own)).transpose()?,
        named,
        notes: notes::all(document, named, dialect),
        declared: Declared::default(),
        dialect,
        most,
        effort: Effort::default(),
        source: source.to_string().into_boxed_str(),
        vocabulary: OnceLock::new(),
    })
}

fn more_faults(count: usize) -> SchemaFault {
    SchemaFault {
        pointer: String::new(),
        words: format!("has {count} more faults; mend the others first"),
    }
}

fn not_a_schema() -> SchemaFault {
    SchemaFault {
        pointer: String::new(),
        words: "is not a schema; write an object such as {type: object, properties: {…}}"
            .to_owned(),
    }
}

fn refuses_kratix() -> SchemaFault {
    SchemaFault {
        pointer: String::new(),
        words: "refuses an empty status, which Kratix writes before any pipeline has; let the root allow an object without keys"
            .to_owned(),
    }
}

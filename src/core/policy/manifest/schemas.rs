//! `spec.schema` and `spec.versions`: what a status must look like.
use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};

use super::{
    Spot, names,
    reader::{self, Reader},
};
use crate::core::{
    pointer,
    policy::Schemas,
    schema::{Dialect, Schema},
};

/// Reads the schemas for statuses with a budget of so many bytes.
pub(super) fn read_schemas(reader: &mut Reader, spec: &Map<String, Value>, budget: u64) -> Schemas {
    match (spec.get("schema"), spec.get("versions")) {
        (None, None) => Schemas::None,
        (Some(_), Some(_)) => {
            let words = "schema and versions cannot both stand here; keep schema if all versions have the same";
            reader.fault("/spec/versions", Spot::Key, words);
            Schemas::None
        }
        (Some(schema), None) => {
            compile(reader, schema, "/spec/schema", budget).map_or(Schemas::None, Schemas::All)
        }
        (None, Some(versions)) => read_versions(reader, versions, budget),
    }
}

fn read_versions(reader: &mut Reader, versions: &Value, budget: u64) -> Schemas {
    let at = "/spec/versions";
    let Some(versions) = reader.object(versions, at) else {
        return Schemas::None;
    };
    if versions.is_empty() {
        reader.fault(
            at,
            Spot::Key,
            "versions names no version; give each version its schema, or leave it out",
        );
    }
    let mut schemas = BTreeMap::new();
    for (version, value) in versions {
        let at = pointer::join(at, version);
        if let Some(words) = names::version_fault(version) {
            reader.fault_of(&at, &words);
        }
        if let Some(schema) = read_version(reader, value, &at, budget) {
            schemas.insert(version.clone(), schema);
        }
    }
    Schemas::PerVersion(schemas)
}

fn read_version(
    reader: &mut Reader,
    version: &Value,
    at: &str,
    budget: u64,
) -> Option<Arc<Schema>> {
    let version = reader.object(version, at)?;
    reader.only(version, at, &["schema"]);
    let schema = reader.required(version, at, "schema", "give the version its schema")?;
    compile(reader, schema, &format!("{at}/schema"), budget)
}

fn compile(reader: &mut Reader, schema: &Value, at: &str, budget: u64) -> Option<Arc<Schema>> {
    if !matches!(schema, Value::Object(_) | Value::Bool(_)) {
        reader.fault_of(at, "must be an object, such as {type: object}");
        return None;
    }
    match Schema::compile_for(schema, Dialect::JsonSchema, budget) {
        Ok(schema) => {
            for note in schema.notes() {
                reader.note(&format!("{at}{}", note.pointer), &note.words);
            }
            Some(Arc::new(schema))
        }
        Err(faults) => {
            for fault in faults {
                let words = format!(
                    "{}: {}",
                    reader::field(&format!("{at}{}", fault.pointer)),
                    fault.words
                );
                reader.fault(&format!("{at}{}", fault.pointer), Spot::Value, words);
            }
            None
        }
    }
}

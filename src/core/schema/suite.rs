//! The canonical JSON Schema test suite, judged by the forms of this program.
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    SchemaFault, bounds,
    demands::Demands,
    document::Document,
    draft::Draft,
    engine::{self, Form},
    patterns,
    phase::Forms,
    root::Named,
};

#[derive(Deserialize)]
struct Case {
    description: String,
    schema: Value,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    description: String,
    data: Value,
    valid: bool,
}

const REMOTE: &str = "refers out of its document, which is refused";
const DYNAMIC: &str = "a dynamic reference that leads to different schemas, which is refused";
const NAMES: &str = "international names are not checked";

/// Cases that are left out of every draft: the file, how the name of the case begins, and why.
#[rustfmt::skip]
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("definitions", "", REMOTE),
    ("defs", "", REMOTE),
    ("dynamicRef", "$dynamicRef skips over intermediate resources - direct", DYNAMIC),
    ("dynamicRef", "$ref and $dynamicAnchor are independent of order", REMOTE),
    ("dynamicRef", "$ref to $dynamicRef finds detached $dynamicAnchor", REMOTE),
    ("dynamicRef", "A $dynamicRef resolves to the first $dynamicAnchor still in scope", DYNAMIC),
    ("dynamicRef", "A $dynamicRef that initially resolves to a schema with a matching", DYNAMIC),
    ("dynamicRef", "A $dynamicRef with intermediate scopes that don't include", DYNAMIC),
    ("dynamicRef", "after leaving a dynamic scope, it is not used", DYNAMIC),
    ("dynamicRef", "multiple dynamic paths to the $dynamicRef keyword", DYNAMIC),
    ("dynamicRef", "strict-tree schema, guards against misspelled properties", REMOTE),
    ("dynamicRef", "tests for implementation dynamic anchor and reference link", REMOTE),
    ("format/idn-email", "", NAMES),
    ("format/idn-hostname", "", NAMES),
    ("id", "Invalid use of fragments in location-independent $id", REMOTE),
    ("id", "Unnormalized $ids are allowed but discouraged", REMOTE),
    ("id", "Valid use of empty fragments in location-independent $id", REMOTE),
    ("ref", "remote ref, containing refs itself", REMOTE),
    ("refRemote", "", REMOTE),
    ("unevaluatedItems", "unevaluatedItems with $dynamicRef", DYNAMIC),
    ("unevaluatedProperties", "unevaluatedProperties with $dynamicRef", DYNAMIC),
];

/// A schema with no root position, and as the two forms that make up a complete status.
struct Compiled {
    whole: Form,
    partial: Form,
    rest: Option<Form>,
}

fn compile(draft: Draft, schema: &Value) -> Result<Compiled, Vec<SchemaFault>> {
    let document = Document::new(schema, draft)?;
    let (_, rank) = bounds::check_graph(&document)?;
    patterns::check(&document, &rank, 0)?;
    let named = Named {
        message: true,
        conditions: true,
    };
    let forms = || Forms::new(&document, Demands::new(named, false));
    let form = |form: Value| Form::compile(draft, &form).map_err(|fault| vec![fault]);
    Ok(Compiled {
        whole: form(forms().whole())?,
        partial: form(forms().partial())?,
        rest: forms().rest().map(form).transpose()?,
    })
}

impl Compiled {
    /// Whether `value` is valid; an object as a status is judged, anything else by the whole schema.
    fn is_valid(&self, value: &Value) -> Result<bool, String> {
        let whole = self.whole.is_valid(value);
        if whole != self.whole.broken(value).is_empty() {
            return Err(format!("valid: {whole}, which its faults do not say"));
        }
        if value.is_object() {
            let partial = self.partial.is_valid(value);
            let complete = partial && self.rest.as_ref().is_none_or(|rest| rest.is_valid(value));
            if complete != whole {
                return Err(format!("the forms say {complete}, the whole says {whole}"));
            }
        }
        Ok(whole)
    }
}

fn left_out(file: &str, case: &str) -> bool {
    LEFT_OUT
        .iter()
        .any(|(files, cases, _)| *files == file && case.starts_with(cases))
}

fn run(text: &str, draft: Draft) {
    let files: BTreeMap<String, Vec<Case>> =
        serde_json::from_str(text).expect("the suite is well-formed");
    let cases = files
        .iter()
        .flat_map(|(file, cases)| cases.iter().map(move |case| (file.as_str(), case)));
    let cases: Vec<_> = cases
        .filter(|(file, case)| !left_out(file, &case.description))
        .collect();
    let failed: Vec<_> = cases
        .iter()
        .flat_map(|(file, case)| failures(draft, file, case))
        .collect();
    let count: usize = cases.iter().map(|(_, case)| case.tests.len()).sum();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(count > 500, "{count} tests are not the whole suite");
}

fn failures(draft: Draft, file: &str, case: &Case) -> Vec<String> {
    let broken = engine::check_against_draft(draft, &case.schema);
    let compiled = match broken.first() {
        Some(broken) => Err(format!("is no schema: {broken:?}")),
        None => compile(draft, &case.schema).map_err(|faults| format!("{faults:?}")),
    };
    let verdict = |test: &Test| {
        compiled
            .as_ref()
            .map_err(Clone::clone)?
            .is_valid(&test.data)
    };
    case.tests
        .iter()
        .filter_map(|test| match verdict(test) {
            Ok(valid) if valid == test.valid => None,
            other => Some(format!(
                "{file}: {}: {}: {other:?}",
                case.description, test.description
            )),
        })
        .collect()
}

#[test]
fn draft_4() {
    run(
        include_str!("../../../tests/fixtures/json-schema-test-suite/draft4.json"),
        Draft::Draft4,
    );
}

#[test]
fn draft_6() {
    run(
        include_str!("../../../tests/fixtures/json-schema-test-suite/draft6.json"),
        Draft::Draft6,
    );
}

#[test]
fn draft_7() {
    run(
        include_str!("../../../tests/fixtures/json-schema-test-suite/draft7.json"),
        Draft::Draft7,
    );
}

#[test]
fn draft_2019_09() {
    run(
        include_str!("../../../tests/fixtures/json-schema-test-suite/draft2019-09.json"),
        Draft::Draft201909,
    );
}

#[test]
fn draft_2020_12() {
    run(
        include_str!("../../../tests/fixtures/json-schema-test-suite/draft2020-12.json"),
        Draft::Draft202012,
    );
}

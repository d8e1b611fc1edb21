<<<<<<< HEAD
//! The shipped schemas, judged by what pipelines write: `tests/fixtures/<promise>/{accept,reject}`.
use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use statusguard::{
    core::{
        catalog::Catalog,
        gate::{self, Verdict},
        policy::{Enforcement, Policy},
        review::Review,
        yaml::Document,
    },
    disk,
};

fn shipped() -> Catalog {
    let reading = disk::read(Path::new("schemas")).unwrap();
    assert_eq!(reading.faults, [], "a shipped schema has a fault");
    assert_eq!(reading.notes, []);
    let policies = reading.policies.into_iter().map(|(_, policy)| policy);
    Catalog::new(policies, Enforcement::Enforce).unwrap()
}

/// The verdict about a request that was empty and is completed with what `file` holds.
fn judge(catalog: &Catalog, policy: &Policy, file: &Path) -> Verdict {
    let document = Document::read(&fs::read(file).unwrap()).unwrap();
    let mut status = document.value();
    let conditions = status
        .as_object_mut()
        .unwrap()
        .entry("conditions")
        .or_insert(json!([]));
    let completed = json!({"type": "ConfigureWorkflowCompleted", "status": "True"});
    conditions.as_array_mut().unwrap().push(completed);
    let review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "u",
            "kind": {"kind": "Fixture"},
            "resource": {"group": policy.group, "version": "v1alpha1", "resource": policy.resource},
            "subResource": "status",
            "name": "example",
            "namespace": "default",
            "operation": "UPDATE",
            "object": {"status": status},
            "oldObject": {"status": {}},
        },
    });
    gate::decide(
        catalog,
        &Review::parse(review.to_string().as_bytes()).unwrap(),
    )
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no case", directory.display());
    files
}

fn found(verdict: &Verdict) -> Vec<String> {
    let findings = verdict.findings.iter();
    let mut found: Vec<String> = findings
        .map(|finding| format!("{} {}", finding.path, finding.rule))
        .collect();
    found.sort();
    found
}

fn expected(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let mut expected: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# expect: "))
        .map(str::to_owned)
        .collect();
    expected.sort();
    expected
}

#[test]
fn every_shipped_schema_accepts_and_rejects_what_its_fixtures_say() {
    let catalog = shipped();
    for policy in catalog.policies() {
        let fixtures = Path::new("tests/fixtures").join(&policy.name);
        for file in files(&fixtures.join("accept")) {
            let verdict = judge(&catalog, policy, &file);
            assert_eq!(found(&verdict), [""; 0], "{}", file.display());
        }
        for file in files(&fixtures.join("reject")) {
            let verdict = judge(&catalog, policy, &file);
            assert_eq!(found(&verdict), expected(&file), "{}", file.display());
            assert_eq!(verdict.outcome, gate::Outcome::Denied, "{}", file.display());
        }
    }
}

#[test]
fn every_promise_of_the_tutorial_and_the_marketplace_is_there() {
    let catalog = shipped();
    let guarded: Vec<String> = catalog
        .policies()
        .map(|policy| format!("{} {}.{}", policy.name, policy.resource, policy.group))
        .collect();
    let expected = [
        "aws-rds rds.aws.marketplace.kratix.io",
        "app-stack appstacks.marketplace.kratix.io",
        "runtime runtimes.marketplace.kratix.io",
        "elastic-cloud elastic-clouds.workshop.kratix.io",
    ];
    assert_eq!(guarded, expected);
}

#[test]
fn the_recorded_reviews_pass_the_tutorials_schema_but_for_the_two_bad_ones() {
    let catalog = shipped();
    let reviews = files(Path::new("tests/fixtures/reviews"));
    for file in reviews
        .iter()
        .filter(|file| file.extension() == Some("json".as_ref()))
    {
        let verdict = gate::decide(&catalog, &Review::parse(&fs::read(file).unwrap()).unwrap());
        let name = file.file_name().and_then(|name| name.to_str()).unwrap();
        let is_bad = name.starts_with("09-") || name.starts_with("10-");
        let denied = verdict.outcome == gate::Outcome::Denied;
        assert_eq!(denied, is_bad, "{name}: {:?}", found(&verdict));
    }
}

#[test]
fn every_member_that_a_shipped_schema_describes_has_its_words() {
    for file in files(Path::new("schemas")) {
        let manifest = Document::read(&fs::read(&file).unwrap()).unwrap().value();
        let schema = manifest.pointer("/spec/schema").unwrap();
        let members = schema
            .pointer("/properties")
            .and_then(Value::as_object)
            .unwrap();
        for (name, member) in members {
            let has_words = ["description", "properties"]
                .iter()
                .any(|key| member.get(key).is_some());
            assert!(has_words, "{}: {name} has no description", file.display());
        }
    }
}
=======
//! Schemas that are refused, and those that compile with notes, held for people to read; and the worst that a schema can
//! do to the program.
use std::{fmt::Write as _, fs};

use serde::Deserialize;
use serde_json::{Value, json};
use statusguard::core::{
    phase::Phase,
    schema::{Dialect, Schema, SchemaFault},
    yaml::Document,
};

#[derive(Deserialize)]
struct Case {
    schema: Value,
    #[serde(default)]
    dialect: Option<String>,
}

fn cases(name: &str) -> Vec<Case> {
    let text = fs::read_to_string(format!("tests/fixtures/schemas/{name}.yaml")).unwrap();
    let document = Document::read(text.as_bytes()).unwrap();
    serde_json::from_value(document.value()).unwrap()
}

fn compile(case: &Case) -> Result<Schema, Vec<SchemaFault>> {
    let dialect = match case.dialect.as_deref() {
        Some("crd") => Dialect::Crd,
        _ => Dialect::JsonSchema,
    };
    Schema::compile(&case.schema, dialect)
}

#[test]
fn refused_schemas_say_why() {
    let mut shown = String::new();
    for case in cases("refused") {
        writeln!(shown, "\n{}", case.schema).unwrap();
        for fault in compile(&case).unwrap_err() {
            writeln!(shown, "  {}: {fault}", fault.pointer).unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn notes_of_schemas_that_compile() {
    let mut shown = String::new();
    for case in cases("noted") {
        writeln!(shown, "\n{}", case.schema).unwrap();
        for note in compile(&case).unwrap().notes() {
            writeln!(
                shown,
                "  {}: {} ({:?})",
                note.pointer, note.words, note.kind
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

fn nested(levels: usize, wrap: impl Fn(Value) -> Value) -> Value {
    (0..levels).fold(json!({"type": "string"}), |inner, _| wrap(inner))
}

/// A test thread has 2 MiB of stack, as a thread of the server has.
#[test]
fn no_nesting_overflows_the_stack() {
    type Wrap = fn(Value) -> Value;
    let wraps: [Wrap; 6] = [
        |inner| json!({"properties": {"a": inner}}),
        |inner| json!({"allOf": [inner]}),
        |inner| json!({"anyOf": [inner, {"type": "integer"}]}),
        |inner| json!({"not": inner}),
        |inner| json!({"items": inner, "unevaluatedProperties": false}),
        |inner| json!({"if": inner, "then": {"unevaluatedProperties": {"type": "string"}}}),
    ];
    for wrap in wraps {
        for levels in [10, 46, 47, 48, 49, 94, 95, 200, 800] {
            let document = nested(levels, wrap);
            let Ok(schema) = Schema::compile(&document, Dialect::JsonSchema) else {
                continue;
            };
            let status = (0..64).fold(json!("x"), |inner, _| json!({"a": inner, "b": [1]}));
            let _ = schema.faults(Phase::Complete, &status, false);
        }
    }
}

#[test]
fn long_chains_of_references_are_followed_or_refused() {
    for length in [10, 200, 255, 300, 5_000] {
        let mut definitions = serde_json::Map::new();
        for index in 0..length {
            let target = format!("#/$defs/d{}", index + 1);
            definitions.insert(format!("d{index}"), json!({"$ref": target}));
        }
        definitions.insert(format!("d{length}"), json!({"type": "object"}));
        let document = json!({"$ref": "#/$defs/d0", "$defs": definitions});
        assert_eq!(
            Schema::compile(&document, Dialect::JsonSchema).is_ok(),
            length < 250,
            "{length}"
        );
    }
}
>>>>>>> 60edcd9 (schema: the test suite, properties of the phases, words for bad schemas)

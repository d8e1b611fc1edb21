//! The cases of decisions under `tests/fixtures/gate`.
use std::{fs, sync::Arc};

use serde::Deserialize;
use serde_json::{Value, json};
use statusguard::core::{
    catalog::Catalog,
    policy::{Enforcement, Policy},
    yaml::Document,
};

use crate::planted::planted;

/// All cases, each with the file that it is in and the catalog that decides about it.
pub(crate) fn all() -> Vec<(String, Catalog, Case)> {
    let mut all = Vec::new();
    for file in fs::read_dir("tests/fixtures/gate").unwrap() {
        let path = file.unwrap().path();
        let text = planted(&fs::read_to_string(&path).unwrap());
        let document = Document::read(text.as_bytes())
            .unwrap_or_else(|error| panic!("{}:{error}", path.display()));
        let file: CaseFile = serde_json::from_value(document.value())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let spec = file.policy;
        let policy = spec.as_ref().map(policy).map(Arc::new);
        for mut case in file.cases {
            case.manifest = spec.as_ref().map(manifest).unwrap_or_default();
            let mode = enforcement(case.mode.as_ref());
            let catalog = Catalog::new(policy.clone(), mode).unwrap();
            all.push((path.display().to_string(), catalog, case));
        }
    }
    all
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    /// What a manifest has as its `spec`, without the resource; without it the built-in policy counts.
    #[serde(default)]
    policy: Option<Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    raw: bool,
    #[serde(default)]
    deleting: bool,
    #[serde(default)]
    pub(crate) old: Value,
    pub(crate) new: Value,
    pub(crate) outcome: String,
    #[serde(default)]
    pub(crate) findings: Vec<String>,
    /// The manifest of the policy; null for the built-in one.
    #[serde(skip)]
    pub(crate) manifest: Value,
}

impl Case {
    /// A write onto nothing, of which nothing is expected.
    pub(crate) fn of(new: Value) -> Self {
        Self {
            name: String::new(),
            mode: None,
            raw: false,
            deleting: false,
            old: Value::Null,
            new,
            outcome: String::new(),
            findings: Vec::new(),
            manifest: Value::Null,
        }
    }

    /// Whether the whole installation has a ceiling.
    pub(crate) fn has_mode(&self) -> bool {
        self.mode.is_some()
    }

    /// Whether its statuses are texts.
    pub(crate) fn is_raw(&self) -> bool {
        self.raw
    }
}

fn enforcement(word: Option<&String>) -> Enforcement {
    match word.map(String::as_str) {
        None | Some("Enforce") => Enforcement::Enforce,
        Some("Warn") => Enforcement::Warn,
        Some("Audit") => Enforcement::Audit,
        Some(other) => panic!("no enforcement is called {other}"),
    }
}

pub(crate) fn policy(spec: &Value) -> Policy {
    let read = Policy::from_manifest(&manifest(spec));
    read.unwrap_or_else(|faults| panic!("{faults:#?}")).0
}

pub(crate) fn manifest(spec: &Value) -> Value {
    let mut spec = spec.clone();
    spec["request"] = json!({"group": "example.org", "resource": "cases"});
    json!({
        "apiVersion": "statusguard.dev/v1alpha1",
        "kind": "StatusSchema",
        "metadata": {"name": "case"},
        "spec": spec,
    })
}

/// The JSON of a status of a case; the key `complete` becomes the condition that it stands for.
fn status(case: &Case, status: &Value) -> String {
    if case.raw {
        return status
            .as_str()
            .expect("a raw status is a string of JSON")
            .to_owned();
    }
    let mut status = status.clone();
    if let Some(object) = status.as_object_mut()
        && let Some(complete) = object.remove("complete")
    {
        let word = if complete == true { "True" } else { "False" };
        let conditions = object.entry("conditions").or_insert(json!([]));
        conditions
            .as_array_mut()
            .unwrap()
            .push(json!({"type": "ConfigureWorkflowCompleted", "status": word}));
    }
    status.to_string()
}

/// The review of a case.
pub(crate) fn review(case: &Case) -> String {
    let deletion = if case.deleting {
        r#","deletionTimestamp":"2026-01-01T00:00:00Z""#
    } else {
        ""
    };
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"u",
            "kind":{{"kind":"Case"}},"resource":{{"group":"example.org","version":"v1","resource":"cases"}},
            "subResource":"status","name":"n","namespace":"default","operation":"UPDATE",
            "object":{{"metadata":{{"name":"n"{deletion}}},"status":{}}},
            "oldObject":{{"metadata":{{"name":"n"}},"status":{}}}}}}}"#,
        status(case, &case.new),
        status(case, &case.old),
    )
}

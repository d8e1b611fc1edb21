//! Reviews that nobody recorded: wide and large ones.
use std::sync::Arc;

use anyhow::anyhow;
use serde_json::{Map, Value, json};
use statusguard::core::policy::Policy;

use crate::subjects::{Subject, catalog_of, recorded};

/// The recorded reviews in order, then the made ones.
pub(crate) fn with_recorded() -> anyhow::Result<Vec<Subject>> {
    let mut subjects = recorded([])?;
    let roomy = json!({"bytes": 1 << 20, "items": 50_000});
    subjects.extend([
        wide()?,
        large("1 MB, above budget", &json!({}))?,
        large("1 MB, in a raised budget", &roomy)?,
    ]);
    Ok(subjects)
}

/// A completing write of 200 keys, each with a pattern to meet.
fn wide() -> anyhow::Result<Subject> {
    let keys = || (0..200).map(|index| format!("endpoint{index}"));
    let pattern = |index: usize| match index % 4 {
        0 => "^https://[a-z0-9.-]+(:[0-9]{1,5})?/[a-z0-9/-]*$",
        1 => "^https?://",
        2 => "^[a-z0-9:/.-]{1,253}$",
        _ => "(^|\\.)svc(\\.cluster\\.local)?:8443/",
    };
    let properties: Map<String, Value> = keys()
        .enumerate()
        .map(|(index, key)| (key, json!({"type": "string", "pattern": pattern(index)})))
        .collect();
    let status: Map<String, Value> = keys()
        .enumerate()
        .map(|(index, key)| {
            (
                key,
                json!(format!("https://db-{index}.default.svc:8443/v1")),
            )
        })
        .collect();
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": keys().collect::<Vec<_>>(),
        "properties": properties,
    });
    made("200 keys with patterns", status, &schema, &json!({}))
}

/// A completing write of 1 MB in 4,000 records.
fn large(name: &str, budgets: &Value) -> anyhow::Result<Subject> {
    let record = |index: u32| {
        json!({
            "name": format!("worker-{index}"),
            "zone": "eu-west-1b",
            "ready": !index.is_multiple_of(7),
            "port": 1024 + index,
            "notes": "This node was drained, upgraded and put back into its pool by the nightly run. ".repeat(2),
        })
    };
    let records: Vec<_> = (0..4_000).map(record).collect();
    let item = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "port"],
        "properties": {
            "name": {"type": "string", "pattern": "^[a-z0-9-]{1,63}$"},
            "zone": {"enum": ["eu-west-1a", "eu-west-1b", "eu-west-1c"]},
            "ready": {"type": "boolean"},
            "port": {"type": "integer", "minimum": 1, "maximum": 65_535},
            "notes": {"type": "string", "maxLength": 1_000},
        },
    });
    let schema = json!({
        "type": "object",
        "properties": {"nodes": {"type": "array", "items": item}},
    });
    let status = Map::from_iter([("nodes".to_owned(), json!(records))]);
    made(name, status, &schema, budgets)
}

/// A pipeline's first write of `status`, which completes.
fn made(
    name: &str,
    mut status: Map<String, Value>,
    schema: &Value,
    budgets: &Value,
) -> anyhow::Result<Subject> {
    let conditions =
        |status: &str| json!([{"type": "ConfigureWorkflowCompleted", "status": status}]);
    status.insert("conditions".to_owned(), conditions("True"));
    let old = json!({"conditions": conditions("False"), "message": "Pending"});
    let body = json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "cb41b759-be66-4992-ae57-a6ecf94d2c59",
            "kind": {"group": "example.org", "version": "v1", "kind": "made"},
            "resource": {"group": "example.org", "version": "v1", "resource": "mades"},
            "subResource": "status",
            "name": "one",
            "namespace": "default",
            "operation": "UPDATE",
            "object": {"metadata": {"name": "one"}, "status": status},
            "oldObject": {"metadata": {"name": "one"}, "status": old},
        },
    });
    let manifest = json!({
        "apiVersion": "statusguard.dev/v1alpha1",
        "kind": "StatusSchema",
        "metadata": {"name": "made"},
        "spec": {
            "request": {"group": "example.org", "resource": "mades"},
            "schema": schema,
            "budgets": budgets,
        },
    });
    let (policy, _) = Policy::from_manifest(&manifest)
        .map_err(|faults| anyhow!("{}: {}", faults[0].pointer, faults[0].words))?;
    Ok(Subject {
        name: name.to_owned(),
        body: serde_json::to_vec(&body)?,
        catalog: Arc::new(catalog_of([Arc::new(policy)])?),
    })
}

//! What a manifest may say, and the words for what it may not.
use serde_json::{Value, json};

use super::{super::*, Spot, resource};
use crate::core::yaml::Document;

fn read(yaml: &str) -> Value {
    Document::read(yaml.as_bytes()).unwrap().value()
}

fn minimal(spec: &str) -> String {
    format!(
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {{name: elastic-cloud}}\n\
         spec: {{request: {{group: workshop.kratix.io, resource: elastic-clouds}}{spec}}}\n"
    )
}

fn policy(spec: &str) -> Policy {
    Policy::from_manifest(&read(&minimal(spec))).unwrap().0
}

fn faults(yaml: &str) -> String {
    let Err(faults) = Policy::from_manifest(&read(yaml)) else {
        return "accepted".to_owned();
    };
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| {
            let mark = if fault.spot == Spot::Key {
                " (key)"
            } else {
                ""
            };
            format!("{}{mark}: {}", fault.pointer, fault.words)
        })
        .collect();
    lines.join("\n")
}

#[test]
fn what_is_left_out_has_its_default() {
    let (policy, notes) = Policy::from_manifest(&read(&minimal(""))).unwrap();
    assert_eq!(
        (
            policy.name.as_str(),
            policy.promise.as_str(),
            policy.group.as_str(),
            policy.resource.as_str()
        ),
        (
            "elastic-cloud",
            "elastic-cloud",
            "workshop.kratix.io",
            "elastic-clouds"
        )
    );
    assert_eq!(policy.enforcement, Enforcement::Enforce);
    assert_eq!(policy.secrets, Secrets::default());
    assert_eq!(policy.budgets, Budgets::default());
    assert!(matches!(policy.schemas, Schemas::None));
    assert_eq!(
        notes[0].pointer, "/spec",
        "that nothing but secrets and budgets is checked is told"
    );
}

#[test]
fn all_that_is_said_counts() {
    let policy = policy(
        r#", promise: elastic, enforcement: Audit, schema: {type: object}, budgets: {bytes: 10, messageLength: 5},
        secrets: {enforcement: Warn, allow: [{path: 'status.a-b[*]["odd \"key"].c', rule: secret/credential-key,
        reason: a public token}]}"#,
    );
    assert_eq!(policy.promise, "elastic");
    assert_eq!(policy.enforcement, Enforcement::Audit);
    assert_eq!(
        (
            policy.budgets.bytes,
            policy.budgets.depth,
            policy.budgets.message_length
        ),
        (10, 16, 5)
    );
    assert_eq!(policy.secrets.enforcement, Enforcement::Warn);
    assert_eq!(policy.secrets.allow[0].rule, "secret/credential-key");
    assert!(policy.schema("v1alpha1").is_some());
}

#[test]
fn each_version_has_its_schema() {
    let policy = policy(", versions: {v1: {schema: {type: object}}, v2: {schema: {}}}");
    assert!(policy.schema("v1").is_some() && policy.schema("v2").is_some());
    assert!(policy.schema("v3").is_none());
}

#[test]
fn an_exported_object_is_a_manifest() {
    let mut manifest = read(&minimal(""));
    manifest["status"] = json!({"conditions": [{"type": "Accepted"}]});
    manifest["metadata"]["generation"] = json!(7);
    manifest["metadata"]["managedFields"] = json!([{}]);
    let (policy, _) = Policy::from_manifest(&manifest).unwrap();
    assert_eq!(policy.generation, Some(7));
}

#[test]
fn the_resource_can_be_read_from_a_manifest_with_faults() {
    let manifest = read(&minimal(", schema: 7, nonsense: 1"));
    assert_eq!(
        resource(&manifest),
        Some(("workshop.kratix.io".to_owned(), "elastic-clouds".to_owned()))
    );
    assert_eq!(
        resource(&json!({"spec": {"request": {"group": "apps", "resource": "deployments"}}})),
        None
    );
    assert_eq!(resource(&json!([])), None);
}

#[test]
fn every_fault_is_told_with_its_remedy() {
    let head = "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\n";
    let cases = [
        "[1]".to_owned(),
        "just words".to_owned(),
        "apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\nspec: {x: 1}\n".to_owned(),
        head.to_owned(),
        format!("{head}metadata: {{name: Elastic_Cloud, namespace: x, lables: {{}}}}\nspec: []\n"),
        format!("{head}metadata: {{name: 7}}\nspec: {{}}\nextra: 1\n"),
        minimal(", promise: '', enforcement: enforce"),
        minimal(", enforcement: Block, shema: {}, foo: 1"),
        minimal(", schema: [], enforcement: 1"),
        minimal(", schema: text"),
        minimal(", schema: {}, versions: {v1: {schema: {}}}"),
        minimal(", versions: {}"),
        minimal(", versions: {V1: {}, v2: {schema: 1, scheme: 2}, v3: ~}"),
        minimal(", budgets: {bytes: 0, depth: -1, items: 1.5, messageLength: 99999999, byte: 1}"),
        minimal(", budgets: 7"),
        minimal(", secrets: {allow: {}, enforcment: Warn}"),
        minimal(
            ", secrets: {allow: [7, {}, {path: token, rule: secret/credentialkey, reason: ''}]}",
        ),
        minimal(", secrets: {allow: [{path: 'status', rule: schema/type, reason: x}]}"),
        minimal(
            ", secrets: {allow: [{path: 'status.nodes[0].a', rule: secret/jwt, reason: x, because: z}]}",
        ),
        format!(
            "{head}metadata: {{name: a}}\nspec: {{request: {{group: apps, resource: Deployment, version: v1}}}}\n"
        ),
        format!(
            "{head}metadata: {{name: a}}\nspec: {{request: {{group: networking.k8s.io, resource: a.b}}}}\n"
        ),
    ];
    let shown: Vec<String> = cases
        .iter()
        .map(|yaml| format!("{}\n{}\n", yaml.trim_end(), faults(yaml)))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

//! The `CustomResourceDefinition` of `StatusSchema`: what can be known early is refused by it, and `kubectl explain` reads it.
use serde_json::{Value, json};

use crate::core::{
    policy::{Budgets, Enforcement, manifest},
    secret,
};

/// The API group of `StatusSchema`.
pub const GROUP: &str = "statusguard.dev";
/// Its only version.
pub const VERSION: &str = "v1alpha1";
/// Its plural.
pub const PLURAL: &str = "statusschemas";

/// The definition. The Helm chart keeps it on uninstall: with it would go all that people have written.
pub fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{PLURAL}.{GROUP}"),
            "annotations": {"helm.sh/resource-policy": "keep"},
        },
        "spec": {
            "group": GROUP,
            "names": {
                "kind": manifest::KIND,
                "listKind": "StatusSchemaList",
                "plural": PLURAL,
                "singular": "statusschema",
                "shortNames": ["ss"],
                "categories": ["kratix"],
            },
            "scope": "Cluster",
            "versions": [{
                "name": VERSION,
                "served": true,
                "storage": true,
                "subresources": {"status": {}},
                "additionalPrinterColumns": columns(),
                "schema": {"openAPIV3Schema": {
                    "description": "What the status of one Promise's resource requests must look like. statusguard refuses each \
                                    write to it that breaks the schema or leaks a credential.",
                    "type": "object",
                    "required": ["spec"],
                    "properties": {
                        "apiVersion": text("The version of this kind."),
                        "kind": text("The name of this kind."),
                        "metadata": {"type": "object"},
                        "spec": spec(),
                        "status": status(),
                    },
                }},
            }],
        },
    })
}

fn columns() -> Value {
    let of = |condition: &str| format!(".status.conditions[?(@.type==\"{condition}\")].status");
    json!([
        {"name": "Promise", "type": "string", "jsonPath": ".spec.promise", "description": "The Promise; that of the same name where it is empty."},
        {"name": "Enforcement", "type": "string", "jsonPath": ".spec.enforcement", "description": "What findings do at most."},
        {"name": "Accepted", "type": "string", "jsonPath": of("Accepted"), "description": "Whether it counts."},
        {"name": "Enforced", "type": "string", "jsonPath": of("Enforced"), "description": "Whether the API server asks about each write."},
        {"name": "Reason", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Accepted\")].reason", "priority": 1,
         "description": "Why it does not count."},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ])
}

fn spec() -> Value {
    json!({
        "description": "What is guarded, and how.",
        "type": "object",
        "properties": {
            "promise": name("The name of the Promise whose resource requests are guarded; metadata.name unless it is given.", 253),
            "request": {
                "description": "The resource that is guarded. A cluster reads it from the Promise: what stands here must be the same.",
                "type": "object",
                "required": ["group", "resource"],
                "properties": {
                    "group": name("spec.group of the Promise's API, such as workshop.kratix.io.", 253),
                    "resource": name("spec.names.plural of the Promise's API, such as elastic-clouds.", 63),
                },
            },
            "enforcement": enforcement("What findings do at most: refuse the write (Enforce), tell the client (Warn), or be counted (Audit)."),
            "schema": {
                "description": "JSON Schema of the whole status, without the keys that are Kratix's own. It is 2020-12 unless $schema \
                                names another draft. Without it and without versions, the schema in the Promise's API counts.",
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": true,
            },
            "versions": {
                "description": "Instead of schema, where versions of the resource differ: the schema of each.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {
                    "type": "object",
                    "required": ["schema"],
                    "properties": {"schema": {
                        "description": "JSON Schema of the whole status in this version.",
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": true,
                    }},
                },
            },
            "secrets": secrets(),
            "budgets": budgets(),
        },
        "x-kubernetes-validations": [{
            "rule": "!(has(self.schema) && has(self.versions))",
            "message": "schema and versions cannot both stand here; keep schema if all versions have the same",
            "fieldPath": ".versions",
        }],
    })
}

fn secrets() -> Value {
    let rules: Vec<&str> = secret::RULES.into_iter().chain([secret::FAMILY]).collect();
    json!({
        "description": "How credentials in the status are treated.",
        "type": "object",
        "properties": {
            "enforcement": enforcement("What a credential does at most, whatever spec.enforcement says."),
            "allow": {
                "description": "Exceptions.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["path", "rule", "reason"],
                    "properties": {
                        "path": name("Where, such as status.demo.token; [*] stands for the index of a list.", 4096),
                        "rule": {
                            "description": "The rule that does not count there, or secret for all of them.",
                            "type": "string",
                            "enum": rules,
                        },
                        "reason": name("Why, for those who review it.", 4096),
                    },
                },
            },
        },
    })
}

fn budgets() -> Value {
    let (default, most) = (Budgets::default(), manifest::MAX_BUDGETS);
    let budget = |words: &str, default: u64, most: u64| {
        json!({
            "description": format!("{words} {default} unless it is given."),
            "type": "integer", "format": "int64", "minimum": 1, "maximum": most,
        })
    };
    json!({
        "description": "How large a status may be.",
        "type": "object",
        "properties": {
            "bytes": budget("Bytes of compact JSON.", default.bytes, most.bytes),
            "depth": budget("Nesting; the status itself is 1.", default.depth, most.depth),
            "items": budget("Elements of lists and members of objects, at all depths.", default.items, most.items),
            "messageLength": budget("Characters of message.", default.message_length, most.message_length),
        },
    })
}

fn status() -> Value {
    json!({
        "description": "How it stands. Written by statusguard.",
        "type": "object",
        "properties": {
            "observedGeneration": {
                "description": "The generation of the spec that the conditions are about.",
                "type": "integer", "format": "int64",
            },
            "conditions": {
                "description": "Accepted: whether it counts, and why not. Enforced: whether the API server asks about each write.",
                "type": "array",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["type"],
                "items": {
                    "type": "object",
                    "required": ["type", "status", "lastTransitionTime", "reason", "message"],
                    "properties": {
                        "type": text("Accepted or Enforced."),
                        "status": {"description": "True, False or Unknown.", "type": "string", "enum": ["True", "False", "Unknown"]},
                        "reason": text("In one word."),
                        "message": {"description": "In a sentence.", "type": "string", "maxLength": 32768},
                        "observedGeneration": {
                            "description": "The generation that it is about.",
                            "type": "integer", "format": "int64",
                        },
                        "lastTransitionTime": {"description": "Since when the status is what it is.", "type": "string", "format": "date-time"},
                    },
                },
            },
        },
    })
}

fn text(description: &str) -> Value {
    json!({"description": description, "type": "string"})
}

fn name(description: &str, longest: u64) -> Value {
    json!({"description": description, "type": "string", "minLength": 1, "maxLength": longest})
}

fn enforcement(description: &str) -> Value {
    json!({
        "description": description,
        "type": "string",
        "enum": Enforcement::ALL.map(Enforcement::as_str),
        "default": Enforcement::default().as_str(),
    })
}

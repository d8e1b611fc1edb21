//! Kratix's own writes, played against a policy: whatever a schema asks for, none of them may be refused.
use std::sync::Arc;

use super::{Enforcement, Policy};
use crate::core::{catalog::Catalog, finding::Finding, gate, json::Json, review::Review};

/// The statuses that one request goes through where its pipeline writes nothing, in order.
const STATUSES: [&str; 5] = [
    r#"{"kratix":{"workflows":{"pipelines":[{"lastTransitionTime":"2026-01-01T00:00:00Z","name":"configure","phase":"Pending"}]}},"workflows":1,"workflowsFailed":0,"workflowsSucceeded":0}"#,
    r#"{"conditions":[{"lastTransitionTime":"2026-01-01T00:00:00Z","message":"Pipelines are still in progress","reason":"PipelinesInProgress","status":"False","type":"ConfigureWorkflowCompleted"},{"lastTransitionTime":"2026-01-01T00:00:00Z","message":"Pending","reason":"WorkflowPending","status":"Unknown","type":"Reconciled"}],"kratix":{"workflows":{"pipelines":[{"lastTransitionTime":"2026-01-01T00:00:00Z","name":"configure","phase":"Running"}]}},"message":"Pending","workflows":1,"workflowsFailed":0,"workflowsSucceeded":0}"#,
    r#"{"conditions":[{"lastTransitionTime":"2026-01-01T00:00:00Z","message":"A Configure Pipeline has failed: configure","reason":"ConfigureWorkflowFailed","status":"False","type":"ConfigureWorkflowCompleted"},{"lastTransitionTime":"2026-01-01T00:00:00Z","message":"Failing","reason":"ConfigureWorkflowFailed","status":"False","type":"Reconciled"}],"kratix":{"workflows":{"pipelines":[{"lastTransitionTime":"2026-01-01T00:00:00Z","name":"configure","phase":"Failed"}]}},"message":"Pending","workflows":1,"workflowsFailed":1,"workflowsSucceeded":0}"#,
    r#"{"conditions":[{"lastTransitionTime":"2026-01-01T00:00:00Z","message":"Failing","reason":"ConfigureWorkflowFailed","status":"False","type":"Reconciled"}],"message":"Pending","observedGeneration":1,"promiseVersion":"v1","resourceBindingVersion":"latest","workflows":1,"workflowsFailed":1,"workflowsSucceeded":0}"#,
    r#"{"healthStatus":{"healthRecords":[{"details":{"info":"message"},"lastRun":1,"source":{"name":"example","namespace":"default"},"state":"healthy"}],"state":"healthy"},"message":"Resource requested","workflows":1,"workflowsFailed":0,"workflowsSucceeded":1}"#,
];

/// What the policy finds wrong with a write of Kratix's that it refuses, if it refuses one.
pub fn refused(policy: &Arc<Policy>, version: &str) -> Option<Finding> {
    let catalog = Catalog::new([Arc::clone(policy)], Enforcement::Enforce).ok()?;
    let read = |text: &'static str| Json::read(text).ok();
    let mut old = None;
    for status in STATUSES.map(read) {
        let review = Review {
            uid: "".into(),
            group: policy.group.as_str().into(),
            version: version.into(),
            resource: policy.resource.as_str().into(),
            subresource: "status".into(),
            kind: "".into(),
            namespace: "".into(),
            name: "".into(),
            operation: "UPDATE".into(),
            dry_run: false,
            deleting: false,
            status,
            old_status: old,
            user: "".into(),
        };
        let verdict = gate::decide(&catalog, &review);
        if let Some(finding) = verdict.denials().next() {
            return Some(finding.clone());
        }
        old = status;
    }
    None
}

//! What is Kratix's own in a status: its keys, its texts, its conditions.

/// The top-level keys of a status that belong to Kratix, sorted.
pub const KEYS: [&str; 11] = [
    "conditions",
    "healthStatus",
    "kratix",
    "lastSuccessfulConfigureWorkflowTime",
    "message",
    "observedGeneration",
    "promiseVersion",
    "resourceBindingVersion",
    "workflows",
    "workflowsFailed",
    "workflowsSucceeded",
];

/// The texts that Kratix itself writes into `message`.
pub const MESSAGES: [&str; 4] = [
    "Dry run executed",
    "Pending",
    "Promise configured",
    "Resource requested",
];

/// The types of the conditions that Kratix itself writes.
pub const CONDITIONS: [&str; 6] = [
    "ConfigureWorkflowCompleted",
    "DeleteWorkflowCompleted",
    "PipelineCompleted",
    "PromiseAvailable",
    "Reconciled",
    "WorksSucceeded",
];

/// Whether `key` at the root of a status belongs to Kratix.
pub fn is_key(key: &str) -> bool {
    KEYS.contains(&key)
}

/// Whether `text` is one that Kratix itself writes into `message`.
pub fn is_message(text: &str) -> bool {
    MESSAGES.contains(&text)
}

/// Whether conditions of `type_` are Kratix's own.
pub fn is_condition(type_: &str) -> bool {
    CONDITIONS.contains(&type_)
}

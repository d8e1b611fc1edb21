//! What each rule means, why it is there, and what to write instead.

/// The explanation of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The rule's id.
    pub rule: &'static str,
    /// What the rule asks for, and why.
    pub meaning: &'static str,
    /// What is found fault with, as YAML.
    pub refused: &'static str,
    /// What to write instead, as YAML.
    pub instead: &'static str,
}

/// The rules that do not come from an author's schema, by id.
pub const RULES: [Explanation; 10] = [
    Explanation {
        rule: "budget/bytes",
        meaning: "A status is read by every watcher and stored in etcd on every write, so a policy limits how many \
                  bytes of compact JSON its author's part and `message` may have (spec.budgets.bytes, 65536 unless \
                  set). Above twice the budget the schema is not run, and a change is refused until the status is \
                  small again.",
        refused: "terraformState: |\n  { …200 kB… }",
        instead: "terraformStateConfigMap: example-tfstate",
    },
    Explanation {
        rule: "budget/depth",
        meaning: "Containers inside one another, the status itself counted as 1 (spec.budgets.depth, 16 unless set). \
                  Deeper ones are a document that was copied in whole.",
        refused: "a: {b: {c: {d: {e: {f: …}}}}}",
        instead: "endpoint: https://db.example.com",
    },
    Explanation {
        rule: "budget/items",
        meaning: "Keys of objects and elements of lists, at all depths (spec.budgets.items, 2000 unless set).",
        refused: "pods: [ …3000 names… ]",
        instead: "podCount: 3000",
    },
    Explanation {
        rule: "budget/message-length",
        meaning: "`message` is a column of `kubectl get`, so it should be a sentence (spec.budgets.messageLength, \
                  1024 characters unless set). It only ever warns.",
        refused: "message: |\n  …the whole log of a pipeline…",
        instead: "message: Instance example provisioned",
    },
    Explanation {
        rule: "condition/duplicate",
        meaning: "A type stands once in `conditions`: Kratix's merge and `kubectl wait` look at one of two, and \
                  nobody knows which.",
        refused: "conditions:\n- {type: Ready, status: \"False\"}\n- {type: Ready, status: \"True\"}",
        instead: "conditions:\n- {type: Ready, status: \"True\"}",
    },
    Explanation {
        rule: "condition/status",
        meaning: "The `status` of a condition is the string True, False or Unknown, as `kubectl wait` needs it. \
                  Unquoted `true` is a boolean in YAML.",
        refused: "conditions:\n- {type: Ready, status: true}",
        instead: "conditions:\n- {type: Ready, status: \"True\"}",
    },
    Explanation {
        rule: "condition/type",
        meaning: "A condition is an object whose `type` says what it is about; Kratix's merge finds it by that.",
        refused: "conditions:\n- {status: \"True\"}",
        instead: "conditions:\n- {type: Ready, status: \"True\"}",
    },
    Explanation {
        rule: "kratix/shape",
        meaning: "Keys of the status that belong to Kratix keep the shape that Kratix writes. A `healthStatus` that \
                  is no object is refused under every policy, since Kratix's HealthRecord controller panics on it; \
                  the others only warn. A pipeline has no reason to write any of them.",
        refused: "healthStatus: healthy",
        instead: "conditions:\n- {type: Healthy, status: \"True\"}",
    },
    Explanation {
        rule: "merge/lost-key",
        meaning: "Kratix merges status.yaml key by key at the top level only: writing `iam` again replaces all of it, \
                  and what was below it before is gone. If that is meant, the warning can be ignored.",
        refused: "# before: iam: {user: admin, role: reader}\niam:\n  role: writer",
        instead: "iam:\n  user: admin\n  role: writer",
    },
    Explanation {
        rule: "schema/type",
        meaning: "A value is not of the type that the schema asks for, or the status as a whole is not an object. \
                  Unquoted numbers and `yes`, `no`, `on`, `off` in YAML are not strings.",
        refused: "port: \"5432\"",
        instead: "port: 5432",
    },
];

/// The explanation of a rule.
pub fn of(rule: &str) -> Option<&'static Explanation> {
    RULES.iter().find(|explanation| explanation.rule == rule)
}

//! What each rule means, why it is there, and what to write instead.
use crate::core::{schema::KEYWORDS, secret};

mod lints;
mod policy;
mod schemas;
mod secrets;

use self::schemas::{EXAMPLES, Example};

pub use policy::policy;

/// The explanation of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The rule's id.
    pub rule: &'static str,
    /// What a finding of it says, in a few words.
    pub short: &'static str,
    /// What the rule asks for, and why.
    pub meaning: &'static str,
    /// What is found fault with, as YAML.
    pub refused: &'static str,
    /// What to write instead, as YAML.
    pub instead: &'static str,
}

/// What stands behind the explanation of every rule about secrets.
const REMOVAL: &str = "A secret that a status holds already is forgiven, since Kratix never removes a key by itself, but whoever \
                       may read the object can read it. To remove it, write `KEY: null` into status.yaml, or:\n\n    \
                       kubectl patch RESOURCE NAME --subresource=status --type=merge --patch '{\"status\": {\"KEY\": null}}'\n\n\
                       and replace the credential, which may have been read.\n";

/// The rules that are neither from an author's schema nor about secrets, by id.
const OTHERS: [Explanation; 15] = [
    Explanation {
        rule: "audit/outdated",
        short: "a request that is not of the newest version of its Promise",
        meaning: "Kratix writes into `status.promiseVersion` of which version of its Promise a request is. The pipelines of \
                  an older version may write what the present schema refuses, until the request is brought to the newest \
                  one. Nothing is refused for it; `statusguard audit` marks these requests.",
        refused: "# beside one with promiseVersion: v2.0.0\npromiseVersion: v1.9.0",
        instead: "promiseVersion: v2.0.0",
    },
    Explanation {
        rule: "budget/bytes",
        short: "the status is too large",
        meaning: "A status is read by every watcher and stored in etcd on every write, so a policy limits how many \
                  bytes of compact JSON its author's part and `message` may have (spec.budgets.bytes, 65536 unless \
                  set). Above twice the budget the schema is not run, and a change is refused until the status is \
                  small again.",
        refused: "terraformState: |\n  { …200 kB… }",
        instead: "terraformStateConfigMap: example-tfstate",
    },
    Explanation {
        rule: "budget/depth",
        short: "the status is nested too deep",
        meaning: "Containers inside one another, the status itself counted as 1 (spec.budgets.depth, 16 unless set). \
                  Deeper ones are a document that was copied in whole.",
        refused: "a: {b: {c: {d: {e: {f: …}}}}}",
        instead: "endpoint: https://db.example.com",
    },
    Explanation {
        rule: "budget/items",
        short: "the status has too many keys and elements",
        meaning: "Keys of objects and elements of lists, at all depths (spec.budgets.items, 2000 unless set).",
        refused: "pods: [ …3000 names… ]",
        instead: "podCount: 3000",
    },
    Explanation {
        rule: "budget/message-length",
        short: "the message is too long for a column",
        meaning: "`message` is a column of `kubectl get`, so it should be a sentence (spec.budgets.messageLength, \
                  1024 characters unless set). It only ever warns.",
        refused: "message: |\n  …the whole log of a pipeline…",
        instead: "message: Instance example provisioned",
    },
    Explanation {
        rule: "condition/duplicate",
        short: "two conditions have one type",
        meaning: "A type stands once in `conditions`: Kratix's merge and `kubectl wait` look at one of two, and \
                  nobody knows which.",
        refused: "conditions:\n- {type: Ready, status: \"False\"}\n- {type: Ready, status: \"True\"}",
        instead: "conditions:\n- {type: Ready, status: \"True\"}",
    },
    Explanation {
        rule: "condition/status",
        short: "a condition has no usable status",
        meaning: "The `status` of a condition is the string True, False or Unknown, as `kubectl wait` needs it. \
                  Unquoted `true` is a boolean in YAML.",
        refused: "conditions:\n- {type: Ready, status: true}",
        instead: "conditions:\n- {type: Ready, status: \"True\"}",
    },
    Explanation {
        rule: "condition/type",
        short: "a condition has no usable type",
        meaning: "A condition is an entry of the list `conditions`, whose `type` says what it is about; Kratix's merge finds \
                  it by that. What has none, and what is no list at all, it drops without a word.",
        refused: "conditions:\n- {status: \"True\"}",
        instead: "conditions:\n- {type: Ready, status: \"True\"}",
    },
    Explanation {
        rule: "kratix/own-key",
        short: "a status.yaml writes a key of Kratix",
        meaning: "Kratix keeps its books in these keys and overwrites them whenever it likes: what a pipeline writes \
                  there is lost, or confuses Kratix. The key `kratix` makes its status-writer fail. The same holds for \
                  conditions of Kratix's types, such as ConfigureWorkflowCompleted. Found offline only, in a \
                  status.yaml; in a cluster nobody can tell who wrote a key.",
        refused: "kratix:\n  workflows: {}",
        instead: "conditions:\n- {type: DatabaseReady, status: \"True\"}",
    },
    Explanation {
        rule: "kratix/wrapped",
        short: "all of a status.yaml stands under the key status",
        meaning: "Kratix merges the keys of status.yaml into the status of the request. A file whose only key is `status` \
                  is stored as `status.status`, where neither people nor printer columns look. Found offline only, where \
                  the file is.",
        refused: "status:\n  url: https://example.com",
        instead: "url: https://example.com",
    },
    Explanation {
        rule: "kratix/yaml",
        short: "Kratix's reader of YAML understands something else",
        meaning: "Kratix reads status.yaml as YAML 1.1: unquoted `no`, `off`, `y` are booleans, as keys too, `017` is \
                  15, `1_000` is 1000, numbers keep about 15 digits, of a key given twice the last one counts, and \
                  of several documents the first. It warns of none of that, nor does kubectl, which reads a Promise in the same way. Found \
                  offline only, where the file is: in a status.yaml, and in the schema that stands in a Promise.",
        refused: "country: no",
        instead: "country: \"no\"",
    },
    Explanation {
        rule: "kratix/shape",
        short: "a key of Kratix has a shape that Kratix never writes",
        meaning: "Keys of Kratix that the installed CRD does not type keep the shape that Kratix writes: \
                  `promiseVersion`, `resourceBindingVersion` and `lastSuccessfulConfigureWorkflowTime` are strings, \
                  `healthStatus` is an object with a string `state` and a list `healthRecords`. They only warn, but \
                  a `healthStatus` that is no object is refused under every policy, since Kratix's HealthRecord \
                  controller panics on it. A pipeline has no reason to write any of them.",
        refused: "healthStatus: healthy",
        instead: "conditions:\n- {type: Healthy, status: \"True\"}",
    },
    Explanation {
        rule: "merge/lost-key",
        short: "a key that was there is lost",
        meaning: "Kratix merges status.yaml key by key at the top level only: writing `iam` again replaces all of it, \
                  and what was below it before is gone. If that is meant, the warning can be ignored.",
        refused: "# before: iam: {user: admin, role: reader}\niam:\n  role: writer",
        instead: "iam:\n  user: admin\n  role: writer",
    },
    Explanation {
        rule: "test/missing",
        short: "a case was expected to be refused for this, and is not",
        meaning: "A file in reject/ whose `# expect:` line, or a case whose `expect`, names a path and a rule fails where \
                  nothing is refused there by that rule: either the status is not what its author meant, or the schema has \
                  become laxer. What only warns is no refusal; `--as Enforce` tests what would be.",
        refused: "# schema: {properties: {port: {type: integer}}}\n# expect: status.port schema/type\nport: 5432",
        instead: "# expect: status.port schema/type\nport: \"5432\"",
    },
    Explanation {
        rule: "test/unexpected",
        short: "a case is refused for something that it does not expect",
        meaning: "A case passes for the reasons that it names and for no other, so that it tests what it seems to: mend the \
                  status, or expect this too.",
        refused: "# schema: {properties: {port: {type: integer}, url: {format: uri}}}\n\
                  # expect: status.port schema/type\nport: \"5432\"\nurl: db.example.com",
        instead: "# expect: status.port schema/type\n# expect: status.url schema/format\nport: \"5432\"\nurl: db.example.com",
    },
];

/// The rules that are explained with an example.
fn rules() -> impl Iterator<Item = &'static Explanation> {
    OTHERS.iter().chain(&lints::RULES).chain(&secrets::RULES)
}

/// Every rule that a finding can name, by id, with what it means in a few words.
pub fn all() -> Vec<(String, &'static str)> {
    let keywords = KEYWORDS
        .iter()
        .map(|(keyword, short)| (format!("schema/{keyword}"), *short));
    let explained = rules().map(|rule| (rule.rule.to_owned(), rule.short));
    let mut all: Vec<_> = explained
        .chain(keywords.filter(|(id, _)| rules().all(|rule| rule.rule != id)))
        .collect();
    all.sort();
    all
}

/// All that is to be said about a rule, in lines, or a line for each rule of a group, such as `secret`; `None` if there
/// is no such rule.
pub fn rule(id: &str) -> Option<String> {
    if let Some(rule) = rules().find(|rule| rule.rule == id) {
        return Some(explained(rule));
    }
    let keyword = id.strip_prefix("schema/");
    let asked = EXAMPLES
        .iter()
        .find(|example| Some(example.keyword) == keyword);
    asked.map(asked_for).or_else(|| group(id))
}

/// What a keyword of a schema asks for, and an example of it.
fn asked_for(example: &Example) -> String {
    let Example {
        keyword,
        schema,
        refused,
        instead,
    } = example;
    let short = KEYWORDS.iter().find(|(known, _)| known == keyword);
    let short = short.map_or("", |(_, short)| *short);
    let how = match *keyword {
        "false" => "the schema `false`".to_owned(),
        keyword => format!("`{keyword}`"),
    };
    let hint = match *keyword {
        "type" => {
            " Unquoted numbers and `yes`, `no`, `on`, `off` in YAML are not strings. A status that is no object is \
             refused by this rule under every policy."
        }
        "additionalProperties" => {
            " In the schema of the Promise itself (spec.api) a key that `properties` does not name is found without \
             `additionalProperties` too, as Kubernetes would drop it there, unless \
             `x-kubernetes-preserve-unknown-fields: true` keeps it; under that schema it only ever warns, whatever the \
             annotation says, and a StatusSchema refuses it."
        }
        _ => "",
    };
    let (schema, examples) = (indented(schema), examples(refused, instead));
    format!(
        "schema/{keyword}: {short}\n\nThe author of the Promise asks for this with {how} in the schema of its status. \
         Where the finding stands says what is expected there; change what the pipeline writes into status.yaml, or, \
         if the schema asks too much, the schema.{hint}\n\nWhere the schema is:\n    {schema}\n\n{examples}\n{}",
        source(&format!("schema/{keyword}"))
    )
}

/// The rules of a group, such as `secret`.
fn group(name: &str) -> Option<String> {
    let name = name.trim_end_matches('/');
    let is_in_group = |id: &str| id.split_once('/').is_some_and(|(group, _)| group == name);
    let rules: Vec<_> = all()
        .into_iter()
        .filter(|(id, _)| is_in_group(id))
        .collect();
    (!rules.is_empty()).then(|| listed(&rules))
}

/// A line for each of `rules`.
pub fn listed(rules: &[(String, &str)]) -> String {
    let width = rules.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    let lines = rules
        .iter()
        .map(|(id, short)| format!("{id:width$}  {short}\n"));
    lines.collect()
}

/// `yaml` as the lines of an indented block, of which the first is indented already.
fn indented(yaml: &str) -> String {
    yaml.replace('\n', "\n    ")
}

fn explained(rule: &Explanation) -> String {
    let Explanation {
        rule,
        short,
        meaning,
        refused,
        instead,
    } = rule;
    let examples = examples(refused, instead);
    let removal = if secret::RULES.contains(rule) {
        format!("\n{REMOVAL}")
    } else {
        String::new()
    };
    format!(
        "{rule}: {short}\n\n{meaning}\n\n{examples}{removal}\n{}",
        source(rule)
    )
}

/// What is found fault with, and what to write instead.
fn examples(refused: &str, instead: &str) -> String {
    let (refused, instead) = (indented(refused), indented(instead));
    format!("Is a finding:\n    {refused}\n\nIs none:\n    {instead}\n")
}

/// Who asks for what the rule says.
fn source(rule: &str) -> String {
    let (family, _) = rule.split_once('/').unwrap_or((rule, ""));
    let source = match (family, rule) {
        ("schema", _) => {
            "the schema of the Promise, in a StatusSchema or in spec.api of the Promise itself"
        }
        (_, "secret/declared") => "the schema of the Promise, and statusguard, which holds to it",
        (_, "secret/vendor-token") => {
            "what the vendor documents; `statusguard lint --rules` lists each token with it"
        }
        ("secret", _) => "statusguard, for every status, with or without a schema",
        ("budget", _) => "spec.budgets of the StatusSchema, or its defaults",
        ("condition", _) => {
            "Kubernetes' conventions for conditions, which `kubectl wait` relies on"
        }
        (_, "kratix/yaml") => "sigs.k8s.io/yaml, by which Kratix's status-writer reads status.yaml",
        ("kratix" | "merge", _) => "how Kratix's controllers and its status-writer write a status",
        ("audit", _) => {
            "Kratix, which keeps older versions of a Promise for the requests that are bound to them"
        }
        ("test", _) => "the cases of a suite: only `statusguard test` tells it",
        _ => "statusguard, about schemas alone: only `statusguard lint` tells it",
    };
    format!("Source: {source}.\n")
}

/// The rule whose id is nearest to `id`, if any is near.
pub fn nearest(id: &str) -> Option<String> {
    let similar = |known: &str| {
        let name = known.split('/').nth(1).unwrap_or_default();
        strsim::jaro_winkler(id, known).max(strsim::jaro_winkler(id, name))
    };
    let nearest = all().into_iter().map(|(known, _)| (similar(&known), known));
    let nearest = nearest.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (nearest.0 > 0.8).then_some(nearest.1)
}

#[cfg(test)]
mod tests {
    use super::{all, nearest, rule};

    #[test]
    fn every_rule_is_explained() {
        let all = all();
        assert!(all.len() > 40);
        assert!(all.is_sorted());
        for (id, short) in all {
            let text = rule(&id).unwrap_or_else(|| panic!("{id} is not explained"));
            assert!(text.starts_with(&format!("{id}: {short}")), "{text}");
            assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
        }
        assert_eq!(rule("schema/requried"), None);
    }

    #[test]
    fn a_group_lists_its_rules() {
        let text = rule("merge").unwrap();
        assert_eq!(text, "merge/lost-key  a key that was there is lost\n");
        assert_eq!(rule("merge/").as_ref(), Some(&text));
        assert_eq!(rule(""), None);
    }

    #[test]
    fn a_near_miss_finds_its_rule() {
        assert_eq!(
            nearest("schema/requried").as_deref(),
            Some("schema/required")
        );
        assert_eq!(nearest("lost-key").as_deref(), Some("merge/lost-key"));
        assert_eq!(nearest("xyzzy"), None);
    }
}

//! Each rule finds fault with its own example, and not with what its explanation says to write instead.
use statusguard::core::secret;

use crate::{planted::planted, program::Folder};

/// What an explanation shows.
struct Shown {
    schema: Option<String>,
    refused: String,
    instead: String,
}

impl Shown {
    fn of(explanation: &str) -> Option<Self> {
        let block = |title: &str| {
            let rest = explanation.split_once(title)?.1.trim_start_matches('\n');
            let lines = rest.lines().map_while(|line| line.strip_prefix("    "));
            let lines: Vec<&str> = lines.collect();
            (!lines.is_empty()).then(|| format!("{}\n", lines.join("\n")))
        };
        Some(Self {
            schema: block("\nWhere the schema is:\n"),
            refused: block("\nIs a finding:\n")?,
            instead: block("\nIs none:\n")?,
        })
    }
}

/// What stands for the parts that an explanation leaves out, so that no text holds what looks like a credential.
fn filled(rule: &str, yaml: &str) -> String {
    let with = |from: &str, to: &str| yaml.replace(from, to);
    match rule {
        "budget/bytes" => with("{ …200 kB… }", &"line ".repeat(40_000)),
        "budget/depth" => with("…", &format!("{}1{}", "[".repeat(20), "]".repeat(20))),
        "budget/items" => {
            let names: Vec<String> = (0..3000).map(|pod| format!("pod-{pod}")).collect();
            with(" …3000 names… ", &names.join(", "))
        }
        "budget/message-length" => with("…the whole log of a pipeline…", &"a line ".repeat(200)),
        "secret/authorization" => with("Bearer …", "Bearer kq3v9zt7x1m5p8w2b6n4c0"),
        "secret/jwt" => with("eyJ….eyJ….…", &planted("«jwt»")),
        "secret/key-name" | "secret/vendor-token" => with("ghp_…", &github()),
        "secret/kubeconfig" => {
            let indented = planted("«kubeconfig»").replace('\n', "\n  ");
            with("apiVersion: v1\n  users: [{user: {token: …}}]", &indented)
        }
        "secret/private-key" => {
            let indented = planted("«private key»").replace("\\n", "\n  ");
            with("-----BEGIN … PRIVATE KEY-----", &indented)
        }
        "secret/prose" => with("…", "changeme123"),
        "secret/sensitive-output" => with("value: …", "value: zq7canary"),
        "secret/url-password" => with("app:…@", "app:s3cr3tpw@"),
        _ => yaml.to_owned(),
    }
}

fn github() -> String {
    let rules = secret::rules::all().iter();
    let mut tokens = rules.flat_map(|rule| rule.examples(7));
    tokens.find(|token| token.starts_with("ghp_")).unwrap()
}

fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    let lines: Vec<&str> = text.lines().collect();
    format!("{pad}{}\n", lines.join(&format!("\n{pad}")))
}

/// A manifest around a fragment, which says itself where it belongs.
fn manifest(fragment: &str) -> String {
    let head =
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {name: example}\n";
    if fragment.starts_with("kind: Promise") {
        return format!("apiVersion: platform.kratix.io/v1alpha1\n{fragment}spec: {{}}\n");
    }
    let request = if fragment.contains("request:") {
        ""
    } else {
        "  request: {group: example.org, resource: examples}\n"
    };
    let spec = match (fragment.strip_prefix("spec:\n"), fragment) {
        (Some(spec), _) => spec.to_owned(),
        (None, schema) if schema.starts_with("schema:") => indented(schema, 2),
        (None, schema) => format!("  schema:\n{}", indented(schema, 4)),
    };
    format!("{head}spec:\n{request}{spec}")
}

/// The rules that are found at fault with an example.
fn found(rule: &str, shown: &Shown, example: &str) -> Vec<String> {
    let folder = Folder::new();
    if rule.starts_with("audit/") {
        return found_by_audit(example);
    }
    if rule.starts_with("test/") {
        let mut lines = shown.refused.lines();
        let schema = lines.find_map(|line| line.strip_prefix("# schema: "));
        folder.write("s.yaml", manifest(schema.unwrap()));
        folder.write("suite/reject/a.yaml", example);
        let ran = folder.run("test suite --schemas s.yaml --format sarif");
        return results(&ran.json());
    }
    if rule == "lint/same-name" {
        let first = manifest("schema: {type: object}");
        let second = first.replace("resource: examples", "resource: others");
        let name = if example.contains("both") {
            "example"
        } else {
            "other"
        };
        folder.write("s.yaml", first);
        folder.write(
            "t.yaml",
            second.replace("{name: example}", &format!("{{name: {name}}}")),
        );
        return rules(&folder.run("lint s.yaml t.yaml --format json").json());
    }
    let report = if rule.starts_with("lint/") {
        folder.write("s.yaml", manifest(example));
        folder.run("lint s.yaml --format json").json()
    } else {
        let comment = |name: &str| {
            let lines = shown.refused.lines();
            lines.clone().find_map(|line| line.strip_prefix(name))
        };
        let schema = comment("# schema: ").or(shown.schema.as_deref());
        folder.write("s.yaml", manifest(schema.unwrap_or("schema: {}")));
        folder.write("old.yaml", comment("# before: ").unwrap_or("{}"));
        folder.write("status.yaml", filled(rule, example));
        let command = "check status.yaml --schemas s.yaml --old old.yaml --format json";
        folder.run(command).json()["objects"][0].clone()
    };
    rules(&report)
}

fn rules(report: &serde_json::Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let rules = findings.map(|finding| finding["rule"].as_str().unwrap().to_owned());
    rules.collect()
}

/// The rules that an audit of this status names, beside one of version 2 of its Promise.
fn found_by_audit(example: &str) -> Vec<String> {
    let request = |status: &str| {
        let status = indented(status, 2);
        format!(
            "apiVersion: example.org/v1\nkind: Example\nmetadata: {{name: a}}\nstatus:\n{status}"
        )
    };
    let requests = [request(example), request("promiseVersion: v2.0.0")].join("---\n");
    let ran = Folder::new().pipe("audit - --format sarif", requests);
    results(&ran.json())
}

/// The rules that a report in SARIF names.
fn results(report: &serde_json::Value) -> Vec<String> {
    let results = report["runs"][0]["results"].as_array().unwrap().iter();
    let rules = results.map(|result| result["ruleId"].as_str().unwrap().to_owned());
    rules.collect()
}

#[test]
fn each_rule_finds_fault_with_its_example_alone() {
    let folder = Folder::new();
    let list = folder.run("explain").stdout;
    let rules: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(rules.len() > 60, "{list}");
    let mut wrong = Vec::new();
    for rule in rules {
        let explanation = folder.run(&format!("explain {rule}")).stdout;
        assert!(explanation.contains("\nSource: "), "{explanation}");
        let Some(shown) = Shown::of(&explanation) else {
            wrong.push(format!("{rule}: has no example"));
            continue;
        };
        let refused = found(rule, &shown, &shown.refused);
        if !refused.iter().any(|one| one == rule) {
            wrong.push(format!(
                "{rule}: its example is found at fault with {refused:?}"
            ));
        }
        let instead = found(rule, &shown, &shown.instead);
        if instead.iter().any(|one| one == rule) {
            wrong.push(format!("{rule}: what to write instead is refused"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

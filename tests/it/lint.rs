//! `statusguard lint`, as its users run it.
use std::fs;

use crate::program::Folder;

fn folder() -> Folder {
    let folder = Folder::new().with_schemas();
    for name in ["odd.yaml", "empty.yaml", "refused.yaml"] {
        folder.write(
            &format!("bad/{name}"),
            fs::read(format!("tests/fixtures/lint/{name}")).unwrap(),
        );
    }
    folder
}

#[test]
fn every_point_is_told_at_its_line() {
    let folder = folder();
    let ran = folder.run("lint bad");
    insta::assert_snapshot!(ran.shown());
    assert_eq!(ran.code, 1);
}

#[test]
fn no_line_of_a_status_is_shown_and_none_of_a_schema_that_holds_a_secret() {
    let folder = folder();
    folder.write("status/status.yaml", "password: hunter2\nurl: [a\n");
    folder.write(
        "leak/leak.yaml",
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {name: a}\nspec:\n  \
         request: {group: a.b, resource: as}\n  schema:\n    properties:\n      \
         dbPassword: {type: strng, default: \"Tr0ub4dor&3\"}\n",
    );
    for name in ["status", "leak"] {
        let ran = folder.run(&format!("lint {name}"));
        let shown = ran.shown();
        assert_eq!(ran.code, 1, "{shown}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("Tr0ub4dor"),
            "{shown}"
        );
    }
}

#[test]
fn a_second_schema_for_one_resource_is_an_error() {
    let folder = folder();
    folder.write(
        "two/a.yaml",
        fs::read("tests/fixtures/lint/empty.yaml").unwrap(),
    );
    folder.write(
        "two/b.yaml",
        fs::read("tests/fixtures/lint/empty.yaml").unwrap(),
    );
    let ran = folder.run("lint two");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("two/b.yaml:5:3"), "{}", ran.shown());
}

#[test]
fn a_report_for_programs_says_the_same() {
    let folder = folder();
    let report = folder.run("lint bad --format json").json();
    assert_eq!(report["kind"], "LintReport");
    assert_eq!(report["summary"]["files"], 3);
    let findings = report["findings"].as_array().unwrap();
    let keys = ["file", "line", "column", "severity", "rule", "message"];
    for finding in findings {
        assert!(
            keys.iter().all(|key| finding.get(key).is_some()),
            "{finding}"
        );
    }
    assert!(findings.len() > 10);
}

#[test]
fn warnings_fail_only_where_that_is_asked_for() {
    let folder = folder();
    assert_eq!(folder.run("lint bad/empty.yaml").code, 0);
    assert_eq!(folder.run("lint bad/empty.yaml --strict").code, 1);
    assert_eq!(folder.run("lint none.yaml").code, 2);
    assert_eq!(folder.run("lint .").code, 2);
}

#[test]
fn the_shipped_schemas_have_nothing_to_mend() {
    let folder = folder();
    let ran = folder.run("lint --strict");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "4 files: nothing to mend\n"),
        "{}",
        ran.shown()
    );
}

#[test]
fn every_rule_that_is_told_is_explained() {
    let folder = folder();
    let report = folder.run("lint bad --format json").json();
    for finding in report["findings"].as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap();
        assert_eq!(folder.run(&format!("explain {rule}")).code, 0, "{rule}");
    }
}

#[test]
fn the_rules_about_tokens_are_listed_with_their_sources() {
    let ran = folder().run("lint --rules");
    assert_eq!(ran.code, 0);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.len() > 500, "{}", lines.len());
    assert!(lines.is_sorted());
    for line in lines {
        assert!(
            line.contains("  high ") || line.contains("  medium "),
            "{line}"
        );
        let source = line.split_whitespace().last().unwrap();
        assert!(source.starts_with("https://"), "{line}");
    }
}

#[test]
fn the_rules_about_tokens_are_told_with_their_examples_to_programs() {
    let report = folder().run("lint --rules --format json").json();
    let rules = report["rules"].as_array().unwrap();
    assert!(rules.len() > 500, "{}", rules.len());
    for rule in rules {
        for member in ["pattern", "source"] {
            assert!(!rule[member].as_str().unwrap().is_empty(), "{rule}");
        }
        for member in ["keywords", "hits", "misses"] {
            assert!(!rule[member].as_array().unwrap().is_empty(), "{rule}");
        }
    }
    let ran = folder().run("lint --rules --format sarif");
    assert_eq!(ran.code, 2, "{}", ran.shown());
}

#[test]
fn exceptions_for_places_where_nothing_can_stand_are_told() {
    let folder = Folder::new();
    folder.write("s.yaml", EXCEPTIONS);
    let ran = folder.run("lint s.yaml --format json");
    let report = ran.json();
    let told: Vec<_> = report["findings"].as_array().unwrap().iter().collect();
    let told: Vec<_> = told
        .iter()
        .map(|finding| (finding["rule"].as_str().unwrap(), &finding["line"]))
        .collect();
    let expected = [16, 18].map(|line| ("lint/unused-exception", serde_json::json!(line)));
    let expected: Vec<_> = expected.iter().map(|(rule, line)| (*rule, line)).collect();
    assert_eq!(told, expected, "{}", ran.shown());
}

/// A schema whose exceptions at lines 16 and 18 can never count.
const EXCEPTIONS: &str = "\
apiVersion: statusguard.dev/v1alpha1
kind: StatusSchema
metadata: {name: db}
spec:
  request: {group: example.org, resource: dbs}
  schema:
    additionalProperties: false
    properties:
      demoToken: {type: string, x-statusguard-public: a demo}
      users: {type: array, items: {type: object, additionalProperties: false, properties: {name: {type: string}}}}
      open: {type: object}
  secrets:
    allow:
    - {path: status.demoToken, rule: secret/credential-key, reason: a demo}
    - {path: status.open.token, rule: secret, reason: a demo}
    - {path: status.demoTokne, rule: secret/credential-key, reason: a demo}
    - {path: 'status.users[*].name', rule: secret/prose, reason: a demo}
    - {path: 'status.users[*].token', rule: secret/credential-key, reason: a demo}
    - {path: 'status.conditions[*].message', rule: secret/prose, reason: a demo}
";

#[test]
fn each_kind_of_point_is_told_at_its_line_and_column() {
    let mut files = 0;
    for entry in fs::read_dir("tests/fixtures/lint/kinds").unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let expected: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# expect: "))
            .collect();
        let folder = Folder::new();
        folder.write("s.yaml", &text);
        let ran = folder.run("lint s.yaml --format json");
        let report = ran.json();
        let told = report["findings"].as_array().unwrap().iter();
        let told: Vec<String> = told
            .map(|point| {
                let rule = point["rule"].as_str().unwrap();
                format!("{}:{} {rule}", point["line"], point["column"])
            })
            .collect();
        assert_eq!(told, expected, "{}: {}", path.display(), ran.shown());
        let has_error = ran.stdout.contains("\"severity\": \"error\"");
        assert_eq!(ran.code, i32::from(has_error), "{}", path.display());
        files += 1;
    }
    assert!(files > 10);
}

#[test]
fn what_was_meant_is_asked() {
    let folder = Folder::new();
    for name in ["faults", "formats", "keywords", "promise", "required"] {
        let file = format!("tests/fixtures/lint/kinds/{name}.yaml");
        folder.write(&format!("kinds/{name}.yaml"), fs::read(file).unwrap());
    }
    let shown = folder
        .run("lint kinds/faults.yaml kinds/formats.yaml kinds/keywords.yaml kinds/required.yaml kinds/promise.yaml")
        .stdout;
    for meant in [
        "string",
        "boolean",
        "date-time",
        "uri",
        "required",
        "pattern",
        "url",
        "minimum",
        "statusguard.dev/enforcement",
        "x-kubernetes-preserve-unknown-fields",
    ] {
        assert!(
            shown.contains(&format!("did you mean {meant}?")),
            "{meant}: {shown}"
        );
    }
}

#[test]
fn keys_that_are_read_as_booleans_are_told_as_they_are_written() {
    let folder = Folder::new();
    let schema = fs::read("tests/fixtures/lint/kinds/yaml-keys.yaml").unwrap();
    folder.write("s.yaml", schema);
    let ran = folder.run("lint s.yaml");
    for (written, read) in [("y", true), ("on", true), ("no", false)] {
        let words =
            format!("kubectl reads the unquoted key {written} as {read}, a boolean of YAML 1.1");
        assert!(ran.stdout.contains(&words), "{}", ran.shown());
    }
}

#[test]
fn what_is_no_schema_is_told_once_and_where_to_go_with_it() {
    let folder = Folder::new();
    folder.write("status.yaml", "url: zq7canary\n");
    let ran = folder.run("lint status.yaml");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("this is no schema")
            && ran.stdout.contains("`statusguard check`")
            && ran.stdout.contains("1 error, 0 warnings"),
        "{}",
        ran.shown()
    );
    let ran = folder.run("lint");
    let refusal = ran.refusal("no directory");
    assert!(
        refusal.contains("there is no directory schemas here")
            && refusal.contains("statusguard init"),
        "{refusal}"
    );
}

#[test]
fn two_files_with_one_name_are_told() {
    let folder = Folder::new();
    let manifest = |name: &str, resource: &str| {
        format!(
            "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {{name: {name}}}\nspec:\n  \
             request: {{group: a.b, resource: {resource}}}\n  schema: {{properties: {{a: {{type: string}}}}}}\n"
        )
    };
    folder.write("s/a.yaml", manifest("one", "ones"));
    folder.write("s/b.yaml", manifest("one", "twos"));
    let ran = folder.run("lint s --format json");
    let report = ran.json();
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["file"], &finding["line"]),
        (&"lint/same-name".into(), &"s/b.yaml".into(), &3.into()),
        "{}",
        ran.shown()
    );
    assert_eq!((ran.code, folder.run("lint s --strict").code), (0, 1));
    folder.write("s/b.yaml", manifest("two", "twos"));
    assert_eq!(folder.run("lint s --strict").code, 0);
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other() {
    let folder = folder();
    folder.write(
        "s/a.yaml",
        fs::read("tests/fixtures/lint/odd.yaml").unwrap(),
    );
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("s/pipe.yaml"))
        .status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("none", folder.path().join("s/link.yaml")).unwrap();
    let ran = folder.run("lint s");
    assert_eq!(ran.code, 2, "{}", ran.shown());
    for told in [
        "error[lint/fault]: is no file; remove it, or give it another name\n --> s/pipe.yaml\n",
        " --> s/link.yaml\n",
        " --> s/a.yaml:9:5",
        "3 files: ",
    ] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.shown());
    }
    assert!(
        ran.stderr.starts_with("error: s/link.yaml: "),
        "{}",
        ran.shown()
    );
    // Nor does a folder of cases wait for a pipe.
    folder.write("t/accept/a.yaml", "url: https://example.com\n");
    fs::rename(
        folder.path().join("s/pipe.yaml"),
        folder.path().join("t/accept/pipe.yaml"),
    )
    .unwrap();
    let ran = folder.run("test t --schemas schemas/runtime.yaml");
    assert!(
        ran.refusal("pipe")
            .contains("t/accept/pipe.yaml: is no file"),
        "{}",
        ran.shown()
    );
}

#[test]
fn a_promise_among_schemas_is_told_as_the_directory_is_refused_for_it() {
    let folder = Folder::new().with_schemas();
    let promise = "apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\nmetadata: {name: db}\n\
        spec: {api: {spec: {group: example.org, names: {plural: dbs}}}}\n";
    folder.write("schemas/promise.yaml", promise);
    folder.write("promises/promise.yaml", promise);
    folder.write("status.yaml", "url: https://example.com\n");
    let refused = folder.run("check status.yaml --schemas schemas");
    assert_eq!(refused.code, 2, "{}", refused.shown());
    for directory in ["", "schemas"] {
        let ran = folder.run(&format!("lint {directory}"));
        let line = "warning[lint/fault]: this is a Promise among schemas: ";
        assert!(ran.stdout.contains(line), "{}", ran.shown());
        assert_eq!(ran.stdout.matches("among schemas").count(), 1);
    }
    for path in ["promises", "schemas/promise.yaml"] {
        let ran = folder.run(&format!("lint {path}"));
        assert!(!ran.stdout.contains("among schemas"), "{}", ran.shown());
    }
}

#[test]
fn an_annotation_that_is_no_text_is_told_as_kubectl_refuses_it() {
    let folder = Folder::new();
    let promise = |value: &str| {
        format!(
            "apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\nmetadata:\n  name: db\n  annotations:\n    \
             statusguard.dev/enforcement: {value}\n  labels: {{tier: 1}}\n\
             spec: {{api: {{spec: {{group: example.org, names: {{plural: dbs}}}}}}}}\n"
        )
    };
    folder.write("promise.yaml", promise("Off"));
    let ran = folder.run("lint promise.yaml --format json");
    let report = ran.json();
    let findings = report["findings"].as_array().unwrap();
    let told: Vec<_> = findings
        .iter()
        .map(|finding| (finding["severity"].as_str(), finding["line"].as_u64()))
        .collect();
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert_eq!(
        told,
        [(Some("error"), Some(6)), (Some("error"), Some(7))],
        "{}",
        ran.shown()
    );
    folder.write(
        "promise.yaml",
        promise("\"Off\"").replace("{tier: 1}", "{tier: one}"),
    );
    let ran = folder.run("lint promise.yaml");
    assert_eq!(ran.code, 0, "{}", ran.shown());
}

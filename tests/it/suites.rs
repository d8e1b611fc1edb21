//! `statusguard test`, as its users run it, and the suites of the shipped schemas, which it runs.
use std::{env, fs};

use crate::program::Folder;

/// Cases that come to something else than they expect.
const WRONG: &str = "apiVersion: statusguard.dev/v1alpha1
kind: StatusTest
policy: runtime
cases:
- name: passes
  status: {url: 'https://example.com'}
  expect: accepted
- name: is refused
  status: {url: zq7canary}
  expect: accepted
- name: is refused for another reason
  status: {url: 7}
  expect: [{path: status.url, rule: schema/pattern}]
- name: is not refused
  status: {url: 'https://example.com'}
  expect: refused
";

#[test]
fn the_shipped_schemas_pass_their_suites() {
    let root = env::current_dir().unwrap();
    let fixtures = |name: &str| root.join("tests/fixtures").join(name).display().to_string();
    let suites = [
        "elastic-cloud",
        "runtime",
        "app-stack",
        "aws-rds",
        "suites/elastic-cloud.yaml",
    ];
    let suites: Vec<String> = suites.iter().map(|name| fixtures(name)).collect();
    let ran = Folder::new()
        .with_schemas()
        .run(&format!("test {}", suites.join(" ")));
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let last = ran.stdout.lines().last().unwrap();
    assert!(last.ends_with("passed, 0 failed"), "{last}");
    let count: usize = last.split(' ').next().unwrap().parse().unwrap();
    assert!(count > 25, "{last}");
}

#[test]
fn a_case_that_comes_to_something_else_fails_and_shows_the_difference() {
    let folder = Folder::new().with_schemas();
    folder.write("cases.yaml", WRONG);
    folder.write("runtime/reject/good.yaml", "url: https://example.com\n");
    folder.write(
        "runtime/reject/other.yaml",
        "# expect: status.url schema/type\nurl: zq7canary\n",
    );
    let ran = folder.run("test cases.yaml runtime");
    assert_eq!(ran.code, 1);
    assert!(!ran.stdout.contains("zq7canary"), "{}", ran.shown());
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn every_format_says_the_same() {
    let folder = Folder::new().with_schemas();
    folder.write("cases.yaml", WRONG);
    let report = folder.run("test cases.yaml --format json").json();
    assert_eq!(
        report["summary"],
        serde_json::json!({"cases": 4, "passed": 1, "failed": 3})
    );
    let junit = folder.run("test cases.yaml --format junit");
    let document = roxmltree::Document::parse(&junit.stdout).unwrap();
    let suite = document.root_element();
    assert_eq!(
        (suite.attribute("tests"), suite.attribute("failures")),
        (Some("4"), Some("3"))
    );
    let github = folder.run("test cases.yaml --format github");
    assert_eq!(
        github
            .stdout
            .lines()
            .filter(|line| line.starts_with("::error file=cases.yaml"))
            .count(),
        5,
        "{}",
        github.shown()
    );
    assert_eq!((junit.code, github.code), (1, 1));
    assert_eq!(
        folder.run("test cases.yaml --format sarif").json()["version"],
        "2.1.0"
    );
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let folder = Folder::new().with_schemas();
    let case = |text: &str| {
        format!(
            "apiVersion: statusguard.dev/v1alpha1\nkind: StatusTest\npolicy: runtime\ncases:\n- {text}\n"
        )
    };
    let files = [
        ("bare.yaml", "url: zq7canary\n".to_owned()),
        ("no-cases.yaml", "apiVersion: statusguard.dev/v1alpha1\nkind: StatusTest\npolicy: runtime\n".to_owned()),
        ("no-policy.yaml", "apiVersion: statusguard.dev/v1alpha1\nkind: StatusTest\npolicy: runtim\ncases: []\n".to_owned()),
        ("other-policy.yaml", "apiVersion: statusguard.dev/v1alpha1\nkind: StatusTest\npolicy: databases\ncases: []\n".to_owned()),
        ("which-policy.yaml", "apiVersion: statusguard.dev/v1alpha1\nkind: StatusTest\ncases: []\n".to_owned()),
        ("no-status.yaml", case("{expect: accepted}")),
        ("text.yaml", case("{status: zq7canary, expect: accepted}")),
        ("no-expect.yaml", case("{status: {}}")),
        ("unknown.yaml", case("{status: {}, expects: accepted}")),
        ("rule.yaml", case("{status: {}, expect: [{path: status, rule: schema/requried}]}")),
        ("path.yaml", case("{status: {}, expect: [{path: url, rule: schema/type}]}")),
        ("phase.yaml", case("{status: {}, phase: zq7canary, expect: accepted}")),
    ];
    let mut shown = String::new();
    for (name, content) in files {
        folder.write(name, content);
        let ran = folder.run(&format!("test {name}"));
        shown.push_str(ran.refusal(name.as_ref()));
    }
    folder.write("suite/reject/odd.yaml", "# expect: schema/type\nurl: 7\n");
    folder.write(
        "other/reject/odd.yaml",
        "# expect: status.url schema/typ\nurl: 7\n",
    );
    folder.write("nothing/reject/empty.yaml", "");
    folder.write(
        "good/accept/odd.yaml",
        "# expect: status.url schema/type\nurl: 7\n",
    );
    folder.write(
        "near/reject/odd.yaml",
        "url: 7\n# expects: status.url schema/type\n",
    );
    folder.write(
        "path/reject/odd.yaml",
        "# expect: url schema/type\nurl: 7\n",
    );
    folder.write("misspelt/rejects/odd.yaml", "url: 7\n");
    folder.write("unnamed/accept/odd.yaml", "url: 7\n");
    fs::create_dir(folder.path().join("empty")).unwrap();
    for arguments in [
        "test",
        "test empty",
        "test none",
        "test suite",
        "test other",
        "test nothing",
        "test good",
        "test near",
        "test path",
        "test misspelt",
        "test unnamed",
    ] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 2, "{arguments}: {}", ran.shown());
        shown.push_str(&ran.stderr);
    }
    assert!(!shown.contains("zq7canary"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn exceptions_that_no_case_needs_are_named() {
    let folder = Folder::new();
    folder.write(
        "s.yaml",
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {name: db}\nspec:\n  \
         request: {group: example.org, resource: dbs}\n  secrets:\n    allow:\n    \
         - {path: status.demoToken, rule: secret/credential-key, reason: a demo}\n    \
         - {path: status.demoTokne, rule: secret/credential-key, reason: a demo}\n",
    );
    folder.write("db/accept/demo.yaml", "demoToken: zq7canary\n");
    let ran = folder.run("test db --schemas s.yaml");
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            0,
            "note: StatusSchema db: no case needs the exception from secret/credential-key at status.demoTokne; add a \
             case that does, or remove it from spec.secrets.allow\n"
        ),
        "{}",
        ran.shown()
    );
}

#[test]
fn what_only_warned_is_told_where_a_refusal_was_expected() {
    let folder = Folder::new().with_schemas();
    folder.write(
        "runtime/reject/expected.yaml",
        "# expect: status.url schema/type\nurl: 7\n",
    );
    folder.write("runtime/reject/refused.yaml", "url: 7\nport: 7\n");
    folder.write("runtime/later/not.yaml", "url: 7\n");
    let ran = folder.run("test runtime --as Warn");
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.shown());
    let report = folder.run("test runtime --as Warn --format json").json();
    assert_eq!(report["cases"][0]["missing"][0]["warned"], true, "{report}");
}

#[test]
fn a_suite_holds_those_of_many_schemas() {
    let folder = Folder::new().with_schemas();
    folder.write(
        "status-tests/runtime/accept/a.yaml",
        "url: https://example.com\n",
    );
    folder.write(
        "status-tests/elastic-cloud/reject/a.yaml",
        "# expect: status.message schema/required\n# expect: status.passwordSecretName schema/required\n\
         # expect: status.username schema/required\n",
    );
    folder.write("status-tests/notes/a.yaml", "url: 7\n");
    let ran = folder.run("test");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (
            0,
            "status-tests/elastic-cloud/reject/a.yaml: ok\nstatus-tests/runtime/accept/a.yaml: ok\n\
             2 cases: 2 passed, 0 failed\n"
        ),
        "{}",
        ran.shown()
    );
    assert!(
        ran.stderr
            .starts_with("note: status-tests/notes: is not looked into"),
        "{}",
        ran.shown()
    );
}

#[test]
fn each_format_points_at_the_line_of_a_difference() {
    let folder = Folder::new().with_schemas();
    folder.write(
        "runtime/reject/a.yaml",
        "url: 7\n# expect: status.url schema/pattern\n",
    );
    let ran = folder.run("test runtime --format github");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "::error file=runtime/reject/a.yaml,line=2,col=1,title=statusguard test/missing::expected, and did not happen: \
             status.url [schema/pattern] [test/missing]",
            "::error file=runtime/reject/a.yaml,line=1,col=6,title=statusguard test/unexpected::not expected: status.url: \
             must be a string, is an integer [schema/type] [test/unexpected]",
        ]
    );
    for rule in ["test/missing", "test/unexpected"] {
        assert_eq!(folder.run(&format!("explain {rule}")).code, 0, "{rule}");
    }
    let report = folder.run("test runtime --format sarif").json();
    let region = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 2, "{report:#}");
    // A line above moves the places, and no fingerprint.
    let prints = |report: &serde_json::Value| -> Vec<serde_json::Value> {
        let results = report["runs"][0]["results"].as_array().unwrap().iter();
        let prints = results.map(|result| result["partialFingerprints"].clone());
        prints.collect()
    };
    folder.write(
        "runtime/reject/a.yaml",
        "# moved\nurl: 7\n# expect: status.url schema/pattern\n",
    );
    let moved = folder.run("test runtime --format sarif").json();
    assert_eq!(prints(&moved), prints(&report));
}

#[test]
fn the_same_write_is_judged_as_by_check() {
    let folder = Folder::new().with_schemas();
    let done = "conditions: [{type: ConfigureWorkflowCompleted, status: 'True'}]";
    let open = "conditions: [{type: ConfigureWorkflowCompleted, status: 'False'}]";
    for (old, new) in [
        ("username: 7", "username: 7, message: done"),
        ("message: a", "message: a"),
        (
            "username: a, passwordSecretName: b",
            "username: a, passwordSecretName: b, message: c",
        ),
        ("username: a", "username: a, password: hunter2"),
        (done, &format!("{done}, message: c")),
        (open, &format!("{open}, message: c")),
    ] {
        for phase in ["", "complete", "partial"] {
            let is_said = !phase.is_empty() || new.contains("conditions");
            let of_case = if phase.is_empty() {
                String::new()
            } else {
                format!("phase: {phase}, ")
            };
            folder.write(
                "cases.yaml",
                format!(
                    "apiVersion: statusguard.dev/v1alpha1\nkind: StatusTest\npolicy: elastic-cloud\ncases:\n\
                     - {{{of_case}old: {{{old}}}, new: {{{new}}}, expect: accepted}}\n"
                ),
            );
            let tested = folder.run("test cases.yaml");
            // An object is judged by its conditions, and a bare status as complete.
            let object = |status: &str| {
                format!(
                    "{{apiVersion: workshop.kratix.io/v1alpha1, kind: elastic-cloud, metadata: {{name: a}}, status: {{{status}}}}}"
                )
            };
            let shape = |status: &str| {
                if is_said {
                    object(status)
                } else {
                    format!("{{{status}}}")
                }
            };
            folder.write("old.yaml", shape(old));
            folder.write("new.yaml", shape(new));
            let flag = if phase.is_empty() {
                String::new()
            } else {
                format!("--phase {phase}")
            };
            let checked = folder.run(&format!(
                "check new.yaml --old old.yaml --schemas schemas/elastic-cloud.yaml {flag}"
            ));
            assert_eq!(
                tested.code,
                checked.code,
                "{old} -> {new} ({phase}): {} {}",
                tested.shown(),
                checked.shown()
            );
        }
    }
}

#[test]
fn what_was_accepted_and_should_not_be_says_so_in_every_format() {
    let folder = Folder::new();
    folder.write(
        "s.yaml",
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {name: db}\nspec:\n  \
         request: {group: example.org, resource: dbs}\n  schema: {properties: {a: {type: boolean}}}\n",
    );
    folder.write("db/reject/good.yaml", "a: no\n");
    folder.write("db/reject/better.yaml", "a: true\n");
    for format in ["human", "json", "junit", "sarif", "github"] {
        let ran = folder.run(&format!(
            "test db --schemas s.yaml --as Enforce --format {format}"
        ));
        assert_eq!(ran.code, 1, "{}", ran.shown());
        assert!(
            ran.stdout.contains("a refusal: it was accepted"),
            "{}",
            ran.shown()
        );
        assert!(
            !ran.stdout.contains("--as Enforce tests what a"),
            "{}",
            ran.shown()
        );
    }
}

#[test]
fn all_that_cannot_be_used_is_told_in_one_run() {
    let folder = Folder::new().with_schemas();
    folder.write("runtime/accept/good.yaml", "url: https://example.com\n");
    folder.write("runtime/accept/broken.yaml", "url: [\n");
    folder.write(
        "runtime/reject/odd.yaml",
        "# expect status.url schema/type\nurl: 7\n",
    );
    folder.write(
        "cases.yaml",
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusTest\npolicy: runtime\ncases:\n\
         - {status: {}, expects: accepted}\n- {status: {}, expect: accepted}\n- {phase: done, expect: accepted}\n",
    );
    let ran = folder.run("test runtime cases.yaml none");
    let refusal = ran.refusal("test");
    for start in [
        "error: runtime/accept/broken.yaml:",
        "error: runtime/reject/odd.yaml:1:1: `# expect` without a colon",
        "error: cases.yaml:5:",
        "error: cases.yaml:7:",
        "error: none: ",
    ] {
        assert!(
            refusal.lines().any(|line| line.starts_with(start)),
            "{start}: {refusal}"
        );
    }
    assert_eq!(refusal.lines().count(), 5, "{refusal}");
    folder.write("list.yaml", "- a\n");
    let ran = folder.run("check list.yaml none.yaml --schemas schemas/runtime.yaml");
    assert_eq!(ran.refusal("check").lines().count(), 2, "{}", ran.shown());
}

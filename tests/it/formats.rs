//! The formats that other programs read, each held to a reader of its own, and to names that try to break out of it.
use serde_json::{Value, json};

use crate::program::Folder;

const BAD: &str = "# a comment\nuser: elastic\npassword: hunter2\ncountry: no\n";
/// A name with all that means something to a terminal, to XML, or to a workflow.
const HOSTILE: &str = "a\n::error file=x::b\r\u{1b}[31m\u{202e}&<\"'>]]>%0A,:\u{0}\u{ffff}";

fn folder() -> Folder {
    let folder = Folder::new().with_schemas();
    folder.write("status.yaml", BAD);
    let object = json!({"apiVersion": "example.org/v1", "kind": HOSTILE, "metadata": {"name": HOSTILE},
        "status": {HOSTILE: {"password": "hunter2"}, "conditions": [{"type": "A", "status": HOSTILE}]}});
    // YAML has no such character, but for its escape.
    folder.write(
        "object.json",
        object.to_string().replace('\u{ffff}', "\\uffff"),
    );
    folder
}

fn check(format: &str) -> String {
    let ran = folder().run(&format!(
        "check status.yaml object.json --schemas schemas/elastic-cloud.yaml --as Enforce --format {format}"
    ));
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(!ran.stdout.contains("hunter2"), "{}", ran.shown());
    ran.stdout
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|character| {
        character == '\n'
            || !(character.is_control() || ('\u{202a}'..='\u{202e}').contains(&character))
    })
}

#[test]
fn people_see_no_control_character() {
    let text = check("human");
    assert!(is_plain(&text), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_workflow_gets_one_command_a_finding() {
    let text = check("github");
    assert!(is_plain(&text), "{text}");
    for line in text.lines() {
        let is_command = ["::error file=", "::warning file=", "::notice file="]
            .iter()
            .any(|start| line.starts_with(start));
        assert!(is_command, "{line}");
        let properties = line.split("::").nth(1).unwrap();
        assert!(
            properties.split(',').all(|property| property.contains('=')),
            "{line}"
        );
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_junit_report_is_xml_whose_counts_are_true() {
    let text = check("junit");
    assert!(is_plain(&text), "{text}");
    let document = roxmltree::Document::parse(&text).unwrap();
    let suites = document.root_element();
    assert_eq!(suites.tag_name().name(), "testsuites");
    let cases: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .collect();
    let failures = document
        .descendants()
        .filter(|node| node.has_tag_name("failure"))
        .count();
    for suite in [suites, suites.first_element_child().unwrap()] {
        assert_eq!(
            suite.attribute("tests"),
            Some(cases.len().to_string().as_str())
        );
        assert_eq!(
            suite.attribute("failures"),
            Some(failures.to_string().as_str())
        );
    }
    assert_eq!((cases.len(), failures), (2, 2));
    assert!(
        cases
            .iter()
            .all(|case| case.attribute("name").is_some() && case.attribute("classname").is_some())
    );
    insta::assert_snapshot!(text);
}

fn sarif_schema() -> jsonschema::Validator {
    let schema = std::fs::read_to_string("tests/fixtures/sarif/sarif-2.1.0.json").unwrap();
    // Its one pattern has a bracket too many, which only the oldest engines read.
    let schema = schema.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    jsonschema::draft7::new(&schema).unwrap()
}

fn fingerprints(report: &Value) -> Vec<Value> {
    let results = report["runs"][0]["results"].as_array().unwrap().iter();
    results
        .map(|result| result["partialFingerprints"].clone())
        .collect()
}

#[test]
fn sarif_is_valid_by_its_own_schema() {
    let schema = sarif_schema();
    let folder = folder();
    folder.write(
        "runtime/reject/a.yaml",
        "# expect: status.url schema/pattern\nurl: 7\n",
    );
    folder.write("bad/binary.yaml", b"\xff");
    std::os::unix::fs::symlink("none", folder.path().join("bad/link.yaml")).unwrap();
    for arguments in [
        "check status.yaml object.json --schemas schemas/elastic-cloud.yaml --format sarif",
        "check status.yaml --schemas schemas/runtime.yaml --format sarif",
        "lint --format sarif",
        "lint status.yaml --format sarif",
        "lint bad --format sarif",
        "test runtime --format sarif",
        "audit object.json --format sarif",
    ] {
        let ran = folder.run(arguments);
        let report = ran.json();
        let faults: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(faults, [""; 0], "{arguments}: {}", ran.shown());
        let rules = &report["runs"][0]["tool"]["driver"]["rules"];
        for result in report["runs"][0]["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
    let mut report = folder
        .run("check status.yaml --schemas schemas/elastic-cloud.yaml --format sarif")
        .json();
    report["runs"][0]["tool"]["driver"]["semanticVersion"] = json!("0.0.0");
    insta::assert_snapshot!(format!("{report:#}"));
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let folder = folder();
    let run = || {
        folder
            .run("check status.yaml --schemas schemas/elastic-cloud.yaml --format sarif")
            .json()
    };
    let before = run();
    folder.write("status.yaml", format!("# one\n# more\n\n{BAD}"));
    let after = run();
    assert_ne!(before["runs"][0]["results"], after["runs"][0]["results"]);
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let mut distinct: Vec<String> = fingerprints(&before).iter().map(Value::to_string).collect();
    let count = distinct.len();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), count);
}

#[test]
fn a_report_about_schemas_has_every_format() {
    let folder = folder();
    folder.write(
        "bad/odd.yaml",
        std::fs::read("tests/fixtures/lint/odd.yaml").unwrap(),
    );
    let junit = folder.run("lint bad --format junit");
    assert!(
        roxmltree::Document::parse(&junit.stdout).is_ok(),
        "{}",
        junit.shown()
    );
    let github = folder.run("lint bad --format github");
    assert!(
        github.stdout.starts_with(
            "::warning file=bad/odd.yaml,line=9,col=5,title=statusguard lint/unknown-keyword::"
        ),
        "{}",
        github.shown()
    );
}

#[test]
fn reports_as_json_are_what_their_schema_says() {
    let schema = std::fs::read_to_string("deploy/report-schema.json").unwrap();
    let schema = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    let folder = folder();
    folder.write(
        "bad/odd.yaml",
        std::fs::read("tests/fixtures/lint/odd.yaml").unwrap(),
    );
    folder.write("bad/binary.yaml", b"\xff");
    folder.write(
        "runtime/reject/a.yaml",
        "# expect: status.url schema/type\nurl: x\n",
    );
    folder.write("runtime/accept/b.yaml", "url: https://example.com\n");
    let request = |version: &str| json!({"apiVersion": "marketplace.kratix.io/v1alpha1", "kind": "Runtime", "status": {"promiseVersion": version}});
    folder.write(
        "requests.json",
        format!("{}{}", request("v1"), request("v2")),
    );
    for arguments in [
        "check status.yaml object.json --schemas schemas/elastic-cloud.yaml --format json",
        "check object.json --old object.json --format json",
        "lint bad schemas --format json",
        "test runtime --format json",
        "audit requests.json --format json",
    ] {
        let ran = folder.run(arguments);
        let faults: Vec<String> = schema
            .iter_errors(&ran.json())
            .map(|error| error.to_string())
            .collect();
        assert_eq!(faults, [""; 0], "{arguments}: {}", ran.shown());
    }
}

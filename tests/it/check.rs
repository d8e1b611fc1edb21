//! `statusguard check`, as its users run it.
pub(crate) mod bad_input;
mod promise;
mod same_verdict;

use std::fs;

use serde_json::json;
use statusguard::core::review::Review;

use crate::program::Folder;

const STATUS: &str = "message: Instance provisioned
user: elastic
password: hunter2
country: no
nodes:
  - port: 017
  - {port: 443, tags: [on, x]}
kratix: {}
conditions:
- type: Ready
  status: maybe
- {type: Reconciled, status: 'True'}
";

fn review(number: &str) -> String {
    let mut files = fs::read_dir("tests/fixtures/reviews").unwrap();
    let path = files.find_map(|entry| {
        let path = entry.unwrap().path();
        path.file_name()?
            .to_str()?
            .starts_with(number)
            .then_some(path)
    });
    fs::read_to_string(path.unwrap()).unwrap()
}

#[test]
fn a_status_file_is_judged_with_each_finding_at_its_line() {
    let folder = Folder::new().with_schemas();
    folder.write("status.yaml", STATUS);
    let ran = folder.run("check status.yaml --schemas schemas/elastic-cloud.yaml");
    insta::assert_snapshot!(ran.shown());
    assert_eq!(ran.code, 1);
}

#[test]
fn a_report_for_programs_says_the_same() {
    let folder = Folder::new().with_schemas();
    folder.write("status.yaml", STATUS);
    let ran = folder.run("check status.yaml --schemas schemas/elastic-cloud.yaml --format json");
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn a_good_status_is_allowed() {
    let folder = Folder::new().with_schemas();
    let good = "message: x\nusername: elastic\npasswordSecretName: example-es-elastic-user\n";
    folder.write("status.yaml", good);
    let ran = folder.run("check status.yaml --schemas schemas/elastic-cloud.yaml");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.shown());
    assert_eq!(
        ran.stdout,
        "status.yaml: allowed (StatusSchema elastic-cloud, judged as complete)\n"
    );
    folder.write("early.yaml", "username: elastic\n");
    let schema = "--schemas schemas/elastic-cloud.yaml";
    assert_eq!(folder.run(&format!("check early.yaml {schema}")).code, 1);
    let early = folder.run(&format!("check early.yaml {schema} --phase partial"));
    assert_eq!(early.code, 0, "{}", early.shown());
}

#[test]
fn lists_and_many_documents_are_judged_one_by_one() {
    let folder = Folder::new().with_schemas();
    let object = |name: &str, status: serde_json::Value| {
        json!({"apiVersion": "workshop.kratix.io/v1alpha1", "kind": "elastic-cloud",
            "metadata": {"name": name, "namespace": "default"}, "status": status})
    };
    let good = object("good", json!({"username": "elastic"}));
    let bad = object(
        "bad",
        json!({"conditions": [{"type": "ConfigureWorkflowCompleted", "status": "True"}], "username": 7}),
    );
    let new = object("new", serde_json::Value::Null);
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [good, bad, new]});
    let ran = folder.pipe(
        "check - --format json",
        serde_json::to_string_pretty(&list).unwrap(),
    );
    let report = ran.json();
    let verdicts: Vec<_> = report["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| (object["name"].clone(), object["verdict"].clone()))
        .collect();
    assert_eq!(
        json!(verdicts),
        json!([["good", "Allowed"], ["bad", "Denied"], ["new", "Allowed"]])
    );
    assert_eq!(
        report["summary"],
        json!({"objects": 3, "denied": 1, "warned": 0, "allowed": 2})
    );
    let finding = report["objects"][1]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["path"] == "status.username")
        .unwrap();
    let line = serde_json::to_string_pretty(&list)
        .unwrap()
        .lines()
        .position(|line| line.trim() == "\"username\": 7")
        .unwrap()
        + 1;
    assert_eq!(finding["line"], line, "{}", ran.shown());
    let documents = format!("{good}\n---\n{bad}\n---\n---\n");
    let ran = folder.pipe("check -", documents);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout
            .contains("2 objects: 1 denied, 0 with warnings, 1 allowed"),
        "{}",
        ran.shown()
    );
}

#[test]
fn kratixs_merge_is_replayed_as_it_was_recorded() {
    let folder = Folder::new().with_schemas();
    // The file that each pipeline wrote, and how far it was.
    let recorded = [
        (
            "04",
            json!({"message": "Instance example provisioned with preconfigured system metrics",
            "passwordSecretName": "example-es-elastic-user", "username": "elastic"}),
            "complete",
        ),
        (
            "09",
            json!({"message": "done", "password": "hunter2-literal"}),
            "complete",
        ),
        (
            "12",
            json!({"message": "waiting for approval", "approvalIssue": "https://git.example.com/acme/infra/issues/12"}),
            "partial",
        ),
    ];
    for (number, status, phase) in recorded {
        let text = review(number);
        let review: serde_json::Value = serde_json::from_str(&text).unwrap();
        folder.write("object.yaml", review["request"]["oldObject"].to_string());
        folder.write("status.yaml", status.to_string());
        folder.write("review.json", text);
        let of_review = folder.run("check review.json --format json").json();
        let replayed = folder.run(&format!(
            "check --request object.yaml --status status.yaml --phase {phase} --format json"
        ));
        let of_files = replayed.json();
        for key in ["verdict", "phase", "policy", "name"] {
            assert_eq!(
                of_review["objects"][0][key], of_files["objects"][0][key],
                "{number} {key}"
            );
        }
        assert_eq!(findings(&of_review), findings(&of_files), "{number}");
    }
}

/// The findings of a report, without their places in files.
fn findings(report: &serde_json::Value) -> serde_json::Value {
    let mut objects = report["objects"].clone();
    for finding in objects
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .flat_map(|object| object["findings"].as_array_mut().unwrap())
    {
        for key in ["file", "line", "column"] {
            finding.as_object_mut().unwrap().remove(key);
        }
    }
    objects
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["findings"].clone())
        .collect()
}

#[test]
fn in_a_pipelines_container_nothing_has_to_be_named() {
    let mut folder = Folder::new().with_schemas();
    let root = folder.path().join("root").to_str().unwrap().to_owned();
    folder.set("STATUSGUARD_ROOT", &root);
    assert_eq!(folder.run("check").code, 2);
    let review: serde_json::Value = serde_json::from_str(&review("04")).unwrap();
    let mut request = review["request"]["oldObject"].clone();
    request["kind"] = json!("Cluster");
    folder.set("KRATIX_OBJECT_GROUP", "workshop.kratix.io");
    folder.set("KRATIX_OBJECT_KIND", "Cluster");
    folder.set("KRATIX_CRD_PLURAL", "elastic-clouds");
    folder.write("root/kratix/input/object.yaml", request.to_string());
    let ran = folder.run("check");
    assert_eq!(ran.code, 1, "{}", ran.shown());
    folder.write("root/kratix/metadata/status.yaml", "username: elastic\n");
    let ran = folder.run("check");
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(
        ran.stdout.contains("status.passwordSecretName: missing"),
        "{}",
        ran.shown()
    );
    assert!(
        ran.stdout.contains("root/kratix/metadata/status.yaml:1:1"),
        "{}",
        ran.shown()
    );
    folder.write(
        "root/kratix/metadata/workflow-control.yaml",
        "suspend: true\n",
    );
    let ran = folder.run("check");
    assert_eq!(ran.code, 0, "{}", ran.shown());
    // As it was in the tutorial's time.
    fs::rename(
        folder.path().join("root/kratix/metadata"),
        folder.path().join("root/metadata"),
    )
    .unwrap();
    assert_eq!(folder.run("check").code, 0);
}

#[test]
fn a_lost_key_and_one_of_the_request_are_told_at_their_lines() {
    let folder = Folder::new();
    folder.write("object.yaml", "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: x}\nstatus:\n  iam:\n    user: a\n    role: b\n");
    folder.write("status.yaml", "# again\niam:\n  role: c\n");
    let ran = folder.run("check --request object.yaml --status status.yaml");
    insta::assert_snapshot!(ran.shown());
    assert_eq!(ran.code, 0);
}

#[test]
fn a_policy_that_only_warns_can_be_made_to_count() {
    let folder = Folder::new();
    folder.write(
        "status.yaml",
        "conditions: [{type: Ready, status: maybe}]\n",
    );
    let ran = folder.run("check status.yaml");
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(
        ran.stdout.contains("warning[condition/status]"),
        "{}",
        ran.shown()
    );
    assert_eq!(folder.run("check status.yaml --as Enforce").code, 1);
    assert_eq!(
        folder.run("check status.yaml --as Audit").stdout,
        "status.yaml: allowed: 1 only recorded (built-in policy, judged as complete)\n"
    );
}

#[test]
fn what_was_wrong_before_is_forgiven() {
    let folder = Folder::new().with_schemas();
    let status = "message: x\nusername: 7\npasswordSecretName: a\n";
    folder.write("status.yaml", status);
    folder.write("old.yaml", "username: 7\n");
    let schema = "--schemas schemas/elastic-cloud.yaml";
    assert_eq!(folder.run(&format!("check status.yaml {schema}")).code, 1);
    let ran = folder.run(&format!("check status.yaml --old old.yaml {schema}"));
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.stdout.contains("already there: "), "{}", ran.shown());
}

#[test]
fn keys_that_are_read_as_others_are_shown_as_they_are_written() {
    let folder = Folder::new().with_schemas();
    folder.write(
        "status.yaml",
        "y: {on: 1, 010: 2}\nno:\n  message: x\nurl: https://example.com\n",
    );
    let ran = folder.run("check status.yaml --schemas schemas/runtime.yaml");
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn a_second_document_and_what_follows_it_is_not_read() {
    let folder = Folder::new();
    folder.write("status.yaml", "a: 1\n---\nb: [\n");
    let ran = folder.run("check status.yaml");
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(
        ran.stdout.contains("a second document begins here"),
        "{}",
        ran.shown()
    );
}

#[test]
fn a_status_under_the_key_status_is_told() {
    let folder = Folder::new().with_schemas();
    folder.write("status.yaml", "status:\n  url: https://example.com\n");
    let ran = folder.run("check status.yaml --schemas schemas/runtime.yaml");
    let told = "error[kratix/wrapped]: status.status: is the only key of the file";
    assert!(ran.stdout.contains(told), "{}", ran.shown());
    folder.write("status.yaml", "url: https://example.com\nstatus: {a: b}\n");
    let ran = folder.run("check status.yaml --schemas schemas/runtime.yaml");
    assert!(!ran.stdout.contains("kratix/wrapped"), "{}", ran.shown());
}

#[test]
fn words_are_taken_in_lower_and_upper_case() {
    let mut folder = Folder::new().with_schemas();
    folder.write("status.yaml", "{}\n");
    let judged = |folder: &Folder, arguments: &str| {
        let ran = folder.run(&format!(
            "check status.yaml --schemas schemas/runtime.yaml {arguments}"
        ));
        (ran.code, ran.stdout)
    };
    let pairs = [
        ("--as warn", "--as Warn"),
        ("--as ENFORCE", "--as Enforce"),
        ("--phase PARTIAL", "--phase partial"),
        ("--format JSON", "--format json"),
    ];
    for (one, other) in pairs {
        assert_eq!(judged(&folder, one), judged(&folder, other), "{one}");
    }
    assert_ne!(
        judged(&folder, "--as warn"),
        judged(&folder, "--as enforce")
    );
    let warned = judged(&folder, "--as Warn --phase complete");
    folder.set("STATUSGUARD_AS", "warn");
    folder.set("STATUSGUARD_PHASE", "Complete");
    assert_eq!(judged(&folder, ""), warned);
    let ran = folder.run("check status.yaml --as wrn");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("'Warn'"), "{}", ran.shown());
}

#[test]
fn escapes_that_kratix_cannot_read_are_told_in_a_status_file_alone() {
    let folder = Folder::new().with_schemas();
    let escaped = r"\ud83d\ude00";
    folder.write("status.yaml", format!("url: a\nmessage: \"{escaped}\"\n"));
    let ran = folder.run("check status.yaml --schemas schemas/runtime.yaml");
    assert!(
        ran.refusal("status.yaml")
            .contains("status.yaml:2:10: Kratix's reader refuses"),
        "{}",
        ran.shown()
    );
    let object = format!(
        "{{\"apiVersion\": \"marketplace.kratix.io/v1alpha1\", \"kind\": \"Runtime\", \"status\": {{\"message\": \"{escaped}\"}}}}"
    );
    let ran = folder.pipe("check -", object);
    assert_eq!(ran.code, 0, "{}", ran.shown());
}

#[test]
fn conditions_that_are_no_list_are_refused_whatever_the_phase() {
    let folder = Folder::new().with_schemas();
    let schema = "--schemas schemas/elastic-cloud.yaml --format json";
    let good = "message: x\nusername: elastic\npasswordSecretName: example-es-elastic-user\n";
    for (conditions, kind) in [
        ("{type: Ready, status: \"True\"}", "an object"),
        ("ready", "a string"),
        ("7", "a number"),
        ("true", "a boolean"),
    ] {
        folder.write("status.yaml", format!("{good}conditions: {conditions}\n"));
        for phase in ["complete", "partial"] {
            let ran = folder.run(&format!("check status.yaml {schema} --phase {phase}"));
            assert_eq!(ran.code, 1, "{}", ran.shown());
            let report = ran.json();
            let findings = report["objects"][0]["findings"].as_array().unwrap();
            assert_eq!(findings.len(), 1, "{}", ran.shown());
            let finding = &findings[0];
            assert_eq!(
                (&finding["path"], &finding["rule"], &finding["line"]),
                (
                    &json!("status.conditions"),
                    &json!("condition/type"),
                    &json!(4)
                )
            );
            let words = format!("must be a list of conditions, is {kind}");
            assert!(
                finding["message"].as_str().unwrap().starts_with(&words),
                "{}",
                ran.shown()
            );
        }
        let warned = folder.run("check status.yaml --schemas schemas/elastic-cloud.yaml --as Warn");
        assert_eq!(warned.code, 0, "{}", warned.shown());
        assert!(warned.stdout.contains("warning[condition/type]"));
    }
    for conditions in ["null", "[]"] {
        folder.write("status.yaml", format!("{good}conditions: {conditions}\n"));
        let ran = folder.run(&format!("check status.yaml {schema}"));
        assert_eq!(ran.code, 0, "{}", ran.shown());
    }
}

#[test]
fn conditions_that_kratix_drops_when_it_joins_two_lists_are_told() {
    let folder = Folder::new().with_schemas();
    folder.write(
        "object.yaml",
        "apiVersion: workshop.kratix.io/v1alpha1\nkind: elastic-cloud\nmetadata: {name: a}\nstatus:\n  \
         conditions: [{type: Reconciled, status: 'True'}]\n",
    );
    folder.write(
        "status.yaml",
        "message: x\nusername: a\npasswordSecretName: b\nconditions:\n- {type: Ready, status: 'True'}\n- {status: 'True'}\n",
    );
    let ran = folder.run("check --request object.yaml --status status.yaml");
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout
            .contains("[condition/type]: status.conditions: entry 2 has no type"),
        "{}",
        ran.shown()
    );
}

#[test]
fn a_file_that_is_wrapped_is_told_so_alone() {
    let folder = Folder::new().with_schemas();
    folder.write(
        "status.yaml",
        "status:\n  username: elastic\n  password: hunter2\n",
    );
    let ran = folder.run("check status.yaml --schemas schemas/elastic-cloud.yaml --format json");
    let report = ran.json();
    let findings = report["objects"][0]["findings"].as_array().unwrap().iter();
    let found: Vec<_> = findings
        .map(|finding| (&finding["rule"], &finding["effect"]))
        .map(|(rule, effect)| (rule.as_str().unwrap(), effect.as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("kratix/wrapped", "deny"),
            ("secret/credential-key", "deny")
        ],
        "{}",
        ran.shown()
    );
    // Where the schema refuses nothing, it is no more than a warning.
    let ran = folder.run("check status.yaml --schemas schemas/elastic-cloud.yaml --as Warn");
    assert!(
        ran.stdout.contains("warning[kratix/wrapped]"),
        "{}",
        ran.shown()
    );
}

#[test]
fn what_was_named_with_the_wrong_flag_is_told() {
    let folder = Folder::new().with_schemas();
    folder.write("status.yaml", "url: https://example.com\n");
    folder.write(
        "promise.yaml",
        "apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\nmetadata: {name: a}\nspec: {}\n",
    );
    let cases = [
        (
            "--schemas promise.yaml",
            "this is a Promise; name it with --promise",
        ),
        ("--schemas status.yaml", "this is no schema"),
        (
            "--promise schemas/runtime.yaml",
            "this is a StatusSchema; name it with --schemas",
        ),
    ];
    for (arguments, said) in cases {
        let ran = folder.run(&format!("check status.yaml {arguments}"));
        let refusal = ran.refusal(arguments);
        assert!(
            refusal.contains(said) && refusal.lines().count() == 1,
            "{refusal}"
        );
    }
    folder.write("glued.yaml", "message:zq7canary\n");
    let ran = folder.run("check glued.yaml --schemas schemas/runtime.yaml");
    let refusal = ran.refusal("glued");
    assert!(refusal.contains("a blank behind the colon"), "{refusal}");
}

#[test]
fn that_there_is_no_schema_is_said_once_for_each_resource() {
    let folder = Folder::new().with_schemas();
    let object = |kind: &str, name: &str| {
        format!(
            "apiVersion: example.org/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nstatus: {{a: 1}}\n"
        )
    };
    let objects = [object("Box", "a"), object("Box", "b"), object("Hat", "c")].join("---\n");
    let ran = folder.pipe("check -", objects);
    assert_eq!(ran.stderr.lines().count(), 2, "{}", ran.shown());
    let nowhere = Folder::new().pipe("check -", object("Box", "a"));
    assert!(
        nowhere
            .stderr
            .contains("there is no directory schemas here"),
        "{}",
        nowhere.shown()
    );
}

#[test]
fn a_phase_that_is_asked_for_counts_with_a_complete_request_too() {
    let folder = Folder::new().with_schemas();
    folder.write(
        "object.yaml",
        "apiVersion: workshop.kratix.io/v1alpha1\nkind: elastic-cloud\nmetadata: {name: a}\n\
         status: {conditions: [{type: ConfigureWorkflowCompleted, status: 'True'}]}\n",
    );
    folder.write("status.yaml", "message: done\n");
    let asked = "check --request object.yaml --status status.yaml --phase";
    let early = folder.run(&format!("{asked} partial --format json")).json();
    let last = folder
        .run(&format!("{asked} complete --format json"))
        .json();
    assert_eq!(
        (
            &early["objects"][0]["phase"],
            &early["objects"][0]["verdict"]
        ),
        (&"partial".into(), &"Allowed".into()),
        "{early:#}"
    );
    assert_eq!(last["objects"][0]["phase"], "complete", "{last:#}");
}

#[test]
fn a_review_that_the_server_refuses_to_read_is_refused() {
    let folder = Folder::new();
    let sound = review("0");
    let status = "\"status\": ";
    let twice = sound.replacen(
        status,
        "\"status\": {\"password\": \"zq7canary\"}, \"status\": ",
        1,
    );
    assert_ne!(twice, sound);
    for (text, words) in [
        (
            twice,
            "the AdmissionReview cannot be read: a key that stands twice",
        ),
        (
            format!("\u{feff}{sound}"),
            "the AdmissionReview cannot be read: it begins with a byte order mark, which the server refuses; save it as \
             UTF-8 without one",
        ),
    ] {
        assert!(Review::parse(text.as_bytes()).is_err());
        let ran = folder.pipe("check -", &text);
        let told = ran.refusal("check -");
        assert!(told.contains(words), "{told}");
        assert!(told.starts_with("error: <stdin>:"), "{told}");
        assert!(!told.contains("zq7canary"), "{told}");
    }
}

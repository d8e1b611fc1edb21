//! `statusguard audit`, as its users run it.
#[cfg(feature = "cluster")]
mod cluster;

use serde_json::{Value, json};

use crate::program::Folder;

fn request(name: &str, status: &Value) -> Value {
    json!({"apiVersion": "marketplace.kratix.io/v1alpha1", "kind": "Runtime", "metadata": {"name": name}, "status": status})
}

fn requests() -> String {
    let nodes = json!([{"password": "zq7canary"}, {"password": "zq7canary"}]);
    let items = [
        request(
            "a",
            &json!({"url": "https://example.com", "promiseVersion": "v1.10.0"}),
        ),
        request(
            "b",
            &json!({"url": "zq7canary", "promiseVersion": "v1.9.0"}),
        ),
        request(
            "c",
            &json!({"url": "zq7canary", "nodes": nodes, "promiseVersion": "v1.9.0"}),
        ),
        request("d", &json!({"message": "Pending"})),
        request("e", &Value::Null),
        json!({"apiVersion": "example.org/v1", "kind": "Other", "metadata": {"name": "o"}, "status": {"conditions": [{"type": "A"}]}}),
    ];
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

#[test]
fn what_enforcing_would_refuse_is_counted() {
    let folder = Folder::new().with_schemas();
    let ran = folder.pipe("audit -", requests());
    assert_eq!(ran.code, 1);
    assert!(!ran.stdout.contains("zq7canary"), "{}", ran.shown());
    insta::assert_snapshot!(ran.shown());
    for (enforcement, head, of_runtime) in [
        (
            "Warn",
            "as Warn it would refuse 0 of 6 requests and warn about 4, each judged as if",
            "StatusSchema runtime: 0 of 4 refused, 3 warned about\n",
        ),
        (
            "Audit",
            "as Audit it would refuse 0 of 6 requests and record findings of 3, which nobody is told of, each judged as if",
            "StatusSchema runtime: 0 of 4 refused, 3 only recorded\n",
        ),
    ] {
        let ran = folder.pipe(&format!("audit - --as {enforcement}"), requests());
        assert_eq!(ran.code, 0, "{}", ran.shown());
        assert!(ran.stdout.starts_with(head), "{}", ran.shown());
        assert!(ran.stdout.contains(of_runtime), "{}", ran.shown());
        assert!(!ran.stdout.contains("enforcing now"), "{}", ran.shown());
    }
}

#[test]
fn every_format_says_the_same() {
    let folder = Folder::new().with_schemas();
    let report = folder.pipe("audit - --format json", requests()).json();
    assert_eq!(
        report["summary"],
        json!({"requests": 6, "refused": 3, "withoutStatus": 1})
    );
    let junit = folder.pipe("audit - --format junit", requests());
    let document = roxmltree::Document::parse(&junit.stdout).unwrap();
    assert_eq!(
        document.root_element().attribute("failures"),
        Some("3"),
        "{}",
        junit.shown()
    );
    assert_eq!(
        folder.pipe("audit - --format sarif", requests()).json()["version"],
        "2.1.0"
    );
    for format in ["json", "junit", "sarif", "github"] {
        let ran = folder.pipe(&format!("audit - --format {format}"), requests());
        assert!(!ran.stdout.contains("zq7canary"), "{}", ran.shown());
    }
    assert_eq!(folder.pipe("audit -", "url: zq7canary\n").code, 2);
}

#[test]
fn every_finding_says_of_which_request_it_is() {
    let folder = Folder::new().with_schemas();
    let github = folder.pipe("audit - --format github", requests());
    let lines: Vec<&str> = github.stdout.lines().collect();
    assert!(lines.len() > 5, "{}", github.shown());
    let names_one = |line: &&str| line.contains("::Runtime ") || line.contains("::Other o: ");
    assert!(lines.iter().all(names_one), "{}", github.shown());
    assert!(!github.stdout.contains("file=,"), "{}", github.shown());
    let sarif = folder.pipe("audit - --format sarif", requests()).json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let words = |result: &Value| result["message"]["text"].as_str().unwrap().to_owned();
    assert!(
        results
            .iter()
            .any(|result| words(result).starts_with("Runtime c: status.url")),
        "{sarif:#}"
    );
    let many: Vec<String> = (0..5)
        .map(|index| request(&format!("r{index}"), &json!({"url": 7})).to_string())
        .collect();
    let human = folder.pipe("audit -", many.join("\n"));
    assert!(
        human
            .stdout
            .contains("5  status.url [schema/type]: r0, r1, r2 and 2 more\n"),
        "{}",
        human.shown()
    );
    let report = folder.pipe("audit - --format json", requests()).json();
    assert_eq!(
        report["withoutSchema"],
        json!([{"resource": "other.example.org", "requests": 1}])
    );
}

#[test]
fn yaml_and_several_documents_say_the_same() {
    let folder = Folder::new().with_schemas();
    let requests: Value = serde_json::from_str(&requests()).unwrap();
    let report = folder.pipe("audit - --format json", requests.to_string());
    let items = requests["items"].as_array().unwrap().iter();
    let one_by_one: Vec<String> = items.map(Value::to_string).collect();
    let pretty = format!("\u{feff}\n{requests:#}\n");
    // JSON is YAML, but for what begins as JSON.
    let yaml = format!("# requests\n{requests:#}\n");
    for text in [one_by_one.join("\n"), one_by_one.concat(), pretty, yaml] {
        let ran = folder.pipe("audit - --format json", &text);
        assert_eq!(ran.json(), report.json(), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let folder = Folder::new().with_schemas();
    let list = |item: &str| {
        format!("{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n{item}]}}\n")
    };
    let files = [
        (
            "cut.json",
            "{\"apiVersion\": \"v1\", \"items\": [{\"status\": {\"a\": \"zq7canary".to_owned(),
        ),
        ("broken.json", list("{\"status\": zq7canary}")),
        ("texts.json", list("\"zq7canary\"")),
        ("bare.json", "{\"url\": \"zq7canary\"}".to_owned()),
        (
            "promise.json",
            list("{\"apiVersion\": \"platform.kratix.io/v1alpha1\", \"kind\": \"Promise\"}"),
        ),
        (
            "review.json",
            list("{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\"}"),
        ),
        ("deep.json", list(&"[".repeat(5000))),
        ("status.yaml", "url: zq7canary\n".to_owned()),
        ("empty.yaml", String::new()),
    ];
    let mut shown = String::new();
    for (name, content) in files {
        folder.write(name, content);
        let ran = folder.run(&format!("audit {name}"));
        shown.push_str(ran.refusal(name));
    }
    folder.write("binary.json", b"{\"a\": \"\xff\"}");
    for arguments in ["audit none.json", "audit schemas", "audit binary.json"] {
        let ran = folder.run(arguments);
        shown.push_str(ran.refusal(arguments));
    }
    assert!(!shown.contains("zq7canary"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn the_name_of_a_promise_is_told_apart_from_its_file() {
    let folder = Folder::new().with_schemas();
    let ran = folder.pipe("audit - --promise runtime", requests());
    let words = "error: runtime: with files --promise takes the file of a Promise";
    assert!(ran.refusal("runtime").starts_with(words), "{}", ran.shown());
}

#[test]
#[cfg(not(feature = "cluster"))]
fn without_files_there_is_nothing_to_ask() {
    let ran = Folder::new().run("audit");
    assert!(
        ran.refusal("audit").contains("name files"),
        "{}",
        ran.shown()
    );
}

#[test]
fn exceptions_that_no_request_needs_are_named() {
    let folder = Folder::new();
    folder.write(
        "s.yaml",
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {name: runtime}\nspec:\n  \
         request: {group: marketplace.kratix.io, resource: runtimes}\n  secrets:\n    allow:\n    \
         - {path: status.demoToken, rule: secret/credential-key, reason: a demo}\n    \
         - {path: status.demoTokne, rule: secret/credential-key, reason: a demo}\n",
    );
    let stored = request("a", &json!({"demoToken": "zq7canary"}));
    let ran = folder.pipe("audit - --schemas s.yaml", stored.to_string());
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            0,
            "note: StatusSchema runtime: no request needs the exception from secret/credential-key at status.demoTokne; \
             remove it from spec.secrets.allow, unless one will\n"
        ),
        "{}",
        ran.shown()
    );
}

#[test]
fn many_requests_take_hardly_more_memory_than_a_few() {
    let folder = Folder::new().with_schemas();
    let megabytes = peak(&folder, 2_000);
    assert!(megabytes < 50.0, "{megabytes} MB");
}

/// Megabytes that an audit of so many requests takes at most, while all of them have been read and it waits for more.
fn peak(folder: &Folder, count: usize) -> f64 {
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_statusguard"))
        .args(["audit", "-", "--schemas", "schemas", "--format", "junit"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = "a line of a log that nobody needs. ".repeat(100);
    for index in 0..count {
        let status = json!({"url": format!("https://{index}.example.com"), "log": text});
        let request = request(&format!("request-{index}"), &status);
        writeln!(input, "{request}").unwrap();
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kilobytes / 1024.0
}

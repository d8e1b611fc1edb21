//! `statusguard init`, as its users run it.
use serde_json::{Value, json};

use crate::program::Folder;

fn object(name: &str, status: &Value) -> Value {
    json!({"apiVersion": "workshop.kratix.io/v1alpha1", "kind": "elastic-cloud",
        "metadata": {"name": name, "labels": {"kratix.io/promise-name": "elastic"}}, "status": status})
}

fn requests() -> Value {
    let complete = json!([{"type": "ConfigureWorkflowCompleted", "status": "True"}]);
    let items = [
        object(
            "one",
            &json!({"conditions": complete, "message": "zq7canary one", "url": "https://zq7canary.example.com/x",
            "port": 731_400_073, "state": "Ready", "createdAt": "2026-01-02T03:04:05Z", "nodes": [{"ip": "192.0.2.7", "on": true}],
            "on": "zq7canary", "017": 1, "odd key": {"a": null, "b": 1.5}, "workflows": 1}),
        ),
        object(
            "two",
            &json!({"conditions": complete, "message": "zq7canary two", "url": "http://zq7canary.example.com",
            "port": null, "state": "Failed", "createdAt": "2026-11-12T13:14:15Z", "nodes": [],
            "on": "x", "odd key": {"b": 2}, "A1b2C3d4zq7canaryE5f6G7h8": 1}),
        ),
        object("three", &json!({"message": "Pending", "state": "Ready"})),
        object("four", &json!({"state": "Ready", "extra": "zq7canary"})),
        object("five", &json!({"state": "Failed"})),
        object("six", &json!({"state": "Ready"})),
        object("new", &Value::Null),
    ];
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

#[test]
fn a_schema_is_made_of_requests_and_accepts_them() {
    let folder = Folder::new();
    let requests = requests().to_string();
    let made = folder.pipe("init - --resource elastic-clouds", &requests);
    assert_eq!(made.code, 0, "{}", made.shown());
    for value in ["zq7canary", "731400073", "Ready"] {
        assert!(!made.shown().contains(value), "{}", made.shown());
    }
    insta::assert_snapshot!(made.shown());
    folder.write("schema.yaml", &made.stdout);
    let lint = folder.run("lint schema.yaml");
    assert_eq!(lint.code, 0, "{}", lint.shown());
    let check = folder.pipe("check - --schemas schema.yaml --as Enforce", &requests);
    assert_eq!(check.code, 0, "{}", check.shown());
}

#[test]
fn small_sets_of_words_are_listed_where_that_is_asked_for() {
    let folder = Folder::new();
    let made = folder.pipe("init - --enum", requests().to_string());
    assert!(
        made.stdout.contains("enum: [Failed, Ready]"),
        "{}",
        made.shown()
    );
    assert!(!made.stdout.contains("zq7canary"), "{}", made.shown());
}

#[test]
fn a_status_file_and_a_promise_are_enough() {
    let folder = Folder::new();
    folder.write(
        "status.yaml",
        "url: https://example.com\nport: 017\ntags: [a, 1]\n",
    );
    let made = folder.run("init status.yaml --name db --group example.org --resource dbs");
    folder.write("schema.yaml", &made.stdout);
    let check = folder.run("check status.yaml --schemas schema.yaml --as Enforce");
    assert_eq!(check.code, 0, "{}", check.shown());
    folder.write(
        "promise.yaml",
        "apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\nmetadata: {name: db}\n\
        spec: {api: {spec: {group: example.org, names: {plural: databases}}}}\n",
    );
    let made = folder.run("init promise.yaml");
    assert!(
        made.stdout.contains("name: db\n") && made.stdout.contains("resource: databases\n"),
        "{}",
        made.shown()
    );
    folder.write("schema.yaml", &made.stdout);
    assert_eq!(folder.run("lint schema.yaml").code, 0);
    let both = folder.run("init promise.yaml status.yaml");
    assert!(both.stdout.contains("url:"), "{}", both.shown());
}

#[test]
fn what_cannot_be_used_is_told() {
    let folder = Folder::new();
    folder.write("list.yaml", "- zq7canary\n");
    folder.write("nothing.yaml", "# zq7canary\n");
    for arguments in [
        "init",
        "init none.yaml",
        "init list.yaml",
        "init nothing.yaml",
    ] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.shown());
        assert!(!ran.stderr.contains("zq7canary"));
    }
}

/// A Promise whose status says something in each version.
const PROMISE: &str = "apiVersion: platform.kratix.io/v1alpha1
kind: Promise
metadata: {name: caches}
spec:
  api:
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: caches.example.org}
    spec:
      group: example.org
      names: {kind: Cache, plural: caches}
      scope: Namespaced
      versions:
      - name: v1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
            type: object
            properties:
              status:
                type: object
                required: [host]
                properties:
                  host: {type: string, description: 'Where it answers: a name', default: zq7canary}
                  port: {type: integer, minimum: 0, exclusiveMinimum: true, nullable: true}
                  either: {x-kubernetes-int-or-string: true}
                  size: {type: string, enum: [small, 'on', '017']}
                  any: {type: object, x-kubernetes-preserve-unknown-fields: true}
                  default: {type: boolean}
                  nodes: {type: array, items: {type: object, properties: {name: {type: string}}}}
                  choice: {anyOf: [{required: [a]}, {required: [b]}], type: object, properties: {a: {}, b: {}}}
";

#[test]
fn the_schema_in_a_promise_becomes_that_of_the_file() {
    let folder = Folder::new();
    folder.write("promise.yaml", PROMISE);
    let made = folder.run("init promise.yaml");
    assert_eq!(made.code, 0, "{}", made.shown());
    assert!(!made.stdout.contains("zq7canary"), "{}", made.shown());
    insta::assert_snapshot!(made.shown());
    folder.write("schema.yaml", &made.stdout);
    let lint = folder.run("lint schema.yaml --strict");
    assert_eq!(lint.code, 0, "{}", lint.shown());
    // And it says of each status what the Promise itself says.
    let statuses = [
        "host: a\nport: 1\neither: x\nsize: '017'\nany: {x: 1}\ndefault: true\nnodes: [{name: a}]\nchoice: {a: 1}\n",
        "host: a\nport: null\neither: 1\n",
        "port: 0\neither: []\nsize: large\nany: 1\ndefault: x\n",
        "host: 1\nhots: a\nnodes: [{nam: a}]\nchoice: {c: 1}\n",
        "host: a\nchoice: {}\n",
    ];
    for status in statuses {
        folder.write("status.yaml", status);
        let found = |by: &str| {
            let ran = folder.run(&format!(
                "check status.yaml {by} --as Enforce --format json"
            ));
            let report = ran.json();
            let findings = report["objects"][0]["findings"].as_array().unwrap().iter();
            let found: Vec<_> = findings
                .map(|finding| (finding["path"].to_string(), finding["rule"].to_string()))
                .map(|(path, rule)| (path, rule.replace("exclusiveM", "m")))
                .collect();
            found
        };
        assert_eq!(
            found("--promise promise.yaml"),
            found("--schemas schema.yaml"),
            "{status}"
        );
    }
}

#[test]
fn versions_that_differ_each_have_their_schema() {
    let folder = Folder::new();
    let version = "      - name: v2
        served: true
        schema: {openAPIV3Schema: {properties: {status: {properties: {address: {type: string}}}}}}
";
    folder.write("promise.yaml", format!("{PROMISE}{version}"));
    let made = folder.run("init promise.yaml");
    folder.write("schema.yaml", &made.stdout);
    let lint = folder.run("lint schema.yaml");
    assert_eq!(lint.code, 0, "{}", lint.shown());
    let explained = folder.run("explain --promise caches --schemas schema.yaml");
    assert!(
        explained.stdout.contains("Version v1:")
            && explained.stdout.contains("may hold address: string"),
        "{}",
        made.shown()
    );
    folder.write(
        "broken.yaml",
        PROMISE.replace("type: integer", "type: intger"),
    );
    let ran = folder.run("init broken.yaml");
    let refusal = ran.refusal("broken.yaml");
    assert!(refusal.contains("broken.yaml:26:"), "{refusal}");
    assert!(refusal.contains("type: must be"), "{refusal}");
}

#[test]
fn a_literal_credential_becomes_no_part_of_the_schema() {
    let folder = Folder::new();
    folder.write(
        "status.yaml",
        "host: db\npassword: zq7canary-7\npin: 4711\nadmin: {apiToken: kq3v9zt7x1}\ntoken: vault:secret/data/db#token\n",
    );
    let made = folder.run("init status.yaml --name db --group example.org --resource dbs");
    for value in ["zq7canary", "4711", "kq3v9zt7x1"] {
        assert!(!made.shown().contains(value), "{}", made.shown());
    }
    insta::assert_snapshot!(made.shown());
    folder.write("schema.yaml", &made.stdout);
    assert_eq!(folder.run("lint schema.yaml").code, 0);
    folder.write(
        "mended.yaml",
        "host: db\nadmin: {}\ntoken: vault:secret/data/db#token\n",
    );
    let check = folder.run("check mended.yaml --schemas schema.yaml --as Enforce");
    assert_eq!(check.code, 0, "{}", check.shown());
    folder.write("only.yaml", "password: zq7canary-7\n");
    let made = folder.run("init only.yaml");
    folder.write("schema.yaml", &made.stdout);
    assert_eq!(folder.run("lint schema.yaml").code, 0, "{}", made.shown());
}

#[test]
fn nested_objects_are_closed_as_well() {
    let folder = Folder::new();
    folder.write(
        "status.yaml",
        "retention: {ms: 1, policy: x}\nnodes: [{name: a}, {name: b, zone: c}]\nlabels: {}\n",
    );
    let made = folder.run("init status.yaml --name db --group example.org --resource dbs");
    folder.write("schema.yaml", &made.stdout);
    let lint = folder.run("lint schema.yaml --strict");
    assert_eq!(lint.code, 0, "{}", lint.shown());
    let check = folder.run("check status.yaml --schemas schema.yaml --as Enforce");
    assert_eq!(check.code, 0, "{}", check.shown());
    folder.write(
        "odd.yaml",
        "retention: {ms: 1, policy: x, polcy: z}\nnodes: [{name: a, zoen: c}]\nlabels: {a: b}\n",
    );
    let check = folder.run("check odd.yaml --schemas schema.yaml --as Enforce --format json");
    let report = check.json();
    let findings = report["objects"][0]["findings"].as_array().unwrap().iter();
    let paths: Vec<&str> = findings
        .map(|finding| finding["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        ["status.nodes[0].zoen", "status.retention.polcy"],
        "{}",
        made.shown()
    );
    let explained = folder
        .run("explain --promise db --schemas schema.yaml")
        .stdout;
    for line in [
        "must hold labels: object\n  may hold any key\n",
        "must hold nodes: list\n  each element: object\n    must hold name: string\n    may hold zone: string\n    \
         may hold no other key\n",
        "must hold retention: object\n  must hold ms: integer\n  must hold policy: string\n  may hold no other key\n",
    ] {
        assert!(explained.contains(line), "{line}: {explained}");
    }
}

#[test]
fn what_nobody_has_said_is_left_to_be_replaced() {
    let folder = Folder::new();
    folder.write("status.yaml", "url: https://example.com\n");
    let made = folder.run("init status.yaml");
    for line in [
        "  name: my-promise   # replace this: the name of the Promise\n",
        "    group: my-group.example   # replace this: spec.group of the Promise's API\n",
        "    resource: my-promises   # replace this: spec.names.plural of the Promise's API\n",
    ] {
        assert!(made.stdout.contains(line), "{line}: {}", made.shown());
    }
    assert!(
        made.stderr.contains("replace my-promise, my-group.example, my-promises, or say --name, --group and --resource"),
        "{}",
        made.shown()
    );
    folder.write("schema.yaml", &made.stdout);
    let lint = folder.run("lint schema.yaml --strict");
    assert_eq!(lint.code, 1, "{}", lint.shown());
    assert_eq!(
        lint.stdout.matches("warning[lint/placeholder]").count(),
        3,
        "{}",
        lint.shown()
    );
    let made = folder.run("init status.yaml --name db --group example.org --resource dbs");
    assert!(!made.stdout.contains("replace"), "{}", made.shown());
    assert!(
        made.stderr.ends_with(
            "statusguard lint FILE, then statusguard check status.yaml --schemas FILE\n"
        ),
        "{}",
        made.shown()
    );
    let request = object("one", &json!({"url": "https://example.com"})).to_string();
    let made = folder.pipe("init -", request.replace("kratix.io/promise-name", "other"));
    assert!(
        made.stderr
            .contains("note: guessed from the kind: name and resource;"),
        "{}",
        made.shown()
    );
    assert!(
        made.stderr.contains("what was piped in once more"),
        "{}",
        made.shown()
    );
}

#[test]
fn of_a_promise_that_describes_no_status_nothing_is_said() {
    let folder = Folder::new();
    let promise = "apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\nmetadata: {name: db}\n\
        spec: {api: {spec: {group: example.org, names: {kind: Db, plural: dbs}, versions: [{name: v1}]}}}\n";
    folder.write("promise.yaml", promise);
    folder.write("status.yaml", "url: https://example.com\n");
    let made = folder.run("init promise.yaml");
    assert!(
        made.stderr.starts_with(
            "note: the Promise says nothing of the status, so nothing is described yet"
        ),
        "{}",
        made.shown()
    );
    assert!(
        made.stderr
            .ends_with("then statusguard explain --promise db --schemas FILE\n"),
        "{}",
        made.shown()
    );
    folder.write("schema.yaml", &made.stdout);
    let lint = folder.run("lint schema.yaml");
    assert!(
        lint.stdout.contains("warning[lint/nothing-described]"),
        "{} {}",
        made.shown(),
        lint.shown()
    );
    for next in [
        "explain --promise db --schemas schema.yaml",
        "check status.yaml --schemas schema.yaml --as Enforce",
    ] {
        let ran = folder.run(next);
        assert_eq!(ran.code, 0, "{}", ran.shown());
    }
    let check = folder.run("check status.yaml --promise promise.yaml");
    assert_eq!(
        (check.code, check.stderr.as_str()),
        (
            0,
            "note: promise.yaml: the Promise holds no schema of the status, or its annotation switches it off, so only \
             secrets, conditions and sizes are checked\n"
        ),
        "{}",
        check.shown()
    );
}

#[test]
fn what_a_bad_sample_holds_is_not_asked_of_good_ones() {
    let folder = Folder::new();
    let complete = json!([{"type": "ConfigureWorkflowCompleted", "status": "True"}]);
    let status = |registry: &str, login: &str| json!({"conditions": complete, "registry": registry, "login": login});
    let good = object(
        "good",
        &status("https://registry.example.com", "see the Secret"),
    );
    let bad = object(
        "bad",
        &status(
            "https://admin:zq7canary9@registry.example.com",
            "the password is zq7canary9",
        ),
    );
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [bad, good]});
    let made = folder.pipe("init - --resource elastic-clouds", list.to_string());
    assert!(!made.shown().contains("zq7canary"), "{}", made.shown());
    for line in [
        "      # login: a text there tells a literal credential, which is refused; so it is not required\n      login:\n",
        "      # registry: one of the statuses has a literal credential there, which is refused; so it is not required\n      \
         registry:\n        type: string\n",
    ] {
        assert!(made.stdout.contains(line), "{line} {}", made.shown());
    }
    assert!(!made.stdout.contains("required: ["), "{}", made.shown());
    folder.write("schema.yaml", &made.stdout);
    let good = folder.pipe(
        "check - --schemas schema.yaml --as Enforce",
        good.to_string(),
    );
    assert_eq!(good.code, 0, "{}", good.shown());
}

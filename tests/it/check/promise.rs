//! The schema in an author's own Promise, as `--promise` reads it.
use crate::program::Folder;

/// A Promise in one file with another object, as authors keep it.
const PROMISE: &str = "apiVersion: v1
kind: Namespace
metadata: {name: zq7canary}
---
apiVersion: platform.kratix.io/v1alpha1
kind: Promise
metadata:
  name: database
spec:
  api:
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: databases.example.org}
    spec:
      group: example.org
      names: {kind: Database, plural: databases}
      scope: Namespaced
      versions:
      - name: v1alpha1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
            type: object
            properties:
              spec: {type: object}
              status:
                type: object
                required: [url]
                properties:
                  url: {type: string}
                  port: {type: integer, nullable: true}
                  replicas:
                    type: integer
                    default: 1
                    x-kubernetes-validations: [{rule: self > 0}]
";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("promise.yaml", PROMISE);
    folder
}

#[test]
fn a_status_is_judged_by_the_schema_in_the_promise() {
    let folder = folder();
    folder.write("status.yaml", "port: '5432'\nurll: https://example.com\n");
    let ran = folder.run("check status.yaml --promise promise.yaml");
    assert_eq!(ran.code, 0, "a Promise warns: {}", ran.shown());
    insta::assert_snapshot!(ran.shown());
    let ran = folder.run("check status.yaml --promise promise.yaml --as Enforce");
    assert_eq!(ran.code, 1, "{}", ran.shown());
    let enforced = PROMISE.replace(
        "  name: database\n",
        "  name: database\n  annotations: {statusguard.dev/enforcement: Enforce}\n",
    );
    folder.write("promise.yaml", enforced);
    assert_eq!(
        folder.run("check status.yaml --promise promise.yaml").code,
        1
    );
}

#[test]
fn requests_are_found_by_their_kind_and_a_schema_counts_more() {
    let folder = folder();
    folder.write(
        "object.yaml",
        "apiVersion: example.org/v1alpha1\nkind: Database\nmetadata: {name: a}\nstatus: {url: 7}\n",
    );
    let ran = folder.run("check object.yaml --promise promise.yaml");
    assert!(ran.stdout.contains("Promise database"), "{}", ran.shown());
    assert!(ran.stdout.contains("schema/type"), "{}", ran.shown());
    let manifest = "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {name: db}\nspec:\n  \
        request: {group: example.org, resource: databases}\n";
    // Without a schema of its own it enforces that of the Promise.
    folder.write("schemas/db.yaml", manifest);
    let ran = folder.run("check object.yaml --promise promise.yaml");
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(ran.stdout.contains("StatusSchema db"), "{}", ran.shown());
    folder.write(
        "schemas/db.yaml",
        format!("{manifest}  schema: {{properties: {{url: {{type: integer}}}}}}\n"),
    );
    assert_eq!(
        folder.run("check object.yaml --promise promise.yaml").code,
        0
    );
}

#[test]
fn a_schema_that_counts_instead_of_that_in_the_promise_is_told_once() {
    let folder = folder();
    folder.write("status.yaml", "url: https://example.com\n");
    let manifest = "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {name: db}\nspec:\n  \
        request: {group: example.org, resource: databases}\n";
    let command = "check status.yaml status.yaml --promise promise.yaml";
    // It takes the schema of the Promise over.
    folder.write("schemas/db.yaml", manifest);
    assert_eq!(folder.run(command).stderr, "");
    folder.write(
        "schemas/db.yaml",
        format!("{manifest}  schema: {{properties: {{url: {{type: string}}}}}}\n"),
    );
    let ran = folder.run(command);
    assert_eq!(
        ran.stderr,
        "note: promise.yaml: the schema in the Promise does not count, since StatusSchema db (schemas/db.yaml) is for the \
         same resource\n"
    );
    let report = folder.run(&format!("{command} --format json")).json();
    assert_eq!(report["objects"][0]["policySource"], "StatusSchema");
    // There is nothing in the Promise that could have counted.
    folder.write("promise.yaml", PROMISE.replace("status:\n", "other:\n"));
    assert_eq!(folder.run(command).stderr, "");
}

#[test]
fn keys_of_its_schema_that_are_read_as_booleans_are_told_as_they_are_written() {
    let folder = Folder::new();
    let promise = std::fs::read("tests/fixtures/lint/kinds/promise-yaml.yaml").unwrap();
    folder.write("promise.yaml", promise);
    folder.write("status.yaml", "y: 1\nnodes: {no: 2, off: a}\n");
    insta::assert_snapshot!(
        folder.run("lint promise.yaml").shown()
            + &folder
                .run("check status.yaml --promise promise.yaml")
                .shown()
            + &folder.run("explain --promise promise.yaml").shown()
    );
}

#[test]
fn the_schema_in_a_promise_is_linted_and_explained() {
    let folder = folder();
    insta::assert_snapshot!(
        folder.run("lint promise.yaml").shown()
            + &folder.run("explain --promise promise.yaml").shown()
    );
}

#[test]
fn a_promise_that_cannot_be_used_is_told_with_its_place() {
    let folder = folder();
    folder.write("status.yaml", "a: 1\n");
    let annotated = |word: &str| {
        let metadata =
            format!("  name: database\n  annotations: {{statusguard.dev/enforcement: {word}}}\n");
        PROMISE.replace("  name: database\n", &metadata)
    };
    let cases = [
        ("broken.yaml", PROMISE.replace("type: integer, nullable", "type: intger, nullable")),
        ("no-group.yaml", PROMISE.replace("      group: example.org\n", "")),
        ("core.yaml", PROMISE.replace("group: example.org", "group: ''")),
        ("word.yaml", annotated("zq7canary")),
        ("near.yaml", annotated("Enforec")),
        ("off.yaml", annotated("Off")),
        ("on.yaml", annotated("on")),
        ("number.yaml", annotated("1")),
        ("nothing.yaml", annotated("")),
        ("no-api.yaml", "apiVersion: platform.kratix.io/v1alpha1\nkind: Promise\nmetadata: {name: a}\nspec: {}\n".to_owned()),
        ("none.yaml", "a: zq7canary\n".to_owned()),
        ("two.yaml", format!("{PROMISE}---\n{PROMISE}")),
        ("open.yaml", format!("{PROMISE}---\na: [\n")),
    ];
    let mut shown = String::new();
    for (name, promise) in cases {
        folder.write(name, promise);
        let ran = folder.run(&format!("check status.yaml --promise {name}"));
        shown.push_str(ran.refusal(name.as_ref()));
    }
    shown.push_str(
        &folder
            .run("check status.yaml --promise nowhere.yaml")
            .stderr,
    );
    assert!(!shown.contains("zq7canary"), "{shown}");
    insta::assert_snapshot!(shown);
}

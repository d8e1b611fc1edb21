//! What is no resource request, no list of them and no status.yaml is told with its place, by every command that takes one.
use std::fmt::Write as _;

use crate::program::Folder;

/// A request of a Promise.
const REQUEST: &str = r#"{"apiVersion": "example.org/v1", "kind": "Db", "metadata": {"name": "a"}, "status": {"password": "zq7canary"}}"#;

/// A folder with a file of each kind that is none.
fn folder() -> (Folder, Vec<&'static str>) {
    let list = |items: &str| format!(r#"{{"apiVersion": "v1", "kind": "List", "items": {items}}}"#);
    let object = |version: &str, kind: &str| {
        format!(
            "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\nstatus: {{password: zq7canary}}\n"
        )
    };
    let files = [
        ("pod.yaml", object("v1", "Pod")),
        ("deployment.yaml", object("apps/v1", "Deployment")),
        ("work.yaml", object("platform.kratix.io/v1alpha1", "Work")),
        ("promise.yaml", object("platform.kratix.io/v1alpha1", "Promise")),
        ("schema.yaml", object("statusguard.dev/v1alpha1", "StatusSchema")),
        ("cases.yaml", object("statusguard.dev/v1alpha1", "StatusTest")),
        ("report.yaml", object("statusguard.dev/v1alpha1", "CheckReport")),
        ("table.json", r#"{"apiVersion": "meta.k8s.io/v1", "kind": "Table", "rows": [{"cells": ["zq7canary"]}]}"#.to_owned()),
        ("half.yaml", "kind: Promise\nmetadata: {name: zq7canary}\n".to_owned()),
        ("in-a-list.json", list(&format!("[{}]", list(&format!("[{REQUEST}]"))))),
        ("map.json", list(&format!(r#"{{"a": {REQUEST}}}"#))),
        ("texts.json", list(&format!(r#"[{REQUEST}, "zq7canary"]"#))),
        ("nulls.json", list("[null]")),
        ("nameless.json", list(r#"[{"status": {"password": "zq7canary"}}]"#)),
        ("pods.json", list(r#"[{"apiVersion": "v1", "kind": "Pod"}]"#)),
        ("no-items.json", r#"{"apiVersion": "v1", "kind": "List"}"#.to_owned()),
    ];
    let folder = Folder::new();
    folder.write("status.yaml", "url: a\n");
    folder.write("request.json", REQUEST);
    for (name, content) in &files {
        folder.write(name, content);
    }
    (folder, files.iter().map(|(name, _)| *name).collect())
}

#[test]
fn no_command_takes_one_for_another() {
    let (folder, names) = folder();
    let mut shown = String::new();
    for name in names {
        for command in [
            "check FILE",
            "check --request FILE --status status.yaml",
            "check --request request.json --status FILE",
            "check request.json --old FILE",
            "audit FILE",
            "init FILE",
        ] {
            let command = command.replace("FILE", name);
            let ran = folder.run(&command);
            let told = ran.refusal(&command);
            assert!(told.contains(name), "{command}: {told}");
            assert!(!told.contains("zq7canary"), "{command}: {told}");
            if command.starts_with("check ") && !command.contains("--") {
                shown.push_str(told);
            }
        }
    }
    for command in [
        "check --request in-a-list.json --status status.yaml",
        "check --request request.json --status request.json",
        "check request.json --old pod.yaml",
        "init half.yaml",
        "init schema.yaml",
        "audit in-a-list.json",
        "audit map.json",
    ] {
        let _ = write!(
            shown,
            "$ statusguard {command}\n{}",
            folder.run(command).refusal(command)
        );
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn nothing_to_judge_is_said() {
    let folder = Folder::new();
    folder.write(
        "new.yaml",
        "apiVersion: example.org/v1\nkind: Db\nmetadata: {name: a}\n",
    );
    let ran = folder.run("check new.yaml");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "Db a: allowed (not judged: it has no status yet)\n"),
        "{}",
        ran.shown()
    );
    let same = "apiVersion: example.org/v1\nkind: Db\nmetadata: {name: a}\nstatus: {a: 1}\n";
    folder.write("same.yaml", same);
    let ran = folder.run("check same.yaml --old same.yaml");
    assert!(
        ran.stdout.contains("its status does not change"),
        "{}",
        ran.shown()
    );
    folder.write(
        "list.json",
        r#"{"apiVersion": "v1", "kind": "List", "items": []}"#,
    );
    let ran = folder.run("check list.json");
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            0,
            "note: list.json: holds no object, so nothing of it is judged\n"
        ),
        "{}",
        ran.shown()
    );
    let ran = folder.run("init list.json");
    assert!(
        ran.refusal("list.json")
            .contains("holds no request, no status"),
        "{}",
        ran.shown()
    );
}

#[test]
fn a_schema_for_another_group_is_named() {
    let folder = Folder::new().with_schemas();
    folder.write(
        "r.yaml",
        "apiVersion: workshop.kratix.oi/v1\nkind: elastic-cloud\nmetadata: {name: a}\nstatus: {a: 1}\n",
    );
    let ran = folder.run("check r.yaml");
    assert!(
        ran.stderr
            .contains("(it holds one for elastic-clouds.workshop.kratix.io: look at the group)"),
        "{}",
        ran.shown()
    );
}

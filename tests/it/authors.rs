//! What authors find beside the program: the schema of a manifest for editors, completions, explanations, hooks.
use std::{fs, path::Path};

use serde_json::Value;
use statusguard::core::{
    policy::{Policy, manifest::editor},
    yaml::Document,
};

use crate::program::Folder;

/// Where editors find the schema of a manifest.
const SCHEMA: &str = "deploy/status-schema.json";

fn read(path: &Path) -> Value {
    Document::read(&fs::read(path).unwrap()).unwrap().value()
}

fn yaml_files(directory: &str) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension() == Some("yaml".as_ref()))
        .collect()
}

#[test]
fn the_schema_for_editors_is_up_to_date() {
    let generated = format!("{:#}\n", editor::schema());
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(SCHEMA, &generated).unwrap();
    }
    assert_eq!(
        fs::read_to_string(SCHEMA).unwrap(),
        generated,
        "run the test with UPDATE_GENERATED=1"
    );
}

#[test]
fn editors_and_the_program_agree_about_manifests() {
    let schema = jsonschema::draft7::new(&editor::schema()).unwrap();
    for path in yaml_files("schemas") {
        assert!(schema.is_valid(&read(&path)), "{}", path.display());
        let first = fs::read_to_string(&path).unwrap();
        let first = first.lines().next().unwrap();
        assert_eq!(
            first,
            format!("# yaml-language-server: $schema=../{SCHEMA}"),
            "{}",
            path.display()
        );
    }
    let good = read(Path::new("schemas/runtime.yaml"));
    let bad: [(&str, Value); 9] = [
        ("/kind", "Status".into()),
        ("/spec/request", serde_json::json!({"group": "a"})),
        ("/spec/enforcement", "Off".into()),
        ("/spec/schemas", serde_json::json!({})),
        ("/spec/versions", serde_json::json!({"v1": {"schema": {}}})),
        ("/spec/budgets", serde_json::json!({"bytes": 0})),
        ("/spec/budgets", serde_json::json!({"depth": 65})),
        (
            "/spec/secrets",
            serde_json::json!({"allow": [{"path": "status.a", "rule": "secret/jwt"}]}),
        ),
        (
            "/spec/secrets",
            serde_json::json!({"allow": [{"path": "a", "rule": "secret/jwt", "reason": "x"}]}),
        ),
    ];
    for (pointer, value) in bad {
        let mut manifest = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        manifest.pointer_mut(parent).unwrap()[key] = value;
        assert!(Policy::from_manifest(&manifest).is_err(), "{pointer}");
        assert!(!schema.is_valid(&manifest), "{pointer}");
    }
}

#[test]
fn every_shell_gets_its_completions() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = folder.run(&format!("completions {shell}"));
        assert_eq!(ran.code, 0);
        for command in ["check", "lint", "explain", "init"] {
            assert!(
                ran.stdout.contains(command),
                "{shell} does not know {command}"
            );
        }
    }
    assert_eq!(folder.run("completions none").code, 2);
}

#[test]
fn bash_takes_its_completions() {
    // As the README says it.
    let typed = "source <(statusguard completions bash)";
    let shown = Folder::new().type_in(&format!("bash -c '{typed} && complete -p statusguard'"));
    assert!(shown.ends_with(" statusguard\n"), "{shown}");
}

#[test]
fn a_rule_is_explained_as_the_readme_says() {
    let shown = Folder::new().type_in("statusguard explain condition/status");
    assert!(shown.starts_with("condition/status: "), "{shown}");
}

#[test]
fn what_a_promise_asks_for_is_said_in_words() {
    let folder = Folder::new().with_schemas();
    let mut shown = String::new();
    for promise in ["elastic-cloud", "app-stack"] {
        let ran = folder.run(&format!("explain --promise {promise}"));
        assert_eq!(ran.code, 0, "{}", ran.shown());
        shown.push_str(&ran.stdout);
    }
    insta::assert_snapshot!(shown);
    for (promise, said) in [
        ("elastic-clouds", "did you mean elastic-cloud?"),
        ("runtim", "did you mean runtime?"),
        (
            "database",
            "there are app-stack, aws-rds, elastic-cloud, runtime",
        ),
    ] {
        let ran = folder.run(&format!("explain --promise {promise}"));
        let refusal = ran.refusal(promise);
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn every_limit_of_a_schema_is_said_in_words() {
    let folder = Folder::new();
    let schema = fs::read("tests/fixtures/explain/limits.yaml").unwrap();
    folder.write("limits.yaml", schema);
    let ran = folder.run("explain --promise limits --schemas limits.yaml");
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn keys_of_kratix_are_said_to_stand_where_nothing_else_may() {
    let folder = Folder::new();
    let schema = fs::read("tests/fixtures/explain/kratix.yaml").unwrap();
    folder.write("kratix.yaml", schema);
    let ran = folder.run("explain --promise kratix --schemas kratix.yaml");
    let said = "\
may hold nested: object
  may hold workflows: integer
  may hold no other key
must hold url: string
must hold conditions: anything
may hold no other key but Kratix's own: healthStatus, kratix, lastSuccessfulConfigureWorkflowTime, message, \
observedGeneration, promiseVersion, resourceBindingVersion, workflows, workflowsFailed, workflowsSucceeded
";
    assert!(ran.stdout.contains(said), "{}", ran.shown());
}

#[test]
fn what_unknown_keys_do_under_a_promise_is_said() {
    let explained = Folder::new()
        .run("explain schema/additionalProperties")
        .stdout;
    assert!(
        explained.contains("under that schema it only ever warns"),
        "{explained}"
    );
}

#[test]
fn every_command_has_an_example() {
    let folder = Folder::new();
    for command in [
        "audit",
        "check",
        "lint",
        "test",
        "init",
        "explain",
        "completions",
    ] {
        let ran = folder.run(&format!("{command} --help"));
        assert_eq!(ran.code, 0);
        assert!(
            ran.stdout.contains("statusguard ") && ran.stdout.contains("Example"),
            "{command}"
        );
    }
    assert!(folder.run("--help").stdout.contains("kubectl statusguard"));
}

#[test]
fn the_hooks_name_commands_that_there_are() {
    let hooks = read(Path::new(".pre-commit-hooks.yaml"));
    let folder = Folder::new().with_schemas();
    for hook in hooks.as_array().unwrap() {
        for key in ["id", "name", "description", "entry", "language", "files"] {
            assert!(hook[key].is_string(), "{key}: {hook}");
        }
        let entry = hook["entry"].as_str().unwrap();
        let command = entry.strip_prefix("statusguard ").unwrap();
        let files = if hook["id"] == "statusguard-lint" {
            "schemas/runtime.yaml"
        } else {
            ""
        };
        if !files.is_empty() {
            let ran = folder.run(&format!("{command} {files}"));
            assert_eq!(ran.code, 0, "{}", ran.shown());
        }
    }
}

/// The fenced blocks of a language in the part of the README for authors.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string("README.md").unwrap();
    let part = readme.split("## For Promise authors").nth(1).unwrap();
    let part = part.split("\n## ").next().unwrap();
    let fence = format!("```{language}\n");
    let blocks = part.split(&fence).skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_readme_shows_what_its_commands_print() {
    let folder = Folder::new().with_schemas();
    let status = &blocks("yaml")[0];
    folder.write("status.yaml", status);
    folder.write(
        "elastic-cloud/accept/done.yaml",
        "message: done\nusername: elastic\npasswordSecretName: a\n",
    );
    folder.write(
        "elastic-cloud/reject/password.yaml",
        format!(
            "# expect: status.password secret/credential-key\n\
        message: done\nusername: elastic\npasswordSecretName: a\npassword: {}\n",
            "hunter2"
        ),
    );
    let consoles = blocks("text");
    assert_eq!(consoles.len(), 2);
    for console in consoles {
        let (command, expected) = console.split_once('\n').unwrap();
        let ran = folder.run(command.strip_prefix("$ statusguard ").unwrap());
        assert_eq!(ran.stdout, expected, "{}", ran.shown());
    }
}

#[test]
fn an_author_gets_from_a_status_to_green_tests_as_the_readme_says() {
    let folder = Folder::new();
    let consoles = blocks("console");
    assert_eq!(consoles.len(), 1);
    let mut commands = consoles[0].split("$ ").skip(1);
    // The first shows the file that the others are about.
    let (command, status) = commands.next().unwrap().split_once('\n').unwrap();
    assert_eq!(command, "cat status.yaml");
    folder.write("status.yaml", status);
    let mut count = 0;
    for command in commands {
        let (command, expected) = command.split_once('\n').unwrap();
        assert_eq!(folder.type_in(command), expected, "{command}");
        count += 1;
    }
    assert_eq!(count, 7);
    // And nothing of the file has become part of the schema.
    let schema = fs::read_to_string(folder.path().join("schemas/db.yaml")).unwrap();
    assert!(
        !schema.contains("5432") && !schema.contains("provisioned"),
        "{schema}"
    );
}

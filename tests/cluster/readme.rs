//! The README is true: its commands run as they stand there, and print what it says.
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
    process::Command,
};

use serde_json::json;
use statusguard::core::yaml::Document;

use crate::{
    control_plane::ControlPlane,
    elastic_cloud::pending,
    guard::{Guard, STATUSGUARD, addresses},
    promise::{Output, Promise, custom_resource_definition},
    tether::Tethered,
    until::until,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A fenced block of the README: the word behind the fence, and the lines in it.
struct Block {
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    blocks_before("\n## Licence\n")
}

fn blocks_before(heading: &str) -> Vec<Block> {
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).expect("there is a README");
    let (readme, _) = readme
        .split_once(heading)
        .expect("the README has that heading");
    let fenced = readme.split("\n```").collect::<Vec<_>>();
    // Every second part lies between an opening and a closing fence.
    let inside = fenced.iter().skip(1).step_by(2);
    let block = |part: &&str| {
        let (language, text) = part.split_once('\n').expect("a fence ends its line");
        Block {
            language: language.to_owned(),
            text: text.to_owned(),
        }
    };
    inside.map(block).collect()
}

/// Where the commands of the README are typed: a clone, as far as they can tell, with its own certificates.
struct Clone<'a> {
    promise: &'a Promise,
    directory: PathBuf,
    server: Option<Tethered>,
    listen: String,
}

impl<'a> Clone<'a> {
    fn of(promise: &'a Promise) -> Self {
        let directory = promise.directory.join("clone");
        fs::create_dir_all(directory.join("certs")).expect("no other test has this name");
        for part in ["schemas", "tests"] {
            symlink(format!("{ROOT}/{part}"), directory.join(part)).expect("a link can be made");
        }
        let clone = Self {
            promise,
            directory,
            server: None,
            listen: String::new(),
        };
        clone.write_program("cargo", &format!("shift 2\nexec '{STATUSGUARD}' \"$@\""));
        clone.write_program("statusguard", &format!("exec '{STATUSGUARD}' \"$@\""));
        let kubectl = promise.plane.tools.kubectl();
        let words = std::iter::once(kubectl.get_program()).chain(kubectl.get_args());
        let words: Vec<_> = words.map(|word| format!("'{}'", word.display())).collect();
        clone.write_program("kubectl", &format!("exec {} \"$@\"", words.join(" ")));
        clone
    }

    fn write_program(&self, name: &str, script: &str) {
        let programs = self.directory.join("bin");
        fs::create_dir_all(&programs).expect("the directory can be written");
        let program = programs.join(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a script can be written");
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// A shell in the clone, in which the programs of the README are those that this test was built with.
    fn shell(&self, script: &str) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("bash");
        shell
            .args(["-euo", "pipefail", "-c", script])
            .current_dir(&self.directory);
        shell.env(
            "PATH",
            format!("{}:{path}", self.directory.join("bin").display()),
        );
        shell
            .env("STATUSGUARD_LOG_FORMAT", "json")
            .env("STATUSGUARD_ADMIN", "127.0.0.1:0");
        let listen = if self.listen.is_empty() {
            "127.0.0.1:0"
        } else {
            &self.listen
        };
        shell.env("STATUSGUARD_LISTEN", listen);
        shell
    }

    /// Starts the server by the README's command, at a port that is free.
    fn serve(&mut self, command: &str) {
        let log = self.directory.join("log");
        let mut shell = Tethered::wrap("bash");
        shell.args(["-c", &format!("exec {command}")]);
        let typed = self.shell("");
        shell.current_dir(&self.directory);
        shell.envs(
            typed
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        );
        self.server = Some(Tethered::start(shell, &log));
        let addresses = until("the first command serves", || {
            let text = fs::read_to_string(&log).map_err(|error| error.to_string())?;
            text.lines().find_map(addresses).ok_or(text)
        });
        self.listen = addresses.listen;
    }

    fn type_(&self, command: &str) -> Output {
        let command = command.replace("127.0.0.1:8443", &self.listen);
        self.promise.run(&mut self.shell(&command))
    }
}

#[test]
fn its_commands_run_as_they_stand_there() {
    // Its webhook configuration has the name of the one that the chart brings, which other tests install.
    let Some(plane) = ControlPlane::another("readme") else {
        return;
    };
    let name = "elastic-cloud";
    let promise = Promise::install_in(plane, name, &custom_resource_definition(name));
    promise.request("example");
    let mut clone = Clone::of(&promise);
    let mut typed = 0;
    // What is typed in a cluster and by authors has tests of its own.
    for block in blocks_before("\n## In a cluster\n") {
        match (block.language.as_str(), block.text.trim()) {
            ("sh", "cargo test") => {}
            ("sh", command @ "cargo run -- serve") => clone.serve(command),
            ("sh", command) => {
                let Output {
                    stdout,
                    stderr,
                    code,
                } = clone.type_(command);
                assert_eq!(code, 0, "{command}\n{stdout}{stderr}");
            }
            ("console", session) => check_session(&clone, session),
            _ => continue,
        }
        typed += 1;
    }
    assert!(typed > 5, "only {typed} blocks of the README are commands");
    // What stands inside a sentence, for authors.
    let command = "kubectl get elastic-clouds -A -o json | statusguard check -";
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).expect("there is a README");
    assert!(readme.contains(&format!("`{command}`")));
    let checked = clone.type_(command);
    let told = "elastic-cloud team-elastic-cloud/example: allowed (StatusSchema elastic-cloud, judged as partial)\n";
    assert_eq!((checked.stdout.as_str(), checked.code), (told, 0));
}

/// Types what stands behind each `$`, and compares what comes back with the lines below it.
fn check_session(clone: &Clone<'_>, session: &str) {
    for part in format!("\n{session}").split("\n$ ").skip(1) {
        let end = part
            .match_indices('\n')
            .find(|(at, _)| !part[..*at].ends_with('\\'));
        let (command, expected) = end.map_or((part, ""), |(at, _)| part.split_at(at));
        let Output { stdout, stderr, .. } = clone.type_(command);
        // kubectl leaves a space at the end of a line.
        let printed = format!("{stdout}{stderr}").replace(" \n", "\n");
        assert_eq!(printed.trim(), expected.trim(), "{command}");
    }
}

#[test]
fn its_refusal_is_what_a_pipeline_prints() {
    let Some(promise) = Promise::install("pipeline-cloud") else {
        return;
    };
    let schema = fs::read(format!("{ROOT}/schemas/elastic-cloud.yaml")).expect("there is a schema");
    let schema = Document::read(&schema).expect("it is YAML").value();
    let _guard = Guard::start(&promise, &json!({"schema": schema["spec"]["schema"]}));
    promise.request("example");
    promise.put("example", &pending()).accepted();
    let yaml = "message: Instance example provisioned\nusername: elastic\npassword: hunter2\n";
    let Some(output) = promise.status_writer("example", yaml, &["--last"]) else {
        return;
    };
    let printed = output.stderr.replace("team-pipeline-cloud", "default");
    let printed = printed.replace("pipeline-cloud", "elastic-cloud");
    let shown = blocks()
        .into_iter()
        .find(|block| block.text.contains("failed to update status"));
    assert_eq!(
        shown.expect("the README shows a refusal").text.trim(),
        printed.trim()
    );
}

//! What every command does with input that it cannot use: it ends with a sentence that names the file, and shows nothing
//! of what is in it.
use std::{fs, process::Command, thread};

use crate::{
    check::bad_input,
    program::{Folder, Ran},
};

/// Each way in which a command is given a file.
const COMMANDS: [&str; 15] = [
    "audit FILE",
    "audit good.json --promise FILE",
    "audit good.json --schemas FILE",
    "check FILE",
    "check --request FILE --status status.yaml",
    "check --request good.json --status FILE",
    "check status.yaml --old FILE",
    "check status.yaml --promise FILE",
    "check status.yaml --schemas FILE",
    "explain --promise FILE",
    "explain --promise x --schemas FILE",
    "init FILE",
    "lint FILE",
    "test FILE",
    "test suite --schemas FILE",
];

/// What no command can read as anything.
const HOPELESS: [&str; 9] = [
    "binary.yaml",
    "bomb.yaml",
    "deep.json",
    "deep.yaml",
    "latin1.yaml",
    "null-key.yaml",
    "nul.yaml",
    "open.yaml",
    "utf16.yaml",
];

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("status.yaml", "url: a\n");
    folder.write("suite/accept/a.yaml", "url: a\n");
    folder.write(
        "good.json",
        r#"{"apiVersion": "example.org/v1", "kind": "Db", "metadata": {"name": "a"}, "status": {}}"#,
    );
    folder
}

/// Runs every command with a file, and looks at what holds of all bad input.
fn with_each(folder: &Folder, name: &str, look: impl Fn(&str, &Ran)) {
    for command in COMMANDS {
        let command = command.replace("FILE", name);
        let ran = folder.run(&command);
        let shown = ran.shown();
        assert!((0..=2).contains(&ran.code), "{command}: {shown}");
        assert!(!shown.contains("panicked"), "{command}: {shown}");
        assert!(!shown.contains("zq7canary"), "{command}: {shown}");
        if ran.code == 2 {
            assert_eq!(ran.stdout, "", "{command}");
            assert!(ran.stderr.contains(name), "{command}: {shown}");
        }
        look(&command, &ran);
    }
}

#[test]
fn no_command_falls_over_a_file_or_shows_what_is_in_it() {
    let folder = folder();
    let twice = ("twice.yaml", b"url: zq7canary\nurl: zq7canary\n".to_vec());
    for (name, content) in bad_input::inputs().into_iter().chain([twice]) {
        folder.write(name, content);
        let is_hopeless = HOPELESS.contains(&name);
        with_each(&folder, name, |command, ran| {
            // What is wrong with a schema is what lint is asked for.
            let code = if command.starts_with("lint") { 1 } else { 2 };
            assert!(
                !is_hopeless || ran.code == code,
                "{command}: {}",
                ran.shown()
            );
        });
    }
}

#[test]
fn a_folder_and_nothing_at_all_are_told() {
    let folder = folder();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for name in ["empty", "none.yaml"] {
        with_each(&folder, name, |command, ran| {
            let may_be_empty = name == "empty" && command.contains("--schemas");
            assert!(ran.code == 2 || may_be_empty, "{command}: {}", ran.shown());
        });
    }
}

/// The memory of a process begins with what nobody may read, root included.
#[test]
#[cfg(target_os = "linux")]
fn what_may_not_be_read_is_told() {
    let folder = folder();
    std::os::unix::fs::symlink("/proc/self/mem", folder.path().join("unreadable.yaml")).unwrap();
    with_each(&folder, "unreadable.yaml", |command, ran| {
        assert_eq!(ran.code, 2, "{command}: {}", ran.shown());
        assert!(
            ran.stderr.contains("cannot be read (") && ran.stderr.contains("); mend it"),
            "{command}: {}",
            ran.shown()
        );
    });
}

#[test]
fn a_hundred_megabytes_are_refused_before_they_are_understood() {
    let folder = folder();
    let file = fs::File::create(folder.path().join("large.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    with_each(&folder, "large.yaml", |command, ran| {
        assert_eq!(ran.code, 2, "{command}: {}", ran.shown());
        assert!(
            ran.shown().contains("larger than"),
            "{command}: {}",
            ran.shown()
        );
    });
}

#[test]
fn marks_and_line_ends_of_windows_change_nothing() {
    let folder = folder();
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let schema = fs::read_to_string("schemas/runtime.yaml").unwrap();
    folder.write("runtime.yaml", windows(&schema));
    folder.write("status.yaml", windows("url: https://example.com\n"));
    folder.write(
        "runtime/accept/a.yaml",
        windows("url: https://example.com\n"),
    );
    folder.write(
        "runtime/reject/b.yaml",
        windows("# expect: status.url schema/required\nmessage: done\n"),
    );
    for command in [
        "lint runtime.yaml --strict",
        "check status.yaml --schemas runtime.yaml",
        "init status.yaml",
        "test runtime --schemas runtime.yaml",
        "explain --promise runtime --schemas runtime.yaml",
    ] {
        let ran = folder.run(command);
        assert_eq!(ran.code, 0, "{command}: {}", ran.shown());
    }
}

#[test]
fn what_a_pipe_brings_is_read_like_a_file() {
    let folder = folder();
    let made = Command::new("mkfifo")
        .arg(folder.path().join("pipe"))
        .status();
    assert!(made.unwrap().success());
    for command in ["check pipe", "init pipe", "audit pipe"] {
        let writer = {
            let pipe = folder.path().join("pipe");
            let object = fs::read(folder.path().join("good.json")).unwrap();
            thread::spawn(move || fs::write(pipe, object))
        };
        let ran = folder.run(command);
        assert_eq!(ran.code, 0, "{command}: {}", ran.shown());
        writer.join().unwrap().unwrap();
    }
}

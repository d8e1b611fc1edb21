//! Holds the layers: which part of the crate may use which, what the engine never touches, and how a file begins.
use std::{
    fs,
    path::{Path, PathBuf},
};

mod source;

use source::{code, paths};

/// Which parts each part may use beside itself; `cli` may use all.
const LAYERS: [(&str, &[&str]); 7] = [
    ("core", &[]),
    ("disk", &["core"]),
    ("registry", &["core", "disk"]),
    ("telemetry", &["core"]),
    ("server", &["core", "registry", "telemetry"]),
    ("cluster", &["core", "registry", "telemetry"]),
    (
        "cli",
        &["core", "disk", "registry", "telemetry", "server", "cluster"],
    ),
];

/// What the engine must never name: I/O, other threads, clocks, the process around it, logs.
const IMPURE: [&str; 20] = [
    "arc_swap",
    "axum",
    "hyper",
    "hyper_util",
    "kube",
    "log",
    "notify",
    "rustls",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
    "tokio_rustls",
    "tracing",
    "tracing_subscriber",
];

/// Ways to ask the time that other crates offer.
const CLOCKS: [&str; 3] = ["now", "now_utc", "now_local"];

/// The only module that may name `jsonschema`.
const SCHEMA: &str = "core/schema";

/// What breaks the layers in the file at `path` below `src`.
fn violations(path: &str, text: &str) -> Vec<String> {
    let module = path.trim_end_matches(".rs");
    let part = module.split('/').next().unwrap_or_default();
    let depth = module.split('/').count();
    let used = paths(&code(text));
    let mut violations: Vec<String> = used
        .iter()
        .filter_map(|path| target(path, depth))
        .filter(|target| !may_use(part, target))
        .map(|target| format!("{path}: {part} must not use {target}"))
        .collect();
    let is_schema = module == SCHEMA || module.starts_with(&format!("{SCHEMA}/"));
    for path_used in &used {
        let named = path_used.join("::");
        if part == "core" && is_impure(path_used, &named) {
            violations.push(format!("{path}: core is pure, and must not use {named}"));
        }
        if !is_schema && path_used[0] == "jsonschema" {
            violations.push(format!("{path}: only {SCHEMA} may use jsonschema"));
        }
    }
    violations
}

/// The part of the crate that a path leads to, seen from a module `depth` steps below the root.
fn target(path: &[String], depth: usize) -> Option<&str> {
    let ups = path.iter().take_while(|step| *step == "super").count();
    let rest = match path[0].as_str() {
        "crate" | "statusguard" => &path[1..],
        "super" if ups >= depth => &path[ups..],
        _ => return None,
    };
    let target = rest.first()?.as_str();
    LAYERS
        .iter()
        .any(|(part, _)| *part == target)
        .then_some(target)
}

fn may_use(part: &str, target: &str) -> bool {
    match LAYERS.iter().find(|(name, _)| *name == part) {
        Some((_, allowed)) => part == target || allowed.contains(&target),
        // The root: lib.rs and main.rs.
        None => true,
    }
}

fn is_impure(path: &[String], named: &str) -> bool {
    let is_below = |impure: &&str| *named == **impure || named.starts_with(&format!("{impure}::"));
    let is_glob_of_time = named == "std::time" || named == "std::time::*" || named == "std::*";
    let asks_a_clock = path.len() > 1
        && path
            .last()
            .is_some_and(|last| CLOCKS.contains(&last.as_str()));
    IMPURE.iter().any(is_below) || is_glob_of_time || asks_a_clock
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            files.extend(rust_files(&path));
        } else if path.extension() == Some("rs".as_ref()) {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn every_part_uses_only_what_it_may() {
    let mut found = Vec::new();
    for file in rust_files(Path::new("src")) {
        let path = file
            .strip_prefix("src")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        // Tests of the engine may read fixtures.
        if !path.ends_with("/tests.rs") {
            found.extend(violations(&path, &fs::read_to_string(&file).unwrap()));
        }
    }
    assert_eq!(found, [""; 0], "see the table in src/lib.rs");
}

#[test]
fn every_part_is_in_the_table() {
    for file in rust_files(Path::new("src")) {
        let path = file.strip_prefix("src").unwrap().with_extension("");
        let part = path.iter().next().unwrap().to_str().unwrap();
        let is_known = LAYERS.iter().any(|(name, _)| *name == part);
        assert!(
            is_known || ["lib", "main"].contains(&part),
            "{part} has no layer"
        );
    }
}

#[test]
fn a_violation_is_found_in_every_shape() {
    let bad = [
        ("core/gate.rs", "use crate::server::tls;"),
        ("core/gate.rs", "use crate::{core::path, cli};"),
        ("core.rs", "use super::disk;"),
        (
            "core/a/b.rs",
            "use super::super::super::registry::Registry;",
        ),
        ("core/gate.rs", "fn f() { crate::telemetry::init() }"),
        ("disk.rs", "use crate::registry;"),
        ("registry/watch.rs", "use crate::{disk, telemetry::{self}};"),
        ("server/tls.rs", "use crate :: /* here */ disk;"),
        ("cluster.rs", "use crate::server;"),
        ("core/gate.rs", "use std::fs;"),
        ("core/gate.rs", "use std::{fmt, io::Read};"),
        ("core/gate.rs", "use std::time::{Duration, Instant};"),
        ("core/gate.rs", "use std::time;"),
        ("core/gate.rs", "let a = \"//\"; std::thread::spawn(f);"),
        ("core/gate.rs", "tracing::info!(\"x\");"),
        ("core/gate.rs", "let t = time::OffsetDateTime::now_utc();"),
        ("core/gate.rs", "use jsonschema::Validator;"),
        ("disk.rs", "fn f(v: &jsonschema::Validator) {}"),
    ];
    for (path, text) in bad {
        assert_eq!(
            violations(path, text).len(),
            1,
            "{path}: {text}: {:?}",
            violations(path, text)
        );
    }
}

#[test]
fn what_is_allowed_is_not_reported() {
    let good = [
        (
            "core/gate.rs",
            "use crate::core::{path::Path, secret}; use std::{fmt, time::Duration};",
        ),
        (
            "core/gate.rs",
            "// use crate::server;\n/* std::fs */ let a = \"crate::cli\"; let b = r#\"std::fs\"#;",
        ),
        (
            "core/gate/ratchet.rs",
            "use super::super::path; use super::Verdict;",
        ),
        (
            "core/gate.rs",
            "fn f() {}\n#[cfg(test)]\nmod tests { use std::fs; }",
        ),
        ("core/schema/engine.rs", "use jsonschema::Validator;"),
        (
            "registry.rs",
            "use crate::{core::catalog::Catalog, disk}; use std::{fs, time::SystemTime};",
        ),
        ("cli/serve.rs", "use crate::{server, registry, disk};"),
        ("main.rs", "statusguard::cli::main()"),
        (
            "core/gate.rs",
            "let now = 1; let c = '\"'; f::<'a>(x.fs, y.io);",
        ),
    ];
    for (path, text) in good {
        assert_eq!(violations(path, text), [""; 0], "{path}: {text}");
    }
}

#[test]
fn every_file_opens_with_one_sentence_about_itself() {
    let files = [rust_files(Path::new("src")), rust_files(Path::new("tests"))].concat();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let first = text.lines().next().unwrap_or_default();
        let is_opened = first
            .strip_prefix("//! ")
            .is_some_and(|sentence| sentence.len() > 10);
        assert!(
            is_opened,
            "{} does not open with a //! sentence",
            file.display()
        );
    }
}

//! Schema directories with something wrong in them: the file, the line, the column and the remedy are told.
use std::{fmt::Write, fs, path::Path};

use statusguard::disk::{self, MAX_BYTES, Reading};

/// What is told about a directory, without the part of its path that differs between machines.
fn told(reading: &Reading, directory: &Path) -> String {
    let prefix = format!("{}/", directory.display());
    let mut told = String::new();
    for (file, policy) in &reading.policies {
        let _ = writeln!(told, "good: {}: {}", file.display(), policy.name);
    }
    for note in &reading.notes {
        let _ = writeln!(told, "note: {note}");
    }
    for fault in &reading.faults {
        let _ = writeln!(told, "{fault}");
    }
    told.replace(&prefix, "")
}

#[test]
fn every_bad_directory_is_told_with_its_place_and_remedy() {
    let mut cases: Vec<_> = fs::read_dir("tests/fixtures/bad")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let mut shown = String::new();
    for case in cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let _ = writeln!(
            shown,
            "# {name}\n{}",
            told(&disk::read(&case).unwrap(), &case)
        );
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_counts() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::copy("schemas/runtime.yaml", path.join("good.yaml")).unwrap();
    fs::create_dir(path.join("directory.yaml")).unwrap();
    fs::write(path.join("bytes.yaml"), b"kind: StatusSchema\nname: \xff\n").unwrap();
    fs::write(path.join("utf16.json"), b"\xff\xfe{\0}\0").unwrap();
    fs::write(
        path.join("large.yaml"),
        "#".repeat(usize::try_from(MAX_BYTES).unwrap() + 1),
    )
    .unwrap();
    fs::write(
        path.join("largest.yaml"),
        "#".repeat(usize::try_from(MAX_BYTES).unwrap()),
    )
    .unwrap();
    link("nowhere", &path.join("dangling.yaml"));
    link("circle.yaml", &path.join("circle.yaml"));
    // None of these is a schema.
    fs::write(path.join(".hidden.yaml"), "{").unwrap();
    fs::write(path.join("README.md"), "{").unwrap();
    fs::create_dir(path.join("..2026_01_02")).unwrap();
    insta::assert_snapshot!(told(&disk::read(path).unwrap(), path));
}

fn link(target: &str, link: &Path) {
    std::os::unix::fs::symlink(target, link).unwrap();
}

#[test]
fn an_empty_directory_says_nothing_and_a_missing_one_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let reading = disk::read(directory.path()).unwrap();
    assert_eq!(told(&reading, directory.path()), "");
    assert!(disk::read(&directory.path().join("missing")).is_err());
    assert!(disk::read(Path::new("Cargo.toml")).is_err());
}

//! The tests that `docs/measured.md` names are there.
use std::{
    fs,
    path::{Path, PathBuf},
};

fn sources(directory: &Path, all: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            all.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn each_fault_has_the_test_that_is_named() {
    let page = fs::read_to_string("docs/measured.md").unwrap();
    let (_, faults) = page.split_once("\n## Faults\n").unwrap();
    let mut all = String::new();
    for directory in ["src", "tests/it", "tests/cluster"] {
        sources(Path::new(directory), &mut all);
    }
    let rows: Vec<&str> = faults
        .lines()
        .filter(|line| line.ends_with("` |"))
        .collect();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        let tests = row.rsplit(" | ").next().unwrap();
        for test in tests.trim_end_matches(" |").split(", ") {
            let test = test.trim_matches('`');
            assert!(all.contains(&format!("fn {test}(")), "{test}: {row}");
        }
    }
}

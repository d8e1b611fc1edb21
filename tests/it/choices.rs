//! The README says where it had to choose what is taken for a credential: the program chooses so.
use std::fs;

use serde_json::{Value, json};
use statusguard::core::yaml::Document;

use crate::program::Folder;

/// The statuses in the first two columns of the table, and whether they are refused.
fn choices() -> Vec<(String, bool)> {
    let readme = fs::read_to_string("README.md").unwrap();
    let (_, table) = readme.split_once("| it refuses | it lets pass |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| !line.is_empty());
    let of_row = |row: &str| {
        let mut columns = row.split(" | ");
        let statuses = |column: Option<&str>, is_refused| -> Vec<_> {
            let parts = column.unwrap().split('`').skip(1).step_by(2);
            parts.map(|part| (part.to_owned(), is_refused)).collect()
        };
        let refused = statuses(columns.next(), true);
        [refused, statuses(columns.next(), false)].concat()
    };
    rows.flat_map(of_row).collect()
}

#[test]
fn what_the_readme_says_is_refused_is_and_the_rest_passes() {
    let choices = choices();
    assert!(choices.len() >= 20, "only {} were found", choices.len());
    let request = |status: &str| {
        let status = Document::read(status.as_bytes()).unwrap().value();
        json!({"apiVersion": "example.org/v1", "kind": "Db", "metadata": {"name": "a"}, "status": status}).to_string()
    };
    let requests: Vec<_> = choices.iter().map(|(status, _)| request(status)).collect();
    let report = Folder::new()
        .pipe(
            "check --format json -",
            format!("---\n{}\n", requests.join("\n---\n")),
        )
        .json();
    let objects = report["objects"].as_array().unwrap();
    assert_eq!(objects.len(), choices.len());
    for ((status, is_refused), object) in choices.iter().zip(objects) {
        let verdict = if *is_refused { "Denied" } else { "Allowed" };
        assert_eq!(object["verdict"], Value::from(verdict), "{status}");
    }
}

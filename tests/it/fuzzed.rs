//! Every input of the fuzzers' corpora holds the invariants, on any toolchain.
use std::fs;

#[path = "../fuzz/invariants.rs"]
mod invariants;

#[test]
fn what_fuzzers_have_kept_holds_the_invariants() {
    for (name, invariant) in invariants::ALL {
        let directory = format!("tests/fuzz/corpus/{name}");
        let files = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{directory}: {error}"));
        let mut tried = 0;
        for file in files {
            invariant(&fs::read(file.unwrap().path()).unwrap());
            tried += 1;
        }
        assert!(tried > 2, "{directory} holds {tried} inputs");
    }
}

//! Fuzzes [`invariants::manifest`].
#![no_main]

#[path = "../invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::manifest(bytes));

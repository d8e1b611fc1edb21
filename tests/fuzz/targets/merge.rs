//! Fuzzes [`invariants::merge`].
#![no_main]

#[path = "../invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::merge(bytes));

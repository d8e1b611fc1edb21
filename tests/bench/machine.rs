//! The machine that a figure was measured on.
use std::{fs, thread};

/// The CPU's model, the number of cores and how busy they were, as words to print beside absolute figures.
pub(crate) fn named() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown CPU", |rest| {
            rest.trim_start_matches([' ', '\t', ':'])
        });
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = loads.split(' ').next().unwrap_or("unknown");
    format!("{model}, {cores} cores, load {load} at the start")
}

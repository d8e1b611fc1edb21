//! What the kernel tells about the time that a process has taken.
use std::fs;

use anyhow::Context;

/// CPU time of all threads of a process, in nanoseconds.
pub(crate) fn cpu_nanos(process: u32) -> anyhow::Result<u64> {
    let mut sum = 0;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let spent = fs::read_to_string(task?.path().join("schedstat"))
            .context("CPU time can only be measured where the kernel keeps schedstat")?;
        sum += spent.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(sum)
}

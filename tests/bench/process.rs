//! What the kernel tells about a process.
use std::fs;

use anyhow::Context;

/// Memory of a process, in MB.
pub(crate) struct Memory {
    pub(crate) resident: f64,
    pub(crate) peak: f64,
}

impl Memory {
    /// The memory of process `id`, or of this one if `id` is `self`.
    pub(crate) fn of(id: &str) -> anyhow::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{id}/status"))
            .context("memory can only be measured where there is a /proc")?;
        Ok(Self {
            resident: megabytes(&status, "VmRSS:")?,
            peak: megabytes(&status, "VmHWM:")?,
        })
    }
}

fn megabytes(status: &str, name: &str) -> anyhow::Result<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes: f64 = kilobytes
        .with_context(|| format!("the kernel tells no {name}"))?
        .parse()?;
    Ok(kilobytes / 1024.0)
}

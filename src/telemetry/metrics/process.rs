//! What the system says of this process, under the names that all exporters use. Where it says nothing, there is none.
use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};

/// Reads the figures each time that it is asked.
#[derive(Debug)]
pub(super) struct Process;

/// The figures.
#[cfg_attr(not(target_os = "linux"), derive(Default))]
struct Figures {
    cpu_seconds: Option<f64>,
    start_seconds: Option<f64>,
    resident_bytes: Option<u64>,
    virtual_bytes: Option<u64>,
    threads: Option<i64>,
    open_files: Option<u64>,
    most_files: Option<u64>,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let figures = Figures::read();
        if let Some(seconds) = figures.cpu_seconds {
            let counter = ConstCounter::new(seconds);
            let help = "Processor time, of the user and the system";
            let kind = counter.metric_type();
            let to = encoder.encode_descriptor("cpu", help, Some(&Unit::Seconds), kind)?;
            counter.encode(to)?;
        }
        let mut gauge = |name, help, unit: Option<&Unit>, value: Option<f64>| {
            let Some(value) = value else { return Ok(()) };
            let gauge = ConstGauge::new(value);
            let to = encoder.encode_descriptor(name, help, unit, gauge.metric_type())?;
            gauge.encode(to)
        };
        let (seconds, bytes) = (Some(&Unit::Seconds), Some(&Unit::Bytes));
        let number = |number: Option<u64>| number.map(approximate);
        gauge(
            "start_time",
            "Start, in Unix time",
            seconds,
            figures.start_seconds,
        )?;
        gauge(
            "resident_memory",
            "Resident memory",
            bytes,
            number(figures.resident_bytes),
        )?;
        gauge(
            "virtual_memory",
            "Virtual memory",
            bytes,
            number(figures.virtual_bytes),
        )?;
        gauge(
            "threads",
            "Threads",
            None,
            figures
                .threads
                .map(|it| number(u64::try_from(it).ok()).unwrap_or_default()),
        )?;
        gauge(
            "open_fds",
            "Open file descriptors",
            None,
            number(figures.open_files),
        )?;
        gauge(
            "max_fds",
            "Most file descriptors that may be open",
            None,
            number(figures.most_files),
        )
    }
}

/// Exact up to 2^53, as all that Prometheus stores.
#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus stores nothing more exact"
)]
const fn approximate(number: u64) -> f64 {
    number as f64
}

#[cfg(target_os = "linux")]
impl Figures {
    fn read() -> Self {
        use procfs::{
            WithCurrentSystemInfo as _,
            process::{LimitValue, Process},
        };
        let process = Process::myself().ok();
        let stat = process.as_ref().and_then(|process| process.stat().ok());
        let limits = process.as_ref().and_then(|process| process.limits().ok());
        let ticks = approximate(procfs::ticks_per_second());
        let seconds = |count: u64| approximate(count) / ticks;
        let booted = procfs::boot_time_secs().ok().map(approximate);
        Self {
            cpu_seconds: stat.as_ref().map(|stat| seconds(stat.utime + stat.stime)),
            start_seconds: stat
                .as_ref()
                .zip(booted)
                .map(|(stat, booted)| booted + seconds(stat.starttime)),
            resident_bytes: stat.as_ref().map(|stat| stat.rss_bytes().get()),
            virtual_bytes: stat.as_ref().map(|stat| stat.vsize),
            threads: stat.as_ref().map(|stat| stat.num_threads),
            open_files: process
                .as_ref()
                .and_then(|process| process.fd_count().ok())
                .map(|count| count as u64),
            most_files: limits.and_then(|limits| match limits.max_open_files.soft_limit {
                LimitValue::Value(most) => Some(most),
                LimitValue::Unlimited => None,
            }),
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Figures {
    fn read() -> Self {
        Self::default()
    }
}

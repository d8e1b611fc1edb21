//! What policies cost: time to read and compile, resident memory, and finding one among many.
//!
//! Each number of policies has a process of its own, so that one's memory is not another's; the process without any
//! is the baseline. The server's own memory is measured by the bench `serve`.
#![expect(
    clippy::print_stdout,
    reason = "what a bench finds out is what it prints"
)]
use std::{
    env,
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, anyhow, ensure};
use clap::Parser;
use serde::{Deserialize, Serialize};
use statusguard::{
    core::schema::{Dialect, Schema},
    disk,
};

mod bodies;
mod machine;
mod manifests;
mod process;
mod subjects;

use manifests::KEYS;
use process::Memory;
use subjects::Subject;

/// Numbers of policies, each with the most memory in MB that the server with them may take.
const SIZES: [(u32, Option<f64>); 4] = [
    (0, None),
    (1, None),
    (100, Some(30.0)),
    (1_000, Some(100.0)),
];
/// The recorded write of a pipeline that completes.
const COMPLETES: &str = "04-status-writer-completes";

/// Measures what policies cost.
#[derive(Parser)]
struct Options {
    /// Be the process with the policies of this directory.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
    #[arg(long, hide = true)]
    bench: bool,
}

/// What a process with so many policies found out about itself; memory in MB.
#[derive(Serialize, Deserialize)]
struct Figures {
    all_millis: f64,
    file_micros: Option<f64>,
    compile_micros: f64,
    resident: f64,
    peak: f64,
    lookup_nanos: f64,
    decision_micros: f64,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if let Some(directory) = &options.directory {
        let figures = Figures::measure(directory)?;
        println!("{}", serde_json::to_string(&figures)?);
        return Ok(());
    }
    println!(
        "policies of {KEYS} keys, engine alone ({})",
        machine::named()
    );
    println!(
        "{:>8} {:>12} {:>16} {:>12} {:>11} {:>7} {:>8} {:>9} {:>14}",
        "policies",
        "all read ms",
        "a file µs (min)",
        "compile µs",
        "resident MB",
        "peak MB",
        "× none",
        "lookup ns",
        "decision 04 µs"
    );
    let mut baseline = None;
    for (count, goal) in SIZES {
        let figures = in_child(count)?;
        figures.print(count, *baseline.get_or_insert(figures.resident));
        let resident = figures.resident;
        if let Some(goal) = goal.filter(|goal| resident > *goal) {
            println!("goal missed: {count} policies take {resident:.1} MB, goal {goal} MB");
        }
    }
    Ok(())
}

fn in_child(count: u32) -> anyhow::Result<Figures> {
    let directory = tempfile::tempdir()?;
    manifests::write(directory.path(), count)?;
    let output = Command::new(env::current_exe()?)
        .arg("--directory")
        .arg(directory.path())
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "the process with {count} policies failed: {told}"
    );
    serde_json::from_slice(&output.stdout).context("cannot read what a process found out")
}

impl Figures {
    fn measure(directory: &Path) -> anyhow::Result<Self> {
        let started = Instant::now();
        let (mut policies, mut file_micros) = (Vec::new(), None);
        for file in disk::scan(directory)? {
            let started = Instant::now();
            let accepted = file.understand();
            let micros = started.elapsed().as_secs_f64() * 1e6;
            file_micros = Some(file_micros.map_or(micros, |least| micros.min(least)));
            policies.push(
                accepted
                    .map_err(|refused| anyhow!("{}", refused.faults[0]))?
                    .policy,
            );
        }
        let all_millis = started.elapsed().as_secs_f64() * 1e3;
        // The one that is looked for stands among the others, as in a cluster.
        let subjects = subjects::recorded(policies)?;
        let memory = Memory::of("self")?;
        let subject = subjects
            .iter()
            .find(|subject| subject.name == COMPLETES)
            .context("the completing review is missing")?;
        let schema = manifests::schema(0);
        Ok(Self {
            all_millis,
            file_micros,
            compile_micros: 1e6
                * fastest(50, 1, || {
                    drop(black_box(Schema::compile(&schema, Dialect::JsonSchema)));
                }),
            resident: memory.resident,
            peak: memory.peak,
            lookup_nanos: lookup_nanos(subject),
            decision_micros: 1e6 * fastest(200, 50, || drop(black_box(subject.decide()))),
        })
    }

    fn print(&self, count: u32, baseline: f64) {
        println!(
            "{count:>8} {:>12.1} {:>16.0} {:>12.0} {:>11.1} {:>7.1} {:>8.2} {:>9.1} {:>14.2}",
            self.all_millis,
            self.file_micros.unwrap_or_default(),
            self.compile_micros,
            self.resident,
            self.peak,
            self.resident / baseline,
            self.lookup_nanos,
            self.decision_micros
        );
    }
}

fn lookup_nanos(subject: &Subject) -> f64 {
    fastest(200, 2_000, || {
        let (group, resource) = black_box(("workshop.kratix.io", "elastic-clouds"));
        black_box(subject.catalog.policy(group, resource));
    }) * 1e9
}

/// Seconds that `work` takes in the fastest of the rounds, on average over the repeats of a round.
fn fastest(rounds: u32, repeats: u32, work: impl Fn()) -> f64 {
    let round = |_| {
        let started = Instant::now();
        (0..repeats).for_each(|_| work());
        started.elapsed().as_secs_f64() / f64::from(repeats)
    };
    (0..rounds).map(round).fold(f64::INFINITY, f64::min)
}

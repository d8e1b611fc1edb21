//! The server beside a null webhook: throughput, latency and CPU over TLS 1.3, memory, and the way to readiness.
//!
//! The null webhook is the same listener with a judge that reads only the uid, with `serde_json`, and allows, so what
//! the ratios show is what judging costs. Server, null webhook and client are processes of their own on one machine, and take turns
//! round by round, so that whatever else the machine does meets them all. A figure is the median of the rounds, a ratio
//! the median of the rounds' ratios.
#![expect(
    clippy::print_stdout,
    reason = "what a bench finds out is what it prints"
)]
use std::{
    env,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::Parser;

mod bodies;
mod cpu;
mod goals;
mod load;
mod machine;
mod manifests;
mod null;
mod pace;
mod process;
mod rounds;
mod target;

use goals::Goals;
use load::{Figures, Plan};
use rounds::{Rounds, least, median};
use target::Target;

/// Policies of the server that is measured, beside those that ship.
const POLICIES: u32 = 100;
const MANY_POLICIES: u32 = 1_000;
/// Connections at once.
const CONNECTIONS: [u32; 3] = [1, 16, 64];
/// The connections for which there are goals.
const USUAL: u32 = 16;
/// How long reviews are posted at most only to see what memory becomes.
const LONGEST: Duration = Duration::from_secs(100);

/// Compares the server with a null webhook.
#[derive(Parser)]
struct Options {
    /// How often each measurement is made
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// Seconds of each
    #[arg(long, default_value_t = 0.3)]
    seconds: f64,
    /// Reviews after which memory is looked at
    #[arg(long, default_value_t = 1_000_000)]
    reviews: u64,
    /// Be the null webhook with the certificates of this directory
    #[arg(long, hide = true)]
    null: Option<PathBuf>,
    /// Be the client that does what this plan says
    #[arg(long, hide = true)]
    load: Option<String>,
    #[arg(long, hide = true)]
    bench: bool,
}

/// A kind of write, and what CPU may cost on it beside the null webhook.
struct Writes {
    name: &'static str,
    review: &'static str,
    cpu_goal: f64,
}

const WRITES: [Writes; 2] = [
    Writes {
        name: "pipeline's (04)",
        review: "04-status-writer-completes",
        cpu_goal: 1.6,
    },
    Writes {
        name: "bookkeeping (06)",
        review: "06-kratix-observes-generation",
        cpu_goal: 1.3,
    },
];

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if let Some(certs) = &options.null {
        return null::serve(certs);
    }
    if let Some(plan) = &options.load {
        let plan: Plan = serde_json::from_str(plan)?;
        println!("{}", serde_json::to_string(&plan.run()?)?);
        return Ok(());
    }
    println!(
        "the server beside a null webhook, HTTP/1.1 over TLS 1.3, connections kept ({})",
        machine::named()
    );
    let mut bench = Bench::prepare(options)?;
    bench.starts()?;
    bench.run()?;
    print!("{}", bench.goals);
    Ok(())
}

/// What all measurements need.
struct Bench {
    options: Options,
    directory: tempfile::TempDir,
    goals: Goals,
}

/// The two processes that are compared.
struct Pair {
    null: Target,
    server: Target,
}

impl Bench {
    fn prepare(options: Options) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let bench = Self {
            options,
            directory,
            goals: Goals::default(),
        };
        for count in [POLICIES, MANY_POLICIES] {
            let schemas = bench.schemas(count);
            std::fs::create_dir(&schemas)?;
            manifests::write(&schemas, count)?;
            let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/elastic-cloud.yaml");
            std::fs::copy(shipped, schemas.join("elastic-cloud.yaml"))?;
        }
        std::fs::create_dir(bench.certs())?;
        // Makes the certificates, which is no part of any measurement.
        drop(bench.server(POLICIES)?);
        Ok(bench)
    }

    fn schemas(&self, policies: u32) -> PathBuf {
        self.directory.path().join(format!("schemas{policies}"))
    }

    fn certs(&self) -> PathBuf {
        self.directory.path().join("certs")
    }

    fn server(&self, policies: u32) -> anyhow::Result<Target> {
        Target::server(&self.schemas(policies), &self.certs())
    }

    /// Time to readiness and memory after it.
    fn starts(&mut self) -> anyhow::Result<()> {
        let (mut null, mut server, mut resident) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.options.rounds {
            null.push(Target::null(&self.certs())?.ready_millis);
            let target = self.server(POLICIES)?;
            server.push(target.ready_millis);
            resident.push(target.memory()?.resident);
        }
        let (null, server, resident) = (least(&null), least(&server), median(&resident));
        let many = self.server(MANY_POLICIES)?;
        let (many_ready, many_resident) = (many.ready_millis, many.memory()?.resident);
        println!(
            "start to ready, least of {}: null {null:.1} ms, server with {POLICIES} policies {server:.1} ms, once \
             with {MANY_POLICIES} {many_ready:.1} ms",
            self.options.rounds
        );
        println!(
            "resident after the start: {resident:.1} MB with {POLICIES} policies, {many_resident:.1} MB with \
             {MANY_POLICIES}"
        );
        let goals = &mut self.goals;
        goals.note("start to ready, 100 policies", server, 100.0, "ms");
        goals.note("resident, 100 policies", resident, 30.0, "MB");
        goals.note("resident, 1,000 policies", many_resident, 100.0, "MB");
        Ok(())
    }

    fn run(&mut self) -> anyhow::Result<()> {
        let pair = Pair {
            null: Target::null(&self.certs())?,
            server: self.server(POLICIES)?,
        };
        let mut served = 0;
        println!("each figure: null → server (ratio)");
        for writes in &WRITES {
            for connections in CONNECTIONS {
                let rounds = self.rounds(&pair, writes, connections, None)?;
                served += rounds.served();
                println!("{connections:>3} conn. {:17} {rounds}", writes.name);
                if connections == USUAL {
                    let cpu = rounds.ratio(|figures| figures.cpu_micros);
                    let what = format!("CPU, {}", writes.name);
                    self.goals.note(what, cpu, writes.cpu_goal, "times");
                    served += self.at_rate(&pair, writes, rounds.null_rate() / 2.0)?;
                }
            }
        }
        self.memory(&pair.server, served)
    }

    /// Posts half as many reviews a second as the null webhook could answer, and says how many the server answered.
    fn at_rate(&mut self, pair: &Pair, writes: &Writes, rate: f64) -> anyhow::Result<u64> {
        let rounds = self.rounds(pair, writes, USUAL, Some(rate))?;
        println!("  half of null's rate      {rounds}");
        let p99 = rounds.ratio(|figures| figures.p99_micros);
        let what = format!("p99 at half of null's rate, {}", writes.name);
        self.goals.note(what, p99, 1.1, "times");
        Ok(rounds.served())
    }

    fn rounds(
        &self,
        pair: &Pair,
        writes: &Writes,
        connections: u32,
        rate: Option<f64>,
    ) -> anyhow::Result<Rounds> {
        let post = |target: &Target| self.post(target, &[writes.review], connections, rate);
        let round = |number: usize| {
            // Neither is always the one that goes first.
            if number.is_multiple_of(2) {
                return Ok((post(&pair.null)?, post(&pair.server)?));
            }
            let server = post(&pair.server)?;
            Ok((post(&pair.null)?, server))
        };
        let rounds: anyhow::Result<Vec<_>> = (0..self.options.rounds).map(round).collect();
        Ok(Rounds(rounds?))
    }

    fn post(
        &self,
        target: &Target,
        reviews: &[&str],
        connections: u32,
        rate: Option<f64>,
    ) -> anyhow::Result<Figures> {
        let plan = Plan {
            address: target.address,
            process: target.id(),
            authority: self.certs().join("ca.crt"),
            reviews: reviews.iter().map(|name| (*name).to_owned()).collect(),
            connections,
            seconds: self.options.seconds,
            rate,
        };
        let output = Command::new(env::current_exe()?)
            .args(["--load", &serde_json::to_string(&plan)?])
            .output()?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the client failed: {told}");
        serde_json::from_slice(&output.stdout).context("cannot read what the client found out")
    }

    fn memory(&mut self, target: &Target, mut served: u64) -> anyhow::Result<()> {
        let started = Instant::now();
        let all = WRITES.map(|writes| writes.review);
        while served < self.options.reviews && started.elapsed() < LONGEST {
            served += self.post(target, &all, USUAL, None)?.reviews;
        }
        let memory = target.memory()?;
        println!(
            "resident after {served} reviews: {:.1} MB, {:.1} MB at its peak",
            memory.resident, memory.peak
        );
        let what = format!("resident after {served} reviews");
        self.goals.note(what, memory.resident, 40.0, "MB");
        Ok(())
    }
}

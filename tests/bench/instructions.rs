//! Instructions that decisions take, counted by callgrind, and held against the counts that are committed.
//!
//! Unlike time, a count hardly depends on the machine: valgrind shows every program the same CPU, so that libraries
//! which choose by its features choose alike. What is left comes from hash seeds, the C library and the compiler.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a bench finds out is what it prints"
)]
use std::{
    collections::BTreeMap,
    env, fs,
    hint::black_box,
    process::{Command, ExitCode},
};

use anyhow::{Context, bail};
use clap::Parser;

mod bodies;
mod made;
mod subjects;

use subjects::Subject;

/// The committed counts.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/instructions.json");
/// The most that a count may grow, in percent. Runs of one program differ by less than a tenth of that.
const TOLERANCE: f64 = 5.0;
/// Decisions that are counted and averaged in each process.
const REPEATS: u64 = 10;

/// Counts the instructions of decisions under valgrind.
#[derive(Parser)]
struct Options {
    /// Fail if a decision takes more instructions than are committed.
    #[arg(long)]
    check: bool,
    /// Write the counts into the committed file.
    #[arg(long, conflicts_with = "check")]
    update: bool,
    /// Decide about this subject, so that somebody else can count.
    #[arg(long, hide = true)]
    decide: Option<String>,
    #[arg(long, hide = true)]
    bench: bool,
}

/// Counts by subject, and these by architecture.
type Counts = BTreeMap<String, BTreeMap<String, u64>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let options = Options::parse();
    let subjects = made::with_recorded()?;
    if let Some(name) = &options.decide {
        let subject = subjects.iter().find(|subject| subject.name == *name);
        decide_repeatedly(subject.context("no subject has this name")?);
        return Ok(());
    }
    if !has_valgrind() {
        return skip();
    }
    let mut committed = read()?;
    let known = committed.entry(env::consts::ARCH.to_owned()).or_default();
    let counts = count_all(&subjects, known)?;
    if options.update {
        *known = counts;
        fs::write(FILE, serde_json::to_string_pretty(&committed)? + "\n")?;
        println!("written to tests/bench/instructions.json");
    } else if options.check && known.is_empty() {
        // Another architecture needs other counts, and whoever has it may still check all the rest.
        println!(
            "nothing is checked: no counts are committed for {}; --update commits them",
            env::consts::ARCH
        );
    } else if options.check {
        check(known, &counts)?;
    }
    Ok(())
}

fn has_valgrind() -> bool {
    let output = Command::new("valgrind").arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

/// A missing valgrind is a fact on a laptop, and a fault where the counts are a gate.
fn skip() -> anyhow::Result<()> {
    let words = "instructions are not counted: valgrind is missing; install the package valgrind";
    if env::var_os("CI").is_some_and(|value| value == "true") {
        bail!(words);
    }
    println!("{words}");
    Ok(())
}

fn read() -> anyhow::Result<Counts> {
    match fs::read_to_string(FILE) {
        Ok(text) => {
            serde_json::from_str(&text).context("cannot read tests/bench/instructions.json")
        }
        Err(_) => Ok(Counts::new()),
    }
}

fn count_all(
    subjects: &[Subject],
    known: &BTreeMap<String, u64>,
) -> anyhow::Result<BTreeMap<String, u64>> {
    println!(
        "instructions of a decision, review bytes to reply bytes ({})",
        env::consts::ARCH
    );
    println!("{:34} {:>12} {:>12}", "", "counted", "× committed");
    let mut counts = BTreeMap::new();
    for subject in subjects {
        let count = count(&subject.name)?;
        let ratio = known.get(&subject.name).map_or("new".to_owned(), |known| {
            format!("{:.3}", ratio(count, *known))
        });
        println!("{:34} {count:>12} {ratio:>12}", subject.name);
        counts.insert(subject.name.clone(), count);
    }
    Ok(counts)
}

/// Runs this program again under callgrind, which counts only inside [`counted`].
fn count(name: &str) -> anyhow::Result<u64> {
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--collect-atstart=no",
        ])
        .arg("--toggle-collect=*counted_decision*")
        .arg(env::current_exe()?)
        .args(["--decide", name])
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told
        .lines()
        .find_map(|line| line.split_once("Collected :"))
        .and_then(|(_, count)| count.trim().parse::<u64>().ok())
        .filter(|count| output.status.success() && *count > 0);
    match collected {
        Some(count) => Ok(count / REPEATS),
        None => bail!("callgrind counted nothing for {name}; it said:\n{told}"),
    }
}

fn decide_repeatedly(subject: &Subject) {
    // The first decision also fills what is built when first needed.
    drop(black_box(subject.decide()));
    (0..REPEATS).for_each(|_| counted_decision(subject));
}

/// What callgrind counts: it finds the function by this name.
#[inline(never)]
fn counted_decision(subject: &Subject) {
    drop(black_box(subject.decide()));
}

fn check(known: &BTreeMap<String, u64>, counts: &BTreeMap<String, u64>) -> anyhow::Result<()> {
    let mut grown = 0;
    for (name, count) in counts {
        let Some(committed) = known.get(name) else {
            bail!(
                "no count of {name} is committed; run: cargo bench --profile count --bench instructions -- --update"
            );
        };
        let percent = (ratio(*count, *committed) - 1.0) * 100.0;
        if percent > TOLERANCE {
            eprintln!(
                "{name}: {percent:+.1} % instructions, {count} where {committed} are committed"
            );
            grown += 1;
        } else if percent < -TOLERANCE {
            println!("{name}: {percent:+.1} % instructions; --update keeps the gain");
        }
    }
    if grown > 0 {
        bail!(
            "{grown} decisions take over {TOLERANCE} % more instructions; find out why, or, if the work is worth it: \
             cargo bench --profile count --bench instructions -- --update"
        );
    }
    println!("no decision takes over {TOLERANCE} % more instructions than are committed");
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn ratio(count: u64, committed: u64) -> f64 {
    count as f64 / committed as f64
}

//! Scores how many secrets are found among samples, and how many that are none: one JSON object a line, with `source`,
//! `rule`, `family`, `form`, `shape`, `key`, `value` and whether it is a `leak`; or with a whole `status` in the place of
//! key and value. A folder holds such lines in `leaks.jsonl`, `clean.jsonl` and `real.jsonl`, the last of statuses that
//! were found in the world.
//!
//! A key and a value are looked at as a status of that one key. Samples are never printed, only their line numbers.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a bench finds out is what it prints"
)]
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, ensure};
use clap::Parser;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use statusguard::core::{
    json::Json,
    secret::{self, Exceptions, hit::Confidence},
};

/// The figures that a run may not fall below.
const FLOOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/detection.json");
/// Samples that are scored if no file is named; a clone has none beside it.
const SAMPLES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/corpus/secrets-dev.jsonl"
);
/// How many line numbers are printed.
const MOST_LINES: usize = 400;

/// Scores what is found among the samples of a file.
#[derive(Parser)]
struct Options {
    /// The samples, one JSON object a line, or a folder of them.
    file: Option<PathBuf>,
    /// Fail below the committed figures.
    #[arg(long)]
    check: bool,
    /// Write the figures into the committed file.
    #[arg(long, conflicts_with = "check")]
    update: bool,
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Deserialize)]
struct Sample {
    #[serde(default)]
    source: String,
    #[serde(default)]
    family: String,
    #[serde(default)]
    form: String,
    #[serde(flatten)]
    what: What,
    leak: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum What {
    Field { key: String, value: String },
    Status { status: Value },
}

/// How many of how many.
#[derive(Default, Clone, Copy)]
struct Share {
    hits: u32,
    all: u32,
}

impl Share {
    fn count(&mut self, is_hit: bool) {
        self.hits += u32::from(is_hit);
        self.all += 1;
    }

    fn of_one(self) -> f64 {
        f64::from(self.hits) / f64::from(self.all.max(1))
    }
}

/// What is found of leaks, and of samples that are none.
#[derive(Default, Clone, Copy)]
struct Score {
    leaks: Share,
    /// Of the leaks, what is refused under every policy: of medium confidence only a StatusSchema refuses.
    sure: Share,
    clean: Share,
}

impl Score {
    fn count(&mut self, sample: &Sample, found: Option<Confidence>) {
        if sample.leak {
            self.leaks.count(found.is_some());
            self.sure.count(found == Some(Confidence::High));
        } else {
            self.clean.count(found.is_some());
        }
    }
}

/// Files of a folder, what of their samples may be found at least or at most, and which of the two.
const SHAPED: [(&str, f64, &str); 3] = [
    ("leaks.jsonl", 0.94, "at least"),
    ("clean.jsonl", 1.0 / 70.0, "at most"),
    ("real.jsonl", 0.0, "at most"),
];

/// Committed figures.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Floor {
    recall: f64,
    false_alarms: f64,
}

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
    let file = options.file.as_deref().unwrap_or(Path::new(SAMPLES));
    if options.file.is_none() && !file.exists() {
        println!("no samples beside this clone: nothing is scored");
        return Ok(());
    }
    if file.is_dir() {
        return score_folder(file, options.check);
    }
    let samples = read(file)?;
    let score = print_scores(&samples);
    let figures = Floor {
        recall: round(score.leaks.of_one()),
        false_alarms: round(score.clean.of_one()),
    };
    if options.update {
        fs::write(FLOOR, serde_json::to_string_pretty(&figures)? + "\n")?;
        println!("written to tests/bench/detection.json");
    } else if options.check {
        check(&figures)?;
    }
    Ok(())
}

/// Scores the statuses of a folder against the goals.
fn score_folder(folder: &Path, is_check: bool) -> anyhow::Result<()> {
    let mut missed = Vec::new();
    for (name, goal, how) in SHAPED {
        let samples = read(&folder.join(name))?;
        let score = print_scores(&samples);
        let of_leaks = how == "at least";
        let found = if of_leaks { score.leaks } else { score.clean };
        let is_met = if of_leaks {
            found.of_one() >= goal
        } else {
            found.of_one() <= goal
        };
        let said = if is_met { "" } else { "  (goal missed)" };
        println!(
            "{name}: found {:.4} ({}/{}), goal {how} {goal:.4}{said}\n",
            found.of_one(),
            found.hits,
            found.all,
        );
        ensure!(found.all > 0, "{name} holds no samples of its kind");
        missed.extend((!is_met).then_some(name));
    }
    ensure!(
        !is_check || missed.is_empty(),
        "goals are missed for: {}",
        missed.join(", ")
    );
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Vec<Sample>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let lines = text.lines().enumerate();
    lines
        .map(|(index, line)| {
            // The error of serde would print the sample.
            serde_json::from_str(line)
                .ok()
                .with_context(|| format!("{}:{}: not a sample", file.display(), index + 1))
        })
        .collect()
}

/// Prints all scores and gives the one of all samples.
fn print_scores(samples: &[Sample]) -> Score {
    let mut all = Score::default();
    let mut groups: [(&str, BTreeMap<&str, Score>); 3] = [
        ("source", BTreeMap::new()),
        ("form", BTreeMap::new()),
        ("family", BTreeMap::new()),
    ];
    let (mut misses, mut alarms) = (Vec::new(), Vec::new());
    for (index, sample) in samples.iter().enumerate() {
        let found = found(sample);
        all.count(sample, found);
        for ((_, scores), name) in
            groups
                .iter_mut()
                .zip([&sample.source, &sample.form, &sample.family])
        {
            scores.entry(name).or_default().count(sample, found);
        }
        match (sample.leak, found.is_some()) {
            (true, false) => misses.push(index + 1),
            (false, true) => alarms.push(index + 1),
            _ => {}
        }
    }
    for (name, scores) in &groups {
        // Of families, only those that are not perfect.
        let is_told = |score: &Score| {
            *name != "family" || score.leaks.hits < score.leaks.all || score.clean.hits > 0
        };
        let named = scores.iter().filter(|(group, _)| !group.is_empty());
        for (group, score) in named.filter(|(_, score)| is_told(score)) {
            print_score(&format!("{name} {group}"), *score);
        }
    }
    print_score("all", all);
    print_lines("missed", &misses);
    print_lines("false alarms", &alarms);
    all
}

/// How sure the surest is that is found in a status, or in one that has only this key.
fn found(sample: &Sample) -> Option<Confidence> {
    match &sample.what {
        What::Field { key, value } => secret::leak_in_field(key, value).map(|hit| hit.confidence),
        What::Status { status } => {
            let status = status.to_string();
            let leaks = secret::leaks(Json::read(&status).ok()?, &Exceptions::NONE);
            leaks.iter().map(|leak| leak.hit.confidence).max()
        }
    }
}

fn print_score(name: &str, score: Score) {
    println!(
        "{name:<28} recall {:.3} ({}/{}), high alone {:.3}  false alarms {:.3} ({}/{})",
        score.leaks.of_one(),
        score.leaks.hits,
        score.leaks.all,
        score.sure.of_one(),
        score.clean.of_one(),
        score.clean.hits,
        score.clean.all,
    );
}

fn print_lines(what: &str, lines: &[usize]) {
    let shown: Vec<_> = lines
        .iter()
        .take(MOST_LINES)
        .map(ToString::to_string)
        .collect();
    println!("{what}, by line: {}", shown.join(" "));
}

fn round(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

fn check(figures: &Floor) -> anyhow::Result<()> {
    let floor: Floor = serde_json::from_str(&fs::read_to_string(FLOOR)?)?;
    ensure!(
        figures.recall >= floor.recall,
        "recall {} is below the committed {}: find out which samples are missed, or commit with --update and say why",
        figures.recall,
        floor.recall
    );
    ensure!(
        figures.false_alarms <= floor.false_alarms,
        "{} false alarms are more than the committed {}: find out which, or commit with --update and say why",
        figures.false_alarms,
        floor.false_alarms
    );
    println!("no worse than committed");
    Ok(())
}

//! Time and allocations of one decision, from the raw bytes of a review to those of the reply, on one core.
//!
//! The baseline is `serde_json` reading the same bytes into a `Value`, in turns with the decision. The counting
//! allocator is in force for both, and costs both a few percent.
#![expect(
    clippy::print_stdout,
    reason = "what a bench finds out is what it prints"
)]
use std::{hint::black_box, time::Instant};

use clap::Parser;
use serde_json::Value;

mod bodies;
mod machine;
mod made;
mod subjects;

use subjects::Subject;

/// The recorded write of a pipeline that completes.
const COMPLETES: &str = "04-status-writer-completes";
/// The recorded writes of Kratix's bookkeeping after a pipeline has completed.
const BOOKKEEPING: [&str; 4] = [
    "05-kratix-pipeline-succeeded",
    "06-kratix-observes-generation",
    "07-kratix-reconciled",
    "08-kratix-last-success",
];

/// Measures the time and the allocations of decisions.
#[derive(Parser)]
struct Options {
    /// How often each subject is measured.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    #[arg(long, hide = true)]
    bench: bool,
}

/// The most that a decision may cost.
struct Goal {
    micros: f64,
    allocations: Option<u64>,
}

/// What was measured of one subject. Times are in microseconds.
struct Figures {
    times: Vec<f64>,
    baselines: Vec<f64>,
    allocations: u64,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let subjects = made::with_recorded()?;
    println!(
        "decision: review bytes to reply bytes ({})",
        machine::named()
    );
    let mut figures: Vec<_> = subjects.iter().map(Figures::of).collect();
    for _ in 0..options.rounds {
        for (subject, figures) in subjects.iter().zip(&mut figures) {
            figures.measure(subject);
        }
    }
    println!(
        "{:34} {:>9} {:>8} {:>10} {:>9} {:>12}",
        "", "bytes", "min µs", "median µs", "× Value", "allocations"
    );
    for (subject, figures) in subjects.iter().zip(&mut figures) {
        figures.times.sort_by(f64::total_cmp);
        figures.baselines.sort_by(f64::total_cmp);
        figures.print(subject);
    }
    for (subject, figures) in subjects.iter().zip(&figures) {
        figures.compare(subject);
    }
    Ok(())
}

impl Figures {
    fn of(subject: &Subject) -> Self {
        // The first decision also fills what is built when first needed.
        drop(black_box(subject.decide()));
        let counted = allocation_counter::measure(|| drop(black_box(subject.decide())));
        Self {
            times: Vec::new(),
            baselines: Vec::new(),
            allocations: counted.count_total,
        }
    }

    fn measure(&mut self, subject: &Subject) {
        // About a millisecond of work, so that the clock's own cost vanishes.
        let repeats = (500_000 / subject.body.len()).max(1);
        self.times
            .push(micros(repeats, || drop(black_box(subject.decide()))));
        self.baselines.push(micros(repeats, || {
            drop(black_box(serde_json::from_slice::<Value>(&subject.body)));
        }));
    }

    fn print(&self, subject: &Subject) {
        println!(
            "{:34} {:>9} {:>8.2} {:>10.2} {:>9.2} {:>12}",
            subject.name,
            subject.body.len(),
            self.times[0],
            self.times[self.times.len() / 2],
            self.times[0] / self.baselines[0],
            self.allocations
        );
    }

    fn compare(&self, subject: &Subject) {
        let Some(goal) = Goal::of(&subject.name) else {
            return;
        };
        if self.times[0] > goal.micros {
            let (found, goal) = (self.times[0], goal.micros);
            println!(
                "goal missed: {} takes {found:.2} µs, goal {goal} µs",
                subject.name
            );
        }
        if let Some(most) = goal.allocations.filter(|most| self.allocations > *most) {
            let (name, found) = (&subject.name, self.allocations);
            println!("goal missed: {name} allocates {found} times, goal {most}");
        }
    }
}

impl Goal {
    fn of(name: &str) -> Option<Self> {
        let is_bookkeeping = BOOKKEEPING.contains(&name);
        (is_bookkeeping || name == COMPLETES).then_some(Self {
            micros: if is_bookkeeping { 10.0 } else { 20.0 },
            allocations: is_bookkeeping.then_some(50),
        })
    }
}

/// Microseconds that one run of `work` takes, on average over `repeats`.
fn micros(repeats: usize, work: impl Fn()) -> f64 {
    let started = Instant::now();
    (0..repeats).for_each(|_| work());
    let repeats = u32::try_from(repeats).unwrap_or(u32::MAX);
    started.elapsed().as_secs_f64() * 1e6 / f64::from(repeats)
}

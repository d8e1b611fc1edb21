//! The server for long at half of what it can do, while its schemas and certificates change all the time: no request
//! may fail, none may be answered otherwise than it should be, and memory, latency and open files must stay as they are.
#![expect(
    clippy::print_stdout,
    reason = "what a bench finds out is what it prints"
)]
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Parser;

mod bodies;
mod changes;
mod cpu;
mod curves;
mod goals;
mod load;
mod machine;
mod manifests;
mod pace;
#[expect(dead_code, reason = "the peak is not looked at")]
mod process;
#[expect(dead_code, reason = "there is no null webhook here")]
mod target;

use changes::Changes;
use curves::{Curve, Sample};
use goals::Goals;
use load::Plan;
use target::Target;

const POLICIES: u32 = 100;
const CONNECTIONS: u32 = 16;
/// How long the highest rate is looked for.
const SEARCH: f64 = 5.0;
/// What of the beginning does not count: caches fill, and connections open.
const BEGINNING: Duration = Duration::from_mins(1);

/// Watches the server for long.
#[derive(Parser)]
struct Options {
    /// How long
    #[arg(long, default_value_t = 15)]
    minutes: u64,
    /// Seconds after which figures are taken; connections are opened anew then
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Where to draw the curves, as SVG
    #[arg(long)]
    plot: Option<PathBuf>,
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    println!(
        "the server at half of its highest rate ({})",
        machine::named()
    );
    let directory = tempfile::tempdir()?;
    let [schemas, certs] = ["schemas", "certs"].map(|part| directory.path().join(part));
    fs::create_dir(&schemas)?;
    manifests::write(&schemas, POLICIES)?;
    let changes = Changes::begin(&schemas, &certs)?;
    let target = Target::server(&schemas, &certs)?;
    let mut plan = Plan {
        address: target.address,
        process: target.id(),
        authority: certs.join("ca.crt"),
        reviews: bodies::recorded()?
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
        connections: CONNECTIONS,
        seconds: SEARCH,
        rate: None,
    };
    let highest = plan.run()?.per_second;
    println!(
        "highest rate: {highest:.0} reviews a second, of {} kinds",
        plan.reviews.len()
    );
    plan.rate = Some(highest / 2.0);
    plan.seconds = options.seconds;
    let going = changes.go_on();
    let samples = watch(&plan, &target, Duration::from_mins(options.minutes))?;
    let times = going.end()?;
    let reviews: u64 = samples.iter().map(|sample| sample.reviews).sum();
    println!(
        "{reviews} reviews, none failed or judged wrongly; schemas and certificates changed {times} times"
    );
    let curves = Curve::all(&samples, BEGINNING);
    print!("{}", goals(&curves));
    if let Some(file) = &options.plot {
        fs::write(file, curves::drawn(&curves))?;
        println!("drawn: {}", file.display());
    }
    Ok(())
}

fn watch(plan: &Plan, target: &Target, length: Duration) -> anyhow::Result<Vec<Sample>> {
    let started = Instant::now();
    let mut samples = Vec::new();
    println!("seconds  reviews/s  p50 µs  p99 µs  CPU µs  resident MB  open files");
    while started.elapsed() < length {
        let figures = plan.run()?;
        let sample = Sample {
            seconds: started.elapsed().as_secs_f64(),
            reviews: figures.reviews,
            p99_micros: figures.p99_micros,
            resident: target.memory()?.resident,
            files: open_files(target.id())?,
        };
        println!(
            "{:7.0} {:10.0} {:7.0} {:7.0} {:7.0} {:12.1} {:11.0}",
            sample.seconds,
            figures.per_second,
            figures.p50_micros,
            sample.p99_micros,
            figures.cpu_micros,
            sample.resident,
            sample.files,
        );
        samples.push(sample);
    }
    Ok(samples)
}

#[expect(clippy::cast_precision_loss, reason = "files are few")]
fn open_files(process: u32) -> anyhow::Result<f64> {
    Ok(fs::read_dir(format!("/proc/{process}/fd"))?.count() as f64)
}

/// What would become of it in an hour, beside what it is.
fn goals(curves: &[Curve]) -> Goals {
    let mut goals = Goals::default();
    for curve in curves {
        let what = format!("{}, growth in an hour beside its median", curve.named);
        goals.note(what, curve.growth(), curve.most, "times");
    }
    goals
}

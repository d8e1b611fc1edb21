//! What each way of guarding a status costs a write through a real API server: nobody, the null webhook, statusguard,
//! the schema of a CRD, and a `ValidatingAdmissionPolicy` with the same checks.
//!
//! Each way guards a resource of its own on one control plane, and they take turns block by block, so that whatever
//! else the machine does meets them all. Latencies are of all writes, CPU is that of the blocks.
#![expect(
    clippy::print_stdout,
    reason = "what a bench finds out is what it prints"
)]
#![expect(
    unreachable_pub,
    reason = "modules of the cluster tests are used here as well"
)]
use std::{fs, path::PathBuf};

use clap::Parser;

#[expect(dead_code, reason = "others need more of it")]
#[path = "../cluster/control_plane.rs"]
mod control_plane;
mod cpu;
mod goals;
#[expect(dead_code, reason = "others need more of it")]
#[path = "../cluster/http.rs"]
mod http;
mod machine;
mod null;
mod plot;
#[expect(dead_code, reason = "others need more of it")]
mod process;
#[expect(dead_code, reason = "others need more of it")]
#[path = "../cluster/promise.rs"]
mod promise;
mod table;
#[expect(dead_code, reason = "others need more of it")]
mod target;
#[expect(dead_code, reason = "others need more of it")]
#[path = "../cluster/tether.rs"]
mod tether;
#[expect(dead_code, reason = "others need more of it")]
#[path = "../cluster/tools.rs"]
mod tools;
mod turns;
#[path = "../cluster/until.rs"]
mod until;
mod ways;

use control_plane::control_plane;
use goals::Goals;
use turns::{Plan, Seen};
use ways::{Way, Ways};

/// Compares ways of guarding a status.
#[derive(Parser)]
struct Options {
    /// How often each way has its turn
    #[arg(long, default_value_t = 60)]
    rounds: usize,
    /// Writes of each turn
    #[arg(long, default_value_t = 40)]
    writes: usize,
    /// Where to draw what was measured, as SVG
    #[arg(long)]
    plot: Option<PathBuf>,
    /// Be the null webhook with the certificates of this directory
    #[arg(long, hide = true)]
    null: Option<PathBuf>,
    #[arg(long, hide = true)]
    bench: bool,
}

/// How many write at once.
const WRITERS: [usize; 2] = [1, 8];

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if let Some(certs) = &options.null {
        return null::serve(certs);
    }
    let Some(plane) = control_plane() else {
        return Ok(());
    };
    let named = machine::named();
    println!("status writes through a real API server ({named})");
    let ways = Ways::install(plane)?;
    ways.check()?;
    let mut measured = Vec::new();
    for writers in WRITERS {
        let plan = Plan {
            rounds: options.rounds,
            writes: options.writes,
            writers,
        };
        measured.push((writers, plan.run(&ways)?));
    }
    let rows = table::rows(&ways, &measured)?;
    print!("\n{}\n{}", table::shown(&rows), goals(&measured));
    if let Some(file) = &options.plot {
        fs::write(file, plot::of(&rows))?;
        println!("drawn: {}", file.display());
    }
    Ok(())
}

fn goals(measured: &[(usize, Vec<Seen>)]) -> Goals {
    let mut goals = Goals::default();
    for (writers, seen) in measured {
        let [null, guarded] = [Way::Null, Way::Statusguard].map(|way| &seen[way as usize]);
        let what = format!("p50 beside the null webhook, {writers} writing");
        goals.note(what, guarded.p50() / null.p50(), 1.05, "times");
    }
    goals
}

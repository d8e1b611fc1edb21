//! What looking for secrets costs: throughput on text, time against size for the worst texts, memory and load.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a bench finds out is what it prints"
)]
use std::{hint::black_box, process::ExitCode, time::Instant};

use anyhow::ensure;
use clap::Parser;
use statusguard::core::secret::{self, hit::Hit, rules};

mod machine;
mod process;

use process::Memory;

/// Sizes at which time is compared, in bytes.
const SIZES: [usize; 3] = [1 << 16, 1 << 18, 1 << 20];
/// How much longer a byte of the largest text may take than one of the smallest, for noise and caches.
const STEEPEST: f64 = 2.0;
/// Throughput to reach, in MB/s.
const ORDINARY: f64 = 100.0;
const TELLING: f64 = 30.0;
/// Memory of all rules after each has run, in MB.
const MOST_MEMORY: f64 = 10.0;

/// Measures what looking for secrets costs.
#[derive(Parser)]
struct Options {
    /// Fail if time is not linear in size for some text, or memory is above its goal.
    #[arg(long)]
    check: bool,
    #[arg(long, hide = true)]
    bench: bool,
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
    println!("{}", machine::named());
    let memory = memory()?;
    throughput();
    let steep = worst();
    if options.check {
        ensure!(
            memory <= MOST_MEMORY,
            "{memory:.1} MB after each rule has run are more than {MOST_MEMORY} MB"
        );
        ensure!(
            steep.is_empty(),
            "time is not linear in size for: {}",
            steep.join(", ")
        );
    }
    Ok(())
}

/// Memory and time of the first use, and of one use of every rule; gives the memory then, in MB.
fn memory() -> anyhow::Result<f64> {
    let before = Memory::of("self")?;
    let start = Instant::now();
    black_box(secret::leak_in_field("message", "nothing to be found here"));
    let load = start.elapsed();
    let loaded = Memory::of("self")?;
    let start = Instant::now();
    let mut texts = 0_u32;
    for rule in rules::all() {
        for text in rule.examples(1) {
            black_box(secret::leak_in_field("message", &text));
            texts += 1;
        }
    }
    let all = start.elapsed();
    let used = Memory::of("self")?;
    println!(
        "{} rules: loaded in {:.1} ms and {:.1} MB; after each has run once, on {texts} texts in {:.0} ms: {:.1} MB, {:.1} MB at most{}",
        rules::all().len(),
        load.as_secs_f64() * 1e3,
        loaded.resident - before.resident,
        all.as_secs_f64() * 1e3,
        used.resident - before.resident,
        used.peak - before.resident,
        missed(used.resident - before.resident <= MOST_MEMORY),
    );
    Ok(used.resident - before.resident)
}

/// MB/s on text as statuses hold it.
fn throughput() {
    const LINES: [(&str, f64, &str); 4] = [
        (
            "words",
            ORDINARY,
            "Namespace example was created and all workloads in it are running on three nodes.\n",
        ),
        (
            "log",
            ORDINARY,
            "2026-11-03T10:00:00Z INFO reconciled object=default/example-7c9f8b6d4 generation=4 took=12ms image=ghcr.io/acme/app:v1.2.3\n",
        ),
        (
            "JSON",
            ORDINARY,
            "{\"name\": \"example\", \"replicas\": 3, \"endpoint\": \"https://db.example.svc:5432\", \"ready\": true},\n",
        ),
        (
            "password, token, key",
            TELLING,
            "the password token key of the secret credentials is in the auth key vault token\n",
        ),
    ];
    for (name, goal, line) in LINES {
        let text = repeated(line, 1 << 20);
        let rate = 1.0 / (nanos_a_byte(&text) * 1e-3);
        println!(
            "{name:<24} {rate:>7.0} MB/s, goal {goal:.0}{}",
            missed(rate >= goal)
        );
    }
}

/// Time against size for texts that are nearly secret, over and over; gives the names of those that grow steeper.
fn worst() -> Vec<&'static str> {
    let mut steep = Vec::new();
    println!(
        "{:<24} ns a byte at {} kB",
        "worst texts",
        SIZES.map(|size| (size >> 10).to_string()).join(", ")
    );
    for (name, line) in WORST {
        // What is found before its end ends the search, and nothing worst would be left.
        let hit = secret::leak_in_field("message", &repeated(line, SIZES[0]));
        let is_last = |hit: Hit| hit.span.end + line.len() > SIZES[0];
        assert!(hit.is_none_or(is_last), "{name} is a secret");
        let times = SIZES.map(|size| nanos_a_byte(&repeated(line, size)));
        let is_linear = times[SIZES.len() - 1] <= times[0] * STEEPEST;
        if !is_linear {
            steep.push(name);
        }
        let [one, two, three] = times;
        println!(
            "{name:<24} {one:>7.1} {two:>7.1} {three:>7.1}{}",
            missed(is_linear)
        );
    }
    steep
}

/// Texts to repeat. What would be a secret ends the search, so none is.
const WORST: [(&str, &str); 38] = [
    ("eyJ", "eyJ"),
    (".eyJ", ".eyJ"),
    (" eyJ", " eyJ"),
    ("eyJ parts", "eyJhbGciOi.eyJzdWIi "),
    ("-----BEGIN", "-----BEGIN "),
    ("private keys", "-----BEGIN PRIVATE KEY-----\n"),
    ("base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo"),
    ("base64 of words", "dGhpcyBpcyBub3RoaW5nIGJ1dCB3b3JkcyAg\n"),
    ("percent", "%41%20%2B"),
    ("JSON in a string", "{\"a\": [\"b\", {\"c\": \"d\"}]}"),
    ("open brackets", "[{\"a\":"),
    ("short tokens", "ghp_abc glpat-abc sk-abc xoxb-1 AKIA12 "),
    ("joined tokens", "glpat-abcdefglpat-abcdef"),
    ("dashed tokens", "-glpat-sk-ant-xoxb-pat-"),
    ("links", "https://"),
    ("links with users", "a://b:"),
    ("users", "a://b:c@"),
    ("queries", "?token=a&sig=b&key=c"),
    ("headers", "Authorization: Bearer "),
    ("curl", "curl -u a: "),
    ("netrc", "machine a login b password:"),
    ("kubeconfig", "current-context token: \"\" "),
    ("docker", "{\"auths\": {\"auth\": \"a\"}} "),
    ("assignments", "password=\"\" token: , key => '"),
    ("names", "password.token-key_secret."),
    ("vendors", "datadog openai slack github aws token "),
    ("joined vendors", "datadog="),
    ("asides", "password (login (token for \""),
    ("users and passwords", "user:"),
    ("joined words", "token:"),
    ("PINs", "pin="),
    ("signatures", "x-amz-signature="),
    ("bearers", "bearer="),
    ("sessions", "session="),
    ("calls", "#define token("),
    ("users of curl", "curl -u://"),
    ("templates", "${"),
    ("brackets", "[<"),
];

fn repeated(line: &str, size: usize) -> String {
    let mut text = line.repeat(size / line.len() + 1);
    text.truncate(size);
    text
}

/// The best of some runs.
fn nanos_a_byte(text: &str) -> f64 {
    let runs = if text.len() > 1 << 18 { 3 } else { 5 };
    let best = (0..runs).map(|_| {
        let start = Instant::now();
        black_box(secret::leak_in_field("message", black_box(text)));
        start.elapsed().as_secs_f64()
    });
    let size = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    best.fold(f64::INFINITY, f64::min) * 1e9 / size
}

const fn missed(is_met: bool) -> &'static str {
    if is_met { "" } else { "  (goal missed)" }
}

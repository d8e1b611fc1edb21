//! What is counted, and the text in which Prometheus reads it.
use std::{
    fmt::{self, Write},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::core::gate::Outcome;

/// The media type of [`Counters::render`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The number.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Everything that the server counts. Labels are closed sets, so that no object can add a series.
#[derive(Debug, Default)]
pub struct Counters {
    /// Reviews that were allowed with nothing to tell.
    pub allowed: Counter,
    /// Reviews that were allowed with a warning.
    pub warned: Counter,
    /// Reviews that were refused.
    pub denied: Counter,
    /// Bodies that are no readable review.
    pub unreadable: Counter,
    /// Decisions that panicked.
    pub panics: Counter,
    /// Decisions that took too long.
    pub overruns: Counter,
    /// Requests that waited for too long, or found the queue full.
    pub turned_away: Counter,
    /// Other requests that got an HTTP error.
    pub malformed: Counter,
    /// TLS handshakes that failed or took too long.
    pub tls_failures: Counter,
}

impl Counters {
    /// Counts a decision.
    pub fn decided(&self, outcome: Outcome) {
        match outcome {
            Outcome::Allowed => self.allowed.add(),
            Outcome::Warned => self.warned.add(),
            Outcome::Denied => self.denied.add(),
        }
    }

    /// The counters as `OpenMetrics` text, with the number of `policies` in force.
    pub fn render(&self, policies: usize) -> String {
        let mut text = String::new();
        // A String takes any text.
        let _ = self.write(&mut text, policies);
        text
    }

    fn write(&self, text: &mut String, policies: usize) -> fmt::Result {
        text.push_str(
            "# HELP statusguard_reviews Admission reviews by outcome.\n# TYPE statusguard_reviews counter\n",
        );
        for (outcome, counter) in [
            ("allowed", &self.allowed),
            ("warned", &self.warned),
            ("denied", &self.denied),
            ("unreadable", &self.unreadable),
            ("panicked", &self.panics),
            ("overran", &self.overruns),
        ] {
            let count = counter.get();
            writeln!(
                text,
                "statusguard_reviews_total{{outcome=\"{outcome}\"}} {count}"
            )?;
        }
        text.push_str(
            "# HELP statusguard_refused_requests Requests that were answered with an HTTP error.\n\
             # TYPE statusguard_refused_requests counter\n",
        );
        for (reason, counter) in [("busy", &self.turned_away), ("malformed", &self.malformed)] {
            let count = counter.get();
            writeln!(
                text,
                "statusguard_refused_requests_total{{reason=\"{reason}\"}} {count}"
            )?;
        }
        writeln!(
            text,
            "# HELP statusguard_tls_failures TLS handshakes that failed or took too long.\n\
             # TYPE statusguard_tls_failures counter\nstatusguard_tls_failures_total {}",
            self.tls_failures.get()
        )?;
        writeln!(
            text,
            "# HELP statusguard_policies Policies in force.\n# TYPE statusguard_policies gauge\n\
             statusguard_policies {policies}\n# EOF"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_open_metrics() {
        let counters = Counters::default();
        counters.decided(Outcome::Denied);
        let text = counters.render(4);
        assert!(text.contains("\nstatusguard_reviews_total{outcome=\"denied\"} 1\n"));
        assert!(text.contains("\nstatusguard_policies 4\n"));
        assert!(text.ends_with("# EOF\n"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("statusguard_"), "{line}");
            assert!(value.parse::<u64>().is_ok(), "{line}");
        }
    }
}

//! The lines of `/readyz?verbose`: what is well, what is not, and what somebody should know although all is well.
use std::{fmt, path::Path, time::SystemTime};

use crate::{
    core::{
        pki::{Moment, Standing, Validity},
        policy::Enforcement,
        shown::Shown,
    },
    registry::FileState,
    server::{
        admin::Health,
        certificates::{Problem, timestamp},
        drain::Stage,
    },
    telemetry::{self, troubles::Trouble},
};

/// Lines about one file before "and N more".
const MOST_LINES: usize = 20;

/// One line.
pub(super) struct Check {
    mark: Mark,
    words: String,
}

/// What a line means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// All is well.
    Good,
    /// The server is not ready because of it.
    InTheWay,
    /// Somebody must mend it, and the server is ready none the less.
    Bad,
    /// Somebody should know.
    Note,
}

impl Check {
    const fn new(mark: Mark, words: String) -> Self {
        Self { mark, words }
    }

    /// Whether the server is not ready because of it.
    pub(super) fn is_in_the_way(&self) -> bool {
        self.mark == Mark::InTheWay
    }
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.mark {
            Mark::Good => "[+]",
            Mark::InTheWay => "[-]",
            Mark::Bad => "[!]",
            Mark::Note => "[i]",
        };
        write!(formatter, "{mark} {}", self.words)
    }
}

/// How everything stands at `now`.
pub(super) fn of(health: &Health, now: Moment) -> Vec<Check> {
    let mut checks = vec![stage(health.drain.stage())];
    match health.certificates.get() {
        Some(certificates) => {
            let state = certificates.state();
            checks.push(certificate(&state.validity, now));
            checks.extend(state.problem.as_ref().map(certificate_files));
            let doubts = certificates.doubts(&health.host, now);
            checks.extend(doubts.iter().map(|words| doubt(words, &health.host)));
        }
        None => checks.push(Check::new(
            Mark::InTheWay,
            "certificate: there is none yet".to_owned(),
        )),
    }
    checks.extend(health.metrics.distrusted().map(distrust));
    checks.extend(policies(health));
    checks.extend(cluster(health));
    checks.extend(health.troubles.present().into_iter().map(trouble));
    checks
}

/// What does not keep from judging: the last good state stays in force.
fn trouble((what, trouble): (String, Trouble)) -> Check {
    let since = telemetry::timestamp(trouble.since);
    Check::new(
        Mark::Bad,
        format!("{what}: {} (since {since})", trouble.words),
    )
}

/// What the cluster holds, where policies come from one.
fn cluster(health: &Health) -> Vec<Check> {
    let Some(state) = health.registry.cluster() else {
        return Vec::new();
    };
    let mut checks = Vec::new();
    if !state.is_complete() {
        let words = format!(
            "cluster: {} have not been listed yet",
            state.waiting.join(" and ")
        );
        checks.push(Check::new(Mark::InTheWay, words));
    }
    for promise in state.promises.iter().filter(|it| !it.faults.is_empty()) {
        let words = format!("Promise {}: {}", promise.name, promise.faults.join("; "));
        checks.push(Check::new(Mark::Bad, words));
    }
    for promise in state.promises.iter().filter(|it| !it.notes.is_empty()) {
        let mut notes: Vec<&str> = promise.notes.iter().map(String::as_str).collect();
        let more = notes.len().saturating_sub(MOST_LINES);
        notes.truncate(MOST_LINES);
        let more = (more > 0).then(|| format!("; and {more} more"));
        let words = format!(
            "Promise {}: {}{}",
            promise.name,
            notes.join("; "),
            more.unwrap_or_default()
        );
        checks.push(Check::new(Mark::Note, words));
    }
    for schema in state.schemas.iter().filter(|it| !it.verdict.is_accepted()) {
        let (name, verdict) = (&schema.name, &schema.verdict);
        let words = format!(
            "StatusSchema {name}: {}: {}",
            verdict.reason.as_str(),
            verdict.message
        );
        checks.push(Check::new(Mark::Bad, words));
    }
    checks
}

fn stage(stage: Stage) -> Check {
    match stage {
        Stage::Serving => Check::new(Mark::Good, "serving".to_owned()),
        Stage::Leaving | Stage::Stopping => Check::new(Mark::InTheWay, "stopping".to_owned()),
    }
}

fn certificate(validity: &Validity, now: Moment) -> Check {
    let (mark, words) = match validity.standing(now) {
        Standing::Valid | Standing::Due if validity.ends_soon(now) => {
            (Mark::Bad, "no other has come, and it ends at")
        }
        Standing::Valid | Standing::Due => (Mark::Good, "valid until"),
        Standing::Expired => (Mark::InTheWay, "expired at"),
        Standing::NotYetValid => (Mark::InTheWay, "not valid now; it was to end at"),
    };
    let until = timestamp(validity.not_after);
    Check::new(mark, format!("certificate: {words} {until}"))
}

fn certificate_files(problem: &Problem) -> Check {
    let since = timestamp(problem.since);
    let words = format!(
        "certificate files: {}; the last good certificate stays in force, since {since}",
        problem.words
    );
    Check::new(Mark::Bad, words)
}

fn doubt(words: &str, host: &str) -> Check {
    let words = format!(
        "certificate: tls.crt {words}, so the API server will not trust it at https://{host}; put in one that is"
    );
    Check::new(Mark::Bad, words)
}

fn distrust(at: SystemTime) -> Check {
    let at = telemetry::timestamp(at);
    let words = format!(
        "certificate: a client did not trust it, last at {at}; if that was the API server, the caBundle of the webhook \
         configuration is not that of its CA"
    );
    Check::new(Mark::Note, words)
}

fn policies(health: &Health) -> Vec<Check> {
    let state = health.registry.state();
    let catalog = health.registry.catalog();
    let count = catalog.written();
    let ceiling = match catalog.mode() {
        Enforcement::Enforce => "",
        Enforcement::Warn => "; mode Warn: nothing is refused",
        Enforcement::Audit => "; mode Audit: everything is only recorded",
    };
    let mut checks = vec![Check::new(
        Mark::Good,
        format!("policies: {count} in force{ceiling}"),
    )];
    if count == 0 {
        let words = "nothing is guarded by a schema: nobody wrote one that counts";
        checks.push(Check::new(Mark::Note, words.to_owned()));
    }
    if let Some(trouble) = state.trouble {
        let words = format!("{}: {trouble}", Shown(&state.directory));
        checks.push(Check::new(Mark::Bad, words));
    }
    checks.extend(state.files.iter().flat_map(faults));
    checks.extend(state.files.iter().flat_map(notes));
    checks
}

fn faults(file: &FileState) -> Vec<Check> {
    let since = telemetry::timestamp(file.since);
    let rest = match &file.in_force {
        Some(_) => format!(" (last good in force, refused since {since})"),
        None => format!(" (not in force, since {since})"),
    };
    lines(Mark::Bad, &file.file, &file.faults, &rest)
}

fn notes(file: &FileState) -> Vec<Check> {
    lines(Mark::Note, &file.file, &file.notes, "")
}

fn lines(mark: Mark, file: &Path, faults: &[impl fmt::Display], rest: &str) -> Vec<Check> {
    let shown = faults.iter().take(MOST_LINES);
    let mut lines: Vec<_> = shown
        .map(|fault| Check::new(mark, format!("{fault}{rest}")))
        .collect();
    let more = faults.len() - lines.len();
    if more > 0 {
        let words = format!("{}: and {more} more", Shown(file));
        lines.push(Check::new(mark, words));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_certificate_is_told_before_it_ends_and_stands_in_the_way_after() {
        let day = |days: u64| Duration::from_hours(24 * days);
        let validity = Validity {
            not_before: day(20_000),
            not_after: day(20_060),
        };
        let said = |days| certificate(&validity, day(days));
        assert!(
            said(20_001)
                .to_string()
                .starts_with("[+] certificate: valid until 20")
        );
        let near = said(20_059);
        assert!(
            near.to_string()
                .starts_with("[!] certificate: no other has come, and it ends at 20")
        );
        assert!(!near.is_in_the_way());
        assert!(said(20_061).is_in_the_way() && said(19_999).is_in_the_way());
    }
}

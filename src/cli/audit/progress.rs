//! How far an audit is, for whoever sits before a terminal.
use std::{
    io::{self, IsTerminal as _},
    time::{Duration, Instant},
};

use crate::cli::print;

/// Who reads wants to see that it goes on, and no more.
const PAUSE: Duration = Duration::from_millis(100);
/// Characters of the bar.
const WIDTH: u64 = 24;

/// A line on a terminal that is written anew again and again.
pub(super) struct Progress {
    is_on: bool,
    last: Option<Instant>,
    done: u64,
    total: Option<u64>,
    what: String,
}

impl Progress {
    /// One that is seen only where errors go to a terminal.
    pub(super) fn new() -> Self {
        Self {
            is_on: io::stderr().is_terminal(),
            last: None,
            done: 0,
            total: None,
            what: String::new(),
        }
    }

    /// What comes next is of this kind; nothing is known of how many there are.
    pub(super) fn begin(&mut self, what: &str) {
        (self.done, self.total) = (0, None);
        what.clone_into(&mut self.what);
    }

    /// So many are left.
    #[cfg(feature = "cluster")]
    pub(super) fn expect(&mut self, left: Option<u64>) {
        self.total = left.map(|left| self.done + left);
    }

    /// One more is done.
    pub(super) fn step(&mut self) {
        self.done += 1;
        let is_due = || self.last.is_none_or(|last| last.elapsed() >= PAUSE);
        if self.is_on && is_due() {
            self.last = Some(Instant::now());
            print::complain(&format!(
                "\r{}\u{1b}[K",
                line(&self.what, self.done, self.total)
            ));
        }
    }

    /// Takes the line away, so that others can be written.
    pub(super) fn clear(&mut self) {
        if self.last.take().is_some() {
            print::complain("\r\u{1b}[K");
        }
    }
}

fn line(what: &str, done: u64, total: Option<u64>) -> String {
    let Some(total) = total.filter(|total| *total > 0) else {
        return format!("{what}: {done} requests");
    };
    let full = (done.min(total) * WIDTH / total).min(WIDTH);
    let full = usize::try_from(full).unwrap_or_default();
    let empty = usize::try_from(WIDTH).unwrap_or_default() - full;
    format!(
        "{what}: [{}{}] {done} of {total}",
        "#".repeat(full),
        ".".repeat(empty)
    )
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_bar_is_shown_once_the_end_is_known() {
        assert_eq!(line("dbs", 500, None), "dbs: 500 requests");
        assert_eq!(
            line("dbs", 500, Some(1000)),
            "dbs: [############............] 500 of 1000"
        );
        assert_eq!(
            line("dbs", 1200, Some(1000)),
            "dbs: [########################] 1200 of 1000"
        );
        assert_eq!(line("dbs", 0, Some(0)), "dbs: 0 requests");
    }
}

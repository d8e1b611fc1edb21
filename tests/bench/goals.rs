//! What was to be reached, and what was.
use std::fmt;

/// Goals, each with what was found.
#[derive(Default)]
pub(crate) struct Goals(Vec<Goal>);

struct Goal {
    what: String,
    /// `None` where it could not be told.
    found: Option<f64>,
    most: f64,
    unit: &'static str,
}

impl Goals {
    /// Notes that `what` was `found`, where it should be at most `most`; nothing is found where it was watched for too
    /// short a time.
    pub(crate) fn note(
        &mut self,
        what: impl Into<String>,
        found: impl Into<Option<f64>>,
        most: f64,
        unit: &'static str,
    ) {
        self.0.push(Goal {
            what: what.into(),
            found: found.into(),
            most,
            unit,
        });
    }
}

impl fmt::Display for Goals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missed = self.0.iter().filter(|goal| goal.is_missed()).count();
        writeln!(formatter, "goals: {} of {} missed", missed, self.0.len())?;
        self.0
            .iter()
            .try_for_each(|goal| writeln!(formatter, "{goal}"))
    }
}

impl Goal {
    fn is_missed(&self) -> bool {
        // What is no number, such as a ratio of nothing to nothing, is no goal that was met.
        self.found
            .is_some_and(|found| found.is_nan() || found > self.most)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.found {
            None => "too short to tell",
            Some(_) if self.is_missed() => "MISSED",
            Some(_) => "met",
        };
        let found = self.found.map(|found| format!("{found:.2}"));
        write!(
            formatter,
            "  {:48} {:>8} {:5} at most {:6} {verdict}",
            self.what,
            found.as_deref().unwrap_or("-"),
            self.unit,
            self.most
        )
    }
}

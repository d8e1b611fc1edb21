//! What was to be reached, and what was.
use std::fmt;

/// Goals, each with what was found.
#[derive(Default)]
pub(crate) struct Goals(Vec<Goal>);

struct Goal {
    what: String,
    found: f64,
    most: f64,
    unit: &'static str,
}

impl Goals {
    /// Notes that `what` was `found`, where it should be at most `most`.
    pub(crate) fn note(
        &mut self,
        what: impl Into<String>,
        found: f64,
        most: f64,
        unit: &'static str,
    ) {
        self.0.push(Goal {
            what: what.into(),
            found,
            most,
            unit,
        });
    }
}

impl fmt::Display for Goals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missed = self.0.iter().filter(|goal| !goal.is_met()).count();
        writeln!(formatter, "goals: {} of {} missed", missed, self.0.len())?;
        self.0
            .iter()
            .try_for_each(|goal| writeln!(formatter, "{goal}"))
    }
}

impl Goal {
    fn is_met(&self) -> bool {
        self.found <= self.most
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_met() { "met" } else { "MISSED" };
        write!(
            formatter,
            "  {:48} {:8.2} {:5} at most {:6} {verdict}",
            self.what, self.found, self.unit, self.most
        )
    }
}

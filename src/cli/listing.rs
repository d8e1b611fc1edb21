//! What any command found, in one form for the formats that other programs read.
use crate::{
    cli::report::{Judged, Placed, Report},
    core::{finding::Effect, yaml::Place},
};

pub(super) mod github;
pub(super) mod junit;
pub(super) mod sarif;

/// All that a command found.
pub(super) struct Listing {
    /// What it looked at, in order.
    pub(super) groups: Vec<Group>,
}

/// Something that was looked at: an object, a file, a case.
pub(super) struct Group {
    /// What people call it.
    pub(super) name: String,
    pub(super) file: String,
    pub(super) entries: Vec<Entry>,
}

/// How much an entry matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// It is recorded, and nobody has to do anything.
    Note,
    /// It should be looked at.
    Warning,
    /// It fails the command.
    Error,
}

/// One thing that was found.
pub(super) struct Entry {
    pub(super) level: Level,
    pub(super) rule: String,
    /// What is wrong and how to mend it, in one line.
    pub(super) words: String,
    pub(super) file: String,
    pub(super) place: Option<Place>,
    /// What stays the same when lines move: where it is in the object, or in the document.
    pub(super) path: String,
}

impl Listing {
    /// What `check` found.
    pub(super) fn of_report(report: &Report) -> Self {
        Self {
            groups: report.objects.iter().map(group).collect(),
        }
    }

    /// All entries.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Group, &Entry)> {
        let groups = self.groups.iter();
        groups.flat_map(|group| group.entries.iter().map(move |entry| (group, entry)))
    }
}

fn group(judged: &Judged) -> Group {
    Group {
        name: judged.title(),
        file: judged.file.clone(),
        entries: judged.findings.iter().map(entry).collect(),
    }
}

fn entry(placed: &Placed) -> Entry {
    let finding = &placed.finding;
    let level = match finding.effect {
        Effect::Deny => Level::Error,
        _ if placed.is_told() => Level::Warning,
        _ => Level::Note,
    };
    let already = if finding.effect == Effect::Forgiven {
        "already there: "
    } else {
        ""
    };
    let path = finding.path.to_string();
    Entry {
        level,
        rule: finding.rule.id().to_owned(),
        words: format!("{path}: {already}{}", finding.message),
        file: placed.file.clone(),
        place: placed.place,
        path,
    }
}

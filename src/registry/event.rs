//! What is told when files or the directory change: one line each, and once.
use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{Directory, standing::Standing};
use crate::{
    core::{
        policy::{Enforcement, Policy},
        shown::Shown,
    },
    disk::{self, FileFault},
};

/// Faults or notes of one file that are told before "and N more".
const MOST_FAULTS: usize = 20;

/// How loudly an event is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// All is well.
    Info,
    /// Less is guarded than somebody may think.
    Warn,
    /// A file or the directory is refused.
    Error,
}

/// Something changed; told once, not on each look at the directory. `Display` is one line, fit for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// How loudly to tell it.
    pub level: Level,
    /// The words, in one line; they begin with the file or the directory.
    pub words: String,
    /// The file that it is about, if it is about one.
    pub file: Option<PathBuf>,
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}

impl Event {
    pub(super) fn new(level: Level, words: String) -> Self {
        Self {
            level,
            words,
            file: None,
        }
    }

    fn about(level: Level, file: &Path, words: &str) -> Self {
        Self {
            level,
            words: format!("{}: {words}", Shown(file)),
            file: Some(file.to_owned()),
        }
    }
}

/// What to tell about a directory that stands like `now` and stood like `before`.
pub(super) fn changes(path: &Path, before: &Directory, now: &Directory) -> Vec<Event> {
    let mut events = directory_changes(path, before, now);
    for old in &before.standings {
        if now
            .standings
            .iter()
            .all(|standing| standing.file != old.file)
        {
            events.push(about_gone(old, now));
        }
    }
    for standing in &now.standings {
        let old = before
            .standings
            .iter()
            .find(|old| old.file == standing.file);
        if old.is_none_or(|old| !standing.is_same(old)) {
            events.extend(old.and_then(|old| about_left(old, now)));
            events.extend(about_file(standing));
        }
    }
    events
}

/// What to tell about a directory as it stands.
pub(super) fn all(path: &Path, now: &Directory) -> Vec<Event> {
    let mut events = changes(path, &Directory::default(), now);
    if now.trouble.is_none() && now.standings.is_empty() {
        let words =
            "holds no *.yaml, *.yml or *.json, so no resource is guarded; put a StatusSchema there";
        events.push(Event::new(Level::Warn, format!("{}: {words}", Shown(path))));
    }
    events
}

fn directory_changes(path: &Path, before: &Directory, now: &Directory) -> Vec<Event> {
    match (&before.trouble, &now.trouble) {
        (before, Some(words)) if before.as_ref() != Some(words) => {
            vec![Event::new(
                Level::Error,
                format!("{}: {words}", Shown(path)),
            )]
        }
        (Some(_), None) => {
            let words = "can be read again, and counts again";
            vec![Event::new(Level::Info, format!("{}: {words}", Shown(path)))]
        }
        _ => Vec::new(),
    }
}

fn about_file(standing: &Standing) -> Vec<Event> {
    if standing.faults().is_empty() {
        return about_accepted(standing);
    }
    let mut events = about_all(Level::Error, &standing.file, standing.faults());
    let words = format!("refused; {}", what_stands(standing));
    events.push(Event::about(Level::Error, &standing.file, &words));
    events
}

fn about_accepted(standing: &Standing) -> Vec<Event> {
    let mut events = Vec::new();
    if let Some(policy) = standing.in_force() {
        let words = format!(
            "StatusSchema {} guards {}.{}{}",
            policy.name,
            policy.resource,
            policy.group,
            restraint(policy)
        );
        events.push(Event::about(Level::Info, &standing.file, &words));
    }
    events.extend(about_all(Level::Warn, &standing.file, standing.notes()));
    events
}

/// Each of `faults`, and the number of those beyond [`MOST_FAULTS`].
fn about_all(level: Level, file: &Path, faults: &[FileFault]) -> Vec<Event> {
    let mut events: Vec<Event> = faults
        .iter()
        .take(MOST_FAULTS)
        .map(|fault| Event {
            level,
            words: fault.to_string(),
            file: Some(file.to_owned()),
        })
        .collect();
    let more = faults.len() - events.len();
    if more > 0 {
        events.push(Event::about(level, file, &format!("and {more} more")));
    }
    events
}

/// What a policy does less than refuse.
fn restraint(policy: &Policy) -> String {
    let all = match policy.enforcement {
        Enforcement::Enforce => return String::new(),
        Enforcement::Warn => ", and only warns",
        Enforcement::Audit => ", and only counts",
    };
    let secrets = match policy.secrets.enforcement {
        secrets if secrets <= policy.enforcement => "",
        Enforcement::Enforce => ", but refuses secrets",
        Enforcement::Warn | Enforcement::Audit => ", but warns of secrets",
    };
    format!("{all}{secrets}")
}

fn is_guarded(policy: &Policy, now: &Directory) -> bool {
    let mut in_force = now.standings.iter().filter_map(Standing::in_force);
    in_force.any(|other| disk::is_for_same(other, policy))
}

/// What a file that is still there has left without a guard.
fn about_left(old: &Standing, now: &Directory) -> Option<Event> {
    let policy = old.in_force().filter(|policy| !is_guarded(policy, now))?;
    let words = format!(
        "StatusSchema {} no longer guards {}.{}",
        policy.name, policy.resource, policy.group
    );
    Some(Event::about(Level::Warn, &old.file, &words))
}

fn about_gone(old: &Standing, now: &Directory) -> Event {
    let (level, words) = match old.in_force() {
        Some(policy) if is_guarded(policy, now) => {
            let words = format!(
                "gone; another file guards {}.{}",
                policy.resource, policy.group
            );
            (Level::Info, words)
        }
        Some(policy) => {
            let words = format!(
                "gone; StatusSchema {} no longer guards {}.{}",
                policy.name, policy.resource, policy.group
            );
            (Level::Warn, words)
        }
        None => (Level::Info, "gone; nothing of it was in force".to_owned()),
    };
    Event::about(level, &old.file, &words)
}

/// What holds for the resource of a refused file.
pub(super) fn what_stands(standing: &Standing) -> String {
    match (standing.in_force(), standing.resource()) {
        (Some(policy), _) => format!(
            "its last good state, StatusSchema {}, stays in force until it is mended",
            policy.name
        ),
        (None, Some((group, resource))) => format!(
            "until it is mended nothing of it is in force, and {resource}.{group} has the built-in policy or that of \
             another file"
        ),
        (None, None) => {
            "until it is mended nothing of it is in force, and what it would guard is not known"
                .to_owned()
        }
    }
}

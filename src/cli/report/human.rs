//! A report for people: each finding at its line, of which only the key is shown, and a summary.
use std::fmt::Write as _;

use super::{Excerpt, Judged, Placed, Report};
use crate::{
    cli::source::printable,
    core::{
        denial,
        finding::{Effect, Finding},
        gate::Outcome,
    },
};

/// What stands for a value.
const MASK: &str = "***";
/// Columns before a key that are shown; what stands further right is shown from there.
const MOST_INDENT: u64 = 40;

/// How words are set off on a terminal.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Paint {
    /// Whether there are colours at all.
    pub(in crate::cli) is_on: bool,
}

impl Paint {
    pub(in crate::cli) const ERROR: &str = "1;31";
    pub(in crate::cli) const WARNING: &str = "1;33";
    pub(in crate::cli) const NOTE: &str = "1;34";
    pub(in crate::cli) const STRONG: &str = "1";

    pub(in crate::cli) fn set(self, code: &str, text: &str) -> String {
        if self.is_on {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The report as text.
pub(in crate::cli) fn of(report: &Report, paint: Paint) -> String {
    let mut text = String::new();
    for judged in &report.objects {
        for placed in judged.findings.iter().filter(|placed| placed.is_told()) {
            add_finding(&mut text, placed, paint);
        }
        let _ = writeln!(text, "{}", summary_of(judged, paint));
    }
    if report.objects.len() != 1 {
        let _ = writeln!(text, "{}", summary(report));
    }
    text.extend(more(report));
    text
}

fn add_finding(text: &mut String, placed: &Placed, paint: Paint) {
    let finding = &placed.finding;
    let (level, code) = match finding.effect {
        Effect::Deny => ("error", Paint::ERROR),
        Effect::Warn | Effect::Audit | Effect::Forgiven => ("warning", Paint::WARNING),
    };
    let already = if finding.effect == Effect::Forgiven {
        "already there: "
    } else {
        ""
    };
    let (what, remedy) = match finding.message.split_once("; ") {
        Some((what, remedy)) => (what, Some(remedy)),
        None => (finding.message.as_str(), None),
    };
    let level = paint.set(code, &format!("{level}[{}]", finding.rule));
    let what = paint.set(
        Paint::STRONG,
        &format!(": {}: {already}{what}", finding.path),
    );
    let _ = writeln!(text, "{level}{what}");
    let line = placed.place.map_or(0, |place| place.line);
    let margin = line.to_string().len();
    if let Some(place) = placed.place {
        let arrow = paint.set(Paint::NOTE, "-->");
        let file = printable(&placed.file);
        let _ = writeln!(
            text,
            "{:margin$}{arrow} {file}:{}:{}",
            "", place.line, place.column
        );
    }
    let bar = paint.set(Paint::NOTE, "|");
    if let Some(excerpt) = &placed.excerpt {
        let (shown, caret) = lines(excerpt);
        let number = paint.set(Paint::NOTE, &excerpt.line.to_string());
        let caret = paint.set(code, &caret);
        let _ = writeln!(text, "{:margin$} {bar}", "");
        let _ = writeln!(text, "{number} {bar} {shown}");
        let _ = writeln!(text, "{:margin$} {bar} {caret}", "");
    }
    let quotes = placed
        .excerpt
        .as_ref()
        .and_then(|excerpt| quotes(finding, excerpt));
    for remedy in remedy.map(str::to_owned).into_iter().chain(quotes) {
        let _ = writeln!(
            text,
            "{:margin$} {} {remedy}",
            "",
            paint.set(Paint::NOTE, "=")
        );
    }
    text.push('\n');
}

/// What to do about a key that nobody knows since it is read as another one than is written.
fn quotes(finding: &Finding, excerpt: &Excerpt) -> Option<String> {
    let (written, _) = excerpt.key.as_ref()?;
    let read = excerpt
        .read
        .as_ref()
        .filter(|_| excerpt.is_about_key && finding.rule.family() == "schema")?;
    Some(format!(
        "or put {written} in quotes: without them Kratix reads it as {read}"
    ))
}

/// The line of a file with its value masked, and the line below that points into it.
fn lines(excerpt: &Excerpt) -> (String, String) {
    let first = excerpt
        .key
        .as_ref()
        .map(|(_, column)| *column)
        .or(excerpt.value)
        .unwrap_or(1);
    let indent = first.saturating_sub(1);
    let (mut shown, indent) = if indent > MOST_INDENT {
        ("… ".to_owned(), 2)
    } else {
        (
            " ".repeat(usize::try_from(indent).unwrap_or_default()),
            indent,
        )
    };
    let (mut at, mut width) = (indent, MASK.len());
    if let Some((key, column)) = &excerpt.key {
        let length = key.chars().count();
        shown.push_str(key);
        shown.push(':');
        width = length;
        if let Some(value) = excerpt.value {
            // Between key and value there may be more than a blank.
            let gap = value
                .saturating_sub(column + length as u64 + 1)
                .clamp(1, MOST_INDENT);
            shown.push_str(&" ".repeat(usize::try_from(gap).unwrap_or(1)));
            if !excerpt.is_about_key {
                at = shown.chars().count() as u64;
                width = MASK.len();
            }
            shown.push_str(MASK);
        }
    } else {
        shown.push_str(MASK);
    }
    let at = usize::try_from(at).unwrap_or_default();
    (shown, format!("{:at$}{}", "", "^".repeat(width)))
}

fn summary_of(judged: &Judged, paint: Paint) -> String {
    let count = |is_denial: bool| {
        let told = judged.findings.iter().filter(|placed| placed.is_told());
        told.filter(|placed| (placed.finding.effect == Effect::Deny) == is_denial)
            .count()
    };
    let (problems, warnings) = (count(true), count(false));
    let silent = judged.findings.len() - problems - warnings;
    let mut counts: Vec<String> = Vec::new();
    counts.extend((problems > 0).then(|| plural(problems, "problem")));
    counts.extend((warnings > 0).then(|| plural(warnings, "warning")));
    counts.extend((silent > 0).then(|| format!("{silent} only recorded")));
    let word = match judged.outcome {
        Outcome::Denied => paint.set(Paint::ERROR, "denied"),
        Outcome::Warned => paint.set(Paint::WARNING, "allowed with warnings"),
        Outcome::Allowed => paint.set(Paint::STRONG, "allowed"),
    };
    let counts = if counts.is_empty() {
        String::new()
    } else {
        format!(": {}", counts.join(", "))
    };
    let how = match (judged.policy.as_deref(), judged.phase) {
        (Some(policy), Some(phase)) => {
            format!("{}, judged as {phase}", denial::named(policy))
        }
        _ => format!("not judged: {}", judged.unjudged),
    };
    format!("{}: {word}{counts} ({how})", judged.title())
}

/// A number and a word for so many.
pub(in crate::cli) fn plural(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

fn summary(report: &Report) -> String {
    format!(
        "{}: {} denied, {} with warnings, {} allowed",
        plural(report.objects.len(), "object"),
        report.count(Outcome::Denied),
        report.count(Outcome::Warned),
        report.count(Outcome::Allowed)
    )
}

/// Where to read more about the first rule that was broken.
fn more(report: &Report) -> Option<String> {
    let told = || {
        let found = report.objects.iter().flat_map(|judged| &judged.findings);
        found.filter(|placed| placed.is_told())
    };
    let mut denials = told().filter(|placed| placed.finding.effect == Effect::Deny);
    let first = denials.next().or_else(|| told().next())?;
    Some(format!(
        "more about a rule: statusguard explain {}\n",
        first.finding.rule
    ))
}

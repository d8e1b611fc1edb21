//! Judges one request after the other, and keeps of each no more than counts, or what a format lists.
use super::{
    Arguments,
    progress::Progress,
    shown,
    tally::{Refused, Tally},
};
use crate::{
    cli::{
        check::Format,
        exceptions::Exceptions,
        listing::{Entry, Group, Level, Listing, github, junit, sarif},
        policies::Policies,
        report::{Judged, Report},
        subject::Subject,
    },
    core::{denial, finding::Effect, policy::Enforcement},
};

/// Findings that are listed one by one; beyond them a report is of no use to anybody.
const MOST_LISTED: usize = 50_000;

/// The rule about requests of an older version of their Promise.
const OUTDATED: &str = "audit/outdated";

/// An audit that is under way.
pub(super) struct Judge {
    policies: Policies,
    /// What is in force already, where that is known.
    in_force: Option<Policies>,
    /// Which exceptions the requests need.
    exceptions: Exceptions,
    /// How every schema is enforced.
    enforcement: Enforcement,
    tally: Tally,
    /// What the formats list that list every object.
    listing: Option<Listing>,
    /// Of the objects in the listing: the name of the policy, and the version.
    versions: Vec<Option<(String, String)>>,
    listed: usize,
    /// Whether each entry says of which object it is, since the format does not.
    names_objects: bool,
    pub(super) progress: Progress,
}

/// Whether a schema was looked at; nothing is to be said of what was not judged.
fn has_schema(judged: &Judged) -> bool {
    let version = judged.identity.api_version.rsplit('/').next();
    let policy = judged.policy.as_deref();
    policy.is_none_or(|policy| policy.schema(version.unwrap_or_default()).is_some())
}

/// Says of each entry from which file it is, although its line is not known, and of which object where that is asked for.
fn complete(group: &mut Group, names_objects: bool) {
    for entry in &mut group.entries {
        if entry.file.is_empty() {
            entry.file.clone_from(&group.file);
        }
        if names_objects {
            entry.words = format!("{}: {}", group.name, entry.words);
        }
    }
}

impl Judge {
    pub(super) fn new(
        policies: Policies,
        in_force: Option<Policies>,
        arguments: &Arguments,
    ) -> Self {
        let format = arguments.format;
        let lists_all = !matches!(format, Format::Human | Format::Json);
        Self {
            exceptions: Exceptions::of(&policies),
            policies,
            in_force,
            enforcement: arguments.as_,
            tally: Tally::default(),
            listing: lists_all.then(|| Listing { groups: Vec::new() }),
            versions: Vec::new(),
            listed: 0,
            names_objects: matches!(format, Format::Sarif | Format::Github),
            progress: Progress::new(),
        }
    }

    /// The policies to judge by.
    #[cfg(feature = "cluster")]
    pub(super) const fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Judges a write.
    pub(super) fn take(&mut self, subject: Subject) {
        let version = subject.promise_version();
        let before = self.in_force.as_ref().map(|_| subject.clone());
        // What cannot be read as a review was refused before it came here.
        let _ = self.exceptions.look(&subject);
        let Ok(decision) = subject.decide(&self.policies) else {
            return;
        };
        let (group, resource) = decision.resource.clone();
        let judged = Judged::of(decision);
        if !has_schema(&judged) {
            self.tally
                .take_without_schema(format!("{resource}.{group}"));
        }
        let already = if judged.findings.is_empty() {
            Refused::default()
        } else {
            self.refused_already(before)
        };
        self.tally.take(&judged, version.as_deref(), &already);
        self.list(judged, version);
        self.progress.step();
    }

    /// That the Promise of a policy is of this version now.
    #[cfg(feature = "cluster")]
    pub(super) fn know_version(&mut self, policy: String, version: &str) {
        self.tally.know_version(policy, version);
    }

    fn refused_already(&self, subject: Option<Subject>) -> Refused {
        let Some((subject, policies)) = subject.zip(self.in_force.as_ref()) else {
            return Refused::default();
        };
        let Ok(decision) = subject.decide(policies) else {
            return Refused::default();
        };
        let findings = decision.verdict.findings.into_iter();
        findings
            .filter(|finding| finding.effect == Effect::Deny)
            .map(|finding| (finding.path, finding.rule.id().to_owned()))
            .collect()
    }

    fn list(&mut self, judged: Judged, version: Option<String>) {
        let Some(listing) = &mut self.listing else {
            return;
        };
        self.listed += judged.findings.len();
        if self.listed > MOST_LISTED {
            return;
        }
        let policy = judged.policy.as_deref().map(denial::named);
        self.versions.push(policy.zip(version));
        let mut report = Report::default();
        report.objects.push(judged);
        let mut groups = Listing::of_report(&report).groups;
        for group in &mut groups {
            complete(group, self.names_objects);
        }
        listing.groups.extend(groups);
    }

    /// Whether anything would be refused.
    pub(super) fn refuses(&self) -> bool {
        self.tally.refuses()
    }

    /// The result; what is left out of it is told apart.
    pub(super) fn shown(mut self, format: Format) -> String {
        let listing = self.marked();
        match format {
            Format::Human => shown::human(&self.tally, self.enforcement),
            Format::Json => shown::json(&self.tally),
            Format::Junit => junit::of(&listing, "audit"),
            Format::Sarif => sarif::of(&listing),
            Format::Github => github::of(&listing),
        }
    }

    /// A line for each exception that no request needs.
    pub(super) fn unused_exceptions(&self) -> String {
        let remedy = "remove it from spec.secrets.allow, unless one will";
        self.exceptions.unused("request", remedy)
    }

    /// How many findings are counted and not listed.
    pub(super) fn unlisted(&self) -> usize {
        let is_listing = self.listing.is_some();
        self.listed.saturating_sub(MOST_LISTED) * usize::from(is_listing)
    }

    /// The listing, with a note at each request that is not of the newest version of its Promise.
    fn marked(&mut self) -> Listing {
        let listing = self.listing.take();
        let mut listing = listing.unwrap_or(Listing { groups: Vec::new() });
        for (group, known) in listing.groups.iter_mut().zip(&self.versions) {
            let Some((policy, version)) = known else {
                continue;
            };
            let Some(newest) = self.tally.newer_than(policy, version) else {
                continue;
            };
            let object = if self.names_objects {
                format!("{}: ", group.name)
            } else {
                String::new()
            };
            group.entries.push(Entry {
                level: Level::Note,
                rule: OUTDATED.to_owned(),
                words: format!(
                    "{object}status.promiseVersion: is {version}, and {newest} is the newest; look at it again once the request \
                     is of that version"
                ),
                file: group.file.clone(),
                place: None,
                path: "status.promiseVersion".to_owned(),
            });
        }
        listing
    }
}

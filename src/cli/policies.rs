//! The policies that a command judges by: from `--schemas`, and how the kind of an object leads to one of them.
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::anyhow;

use crate::{
    cli::{
        Failure,
        check::By,
        print,
        promise_file::{self, PromiseFile},
        source::{self, InputFault, Source},
    },
    core::{
        catalog::Catalog,
        policy::{Enforcement, Policy, Schemas},
        yaml::Place,
    },
    disk::{self, SchemaFile},
};

/// Where schemas are looked for unless it is said.
const DEFAULT: &str = "schemas";
/// Names of policies that are listed where none was found.
const MOST_NAMES: usize = 10;

/// The policies to judge by.
pub(super) struct Policies {
    pub(super) catalog: Catalog,
    /// Where they came from, for people; none if there are none.
    pub(super) from: Option<String>,
    /// The resource of each kind that is known: group, kind, plural.
    kinds: Vec<(String, String, String)>,
    /// The resource of the Promise that was given: group and plural.
    promised: Option<(String, String)>,
    /// Whether the schema in that Promise does not count, beside that of a `StatusSchema`.
    is_overruled: bool,
    /// The file of each policy that is from a directory.
    files: Vec<(PathBuf, Arc<Policy>)>,
}

/// Why a status cannot be judged that does not say whose it is.
#[derive(Debug, thiserror::Error)]
#[error(
    "{from} holds schemas for several resources ({names}), and a status.yaml does not say whose it is"
)]
pub(super) struct Several {
    from: String,
    names: String,
}

/// An object, as far as its resource can be told by it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clues<'a> {
    pub(super) group: &'a str,
    pub(super) kind: &'a str,
    /// The label that Kratix puts on a request.
    pub(super) promise: Option<&'a str>,
}

impl Policies {
    /// Reads the directory or file of schemas, else `schemas` where there is one; where it is asked for, every
    /// policy is enforced in the same way.
    pub(super) fn load(by: &By) -> Result<Self, Failure> {
        let (schemas, as_) = (by.schemas.as_deref(), by.as_);
        let default = Path::new(DEFAULT);
        let at = schemas.or_else(|| default.is_dir().then_some(default));
        let files = match at {
            None => Vec::new(),
            Some(path) => read(path)?,
        };
        let policies = files.iter().map(|(_, policy)| Arc::clone(policy));
        let policies: Vec<_> = policies.collect();
        let promise = by.promise.as_deref().map(promise_file::read).transpose();
        let promise = promise.map_err(Failure::bad_input)?;
        let promised = promise.as_ref().map(|found| {
            let policy = &found.policy;
            (
                policy.group.clone(),
                policy.resource.clone(),
                found.kind.clone(),
            )
        });
        let (mut policies, is_overruled) = joined(policies, promise.map(|found| found.policy));
        let mut built_in = Policy::built_in();
        if let Some(as_) = as_ {
            for policy in policies
                .iter_mut()
                .map(Arc::make_mut)
                .chain([&mut built_in])
            {
                policy.enforcement = as_;
                policy.secrets.enforcement = as_;
            }
        }
        let catalog = Catalog::new(policies, Enforcement::Enforce).map_err(Failure::bad_input)?;
        let mut loaded = Self {
            catalog: catalog.with_built_in(built_in),
            from: by.promise.as_deref().or(at).map(source::shown),
            kinds: Vec::new(),
            promised: None,
            is_overruled,
            files,
        };
        if let Some((group, resource, kind)) = promised {
            loaded.know(&group, &kind, &resource);
            loaded.promised = Some((group, resource));
        }
        Ok(loaded)
    }

    /// These policies.
    #[cfg(feature = "cluster")]
    pub(super) fn given(policies: Vec<Arc<Policy>>) -> Result<Self, Failure> {
        let catalog = Catalog::new(policies, Enforcement::Enforce).map_err(Failure::bad_input)?;
        Ok(Self {
            catalog,
            from: None,
            kinds: Vec::new(),
            promised: None,
            is_overruled: false,
            files: Vec::new(),
        })
    }

    /// The policies of schemas and of a Promise, where they are named.
    #[cfg(feature = "cluster")]
    pub(super) fn named_only(
        schemas: Option<&Path>,
        promise: Option<&Path>,
    ) -> Result<Vec<Arc<Policy>>, Failure> {
        let policies = schemas.map(read).transpose()?.unwrap_or_default();
        let policies = policies.into_iter().map(|(_, policy)| policy).collect();
        let promise = promise.map(promise_file::read).transpose();
        let promise = promise.map_err(Failure::bad_input)?;
        Ok(joined(policies, promise.map(|found| found.policy)).0)
    }

    /// Makes the plural of a kind known.
    pub(super) fn know(&mut self, group: &str, kind: &str, plural: &str) {
        self.kinds
            .push((group.to_owned(), kind.to_owned(), plural.to_owned()));
    }

    /// The plural of the resource that an object is one of, as far as a policy is for it; else of the kind alone.
    pub(super) fn resource(&self, clues: Clues<'_>) -> String {
        let known = self
            .kinds
            .iter()
            .find(|(group, kind, _)| group == clues.group && kind.eq_ignore_ascii_case(clues.kind));
        if let Some((_, _, plural)) = known {
            return plural.clone();
        }
        let of_group = || {
            self.catalog
                .policies()
                .filter(|policy| policy.group == clues.group)
        };
        let by_kind = || of_group().find(|policy| is_plural(&policy.resource, clues.kind));
        let by_label = || of_group().find(|policy| clues.promise == Some(&policy.promise));
        match by_kind().or_else(by_label) {
            Some(policy) => policy.resource.clone(),
            None => clues.kind.to_ascii_lowercase(),
        }
    }

    /// The resource of a schema that differs from one without any only by its group.
    pub(super) fn of_other_group(&self, resource: &str) -> Option<String> {
        let mut policies = self.catalog.policies();
        let is_same = |policy: &&Arc<Policy>| {
            policy.resource == resource || is_plural(&policy.resource, resource)
        };
        let found = policies.find(is_same)?;
        Some(format!("{}.{}", found.resource, found.group))
    }

    /// The same without exceptions from the rules about secrets; none if no policy makes any.
    pub(super) fn without_exceptions(&self) -> Option<Self> {
        let mut policies: Vec<Arc<Policy>> = self.catalog.policies().cloned().collect();
        let excepting = policies
            .iter_mut()
            .filter(|policy| !policy.secrets.allow.is_empty());
        let count = excepting
            .map(|policy| Arc::make_mut(policy).secrets.allow.clear())
            .count();
        let catalog = Catalog::new(policies, Enforcement::Enforce).ok()?;
        (count > 0).then(|| Self {
            catalog,
            from: self.from.clone(),
            kinds: self.kinds.clone(),
            promised: self.promised.clone(),
            is_overruled: self.is_overruled,
            files: self.files.clone(),
        })
    }

    /// Whether a policy is that of a `StatusSchema`, and the schema in the Promise that was given does not count.
    pub(super) fn overrules_promise(&self, policy: &Policy) -> bool {
        let promised = self.promised.as_ref().filter(|_| self.is_overruled);
        promised
            .is_some_and(|(group, resource)| (group, resource) == (&policy.group, &policy.resource))
    }

    /// The file that a policy is from, as people call it.
    pub(super) fn file_of(&self, policy: &Policy) -> Option<String> {
        let is_it = |(_, other): &&(PathBuf, Arc<Policy>)| disk::is_for_same(other, policy);
        let found = self.files.iter().find(is_it);
        found.map(|(path, _)| source::shown(path))
    }

    /// What there is instead of a policy of this name: the one that was meant, if one is like it, and all.
    pub(super) fn instead_of(&self, name: &str) -> String {
        instead_of(name, self.catalog.policies())
    }

    /// The policy of this name, or of the Promise of this name.
    pub(super) fn named(&self, name: &str) -> Option<Arc<Policy>> {
        let by =
            |of: fn(&Policy) -> &str| self.catalog.policies().find(|policy| of(policy) == name);
        by(|policy| &policy.name)
            .or_else(|| by(|policy| &policy.promise))
            .cloned()
    }

    /// The only policy, for a status of which nothing else is known.
    ///
    /// # Errors
    /// [`Several`], if there are several.
    pub(super) fn only(&self) -> Result<Option<Arc<Policy>>, Several> {
        if let Some((group, resource)) = &self.promised {
            return Ok(Some(Arc::clone(self.catalog.policy(group, resource))));
        }
        let mut policies = self.catalog.policies();
        let (first, second) = (policies.next(), policies.next());
        if second.is_none() {
            return Ok(first.cloned());
        }
        let names = self.catalog.policies().map(|policy| policy.name.as_str());
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        Err(Several {
            from: self.from.clone().unwrap_or_default(),
            names: names.join(", "),
        })
    }
}

/// What there is instead of a policy of this name, for the end of a sentence.
pub(super) fn instead_of<'p>(
    name: &str,
    policies: impl Iterator<Item = &'p Arc<Policy>>,
) -> String {
    let mut policies: Vec<&Arc<Policy>> = policies.collect();
    policies.sort_by_key(|policy| &policy.name);
    if policies.is_empty() {
        return "there is none at all".to_owned();
    }
    let is_meant = |policy: &&&Arc<Policy>| {
        let known = [&policy.name, &policy.promise, &policy.resource];
        known.iter().any(|known| {
            strsim::damerau_levenshtein(known, name) <= name.len() / 4 || *known == name
        })
    };
    if let Some(policy) = policies.iter().find(is_meant) {
        return format!("did you mean {}?", policy.name);
    }
    let names = policies
        .iter()
        .take(MOST_NAMES)
        .map(|policy| policy.name.as_str());
    let names: Vec<&str> = names.collect();
    match policies.len().saturating_sub(MOST_NAMES) {
        0 => format!("there are {}", names.join(", ")),
        more => format!("there are {} and {more} more", names.join(", ")),
    }
}

/// The policies, all enforced in the same way, but for those of Promises without a schema: nobody is about to enforce
/// what holds there.
#[cfg(feature = "cluster")]
pub(super) fn enforced(mut policies: Vec<Arc<Policy>>, as_: Enforcement) -> Vec<Arc<Policy>> {
    let written = policies
        .iter_mut()
        .filter(|policy| policy.source != crate::core::policy::Source::BuiltIn);
    for policy in written.map(Arc::make_mut) {
        policy.enforcement = as_;
        policy.secrets.enforcement = as_;
    }
    policies
}

/// The policies with that of a Promise: a `StatusSchema` for the same resource counts more, and one without a schema
/// takes over that of the Promise. And whether the schema in the Promise does not count.
fn joined(mut policies: Vec<Arc<Policy>>, promise: Option<Policy>) -> (Vec<Arc<Policy>>, bool) {
    let Some(promise) = promise else {
        return (policies, false);
    };
    let has_schema = !matches!(promise.schemas, Schemas::None);
    let same = policies
        .iter_mut()
        .find(|policy| disk::is_for_same(policy, &promise));
    match same {
        Some(policy) if matches!(policy.schemas, Schemas::None) => {
            Arc::make_mut(policy).schemas = promise.schemas;
        }
        Some(_) => return (policies, has_schema),
        None => policies.push(Arc::new(promise)),
    }
    (policies, false)
}

/// What is wrong with a file that was named as one of schemas and holds something else.
fn misnamed(path: &Path) -> Option<InputFault> {
    let source = Source::open(path).ok()?;
    if !PromiseFile::all(&source).ok()?.is_empty() {
        return Some(source.at(Place::START, "this is a Promise; name it with --promise"));
    }
    let value = source.documents().ok()?.documents.first()?.document.value();
    let says_what_it_is = value["kind"].is_string() || value["spec"].is_object();
    let words = "this is no schema (apiVersion and kind are missing); a status is judged where it is named without --schemas";
    (!says_what_it_is).then(|| source.at(Place::START, words))
}

fn read(path: &Path) -> Result<Vec<(PathBuf, Arc<Policy>)>, Failure> {
    if !path.exists() {
        return Err(Failure::bad_input(anyhow!(
            "{}: there is no such file or directory; name another with --schemas",
            source::shown(path)
        )));
    }
    let reading = if path.is_dir() {
        disk::read(path).map_err(|error| {
            Failure::bad_input(anyhow!(
                "{}: the directory of schemas cannot be read ({}); name another with --schemas",
                source::shown(path),
                error.kind()
            ))
        })?
    } else {
        if let Some(fault) = misnamed(path) {
            return Err(Failure::bad_input(fault));
        }
        let file = SchemaFile::open(path.to_owned());
        disk::Reading::of(file.path.clone(), file.understand())
    };
    for fault in &reading.faults {
        print::complain(&format!("{fault}\n"));
    }
    if !reading.faults.is_empty() {
        return Err(Failure::bad_input(anyhow!(
            "{} cannot be used; mend what is named above (`statusguard lint {0}` says more)",
            source::shown(path)
        )));
    }
    Ok(reading.policies)
}

/// Whether `plural` is how a resource of this kind is usually called.
fn is_plural(plural: &str, kind: &str) -> bool {
    let normal = |word: &str| word.replace('-', "").to_ascii_lowercase();
    let (plural, kind) = (normal(plural), normal(kind));
    let ends = |ending: &str| plural.strip_prefix(&*kind) == Some(ending);
    let ies = kind
        .strip_suffix('y')
        .is_some_and(|stem| plural == format!("{stem}ies"));
    ends("") || ends("s") || ends("es") || ies
}

#[cfg(test)]
mod tests {
    use super::is_plural;

    #[test]
    fn the_usual_plurals_are_known() {
        let pairs = [
            ("elastic-clouds", "elastic-cloud"),
            ("elasticclouds", "ElasticCloud"),
            ("rds", "RDS"),
            ("ingresses", "Ingress"),
            ("proxies", "Proxy"),
        ];
        for (plural, kind) in pairs {
            assert!(is_plural(plural, kind), "{plural} {kind}");
        }
        assert!(!is_plural("runtimes", "AppStack"));
    }
}

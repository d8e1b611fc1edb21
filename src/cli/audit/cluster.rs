//! An audit of a cluster: each request of each Promise, page by page, as the API server stores it.
use std::{
    io::{self, BufReader, Read},
    path::Path,
};

use anyhow::anyhow;
use hyper::body::{Buf as _, Bytes};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{
    Arguments,
    judge::Judge,
    stored,
    stream::{self, Rest, Text},
};
use crate::{
    cli::{
        Failure,
        cluster::{Asked, ask},
        policies::Policies,
        print,
        source::printable,
        subject::Subject,
    },
    cluster::stored::{Guarded, Page, Served, Stored, StoredError},
    core::denial,
    registry::ClusterState,
};

/// Requests of one answer.
const PAGE: u32 = 500;
/// How often a listing is begun anew, or a page asked for again, without getting any further.
const MOST_TRIES: usize = 5;

pub(super) fn audit(arguments: &Arguments) -> Result<Judge, Failure> {
    let Asked {
        runtime,
        stored,
        guarded,
    } = ask(
        arguments.context.as_deref(),
        "name files, or - for what is piped in",
    )?;
    complain(&guarded.state);
    let wanted = wanted(arguments, &guarded)?;
    let (policies, in_force) = policies(arguments, &guarded)?;
    note_schemas_for_others(&policies, &guarded);
    let judge = Judge::new(policies, Some(in_force), arguments);
    let mut audit = Audit {
        runtime,
        stored,
        judge,
    };
    for served in wanted {
        audit.requests(served)?;
    }
    Ok(audit.judge)
}

/// Says which Promises and StatusSchemas do not count, and why.
fn complain(state: &ClusterState) {
    for promise in state.promises.iter().filter(|one| !one.faults.is_empty()) {
        let (name, words) = (&promise.name, promise.faults.join("; "));
        print::complain(&printable(&format!("note: Promise {name}: {words}")));
        print::complain("\n");
    }
    for schema in state
        .schemas
        .iter()
        .filter(|one| !one.verdict.is_accepted())
    {
        let (name, verdict) = (&schema.name, &schema.verdict);
        let (reason, words) = (verdict.reason.as_str(), &verdict.message);
        let line = format!("note: StatusSchema {name} does not count ({reason}): {words}");
        print::complain(&printable(&line));
        print::complain("\n");
    }
}

/// The Promises whose requests are to be read.
fn wanted<'g>(arguments: &Arguments, guarded: &'g Guarded) -> Result<Vec<&'g Served>, Failure> {
    let all = guarded.served.iter();
    let Some(promise) = &arguments.promise else {
        return Ok(all.collect());
    };
    let name = match file(promise) {
        Some(path) => {
            crate::cli::promise_file::read(path)
                .map_err(Failure::bad_input)?
                .policy
                .promise
        }
        None => promise.to_string_lossy().into_owned(),
    };
    let wanted: Vec<&Served> = all.filter(|served| served.promise == name).collect();
    if wanted.is_empty() {
        return Err(Failure::bad_input(anyhow!(
            "the cluster has no Promise {} that installs an API; `kubectl get promises` lists them",
            printable(&name)
        )));
    }
    Ok(wanted)
}

/// What was named with --promise, if it is a file.
fn file(promise: &Path) -> Option<&Path> {
    promise.is_file().then_some(promise)
}

/// The policies to judge by, and those that are in force in the cluster.
fn policies(arguments: &Arguments, guarded: &Guarded) -> Result<(Policies, Policies), Failure> {
    let in_force = Policies::given(guarded.policies.clone())?;
    let tried = Policies::named_only(
        arguments.schemas.as_deref(),
        arguments.promise.as_deref().and_then(file),
    )?;
    let mut policies = guarded.policies.clone();
    policies.retain(|policy| {
        !tried
            .iter()
            .any(|other| crate::disk::is_for_same(other, policy))
    });
    policies.extend(tried);
    let mut policies = Policies::given(crate::cli::policies::enforced(policies, arguments.as_))?;
    let mut in_force = in_force;
    for served in &guarded.served {
        for policies in [&mut policies, &mut in_force] {
            policies.know(&served.group, &served.kind, &served.resource);
        }
    }
    Ok((policies, in_force))
}

/// Says which schemas are for a resource that nobody installs: their author expects otherwise.
fn note_schemas_for_others(policies: &Policies, guarded: &Guarded) {
    for policy in policies.catalog.policies() {
        let is_installed = guarded
            .served
            .iter()
            .any(|served| (&served.group, &served.resource) == (&policy.group, &policy.resource));
        if !is_installed {
            print::complain(&format!(
                "note: no Promise of the cluster installs {}.{}, for which the schema {} is\n",
                policy.resource, policy.group, policy.name
            ));
        }
    }
}

struct Audit {
    runtime: Runtime,
    stored: Stored,
    judge: Judge,
}

impl Audit {
    /// Judges all requests of a Promise.
    fn requests(&mut self, served: &Served) -> Result<(), Failure> {
        let policies = self.judge.policies();
        let policy = policies.catalog.policy(&served.group, &served.resource);
        let policy = denial::named(policy);
        if let Some(version) = &served.promise_version {
            self.judge.know_version(policy, version);
        }
        let what = format!("{}.{}", served.resource, served.group);
        self.judge.progress.begin(&what);
        let listed = self.pages(served, &what);
        self.judge.progress.clear();
        match listed {
            Err(error @ StoredError::Absent(_)) => {
                // Kratix installs the definition a moment after the Promise.
                print::complain(&format!("note: Promise {}: {error}\n", served.promise));
                Ok(())
            }
            listed => listed.map_err(Failure::bad_input),
        }
    }

    fn pages(&mut self, served: &Served, what: &str) -> Result<(), StoredError> {
        // Requests come in the order of these names, so that what was judged is passed over where a listing begins anew.
        let mut last = None;
        let (mut token, mut tries) = (None::<String>, 0);
        loop {
            let before = last.clone();
            match self.page(served, what, token.as_deref(), &mut last) {
                Ok(rest) => {
                    self.judge.progress.expect(rest.remaining);
                    let Some(next) = rest.token else {
                        return Ok(());
                    };
                    token = Some(next);
                    tries = 0;
                }
                Err(error) => {
                    tries = if last == before { tries + 1 } else { 1 };
                    match error {
                        _ if tries > MOST_TRIES => return Err(error),
                        StoredError::Expired => token = None,
                        StoredError::Other { .. } if last != before => {}
                        error => return Err(error),
                    }
                }
            }
        }
    }

    /// Judges the requests of one page, but for those up to `last`.
    fn page(
        &mut self,
        served: &Served,
        what: &str,
        token: Option<&str>,
        last: &mut Option<String>,
    ) -> Result<Rest, StoredError> {
        let page = self.stored.page(served, PAGE, token);
        let page = self.runtime.block_on(page)?;
        let mut reader = PageReader {
            runtime: &self.runtime,
            page,
            chunk: Bytes::new(),
            error: None,
        };
        let judge = &mut self.judge;
        let mut take = |object: Value| {
            let name = place(&object);
            if last.as_ref().is_some_and(|last| name <= *last) {
                return Ok(());
            }
            let mut write = stored(&object)?;
            write.resource = Some(served.resource.clone());
            write.from = format!("{what}/{name}");
            judge.take(Subject::Write(Box::new(write)));
            *last = Some(name);
            Ok(())
        };
        let read = stream::each(&mut Text::new(BufReader::new(&mut reader)), &mut take);
        match (read, reader.error) {
            (Ok(rest), _) => Ok(rest),
            (Err(_), Some(error)) => Err(error),
            (Err(fault), None) => Err(StoredError::Other {
                what: what.to_owned(),
                words: unusable(&fault.words),
            }),
        }
    }
}

/// What is wrong with an answer; its reader tells people what to give, and nobody gave this.
fn unusable(words: &str) -> String {
    let what = words.split("; ").next().unwrap_or_default();
    format!("the answer of the API server cannot be used ({what})")
}

/// Where a request stands in a listing.
fn place(object: &Value) -> String {
    let text = |key: &str| object["metadata"][key].as_str().unwrap_or_default();
    match (text("namespace"), text("name")) {
        ("", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}

/// The bytes of a page as they come, so that none is held whole.
struct PageReader<'r> {
    runtime: &'r Runtime,
    page: Page,
    chunk: Bytes,
    error: Option<StoredError>,
}

impl Read for PageReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.runtime.block_on(self.page.chunk()) {
                Ok(Some(chunk)) => self.chunk = chunk,
                Ok(None) => return Ok(0),
                Err(error) => {
                    self.error = Some(error);
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
            }
        }
        let length = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

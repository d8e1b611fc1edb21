//! How policies and certificates stand, as figures for `/metrics`.
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::Gauge,
    },
    registry::{Registry, Unit},
};

use crate::{
    core::policy::Source,
    registry,
    server::{admin::Health, certificates::State},
};

/// Policies in force, by where they come from and what they do at most.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct PolicyLabels {
    source: &'static str,
    enforcement: &'static str,
}

/// What may hold a policy, by kind and by whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct ManifestLabels {
    kind: &'static str,
    state: &'static str,
}

/// What is watched in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WatchLabels {
    kind: &'static str,
}

/// The figures as they are now.
pub(super) fn figures(health: &Health) -> Registry {
    let mut figures = Registry::with_prefix("statusguard");
    figures.register("policies", "Policies in force", policies(health));
    figures.register(
        "manifests",
        "What may hold a policy: files, StatusSchemas, and Promises with a schema",
        manifests(&health.registry),
    );
    let history = health.registry.history();
    figures.register(
        "catalog_swaps",
        "How often other policies were put in force",
        ConstCounter::new(history.swaps),
    );
    figures.register(
        "manifest_refusals",
        "How often a file or an object was found faulty, or could not be read",
        ConstCounter::new(history.refusals),
    );
    let mut moment = |name: &str, help: &str, at: i64| {
        let gauge = Gauge::<i64>::default();
        gauge.set(at);
        figures.register_with_unit(name, help, Unit::Seconds, gauge);
    };
    moment(
        "catalog_swap_timestamp",
        "When other policies were put in force last, in Unix time",
        unix(history.last_swap),
    );
    register_troubles(&mut figures, health);
    if let Some(certificates) = health.certificates.get() {
        certificate(&mut figures, &certificates.state());
    }
    figures
}

fn certificate(figures: &mut Registry, state: &State) {
    let not_after = Gauge::<i64>::default();
    not_after.set(i64::try_from(state.validity.not_after.as_secs()).unwrap_or(i64::MAX));
    figures.register_with_unit(
        "certificate_not_after_timestamp",
        "When the serving certificate ends, in Unix time",
        Unit::Seconds,
        not_after,
    );
    let problem = Gauge::<i64>::default();
    problem.set(state.problem.is_some().into());
    figures.register(
        "certificate_refused",
        "1 while the present certificate files cannot be served with",
        problem,
    );
}

/// How it goes with what statusguard depends on.
fn register_troubles(figures: &mut Registry, health: &Health) {
    let troubles = &health.troubles;
    let present = Gauge::<i64>::default();
    present.set(i64::try_from(troubles.present().len()).unwrap_or(i64::MAX));
    figures.register(
        "cluster_troubles",
        "What is wrong between statusguard and the API server; /readyz?verbose says what",
        present,
    );
    figures.register(
        "cluster_trouble_reports",
        "How often something was found wrong, the same again too",
        ConstCounter::new(troubles.reports()),
    );
    let heard = Family::<WatchLabels, Gauge>::default();
    let restarts = Family::<WatchLabels, Counter>::default();
    for (kind, watch) in troubles.watches() {
        let labels = WatchLabels { kind };
        restarts.get_or_create(&labels).inc_by(watch.restarts);
        if let Some(at) = watch.heard {
            heard.get_or_create(&labels).set(unix(at));
        }
    }
    figures.register(
        "watch_restarts",
        "How often all that is watched was to be listed anew, since something went wrong",
        restarts,
    );
    figures.register_with_unit(
        "watch_heard_timestamp",
        "When the API server was last heard of what is watched, in Unix time",
        Unit::Seconds,
        heard,
    );
}

fn policies(health: &Health) -> Family<PolicyLabels, Gauge> {
    let catalog = health.registry.catalog();
    let family = Family::<PolicyLabels, Gauge>::default();
    for policy in catalog.policies() {
        let source = match policy.source {
            Source::StatusSchema => "StatusSchema",
            Source::Promise => "Promise",
            Source::BuiltIn => "built-in",
        };
        let enforcement = policy.enforcement.min(catalog.mode()).as_str();
        let labels = PolicyLabels {
            source,
            enforcement,
        };
        family.get_or_create(&labels).inc();
    }
    family
}

fn manifests(registry: &Arc<registry::Registry>) -> Family<ManifestLabels, Gauge> {
    let mut counts: BTreeMap<ManifestLabels, i64> = BTreeMap::new();
    let mut count = |kind, is_accepted| {
        let state = if is_accepted { "accepted" } else { "refused" };
        *counts.entry(ManifestLabels { kind, state }).or_default() += 1;
    };
    if let Some(cluster) = registry.cluster() {
        for schema in &cluster.schemas {
            count("StatusSchema", schema.verdict.is_accepted());
        }
        let with_schema = |it: &&registry::PromiseState| it.has_schema || !it.faults.is_empty();
        for promise in cluster.promises.iter().filter(with_schema) {
            count("Promise", promise.faults.is_empty());
        }
    } else {
        let state = registry.state();
        for file in &state.files {
            count("file", file.is_accepted());
        }
        count("directory", state.trouble.is_none());
    }
    let family = Family::<ManifestLabels, Gauge>::default();
    for (labels, number) in counts {
        family.get_or_create(&labels).set(number);
    }
    family
}

/// Seconds since 1970.
fn unix(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

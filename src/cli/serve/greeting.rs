//! The lines for somebody who starts the server on a terminal: what it guards, where, and how to try it.
use std::{fmt::Write as _, path::Path};

use serde_json::json;

use crate::{
    cli::serve::{
        Arguments,
        bound::Bound,
        command::{apply_webhook, quoted, reachable},
        inputs::Inputs,
    },
    core::{
        catalog::Catalog,
        policy::{Enforcement, Policy},
    },
};

/// A recorded review that is refused, in the project's own directory, and the resource that it is about.
const EXAMPLE: &str = "tests/fixtures/reviews/09-status-writer-leaks-password.json";
const EXAMPLE_RESOURCE: (&str, &str) = ("workshop.kratix.io", "elastic-clouds");

/// The lines.
pub(super) fn of(arguments: &Arguments, inputs: &Inputs, bound: &Bound) -> String {
    let catalog = inputs.registry.catalog();
    let listen = reachable(bound.listener.address());
    let trusted = inputs.certificates.trusted_file();
    let mut text = guarded(&catalog, &arguments.schemas);
    text.push_str(&refused(inputs));
    let _ = writeln!(
        text,
        "Listening on https://{}/validate, and on http://{} for /livez, /readyz and /metrics.",
        bound.listener.address(),
        bound.front.address,
    );
    if is_example_refused(&catalog) {
        let url = format!("https://{listen}/validate");
        let curl = curl(&url, trusted.as_deref(), &example());
        let _ = writeln!(
            text,
            "Try it with a status that a pipeline got wrong:\n  {curl}"
        );
    }
    if catalog.policies().next().is_some() {
        let _ = writeln!(
            text,
            "Have the API server ask about each of these writes:\n  {}",
            apply_webhook(arguments, bound.listener.address()),
        );
    }
    text + "\n"
}

/// What somebody who does not read the log must know of it.
fn refused(inputs: &Inputs) -> String {
    let files = inputs.registry.state().files;
    match files.iter().filter(|file| !file.is_accepted()).count() {
        0 => String::new(),
        1 => "1 file was refused, as the lines above say; it counts as soon as it is mended.\n"
            .to_owned(),
        many => format!(
            "{many} files were refused, as the lines above say; each counts as soon as it is mended.\n"
        ),
    }
}

fn guarded(catalog: &Catalog, schemas: &Path) -> String {
    let policies: Vec<&Policy> = catalog.policies().map(AsRef::as_ref).collect();
    if policies.is_empty() {
        return format!(
            "Guarding nothing yet, so nothing is refused. Put a StatusSchema into {}: it counts at once, and the log \
             says how to have the API server ask about it.\n",
            schemas.display()
        );
    }
    let names: Vec<String> = policies
        .iter()
        .map(|policy| format!("{}.{}", policy.resource, policy.group))
        .collect();
    let promise_width = policies
        .iter()
        .map(|it| it.promise.len())
        .max()
        .unwrap_or(0);
    let name_width = names.iter().map(String::len).max().unwrap_or(0);
    let mut text = String::from("Guarding the status of:\n");
    for (policy, name) in policies.iter().zip(names) {
        let (promise, enforcement) = (&policy.promise, enforcement(policy, catalog));
        let _ = writeln!(
            text,
            "  {promise:promise_width$}  {name:name_width$}  {enforcement}"
        );
    }
    if !policies.iter().any(|policy| is_enforced(policy, catalog)) {
        text.push_str("Nothing is refused yet: no policy is enforced.\n");
    }
    text
}

/// What findings do at most, and secrets, where that differs.
fn enforcement(policy: &Policy, catalog: &Catalog) -> String {
    let effective = |enforcement: Enforcement| enforcement.min(catalog.mode()).as_str();
    let (all, secrets) = (
        effective(policy.enforcement),
        effective(policy.secrets.enforcement),
    );
    if all == secrets {
        all.to_owned()
    } else {
        format!("{all}, secrets {secrets}")
    }
}

/// Whether it refuses anything.
fn is_enforced(policy: &Policy, catalog: &Catalog) -> bool {
    let most = policy.enforcement.max(policy.secrets.enforcement);
    most.min(catalog.mode()) == Enforcement::Enforce
}

fn refuses_secrets(policy: &Policy, catalog: &Catalog) -> bool {
    policy.secrets.enforcement.min(catalog.mode()) == Enforcement::Enforce
}

fn is_example_refused(catalog: &Catalog) -> bool {
    let is_about = |policy: &Policy| (&*policy.group, &*policy.resource) == EXAMPLE_RESOURCE;
    catalog
        .policies()
        .any(|policy| is_about(policy) && refuses_secrets(policy, catalog))
}

fn curl(url: &str, trusted: Option<&Path>, data: &str) -> String {
    let trust = trusted.map_or_else(String::new, |file| {
        format!("--cacert {} ", quoted(&file.to_string_lossy()))
    });
    format!("curl -sS {trust}-H 'Content-Type: application/json' --data-binary {data} {url}")
}

/// What to send: the recorded review where it is at hand, else a small one.
fn example() -> String {
    if Path::new(EXAMPLE).is_file() {
        return format!("@{EXAMPLE}");
    }
    let (group, resource) = EXAMPLE_RESOURCE;
    let review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "try", "operation": "UPDATE", "subResource": "status", "name": "try",
            "resource": {"group": group, "version": "v1alpha1", "resource": resource},
            "object": {"status": {"password": "hunter2"}},
        },
    });
    quoted(&review.to_string())
}

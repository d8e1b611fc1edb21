//! Keeps a `ValidatingWebhookConfiguration` that somebody installed saying what is guarded; never makes one.
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use kube::{
    Api, Client,
    api::{Patch, PatchParams},
    runtime::watcher::DefaultBackoff,
};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};

use crate::{
    cluster::{FIELD_MANAGER, PATIENCE, fault, one::One, watch as sources},
    core::{
        pki::Moment,
        webhook::plan::{Plan, Present, Wanted},
    },
    telemetry::troubles::Troubles,
};

/// How long an apply waits to be heard of.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

/// How long nothing is looked at where nothing is to be done.
const IDLE: Duration = Duration::from_hours(1);

/// What stands in the cluster.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    uid: String,
    /// What it says.
    pub(super) present: Present,
}

/// What stands in the cluster, as far as it is known.
pub(super) type Seen = watch::Receiver<Option<Arc<Standing>>>;

/// Watches the configuration of this name.
pub(super) fn look(client: &Client, name: &str, troubles: &Troubles) -> Seen {
    let (told, seen) = watch::channel(None);
    let api: Api<ValidatingWebhookConfiguration> = Api::all(client.clone());
    let what = format!("the watch of the webhook configuration {name}");
    let absence = fault::Trouble::new(format!("the webhook configuration {name}"), troubles);
    let mut one = One::new(
        api,
        name,
        fault::Trouble::new(what, troubles),
        (
            absence,
            "nothing is guarded; install it with the Helm chart or the manifests in deploy/",
        ),
    );
    tokio::spawn(async move {
        while !told.is_closed() {
            let found = one.next().await;
            told.send_replace(found.map(|object| Arc::new(standing(object))));
        }
    });
    seen
}

fn standing(object: ValidatingWebhookConfiguration) -> Standing {
    Standing {
        uid: object.metadata.uid.unwrap_or_default(),
        present: Present::read(json!(object.webhooks)),
    }
}

/// Applies what is `wanted` whenever that or what is `seen` has changed; nothing before there is something wanted.
pub(super) async fn keep(
    client: Client,
    name: String,
    mut seen: Seen,
    mut wanted: watch::Receiver<Option<Arc<Wanted>>>,
    troubles: Troubles,
) {
    let mut keeper = Keeper {
        api: Api::all(client),
        trouble: fault::Trouble::new(
            format!("filling in the webhook configuration {name}"),
            &troubles,
        ),
        absence: fault::Trouble::new(
            format!("the caBundle of the webhook configuration {name}"),
            &troubles,
        ),
        name,
        plan: Plan::default(),
        pauses: DefaultBackoff::default(),
        sources: sources::KINDS.map(|kind| sources::trouble(kind, &troubles)),
    };
    loop {
        let standing = seen.borrow_and_update().clone();
        let wish = wanted.borrow_and_update().clone();
        let again = match (standing, wish) {
            (Some(standing), Some(wish)) => keeper.look_after(&standing, &wish).await,
            _ => Instant::now() + IDLE,
        };
        tokio::select! {
            changed = seen.changed() => if changed.is_err() { return },
            changed = wanted.changed() => if changed.is_err() { return },
            () = sleep_until(again) => {}
        }
    }
}

/// One who keeps a configuration.
struct Keeper {
    api: Api<ValidatingWebhookConfiguration>,
    name: String,
    plan: Plan,
    trouble: fault::Trouble,
    /// That of a caBundle which somebody else is to write.
    absence: fault::Trouble,
    pauses: DefaultBackoff,
    /// The troubles of what is wanted: who does not hear of a Promise must not take its guard away.
    sources: [fault::Trouble; 2],
}

impl Keeper {
    /// Applies what is to be applied now, and says when to look again.
    async fn look_after(&mut self, standing: &Standing, wish: &Wanted) -> Instant {
        let now = now();
        if self.sources.iter().any(fault::Trouble::is_told) {
            self.plan.doubt(now);
        }
        let step = self.plan.step(wish, &standing.present, now);
        if self.plan.is_waiting() {
            self.absence.tell(
                "there is none yet, so no write is judged or refused; see whether cert-manager's cainjector runs, and the \
                 Certificate is ready",
            );
        } else {
            self.absence.is_over();
        }
        let again = step.again.map(|at| Instant::now() + at.saturating_sub(now));
        let again = again.unwrap_or_else(|| Instant::now() + IDLE);
        let Some(webhooks) = step.apply else {
            return again;
        };
        match self.apply(standing, &webhooks).await {
            Ok(()) => {
                self.trouble.is_over();
                self.pauses = DefaultBackoff::default();
                // What was applied is heard of by the watch, at once; should it not be, this looks again.
                again.min(Instant::now() + LOOK_AGAIN)
            }
            Err(words) => {
                self.trouble.tell(&words);
                Instant::now() + self.pauses.next().unwrap_or(LOOK_AGAIN)
            }
        }
    }

    async fn apply(&self, standing: &Standing, webhooks: &Value) -> Result<(), String> {
        // The uid keeps an apply from bringing back what somebody has just deleted.
        let patch = Patch::Apply(json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": self.name, "uid": standing.uid},
            "webhooks": webhooks,
        }));
        let parameters = PatchParams::apply(FIELD_MANAGER).force();
        match timeout(PATIENCE, self.api.patch(&self.name, &parameters, &patch)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(fault::of(&error)),
            Err(_) => Err(fault::SLOW.to_owned()),
        }
    }
}

fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

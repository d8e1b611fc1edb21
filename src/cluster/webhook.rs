//! Keeps a `ValidatingWebhookConfiguration` that somebody installed saying what is guarded; never makes one.
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::StreamExt as _;
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use kube::{
    Api, Client,
    api::{Patch, PatchParams},
    runtime::{
        WatchStreamExt as _,
        watcher::{self, Event},
    },
};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};

use crate::{
    cluster::{FIELD_MANAGER, PATIENCE, fault},
    core::{
        pki::Moment,
        webhook::plan::{Plan, Present, Wanted},
    },
};

/// How long an apply that failed waits at first, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));

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
pub(super) fn look(client: &Client, name: &str) -> Seen {
    let (told, seen) = watch::channel(None);
    let api: Api<ValidatingWebhookConfiguration> = Api::all(client.clone());
    let config = watcher::Config::default()
        .fields(&format!("metadata.name={name}"))
        .timeout(120);
    let mut stream = Box::pin(watcher::watcher(api, config).default_backoff());
    let name = name.to_owned();
    tokio::spawn(async move {
        let mut trouble =
            fault::Trouble::new(format!("the watch of the webhook configuration {name}"));
        let mut is_there = false;
        while let Some(event) = stream.next().await {
            match event {
                Ok(Event::Init) => is_there = false,
                Ok(Event::InitApply(object) | Event::Apply(object)) => {
                    is_there = true;
                    trouble.is_over();
                    told.send_replace(Some(Arc::new(standing(object))));
                }
                Ok(Event::InitDone) if is_there => {}
                Ok(Event::InitDone | Event::Delete(_)) => {
                    trouble.tell("it does not exist, so nothing is guarded; install it with the Helm chart or the manifests in deploy/");
                    told.send_replace(None);
                }
                Err(error) => trouble.tell(&fault::of_watch(&error)),
            }
            if told.is_closed() {
                return;
            }
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
) {
    let mut keeper = Keeper {
        api: Api::all(client),
        trouble: fault::Trouble::new(format!("the webhook configuration {name}")),
        name,
        plan: Plan::default(),
        pause: PAUSE.0,
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
    pause: Duration,
}

impl Keeper {
    /// Applies what is to be applied now, and says when to look again.
    async fn look_after(&mut self, standing: &Standing, wish: &Wanted) -> Instant {
        let now = now();
        let step = self.plan.step(wish, &standing.present, now);
        let again = step.again.map(|at| Instant::now() + at.saturating_sub(now));
        let again = again.unwrap_or_else(|| Instant::now() + IDLE);
        let Some(webhooks) = step.apply else {
            return again;
        };
        match self.apply(standing, &webhooks).await {
            Ok(()) => {
                self.trouble.is_over();
                self.pause = PAUSE.0;
                // What was applied is heard of by the watch, at once; should it not be, this looks again.
                again.min(Instant::now() + PAUSE.1)
            }
            Err(words) => {
                self.trouble.tell(&words);
                let again = Instant::now() + self.pause;
                self.pause = (self.pause * 2).min(PAUSE.1);
                again
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
            Err(_) => Err("the API server takes too long".to_owned()),
        }
    }
}

fn now() -> Moment {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

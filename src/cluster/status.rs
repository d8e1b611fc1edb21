//! Writes into each `StatusSchema` how it stands: whether it is accepted, and whether the API server asks by it.
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use kube::{
    Api, Client,
    api::{Patch, PatchParams},
    core::PartialObjectMeta,
};
use serde_json::{Value, json};
use tokio::{
    sync::watch::Receiver,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{
    cluster::{
        FIELD_MANAGER, PATIENCE, Trusted,
        api::{StatusSchema, StatusSchemaStatus},
        fault,
        keeper::Told,
        webhook::Seen,
    },
    core::{
        policy::manifest::{API_VERSION, KIND},
        webhook::plan::Present,
    },
    registry::{Registry, SchemaState},
    telemetry::{self, troubles::Troubles},
};

/// How long everything is left to settle: a schema that was just accepted is enforced a moment later.
const SETTLING: Duration = Duration::from_millis(150);

/// How long the same words are not written again: a replica of another release may have others.
const TRUCE: Duration = Duration::from_secs(10);

/// The longest message of a condition that Kubernetes takes.
const LONGEST: usize = 32_768;

/// One condition, without the time.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    kind: &'static str,
    is_true: bool,
    reason: &'static str,
    message: String,
}

/// Writes whenever something has changed.
pub(super) async fn report(
    client: Client,
    registry: Arc<Registry>,
    mut news: Receiver<Told>,
    mut seen: Seen,
    mut trusted: Receiver<Option<Trusted>>,
    troubles: Troubles,
) {
    let api: Api<PartialObjectMeta<StatusSchema>> = Api::all(client);
    let trouble = fault::Trouble::new("the status of StatusSchemas", &troubles);
    let mut written: BTreeMap<String, (Instant, Vec<Condition>)> = BTreeMap::new();
    loop {
        sleep(SETTLING).await;
        let statuses = news.borrow_and_update().statuses.clone();
        let standing = seen.borrow_and_update().clone();
        let awaits = *trusted.borrow_and_update() == Some(Trusted::Elsewhere);
        let state = registry.cluster().filter(|state| state.is_complete());
        let mut again = Instant::now() + Duration::from_hours(1);
        written.retain(|name, _| statuses.contains_key(name));
        for schema in state.iter().flat_map(|state| &state.schemas) {
            let conditions = conditions(schema, standing.as_deref().map(|it| &it.present), awaits);
            let Some(status) = statuses
                .get(&schema.name)
                .filter(|status| !says(status, schema, &conditions))
            else {
                continue;
            };
            let before = written
                .get(&schema.name)
                .filter(|(at, last)| at.elapsed() < TRUCE && *last == conditions);
            if let Some((at, _)) = before {
                again = again.min(*at + TRUCE);
                continue;
            }
            match write(&api, schema, status, &conditions).await {
                Ok(()) => {
                    trouble.is_over();
                    written.insert(schema.name.clone(), (Instant::now(), conditions.to_vec()));
                }
                Err(words) => {
                    trouble.tell(&words);
                    again = again.min(Instant::now() + PATIENCE);
                }
            }
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            changed = seen.changed() => if changed.is_err() { return },
            changed = trusted.changed() => if changed.is_err() { return },
            () = sleep_until(again) => {}
        }
    }
}

/// What is to be said of a schema. It depends on what stands in the cluster alone, so that all replicas say the same;
/// `awaits` says whether somebody else is to say there whom the API server trusts.
fn conditions(schema: &SchemaState, present: Option<&Present>, awaits: bool) -> [Condition; 2] {
    let verdict = &schema.verdict;
    let (is_true, reason, message) = match (&verdict.guards, present) {
        (None, _) => (
            false,
            "NotAccepted",
            "nothing of it counts; what was accepted of it before, if anything was, stays in force until this is mended or \
             statusguard starts anew",
        ),
        (Some(resource), Some(present))
            if awaits && present.guards(resource) && !present.has_authorities_for(resource) =>
        {
            (
                false,
                "NoCaBundle",
                "the webhook configuration holds no caBundle yet, so that the API server can ask nobody and lets each write \
                 pass; see whether cert-manager's cainjector runs, and the Certificate is ready",
            )
        }
        (Some(resource), Some(present)) if present.guards(resource) => (
            true,
            "Enforced",
            "the API server asks statusguard about each write",
        ),
        (Some(_), Some(_)) => (
            false,
            "Pending",
            "the webhook configuration does not name the resource yet",
        ),
        (Some(_), None) => (
            false,
            "NotInstalled",
            "there is no webhook configuration; install it with the Helm chart or the manifests in deploy/",
        ),
    };
    let end = verdict.message.floor_char_boundary(LONGEST);
    [
        Condition {
            kind: "Accepted",
            is_true: verdict.is_accepted(),
            reason: verdict.reason.as_str(),
            message: verdict.message[..end].to_owned(),
        },
        Condition {
            kind: "Enforced",
            is_true,
            reason,
            message: message.to_owned(),
        },
    ]
}

/// Whether `status` says so already.
fn says(status: &StatusSchemaStatus, schema: &SchemaState, conditions: &[Condition]) -> bool {
    status.observed_generation == schema.generation
        && status.conditions.len() == conditions.len()
        && conditions.iter().all(|wanted| {
            status.conditions.iter().any(|present| {
                present.type_ == wanted.kind
                    && present.status == wanted.status()
                    && present.reason == wanted.reason
                    && present.message == wanted.message
                    && present.observed_generation == schema.generation
            })
        })
}

impl Condition {
    fn status(&self) -> &'static str {
        if self.is_true { "True" } else { "False" }
    }

    /// With the time since which it is what it is.
    fn dated(&self, before: &StatusSchemaStatus, generation: Option<i64>) -> Value {
        let same = before
            .conditions
            .iter()
            .find(|present| present.type_ == self.kind && present.status == self.status());
        let since = same.map_or_else(
            || json!(telemetry::timestamp(SystemTime::now())),
            |it| json!(it.last_transition_time),
        );
        json!({
            "type": self.kind, "status": self.status(), "reason": self.reason, "message": self.message,
            "observedGeneration": generation, "lastTransitionTime": since,
        })
    }
}

async fn write(
    api: &Api<PartialObjectMeta<StatusSchema>>,
    schema: &SchemaState,
    before: &StatusSchemaStatus,
    conditions: &[Condition],
) -> Result<(), String> {
    let conditions: Vec<Value> = conditions
        .iter()
        .map(|it| it.dated(before, schema.generation))
        .collect();
    // The uid keeps an apply from bringing back what somebody has just deleted.
    let patch = json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": schema.name, "uid": schema.uid},
        "status": {"observedGeneration": schema.generation, "conditions": conditions},
    });
    let parameters = PatchParams::apply(FIELD_MANAGER).force();
    let patch = Patch::Apply(patch);
    match timeout(
        PATIENCE,
        api.patch_status(&schema.name, &parameters, &patch),
    )
    .await
    {
        Ok(Ok(_)) => Ok(()),
        // Somebody deleted it meanwhile.
        Ok(Err(kube::Error::Api(status))) if [404, 409].contains(&status.code) => Ok(()),
        Ok(Err(error)) => Err(fault::of(&error)),
        Err(_) => Err(fault::SLOW.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Verdict;

    #[test]
    fn what_the_api_server_can_ask_nobody_about_is_not_enforced() {
        let resource = ("example.org".to_owned(), "clouds".to_owned());
        let schema = SchemaState {
            name: "cloud".to_owned(),
            uid: String::new(),
            generation: None,
            verdict: Verdict {
                guards: Some(resource),
                ..Verdict::default()
            },
        };
        let said = |bundle: &str, awaits| {
            let present = Present::read(json!([{
                "name": "enforce.statusguard.dev",
                "clientConfig": {"caBundle": bundle},
                "rules": [{
                    "apiGroups": ["example.org"], "apiVersions": ["*"], "resources": ["clouds/status"],
                }],
            }]));
            let [_, enforced] = conditions(&schema, Some(&present), awaits);
            (enforced.is_true, enforced.reason)
        };
        assert_eq!(said("", true), (false, "NoCaBundle"));
        assert_eq!(said("QQ==", true), (true, "Enforced"));
        // The API server trusts whom its machine trusts.
        assert_eq!(said("", false), (true, "Enforced"));
    }
}

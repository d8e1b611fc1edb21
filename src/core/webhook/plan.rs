//! From what is to be guarded and what stands in the cluster to the next apply: adding at once, removing late.
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    ClientConfig, Configuration, ENFORCE, FailurePolicy, Guard, Guards, STATUS_SCHEMAS, Settings,
};
use crate::core::pki::Moment;

/// How long what stands in the cluster must have been lacking here before it is removed: another replica may know more.
pub const GRACE: Duration = Duration::from_secs(30);

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// What a replica wants a configuration to say.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Whether it is about StatusSchemas, else about the status of what is guarded.
    is_about_schemas: bool,
    /// Whether somebody else says whom the API server is to trust.
    awaits_authorities: bool,
    guards: Guards,
    /// How statusguard is reached; its `ca_bundle` is PEM, not yet in base64.
    pub client: ClientConfig,
    /// How the API server asks.
    pub settings: Settings,
}

/// What the configuration in the cluster says.
#[derive(Debug, Clone, Default)]
pub struct Present {
    webhooks: Value,
    guards: Guards,
    certificates: BTreeSet<String>,
    /// Whether the webhook that can deny says whom to trust.
    has_authorities: bool,
    /// What is asked about by a webhook that does not say whom to trust.
    untrusting: BTreeSet<(String, String)>,
}

/// What is lacking here and stands in the cluster, and since when.
#[derive(Debug, Default)]
pub struct Plan {
    lacking: BTreeMap<Lacking, Moment>,
    has_been_equal: bool,
    is_waiting: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Lacking {
    /// A resource, or what of its guard is more than is wanted.
    Guard(String, String),
    /// A certificate of the caBundle.
    Certificate(String),
    /// Anything else that differs: a replica of another release may want it so.
    Settings,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// The list of webhooks to apply, if there is anything to change now.
    pub apply: Option<Value>,
    /// When to look again although nothing was heard.
    pub again: Option<Moment>,
}

impl Present {
    /// What `webhooks`, the list of a `ValidatingWebhookConfiguration`, says.
    pub fn read(webhooks: Value) -> Self {
        let mut present = Self::default();
        for webhook in webhooks.as_array().into_iter().flatten() {
            let can_deny = webhook["name"] == ENFORCE;
            let bundle = webhook["clientConfig"]["caBundle"]
                .as_str()
                .unwrap_or_default();
            let bundle = STANDARD.decode(bundle).unwrap_or_default();
            present.has_authorities |= can_deny && !bundle.is_empty();
            present
                .certificates
                .extend(certificates(&String::from_utf8_lossy(&bundle)));
            for rule in webhook["rules"].as_array().into_iter().flatten() {
                present.add(rule, can_deny, bundle.is_empty());
            }
        }
        present.webhooks = webhooks;
        present
    }

    fn add(&mut self, rule: &Value, can_deny: bool, is_untrusting: bool) {
        let texts = |key: &str| {
            let list = rule[key].as_array().into_iter().flatten();
            list.filter_map(Value::as_str)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let mut versions = texts("apiVersions");
        versions.sort();
        for group in texts("apiGroups") {
            for resource in texts("resources") {
                let resource = resource.trim_end_matches("/status").to_owned();
                let guard = Guard {
                    can_deny,
                    versions: versions.clone(),
                };
                let resource = (group.clone(), resource);
                if is_untrusting {
                    self.untrusting.insert(resource.clone());
                }
                self.guards.insert(resource, guard);
            }
        }
    }

    /// Whether the API server asks about the status of a resource.
    pub fn guards(&self, resource: &(String, String)) -> bool {
        self.guards.contains_key(resource)
    }

    /// Whether it says whom the API server is to trust when it asks about the status of a resource.
    pub fn has_authorities_for(&self, resource: &(String, String)) -> bool {
        !self.untrusting.contains(resource)
    }

    /// Whether it trusts each certificate of `pem`.
    pub fn trusts(&self, pem: &str) -> bool {
        certificates(pem).is_subset(&self.certificates)
    }

    /// Whether it asks about nothing, and so trusts nobody.
    pub fn is_empty(&self) -> bool {
        self.guards.is_empty()
    }
}

impl Plan {
    /// Nothing is removed for another [`GRACE`] after `now`: what is wanted may be less than what there is, because not
    /// everything is heard.
    pub fn doubt(&mut self, now: Moment) {
        self.lacking.values_mut().for_each(|since| *since = now);
    }

    /// Whether nothing is enforced, because nobody has said yet whom the API server is to trust.
    pub const fn is_waiting(&self) -> bool {
        self.is_waiting
    }

    /// What is to be done at `now` about what is `present`.
    pub fn step(&mut self, wanted: &Wanted, present: &Present, now: Moment) -> Step {
        let mut lacking = BTreeMap::new();
        let mut is_kept = |what: Lacking| {
            // A clock that was set back would otherwise keep it until it is as late again.
            let since = self.lacking.get(&what).filter(|since| **since <= now);
            let since = *since.unwrap_or(&now);
            lacking.insert(what, since);
            now.saturating_sub(since) < GRACE
        };
        let mut goal = wanted.clone();
        for (resource, guard) in &present.guards {
            let wanted = wanted.guards.get(resource);
            let more = most(wanted, guard);
            if wanted != Some(&more)
                && is_kept(Lacking::Guard(resource.0.clone(), resource.1.clone()))
            {
                goal.guards.insert(resource.clone(), more);
            }
        }
        if let Some(bundle) = &mut goal.client.ca_bundle {
            let own = certificates(bundle);
            for certificate in present.certificates.difference(&own) {
                if is_kept(Lacking::Certificate(certificate.clone())) {
                    bundle.push_str(certificate);
                }
            }
        }
        // Nothing could be reached, so every write would be refused.
        self.is_waiting = wanted.awaits_authorities
            && !present.has_authorities
            && goal.guards.values().any(|guard| guard.can_deny);
        if self.is_waiting {
            goal.settings.failure_policy = FailurePolicy::Ignore;
        }
        let is_urgent = !self.has_been_equal
            || goal.guards != present.guards
            || goal
                .client
                .ca_bundle
                .as_deref()
                .is_some_and(|pem| certificates(pem) != present.certificates);
        let webhooks = goal.webhooks();
        let is_equal = is_covered(&webhooks, &present.webhooks);
        let apply = !is_equal && (is_urgent || !is_kept(Lacking::Settings));
        // What comes after the wait is urgent.
        self.has_been_equal = !self.is_waiting && (self.has_been_equal || is_equal);
        self.lacking = lacking;
        let next = self
            .lacking
            .values()
            .map(|since| *since + GRACE)
            .filter(|at| *at > now)
            .min();
        Step {
            apply: apply.then_some(webhooks),
            again: next,
        }
    }
}

impl Wanted {
    /// That the API server asks about the status of what is guarded.
    pub const fn of_guards(guards: Guards, client: ClientConfig, settings: Settings) -> Self {
        Self {
            is_about_schemas: false,
            awaits_authorities: false,
            guards,
            client,
            settings,
        }
    }

    /// The same, where somebody else says whom the API server is to trust; until then nothing is refused, since nothing
    /// can be judged.
    #[must_use]
    pub const fn awaiting_authorities(mut self) -> Self {
        self.awaits_authorities = true;
        self
    }

    /// That the API server asks about StatusSchemas.
    pub fn of_schemas(client: ClientConfig, settings: Settings) -> Self {
        let resource = (STATUS_SCHEMAS.0.to_owned(), STATUS_SCHEMAS.1.to_owned());
        let guard = Guard {
            can_deny: false,
            versions: vec!["*".to_owned()],
        };
        Self {
            is_about_schemas: true,
            awaits_authorities: false,
            guards: Guards::from([(resource, guard)]),
            client,
            settings,
        }
    }

    /// The list of webhooks that says so.
    fn webhooks(&self) -> Value {
        let client = ClientConfig {
            target: self.client.target.clone(),
            ca_bundle: self
                .client
                .ca_bundle
                .as_deref()
                .map(|pem| STANDARD.encode(normal(pem))),
        };
        let configuration = if self.is_about_schemas {
            Configuration::of_schemas(&client, &self.settings)
        } else {
            Configuration::of(&self.guards, &client, &self.settings)
        };
        json!(configuration.webhooks)
    }
}

/// The guard that asks about all that either asks about.
fn most(wanted: Option<&Guard>, present: &Guard) -> Guard {
    let Some(wanted) = wanted else {
        return present.clone();
    };
    let all: BTreeSet<&String> = wanted.versions.iter().chain(&present.versions).collect();
    let versions = if all.iter().any(|version| *version == "*") {
        vec!["*".to_owned()]
    } else {
        all.into_iter().cloned().collect()
    };
    Guard {
        can_deny: wanted.can_deny || present.can_deny,
        versions,
    }
}

/// The certificates of a PEM text, each ending in a line break, so that texts of equal ones are equal.
pub fn certificates(pem: &str) -> BTreeSet<String> {
    let parts = pem.split(BEGIN).skip(1);
    let bodies = parts.filter_map(|part| part.split_once(END).map(|(body, _)| body));
    bodies.map(|body| format!("{BEGIN}{body}{END}\n")).collect()
}

/// A PEM text of certificates in one order, so that replicas that want the same apply the same.
fn normal(pem: &str) -> String {
    certificates(pem).into_iter().collect()
}

/// Whether `present` says all that `wanted` does; the API server adds defaults, and others may add what is theirs.
fn is_covered(wanted: &Value, present: &Value) -> bool {
    match (wanted, present) {
        (Value::Object(wanted), Value::Object(present)) => wanted.iter().all(|(key, value)| {
            present
                .get(key)
                .is_some_and(|present| is_covered(value, present))
        }),
        (Value::Array(wanted), Value::Array(present)) => {
            wanted.len() == present.len()
                && wanted
                    .iter()
                    .zip(present)
                    .all(|(wanted, present)| is_covered(wanted, present))
        }
        // An empty list of webhooks is not stored at all.
        (Value::Array(wanted), Value::Null) => wanted.is_empty(),
        (wanted, present) => wanted == present,
    }
}

#[cfg(test)]
mod tests;

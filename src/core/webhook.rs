//! The `ValidatingWebhookConfiguration` that a catalog asks for: exactly the status of what is guarded.
mod news;
pub mod plan;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;
use serde_json::{Value, json};

use crate::core::{
    catalog::Catalog,
    policy::{Enforcement, Policy, Schemas, Source},
};

/// The name of the object.
pub const NAME: &str = "statusguard";

/// The webhook for policies that can deny; while it cannot be reached, their writes are refused.
pub const ENFORCE: &str = "enforce.statusguard.dev";

/// The webhook for policies that can only warn; it never stands in the way.
pub const OBSERVE: &str = "observe.statusguard.dev";

/// The webhook for StatusSchemas as they are applied; it never stands in the way, since the catalog checks again.
pub const SCHEMAS: &str = "schemas.statusguard.dev";

/// Seconds that the API server waits for a reply.
pub const TIMEOUT_SECONDS: u8 = 3;

/// API group and plural of StatusSchemas.
pub const STATUS_SCHEMAS: (&str, &str) = ("statusguard.dev", "statusschemas");

/// How the API server reaches statusguard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientConfig {
    /// Where.
    #[serde(flatten)]
    pub target: Target,
    /// PEM of the CA in base64; without one, the API server trusts what its machine trusts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
}

/// Where reviews are posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// At an address.
    Url(String),
    /// At a Service of the cluster.
    Service(Service),
}

/// A Service of the cluster, and the path on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its port.
    pub port: u16,
    /// The path of the request.
    pub path: String,
}

/// How the API server is to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What becomes of a write that can deny while statusguard cannot be reached.
    pub failure_policy: FailurePolicy,
    /// Seconds that the API server waits for a reply.
    pub timeout_seconds: u8,
    /// In which namespaces it asks, as a label selector; everywhere where it is empty.
    pub namespace_selector: Value,
    /// About which objects it asks, as a label selector; all where it is empty.
    pub object_selector: Value,
}

/// What becomes of a write while statusguard cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FailurePolicy {
    /// It is refused.
    Fail,
    /// It passes.
    Ignore,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            failure_policy: FailurePolicy::Fail,
            timeout_seconds: TIMEOUT_SECONDS,
            namespace_selector: json!({}),
            object_selector: json!({}),
        }
    }
}

/// By which webhook the API server asks about a resource, and in which versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// Whether by [`ENFORCE`], else by [`OBSERVE`].
    pub can_deny: bool,
    /// Versions, sorted; `*` alone stands for all.
    pub versions: Vec<String>,
}

/// What is guarded, by API group and plural.
pub type Guards = BTreeMap<(String, String), Guard>;

/// What is guarded where `catalog` is in force.
pub fn guards(catalog: &Catalog) -> Guards {
    let guard = |policy: &Policy| Guard {
        can_deny: can_deny(policy, catalog.mode()),
        versions: versions(policy),
    };
    catalog
        .policies()
        .map(|policy| {
            (
                (policy.group.clone(), policy.resource.clone()),
                guard(policy),
            )
        })
        .collect()
}

/// A `ValidatingWebhookConfiguration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Configuration {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    /// The webhooks; empty if nothing is guarded.
    pub webhooks: Vec<Webhook>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Metadata {
    name: &'static str,
}

/// One webhook of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// [`ENFORCE`] or [`OBSERVE`].
    pub name: &'static str,
    admission_review_versions: [&'static str; 1],
    client_config: ClientConfig,
    failure_policy: FailurePolicy,
    match_policy: &'static str,
    side_effects: &'static str,
    timeout_seconds: u8,
    namespace_selector: Value,
    object_selector: Value,
    /// What is guarded: one rule for each API group and set of versions.
    pub rules: Vec<Rule>,
}

/// The resources of one API group, in one set of versions, whose status is guarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    api_groups: [String; 1],
    api_versions: Vec<String>,
    operations: Vec<&'static str>,
    /// Each with `/status` behind it, sorted.
    pub resources: Vec<String>,
}

impl Configuration {
    /// The configuration under which the API server asks about the writes that `catalog` has policies for.
    pub fn desired(catalog: &Catalog, client: &ClientConfig) -> Self {
        Self::of(&guards(catalog), client, &Settings::default())
    }

    /// The configuration under which the API server asks about what is guarded.
    pub fn of(guards: &Guards, client: &ClientConfig, settings: &Settings) -> Self {
        let webhook = |name, failure_policy, can_deny| {
            let rules = rules(
                guards
                    .iter()
                    .filter(|(_, guard)| guard.can_deny == can_deny),
            );
            (!rules.is_empty()).then(|| Webhook {
                failure_policy,
                ..Webhook::new(name, client, settings, rules)
            })
        };
        let webhooks = [
            webhook(ENFORCE, settings.failure_policy, true),
            webhook(OBSERVE, FailurePolicy::Ignore, false),
        ];
        Self::holding(webhooks.into_iter().flatten().collect())
    }

    /// The configuration under which the API server asks about StatusSchemas.
    pub fn of_schemas(client: &ClientConfig, settings: &Settings) -> Self {
        let rule = Rule {
            api_groups: [STATUS_SCHEMAS.0.to_owned()],
            api_versions: vec!["*".to_owned()],
            operations: vec!["CREATE", "UPDATE"],
            resources: vec![STATUS_SCHEMAS.1.to_owned()],
        };
        let everywhere = Settings {
            timeout_seconds: settings.timeout_seconds,
            ..Settings::default()
        };
        let webhook = Webhook::new(SCHEMAS, client, &everywhere, vec![rule]);
        Self::holding(vec![webhook])
    }

    const fn holding(webhooks: Vec<Webhook>) -> Self {
        Self {
            api_version: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            metadata: Metadata { name: NAME },
            webhooks,
        }
    }
}

impl Webhook {
    fn new(
        name: &'static str,
        client: &ClientConfig,
        settings: &Settings,
        rules: Vec<Rule>,
    ) -> Self {
        Self {
            name,
            admission_review_versions: ["v1"],
            client_config: client.clone(),
            failure_policy: FailurePolicy::Ignore,
            match_policy: "Equivalent",
            side_effects: "NoneOnDryRun",
            timeout_seconds: settings.timeout_seconds,
            namespace_selector: settings.namespace_selector.clone(),
            object_selector: settings.object_selector.clone(),
            rules,
        }
    }
}

/// Whether a finding of `policy` can refuse a write while `mode` is the ceiling.
fn can_deny(policy: &Policy, mode: Enforcement) -> bool {
    policy.enforcement.max(policy.secrets.enforcement).min(mode) == Enforcement::Enforce
}

/// The configuration as YAML, for `kubectl apply -f -`.
///
/// Strings are quoted as in JSON, which YAML reads alike, so that no name can be read as something else.
impl fmt::Display for Configuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "apiVersion: {}", self.api_version)?;
        writeln!(formatter, "kind: {}", self.kind)?;
        writeln!(formatter, "metadata:\n  name: {}", self.metadata.name)?;
        if self.webhooks.is_empty() {
            return writeln!(formatter, "webhooks: []");
        }
        writeln!(formatter, "webhooks:")?;
        self.webhooks
            .iter()
            .try_for_each(|webhook| webhook.fmt(formatter))
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "- name: {}", self.name)?;
        let versions = json!(self.admission_review_versions);
        writeln!(formatter, "  admissionReviewVersions: {versions}")?;
        writeln!(formatter, "  clientConfig:")?;
        match &self.client_config.target {
            Target::Url(url) => writeln!(formatter, "    url: {}", json!(url))?,
            Target::Service(service) => writeln!(formatter, "    service: {}", json!(service))?,
        }
        if let Some(bundle) = &self.client_config.ca_bundle {
            writeln!(formatter, "    caBundle: {bundle}")?;
        }
        writeln!(formatter, "  failurePolicy: {:?}", self.failure_policy)?;
        writeln!(formatter, "  matchPolicy: {}", self.match_policy)?;
        writeln!(formatter, "  sideEffects: {}", self.side_effects)?;
        writeln!(formatter, "  timeoutSeconds: {}", self.timeout_seconds)?;
        writeln!(formatter, "  rules:")?;
        self.rules.iter().try_for_each(|rule| rule.fmt(formatter))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "  - apiGroups: {}", json!(self.api_groups))?;
        writeln!(formatter, "    apiVersions: {}", json!(self.api_versions))?;
        writeln!(formatter, "    operations: {}", json!(self.operations))?;
        writeln!(formatter, "    resources: {}", json!(self.resources))
    }
}

fn rules<'a>(guards: impl Iterator<Item = (&'a (String, String), &'a Guard)>) -> Vec<Rule> {
    let mut resources: BTreeMap<(&str, &[String]), BTreeSet<&str>> = BTreeMap::new();
    for ((group, resource), guard) in guards {
        resources
            .entry((group, &guard.versions))
            .or_default()
            .insert(resource);
    }
    resources
        .into_iter()
        .map(|((group, versions), resources)| Rule {
            api_groups: [group.to_owned()],
            api_versions: versions.to_vec(),
            operations: vec!["UPDATE"],
            resources: resources
                .into_iter()
                .map(|resource| format!("{resource}/status"))
                .collect(),
        })
        .collect()
}

/// The versions that a `StatusSchema` names, sorted. A write in another one reaches us converted to one of these
/// (`matchPolicy: Equivalent`). In those that a Promise gives no schema there may be secrets none the less.
fn versions(policy: &Policy) -> Vec<String> {
    match &policy.schemas {
        Schemas::PerVersion(schemas) if !schemas.is_empty() && policy.source != Source::Promise => {
            schemas.keys().cloned().collect()
        }
        _ => vec!["*".to_owned()],
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::core::policy::Secrets;

    pub(super) fn policy(
        resource: &str,
        enforcement: Enforcement,
        secrets: Enforcement,
    ) -> Arc<Policy> {
        Arc::new(Policy {
            name: resource.to_owned(),
            group: "workshop.kratix.io".to_owned(),
            resource: resource.to_owned(),
            enforcement,
            secrets: Secrets {
                enforcement: secrets,
                ..Secrets::default()
            },
            ..Policy::built_in()
        })
    }

    pub(super) fn desired(policies: &[Arc<Policy>], mode: Enforcement) -> Configuration {
        let client = ClientConfig {
            target: Target::Url("https://127.0.0.1:8443/validate".to_owned()),
            ca_bundle: None,
        };
        let catalog = Catalog::new(policies.iter().cloned(), mode).unwrap();
        Configuration::desired(&catalog, &client)
    }

    /// `policy` for some versions, or for all where none is named.
    pub(super) fn with_versions(policy: &Arc<Policy>, versions: &[&str]) -> Arc<Policy> {
        let schemas = versions.iter().map(|version| {
            let schema = crate::core::schema::Schema::compile(
                &serde_json::json!({}),
                crate::core::schema::Dialect::JsonSchema,
            );
            ((*version).to_owned(), Arc::new(schema.unwrap()))
        });
        Arc::new(Policy {
            schemas: Schemas::PerVersion(schemas.collect()),
            ..Policy::clone(policy)
        })
    }

    fn guarded(configuration: &Configuration) -> Vec<(&'static str, Vec<String>)> {
        configuration
            .webhooks
            .iter()
            .map(|webhook| {
                let resources = webhook.rules.iter().flat_map(|rule| rule.resources.clone());
                (webhook.name, resources.collect())
            })
            .collect()
    }

    #[test]
    fn what_can_deny_and_what_can_only_warn_stand_apart() {
        use Enforcement::{Audit, Enforce, Warn};
        let policies = [
            policy("as", Enforce, Enforce),
            policy("bs", Warn, Enforce),
            policy("cs", Enforce, Audit),
            policy("ds", Warn, Audit),
        ];
        let all = guarded(&desired(&policies, Enforce));
        assert_eq!(
            all[0],
            (
                ENFORCE,
                ["as/status", "bs/status", "cs/status"]
                    .map(str::to_owned)
                    .to_vec()
            )
        );
        assert_eq!(all[1], (OBSERVE, vec!["ds/status".to_owned()]));
        let watched = guarded(&desired(&policies, Warn));
        assert_eq!(watched.len(), 1);
        assert_eq!(watched[0].0, OBSERVE);
        assert_eq!(watched[0].1.len(), 4);
    }

    #[test]
    fn nothing_guarded_is_an_empty_list() {
        assert!(desired(&[], Enforcement::Enforce).webhooks.is_empty());
    }

    #[test]
    fn one_rule_for_each_group_and_set_of_versions() {
        let plain = |resource| policy(resource, Enforcement::Enforce, Enforcement::Enforce);
        let rules = desired(
            &[
                plain("as"),
                plain("bs"),
                with_versions(&plain("cs"), &["v2", "v1"]),
                with_versions(&plain("ds"), &["v1", "v2"]),
            ],
            Enforcement::Enforce,
        )
        .webhooks
        .remove(0)
        .rules;
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].api_versions, ["*"]);
        assert_eq!(rules[1].api_versions, ["v1", "v2"]);
        assert_eq!(rules[1].resources, ["cs/status", "ds/status"]);
    }
}

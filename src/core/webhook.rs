//! The `ValidatingWebhookConfiguration` that a catalog asks for: exactly the status of what is guarded.
mod news;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;
use serde_json::json;

use crate::core::{
    catalog::Catalog,
    policy::{Enforcement, Policy, Schemas},
};

/// The name of the object.
pub const NAME: &str = "statusguard";

/// The webhook for policies that can deny; while it cannot be reached, their writes are refused.
pub const ENFORCE: &str = "enforce.statusguard.dev";

/// The webhook for policies that can only warn; it never stands in the way.
pub const OBSERVE: &str = "observe.statusguard.dev";

/// Seconds that the API server waits for a reply.
pub const TIMEOUT_SECONDS: u8 = 3;

/// How the API server reaches statusguard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientConfig {
    /// Where reviews are posted.
    pub url: String,
    /// PEM of the CA in base64; without one, the API server trusts what its machine trusts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
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
    failure_policy: &'static str,
    match_policy: &'static str,
    side_effects: &'static str,
    timeout_seconds: u8,
    /// What is guarded: one rule for each API group and set of versions.
    pub rules: Vec<Rule>,
}

/// The resources of one API group, in one set of versions, whose status is guarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    api_groups: [String; 1],
    api_versions: Vec<String>,
    operations: [&'static str; 1],
    /// Each with `/status` behind it, sorted.
    pub resources: Vec<String>,
}

impl Configuration {
    /// The configuration under which the API server asks about the writes that `catalog` has policies for.
    pub fn desired(catalog: &Catalog, client: &ClientConfig) -> Self {
        let (enforced, observed): (Vec<&Policy>, Vec<&Policy>) = catalog
            .policies()
            .map(AsRef::as_ref)
            .partition(|policy| can_deny(policy, catalog.mode()));
        let webhooks = [
            Webhook::new(ENFORCE, "Fail", &enforced, client),
            Webhook::new(OBSERVE, "Ignore", &observed, client),
        ];
        Self {
            api_version: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            metadata: Metadata { name: NAME },
            webhooks: webhooks.into_iter().flatten().collect(),
        }
    }
}

/// Whether a finding of `policy` can refuse a write while `mode` is the ceiling.
fn can_deny(policy: &Policy, mode: Enforcement) -> bool {
    policy.enforcement.max(policy.secrets.enforcement).min(mode) == Enforcement::Enforce
}

impl Webhook {
    fn new(
        name: &'static str,
        failure_policy: &'static str,
        policies: &[&Policy],
        client: &ClientConfig,
    ) -> Option<Self> {
        let rules = rules(policies);
        (!rules.is_empty()).then(|| Self {
            name,
            admission_review_versions: ["v1"],
            client_config: client.clone(),
            failure_policy,
            match_policy: "Equivalent",
            side_effects: "NoneOnDryRun",
            timeout_seconds: TIMEOUT_SECONDS,
            rules,
        })
    }
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
        writeln!(formatter, "    url: {}", json!(self.client_config.url))?;
        if let Some(bundle) = &self.client_config.ca_bundle {
            writeln!(formatter, "    caBundle: {bundle}")?;
        }
        writeln!(formatter, "  failurePolicy: {}", self.failure_policy)?;
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

fn rules(policies: &[&Policy]) -> Vec<Rule> {
    let mut resources: BTreeMap<(&str, Vec<&str>), BTreeSet<&str>> = BTreeMap::new();
    for policy in policies {
        resources
            .entry((&policy.group, versions(policy)))
            .or_default()
            .insert(&policy.resource);
    }
    resources
        .into_iter()
        .map(|((group, versions), resources)| Rule {
            api_groups: [group.to_owned()],
            api_versions: versions.into_iter().map(str::to_owned).collect(),
            operations: ["UPDATE"],
            resources: resources
                .into_iter()
                .map(|resource| format!("{resource}/status"))
                .collect(),
        })
        .collect()
}

/// The versions that a policy names, sorted. A write in another one reaches us converted to one of these
/// (`matchPolicy: Equivalent`).
fn versions(policy: &Policy) -> Vec<&str> {
    match &policy.schemas {
        Schemas::PerVersion(schemas) if !schemas.is_empty() => {
            schemas.keys().map(String::as_str).collect()
        }
        _ => vec!["*"],
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
            url: "https://127.0.0.1:8443/validate".to_owned(),
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

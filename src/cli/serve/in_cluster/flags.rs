//! The flags of `serve --cluster`, and what they say of how the API server is to reach statusguard.
use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    cluster::{Cluster, Reached, Wiring},
    core::{
        pki::rotation::Lives,
        webhook::{FailurePolicy, NAME, Settings, TIMEOUT_SECONDS},
    },
};

/// The flags that only count with `--cluster`.
#[derive(Debug, Args)]
#[command(next_help_heading = "In a cluster")]
pub(in crate::cli::serve) struct ClusterArguments {
    /// Read Promises and StatusSchemas from the cluster, and keep its webhook configuration up with them
    #[arg(long, env = "STATUSGUARD_CLUSTER")]
    cluster: bool,

    /// Namespace of statusguard's Service and Secret [default: that of the Pod, else of the kubeconfig]
    #[arg(
        long,
        env = "STATUSGUARD_NAMESPACE",
        value_name = "NAME",
        requires = "cluster"
    )]
    namespace: Option<String>,

    /// Where the certificate comes from
    #[arg(
        long,
        env = "STATUSGUARD_CERTIFICATES",
        value_name = "WAY",
        default_value = "self-managed",
        requires = "cluster"
    )]
    pub(super) certificates: Way,

    /// Name of the Secret for a certificate of statusguard's own; it is never made
    #[arg(
        long,
        env = "STATUSGUARD_CERTIFICATES_SECRET",
        value_name = "NAME",
        default_value = "statusguard-certificates",
        requires = "cluster"
    )]
    pub(super) certificates_secret: String,

    /// Lives of CA, leaf and the trust in a new CA before it serves, in seconds: for tests
    #[arg(long, env = "STATUSGUARD_CERTIFICATE_LIVES", value_name = "CA,LEAF,TRUST", value_parser = lives, hide = true)]
    pub(super) certificate_lives: Option<Lives>,

    /// Name of the Service by which the API server reaches statusguard
    #[arg(
        long,
        env = "STATUSGUARD_SERVICE",
        value_name = "NAME",
        default_value = "statusguard",
        requires = "cluster"
    )]
    service: String,

    /// Port of that Service
    #[arg(
        long,
        env = "STATUSGUARD_SERVICE_PORT_NUMBER",
        value_name = "PORT",
        default_value_t = 443,
        requires = "cluster"
    )]
    service_port: u16,

    /// Address by which the API server reaches statusguard, instead of a Service
    #[arg(long, env = "STATUSGUARD_URL", value_name = "URL", value_parser = url, requires = "cluster")]
    url: Option<String>,

    /// Name of the webhook configuration to fill in; it is never made
    #[arg(long, env = "STATUSGUARD_WEBHOOK", value_name = "NAME", default_value = NAME, requires = "cluster")]
    pub(super) webhook: String,

    /// What becomes of a write that could be refused while statusguard cannot be reached
    #[arg(
        long,
        env = "STATUSGUARD_FAILURE_POLICY",
        value_name = "POLICY",
        default_value = "Fail",
        ignore_case = true,
        requires = "cluster"
    )]
    failure_policy: OnFailure,

    /// Seconds that the API server waits for an answer
    #[arg(long, env = "STATUSGUARD_WEBHOOK_TIMEOUT", value_name = "SECONDS", default_value_t = TIMEOUT_SECONDS,
          value_parser = clap::value_parser!(u8).range(1..=30), requires = "cluster")]
    webhook_timeout: u8,

    /// In which namespaces the API server asks, as JSON of a label selector [default: in all]
    #[arg(long, env = "STATUSGUARD_NAMESPACE_SELECTOR", value_name = "JSON", value_parser = selector, requires = "cluster")]
    namespace_selector: Option<Value>,

    /// About which requests the API server asks, as JSON of a label selector [default: about all]
    #[arg(long, env = "STATUSGUARD_OBJECT_SELECTOR", value_name = "JSON", value_parser = selector, requires = "cluster")]
    object_selector: Option<Value>,

    /// Let the annotation statusguard.dev/enforcement: "Off" of a Promise take secrets out as well
    #[arg(long, env = "STATUSGUARD_ALLOW_OPT_OUT", requires = "cluster")]
    pub(super) allow_opt_out: bool,
}

/// Where the certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Way {
    /// Made and renewed by statusguard itself, in a Secret
    SelfManaged,
    /// The files tls.crt, tls.key and ca.crt in --certs
    Files,
    /// The files tls.crt and tls.key in --certs; cert-manager tells the API server whom to trust
    CertManager,
}

/// What becomes of a write while statusguard cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnFailure {
    /// It is refused
    #[value(name = "Fail")]
    Fail,
    /// It passes
    #[value(name = "Ignore")]
    Ignore,
}

fn lives(text: &str) -> Result<Lives, String> {
    let seconds: Option<Vec<u64>> = text
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect();
    let seconds: Option<[u64; 3]> = seconds.and_then(|list| list.try_into().ok());
    let [authority, leaf, trust] = seconds
        .ok_or_else(|| "write three numbers of seconds, such as 31536000,5184000,60".to_owned())?
        .map(Duration::from_secs);
    Ok(Lives {
        authority,
        leaf,
        trust,
    })
}

fn url(text: &str) -> Result<String, String> {
    let is_one = text.starts_with("https://") && text.len() > "https://".len();
    // The paths come behind it, so with one of them nothing would be found there.
    if text.trim_end_matches('/').ends_with("/validate") {
        return Err("leave /validate out: the API server asks at /validate and at /validate-statusschema below it".to_owned());
    }
    is_one
        .then(|| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| {
            "write https://, a host and a port, such as https://10.0.0.1:8443".to_owned()
        })
}

/// A label selector, of which a key that is none is told here: the API server would answer it with a fault of its own.
fn selector(text: &str) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read to see whether it can be")]
    struct Selector {
        match_labels: Option<BTreeMap<String, String>>,
        match_expressions: Option<Vec<Expression>>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read to see whether it can be")]
    struct Expression {
        key: String,
        operator: Operator,
        values: Option<Vec<String>>,
    }
    #[derive(Deserialize)]
    enum Operator {
        In,
        NotIn,
        Exists,
        DoesNotExist,
    }
    let words = |what: &str| {
        format!(
            r#"{what}write a label selector as JSON, such as {{"matchLabels": {{"team": "a"}}}} or {{"matchExpressions": [{{"key": "team", "operator": "Exists"}}]}}"#
        )
    };
    let value: Option<Value> = serde_json::from_str(text).ok();
    let value = value.filter(Value::is_object).ok_or_else(|| words(""))?;
    match serde_json::from_value::<Selector>(value.clone()) {
        Ok(_) => Ok(value),
        Err(error) => Err(words(&format!("{error}; "))),
    }
}

impl ClusterArguments {
    /// Whether policies come from a cluster.
    pub(in crate::cli::serve) const fn is_on(&self) -> bool {
        self.cluster
    }

    /// The namespace that was given.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// A flag that was given and means nothing, since policies do not come from a cluster.
    pub(in crate::cli::serve) fn stray(&self) -> Option<&'static str> {
        let given = [
            ("--namespace", self.namespace.is_some()),
            ("--certificates", self.certificates != Way::SelfManaged),
            ("--url", self.url.is_some()),
            ("--webhook", self.webhook != NAME),
            ("--failure-policy", self.failure_policy != OnFailure::Fail),
            ("--webhook-timeout", self.webhook_timeout != TIMEOUT_SECONDS),
            ("--namespace-selector", self.namespace_selector.is_some()),
            ("--object-selector", self.object_selector.is_some()),
            ("--allow-opt-out", self.allow_opt_out),
        ];
        let stray = given.iter().find(|(_, is_given)| *is_given);
        stray.filter(|_| !self.cluster).map(|(flag, _)| *flag)
    }

    pub(super) fn wiring(&self, cluster: &Cluster) -> Wiring {
        let none = || Value::Object(serde_json::Map::new());
        Wiring {
            configuration: self.webhook.clone(),
            reached: match &self.url {
                Some(url) => Reached::Url(url.clone()),
                None => Reached::Service {
                    namespace: cluster.namespace().to_owned(),
                    name: self.service.clone(),
                    port: self.service_port,
                },
            },
            settings: Settings {
                failure_policy: match self.failure_policy {
                    OnFailure::Fail => FailurePolicy::Fail,
                    OnFailure::Ignore => FailurePolicy::Ignore,
                },
                timeout_seconds: self.webhook_timeout,
                namespace_selector: self.namespace_selector.clone().unwrap_or_else(none),
                object_selector: self.object_selector.clone().unwrap_or_else(none),
            },
        }
    }

    /// The name that the API server expects of the server.
    pub(super) fn host(&self, cluster: &Cluster) -> String {
        let Some(url) = &self.url else {
            return self.service_name(cluster);
        };
        let authority = url.trim_start_matches("https://").split('/').next();
        let authority = authority.unwrap_or_default();
        match authority.parse::<SocketAddr>() {
            Ok(address) => address.ip().to_string(),
            Err(_) => authority.split(':').next().unwrap_or_default().to_owned(),
        }
    }

    /// The name that the API server expects of a server that it reaches by the Service.
    pub(super) fn service_name(&self, cluster: &Cluster) -> String {
        format!("{}.{}.svc", self.service, cluster.namespace())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_that_the_api_server_would_not_take_is_told_at_the_start() {
        for (text, told) in [
            ("[]", "write a label selector as JSON"),
            (
                r#"{"matchLabel": {"x": "y"}}"#,
                "unknown field `matchLabel`, expected `matchLabels` or `matchExpressions`; write a label selector",
            ),
            (
                r#"{"matchExpressions": [{"key": "x", "operator": "Is"}]}"#,
                "unknown variant `Is`, expected one of `In`, `NotIn`, `Exists`, `DoesNotExist`",
            ),
        ] {
            let words = selector(text).unwrap_err();
            assert!(words.contains(told), "{words}");
        }
        for text in [
            "{}",
            r#"{"matchLabels": {"x": "y"}, "matchExpressions": [{"key": "x", "operator": "In", "values": ["y"]}]}"#,
        ] {
            assert!(selector(text).is_ok(), "{text}");
        }
    }
}

//! The ways of guarding a status that are compared, each with a resource of its own.
use std::{fs, thread, time::Duration};

use anyhow::{Context, ensure};
use hyper::Method;
use k8s_openapi::ByteString;
use serde_json::{Value, json};
use statusguard::core::yaml::Document;

use crate::{
    control_plane::ControlPlane,
    cpu::cpu_nanos,
    promise::{GROUP, Promise, Writer, custom_resource_definition},
    target::Target,
    until::until,
};

/// A way of guarding a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Nobody,
    Null,
    Statusguard,
    /// The status schema of the CRD, which Kratix throws away.
    Definition,
    /// A `ValidatingAdmissionPolicy` in CEL.
    Policy,
}

/// All ways on one control plane.
pub(crate) struct Ways {
    plane: &'static ControlPlane,
    /// Its process, or the shell around etcd and the API server.
    plane_process: u32,
    resources: [Promise; 5],
    null: Target,
    server: Target,
}

const ADMISSION: &str = "/apis/admissionregistration.k8s.io/v1";
const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/elastic-cloud.yaml");

/// The keys that the policy lets through, as a list in CEL: the author's, then Kratix's.
const KEYS: &str = "['message', 'username', 'passwordSecretName', 'approvalIssue', 'conditions', 'healthStatus', \
                    'kratix', 'lastSuccessfulConfigureWorkflowTime', 'observedGeneration', 'promiseVersion', \
                    'resourceBindingVersion', 'workflows', 'workflowsFailed', 'workflowsSucceeded']";
/// What has to be there once the request is complete, in CEL, of `self`.
const COMPLETE: &str = "!has(self.conditions) || !self.conditions.exists(it, it.type == 'ConfigureWorkflowCompleted' \
                        && it.status == 'True') || (has(self.message) && has(self.username) && has(self.passwordSecretName))";

impl Way {
    pub(crate) const ALL: [Self; 5] = [
        Self::Nobody,
        Self::Null,
        Self::Statusguard,
        Self::Definition,
        Self::Policy,
    ];

    pub(crate) const fn named(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Null => "null webhook",
            Self::Statusguard => "statusguard",
            Self::Definition => "schema of the CRD",
            Self::Policy => "ValidatingAdmissionPolicy",
        }
    }

    const fn resource(self) -> &'static str {
        match self {
            Self::Nobody => "bare-cloud",
            Self::Null => "null-cloud",
            Self::Statusguard => "guarded-cloud",
            Self::Definition => "typed-cloud",
            Self::Policy => "ruled-cloud",
        }
    }

    /// Whether it refuses anything.
    const fn judges(self) -> bool {
        !matches!(self, Self::Nobody | Self::Null)
    }
}

impl Ways {
    pub(crate) fn install(plane: &'static ControlPlane) -> anyhow::Result<Self> {
        let [schemas, certs] =
            ["schemas", "certs"].map(|part| plane.directory.join(format!("server-{part}")));
        for directory in [&schemas, &certs] {
            fs::create_dir(directory)?;
        }
        // What else runs is started later.
        let plane_process = *children("self")?
            .first()
            .context("the control plane runs")?;
        let schema = manifest(Way::Statusguard.resource())?;
        fs::write(schemas.join("guarded-cloud.json"), schema.to_string())?;
        let resources = Way::ALL.map(|way| {
            let mut definition = custom_resource_definition(way.resource());
            if way == Way::Definition {
                describe(&mut definition);
            }
            Promise::install_in(plane, way.resource(), &definition)
        });
        // The server makes the certificates, which the null webhook uses as well.
        let server = Target::server(&schemas, &certs)?;
        let null = Target::null(&certs)?;
        let ways = Self {
            plane,
            plane_process,
            resources,
            null,
            server,
        };
        let authority = fs::read(certs.join("ca.crt"))?;
        for (way, target) in [(Way::Null, &ways.null), (Way::Statusguard, &ways.server)] {
            let configuration = ways.webhook(way, target, &authority);
            ways.create("validatingwebhookconfigurations", &configuration);
        }
        ways.rule();
        Ok(ways)
    }

    fn webhook(&self, way: Way, target: &Target, authority: &[u8]) -> Value {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": way.resource()},
            "webhooks": [{
                "name": format!("{}.statusguard.dev", way.resource()),
                "sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": 3,
                "clientConfig": {
                    "url": format!("https://{}/validate", target.address),
                    "caBundle": ByteString(authority.to_vec()),
                },
                "rules": [self.rules(way)],
            }],
        })
    }

    fn rules(&self, way: Way) -> Value {
        let resource = format!("{}/status", self.resources[way as usize].plural());
        json!({"apiGroups": [GROUP], "apiVersions": ["*"], "operations": ["UPDATE"], "resources": [resource]})
    }

    /// The policy, and what binds it.
    fn rule(&self) {
        let name = Way::Policy.resource();
        let text = |key: &str, more: &str| {
            let value = format!("object.status.{key}");
            json!({
                "expression": format!("!has(object.status) || !has({value}) || (type({value}) == string && {})", more.replace("it", &value)),
                "message": format!("status.{key} is wrong"),
            })
        };
        let validations = json!([
            {"expression": format!("!has(object.status) || object.status.all(key, key in {KEYS})"), "message": "an unknown key"},
            {"expression": format!("!has(object.status) || ({})", COMPLETE.replace("self", "object.status")), "message": "a key is missing"},
            text("message", "size(it) >= 1"),
            text("username", "size(it) >= 1 && size(it) <= 128"),
            text("passwordSecretName", "size(it) <= 253 && it.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')"),
            text("approvalIssue", "isURL(it)"),
        ]);
        let policy = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {
                "matchConstraints": {"resourceRules": [self.rules(Way::Policy)]},
                "validations": validations,
            },
        });
        let binding = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name}, "spec": {"policyName": name, "validationActions": ["Deny"]},
        });
        self.create("validatingadmissionpolicies", &policy);
        self.create("validatingadmissionpolicybindings", &binding);
    }

    fn create(&self, kind: &str, object: &Value) {
        let path = format!("{ADMISSION}/{kind}");
        let body = object.to_string().into_bytes();
        let answer = self
            .plane
            .api
            .call(Method::POST, &path, "application/json", body);
        answer.expect("the API server answers").accepted();
    }

    /// Waits until each way refuses what it should, and sees that it accepts what is written afterwards.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        self.request("checked");
        for way in Way::ALL.into_iter().filter(|way| way.judges()) {
            let resource = &self.resources[way as usize];
            let bad = json!({"username": 7});
            until("a bad status is refused", || {
                let answer = resource.dry_run("checked", &bad);
                if answer.code == 422 {
                    Ok(())
                } else {
                    Err(format!("{way:?}: {answer:?}"))
                }
            });
        }
        // Nothing tells when the null webhook is asked; the others were, and it was there before them.
        thread::sleep(Duration::from_secs(2));
        for way in Way::ALL {
            self.write(way, "checked", 0);
        }
        let stored = self.resources[Way::Definition as usize].stored("checked");
        ensure!(
            stored["status"]["username"] == "elastic",
            "the schema of the CRD throws away what it should check"
        );
        Ok(())
    }

    /// A request of each resource.
    pub(crate) fn request(&self, name: &str) {
        for resource in &self.resources {
            resource.request(name);
        }
    }

    /// A status as it is when a pipeline has completed.
    pub(crate) fn write(&self, way: Way, name: &str, number: usize) {
        let status = json!({
            "message": format!("Instance {name} provisioned, {number}"),
            "username": "elastic", "passwordSecretName": "example-es-elastic-user",
            "workflows": 1, "workflowsSucceeded": 1, "workflowsFailed": 0, "observedGeneration": 1,
            "conditions": [
                condition("ConfigureWorkflowCompleted", "PipelinesExecutedSuccessfully", "Pipelines completed"),
                condition("Reconciled", "Reconciled", "Reconciled"),
                condition("WorksSucceeded", "WorksSucceeded", "All works associated with this resource are ready"),
            ],
        });
        let resource = &self.resources[way as usize];
        resource.write(Writer::MergePatch, name, &status).accepted();
    }

    /// CPU of the API server and its etcd.
    pub(crate) fn plane_nanos(&self) -> anyhow::Result<u64> {
        of_tree(self.plane_process)
    }

    /// CPU of the process that is asked; nothing where none is.
    pub(crate) fn own_nanos(&self, way: Way) -> anyhow::Result<u64> {
        self.target(way)
            .map_or(Ok(0), |target| cpu_nanos(target.id()))
    }

    /// Resident memory of the process that is asked, in MB.
    pub(crate) fn resident(&self, way: Way) -> anyhow::Result<Option<f64>> {
        let target = self.target(way);
        target
            .map(|target| Ok(target.memory()?.resident))
            .transpose()
    }

    const fn target(&self, way: Way) -> Option<&Target> {
        match way {
            Way::Null => Some(&self.null),
            Way::Statusguard => Some(&self.server),
            Way::Nobody | Way::Definition | Way::Policy => None,
        }
    }
}

/// The schema that ships for the tutorial, for another resource.
fn manifest(name: &str) -> anyhow::Result<Value> {
    let mut manifest = Document::read(&fs::read(SHIPPED)?)
        .ok()
        .context("the schema that ships can be read")?
        .value();
    manifest["metadata"]["name"] = name.into();
    manifest["spec"]["promise"] = name.into();
    manifest["spec"]["request"]["resource"] = format!("{name}s").into();
    Ok(manifest)
}

/// Has a CRD check what the schema does; what it does not know it throws away.
fn describe(definition: &mut Value) {
    let status =
        &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"];
    let open = status
        .as_object_mut()
        .and_then(|status| status.remove("x-kubernetes-preserve-unknown-fields"));
    assert!(open.is_some(), "Kratix leaves an open status");
    status["x-kubernetes-validations"] = json!([{"rule": COMPLETE, "message": "a key is missing"}]);
    let keys = &mut status["properties"];
    keys["message"] = json!({"type": "string", "minLength": 1, "maxLength": 4096});
    keys["username"] = json!({"type": "string", "minLength": 1, "maxLength": 128});
    keys["passwordSecretName"] =
        json!({"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "maxLength": 253});
    keys["approvalIssue"] = json!({"type": "string", "format": "uri"});
    // What the rule may cost is bounded by these.
    keys["conditions"]["maxItems"] = 32.into();
}

fn condition(name: &str, reason: &str, message: &str) -> Value {
    json!({
        "type": name, "status": "True", "reason": reason, "message": message,
        "lastTransitionTime": "2026-11-20T10:00:00Z",
    })
}

/// CPU of a process and of all that it started, in nanoseconds.
fn of_tree(process: u32) -> anyhow::Result<u64> {
    let mut sum = cpu_nanos(process)?;
    for child in children(&process.to_string())? {
        sum += of_tree(child)?;
    }
    Ok(sum)
}

fn children(process: &str) -> anyhow::Result<Vec<u32>> {
    let mut all = Vec::new();
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let children = fs::read_to_string(task?.path().join("children"))?;
        for child in children.split_whitespace() {
            all.push(child.parse()?);
        }
    }
    Ok(all)
}

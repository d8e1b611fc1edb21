//! One statusguard for the whole cluster, as a process that watches Promises and StatusSchemas.
use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
};

use hyper::Method;
use serde_json::{Value, json};

use crate::{
    chart::{CHART, PLAIN, programs},
    control_plane::{ControlPlane, control_plane},
    guard::{STATUSGUARD, addresses, is_ready},
    http::Answer,
    numbers::resident,
    promise::{GROUP, Promise, VERSION, custom_resource_definition},
    tether::Tethered,
    until::until,
};

/// Where the chart is installed.
pub const NAMESPACE: &str = "statusguard";

pub const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const CONFIGURATIONS: &str =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
pub const CLUSTER_ROLE: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles/statusguard";
pub const ROLE: &str =
    "/apis/rbac.authorization.k8s.io/v1/namespaces/statusguard/roles/statusguard";
const PROMISES: &str = "/apis/platform.kratix.io/v1alpha1/promises";
const SCHEMAS: &str = "/apis/statusguard.dev/v1alpha1/statusschemas";

/// An installation by the Helm chart, whose Deployment nobody runs: statusguard runs as a process beside it, with a
/// token of its ServiceAccount, and the API server reaches it by the chart's Service.
pub struct Installed {
    pub plane: &'static ControlPlane,
    pub directory: PathBuf,
    /// The port that the Service leads to.
    port: OnceLock<u16>,
    process: Mutex<Option<Tethered>>,
}

/// The installation that all tests share; none where there is no control plane, or no helm.
pub fn installed() -> Option<&'static Installed> {
    static STARTED: OnceLock<Option<Installed>> = OnceLock::new();
    let start = || {
        let installed = Installed::with_helm(control_plane()?, &[])?;
        installed.run(&[]);
        Some(installed)
    };
    STARTED.get_or_init(start).as_ref()
}

impl Installed {
    /// `helm install`, with these values.
    pub fn with_helm(plane: &'static ControlPlane, values: &[&str]) -> Option<Self> {
        let installed = Self::nothing_in(plane);
        let (text, is_good) = installed.helm(
            &["install", "statusguard", CHART, "--create-namespace"],
            values,
        )?;
        assert!(is_good, "{text}");
        installed.kinds_are_served();
        Some(installed)
    }

    /// `helm install` into the same cluster, which has lost everything.
    pub fn install_again(&self) {
        create(self.plane, DEFINITIONS, &promise_definition());
        let installed = self.helm(
            &["install", "statusguard", CHART, "--create-namespace"],
            &[],
        );
        let (text, is_good) = installed.expect("there is a helm");
        assert!(is_good, "{text}");
        self.kinds_are_served();
        self.reach(self.port());
    }

    /// `kubectl apply` of the plain manifests.
    pub fn with_kubectl(plane: &'static ControlPlane) -> Self {
        let installed = Self::nothing_in(plane);
        let applied = installed.kubectl(&["apply", "--filename", PLAIN]);
        assert!(applied.contains("clusterrole"), "{applied}");
        installed.kinds_are_served();
        installed
    }

    fn nothing_in(plane: &'static ControlPlane) -> Self {
        let directory = plane.directory.join("installed");
        fs::create_dir(&directory).expect("it is made once");
        create(plane, DEFINITIONS, &promise_definition());
        Self {
            plane,
            directory,
            port: OnceLock::new(),
            process: Mutex::new(None),
        }
    }

    fn kinds_are_served(&self) {
        for path in [PROMISES, SCHEMAS] {
            until("the kinds are served", || {
                let answer = self.plane.api.get(path)?;
                (answer.code == 200)
                    .then_some(())
                    .ok_or_else(|| answer.body.to_string())
            });
        }
    }

    /// What kubectl prints as an administrator; it must succeed.
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        let mut kubectl = self.plane.tools.kubectl();
        kubectl.env("KUBECONFIG", self.plane.directory.join("kubeconfig"));
        kubectl.env("KUBECACHEDIR", self.directory.join("cache"));
        let output = kubectl.args(arguments).output().expect("kubectl runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl {arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Calls helm, and returns what it printed and whether it succeeded.
    pub fn helm(&self, arguments: &[&str], values: &[&str]) -> Option<(String, bool)> {
        let [mut helm, _] = programs()?;
        helm.args(arguments);
        if !arguments.contains(&"--namespace") {
            helm.args(["--namespace", NAMESPACE]);
        }
        for value in values {
            helm.args(["--set", value]);
        }
        helm.env("KUBECONFIG", self.plane.directory.join("kubeconfig"));
        helm.env("HELM_CACHE_HOME", self.directory.join("helm-cache"));
        helm.env("HELM_CONFIG_HOME", self.directory.join("helm-config"));
        helm.env("HELM_DATA_HOME", self.directory.join("helm-data"));
        let output = helm.output().expect("helm runs");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Some((
            text(&output.stdout) + &text(&output.stderr),
            output.status.success(),
        ))
    }

    /// Runs statusguard as the Deployment would, with some more variables and flags, and waits until it is ready.
    pub fn run(&self, variables: &[(&str, &str)]) {
        let process = self.replica("log", self.port(), variables);
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
    }

    fn command(&self, port: u16, variables: &[(&str, &str)]) -> Command {
        let mut command = Tethered::wrap(STATUSGUARD);
        let listen = format!("--listen=127.0.0.1:{port}");
        for argument in self.arguments() {
            let flag = argument.split_once('=').map_or("", |(flag, _)| flag);
            match flag {
                _ if variables.iter().any(|(name, _)| *name == flag) => &mut command,
                "--listen" => command.arg(&listen),
                "--admin" => command.arg("--admin=127.0.0.1:0"),
                _ => command.arg(&argument),
            };
        }
        command.arg(format!(
            "--service-port={}",
            self.port.get().copied().unwrap_or(port)
        ));
        command.env("KUBECONFIG", self.kubeconfig("statusguard"));
        for (name, value) in variables {
            if name.starts_with("--") {
                command.args(
                    [*name]
                        .into_iter()
                        .chain(Some(*value).filter(|it| !it.is_empty())),
                );
            } else {
                command.env(name, value);
            }
        }
        command
    }

    /// One more process as the Deployment would run it, ready, which the Service does not lead to.
    pub fn replica(&self, log: &str, port: u16, variables: &[(&str, &str)]) -> Tethered {
        let command = self.command(port, variables);
        let log = self.directory.join(log);
        let seen = fs::read(&log).map_or(0, |text| text.len());
        let process = Tethered::start(command, &log);
        let addresses = until("statusguard serves", || {
            let text = fs::read_to_string(&log).map_err(|error| error.to_string())?;
            text[seen..].lines().find_map(addresses).ok_or(text)
        });
        until("statusguard is ready", || {
            is_ready(&addresses.admin).map_err(|error| format!("{error}: {}", self.log()))
        });
        process
    }

    /// A process as the Deployment would run it, which need not become ready; what it logs is in a file.
    pub fn attempt(&self, log: &str, variables: &[(&str, &str)]) -> (Tethered, PathBuf) {
        let log = self.directory.join(log);
        (
            Tethered::start(self.command(free_port(), variables), &log),
            log,
        )
    }

    /// The object that a webhook configuration is, or none.
    pub fn configuration(&self, name: &str) -> Option<Value> {
        let answer = self.plane.api.get(&format!("{CONFIGURATIONS}/{name}"));
        let answer = answer.expect("the API server answers");
        (answer.code == 200).then_some(answer.body)
    }

    /// The CA and the leaf in the Secret of the certificates.
    pub fn certificates(&self) -> Value {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/statusguard-certificates");
        let secret = self.plane.api.get(&path).expect("the API server answers");
        secret.accepted()["data"].take()
    }

    /// The rules of a role.
    pub fn rules(&self, role: &str) -> Vec<Value> {
        let answer = self.plane.api.get(role).expect("the API server answers");
        serde_json::from_value(answer.accepted()["rules"].take()).expect("they are a list")
    }

    pub fn replace_rules(&self, role: &str, rules: &[Value]) {
        let body = json!({"rules": rules}).to_string().into_bytes();
        let content = "application/merge-patch+json";
        let answer = self.plane.api.call(Method::PATCH, role, content, body);
        answer.expect("the API server answers").accepted();
    }

    /// Its resident memory, in MB.
    pub fn resident(&self) -> f64 {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        resident(process.as_ref().expect("it runs").id())
    }

    /// Ends the process.
    pub fn stop(&self) {
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What statusguard has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }

    /// The arguments in the chart's Deployment.
    fn arguments(&self) -> Vec<String> {
        let path = format!("/apis/apps/v1/namespaces/{NAMESPACE}/deployments/statusguard");
        let deployment = self
            .plane
            .api
            .get(&path)
            .expect("the API server answers")
            .accepted();
        let arguments = &deployment["spec"]["template"]["spec"]["containers"][0]["args"];
        serde_json::from_value(arguments.clone()).expect("they are texts")
    }

    /// Leads the Service to another address of this machine, as it would to another Pod.
    pub fn lead_to(&self, address: &str) {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/services/statusguard");
        let change = json!({"spec": {"externalName": address}});
        let body = change.to_string().into_bytes();
        let content = "application/merge-patch+json";
        let answer = self.plane.api.call(Method::PATCH, &path, content, body);
        answer.expect("the API server answers").accepted();
    }

    /// The port that the Service leads to.
    pub fn port(&self) -> u16 {
        *self.port.get_or_init(|| {
            let port = free_port();
            self.reach(port);
            port
        })
    }

    /// Leads the chart's Service to a port of this machine.
    fn reach(&self, port: u16) {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/services/statusguard");
        self.delete(&path);
        let service = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "statusguard"},
            "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"name": "process", "port": port}]},
        });
        create(self.plane, path.trim_end_matches("/statusguard"), &service);
    }

    /// A kubeconfig with a token of a ServiceAccount beside the chart's, or that one.
    pub fn kubeconfig(&self, account: &str) -> PathBuf {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token");
        let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": []}});
        let body = request.to_string().into_bytes();
        let answer = self
            .plane
            .api
            .call(Method::POST, &path, "application/json", body);
        let token = answer.expect("the API server answers").accepted()["status"]["token"].take();
        let mut kubeconfig =
            serde_json::to_value(&self.plane.kubeconfig).expect("a kubeconfig is JSON");
        kubeconfig["users"][0]["user"] = json!({"token": token});
        kubeconfig["contexts"][0]["context"]["namespace"] = NAMESPACE.into();
        let file = self.directory.join(format!("kubeconfig-of-{account}"));
        fs::write(&file, kubeconfig.to_string()).expect("the directory can be written");
        file
    }

    /// Installs a Promise whose author wrote `status` as the schema of its status, and its CRD as Kratix leaves it.
    pub fn promise(&self, name: &'static str, status: &Value) -> Promise {
        let promise = Promise::install_in(self.plane, name, &custom_resource_definition(name));
        create(self.plane, PROMISES, &manifest(name, status));
        promise.request("example");
        promise
    }

    /// Replaces a Promise, with a value of its annotation if there is one.
    pub fn replace_promise(&self, name: &str, status: &Value, annotation: Option<&str>) {
        let mut object = manifest(name, status);
        if let Some(annotation) = annotation {
            object["metadata"]["annotations"] = json!({"statusguard.dev/enforcement": annotation});
        }
        self.apply(PROMISES, &object).accepted();
    }

    pub fn delete_promise(&self, name: &str) {
        self.delete(&format!("{PROMISES}/{name}"));
    }

    /// Applies a `StatusSchema`.
    pub fn schema(&self, name: &str, spec: &Value) -> Answer {
        let object = json!({
            "apiVersion": "statusguard.dev/v1alpha1", "kind": "StatusSchema",
            "metadata": {"name": name}, "spec": spec,
        });
        self.apply(SCHEMAS, &object)
    }

    pub fn delete_schema(&self, name: &str) {
        self.delete(&format!("{SCHEMAS}/{name}"));
    }

    /// Waits until a condition of a `StatusSchema` is `status` with `reason`, for its present generation; its message.
    pub fn condition(&self, name: &str, kind: &str, status: &str, reason: &str) -> String {
        until(
            &format!("{kind} of {name} is {status} with {reason}"),
            || {
                let object = self.plane.api.get(&format!("{SCHEMAS}/{name}"))?.body;
                let conditions = object["status"]["conditions"].as_array();
                let found = conditions
                    .into_iter()
                    .flatten()
                    .find(|it| it["type"] == kind);
                let generation = &object["metadata"]["generation"];
                found
                    .filter(|it| {
                        it["status"] == status
                            && it["reason"] == reason
                            && it["observedGeneration"] == *generation
                    })
                    .and_then(|it| Some(it["message"].as_str()?.to_owned()))
                    .ok_or_else(|| object["status"].to_string())
            },
        )
    }

    /// Whether the API server asks about the status of a Promise's requests.
    pub fn guards(&self, promise: &Promise) -> bool {
        let answer = self.plane.api.get(&format!("{CONFIGURATIONS}/statusguard"));
        let resource = format!("\"{}/status\"", promise.plural());
        answer.is_ok_and(|it| it.body["webhooks"].to_string().contains(&resource))
    }

    pub fn apply(&self, path: &str, object: &Value) -> Answer {
        let name = object["metadata"]["name"].as_str().expect("it has a name");
        let path = format!("{path}/{name}?fieldManager=test&force=true");
        let body = object.to_string().into_bytes();
        let api = &self.plane.api;
        let answer = api.call(Method::PATCH, &path, "application/apply-patch+yaml", body);
        answer.expect("the API server answers")
    }

    fn delete(&self, path: &str) {
        let answer = self.plane.api.call(Method::DELETE, path, "", Vec::new());
        answer.expect("the API server answers").accepted();
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

fn create(plane: &ControlPlane, path: &str, object: &Value) {
    let body = object.to_string().into_bytes();
    let answer = plane.api.call(Method::POST, path, "application/json", body);
    answer.expect("the API server answers").accepted();
}

/// Kratix's own definition, as far as it matters.
fn promise_definition() -> Value {
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "promises.platform.kratix.io"},
        "spec": {
            "group": "platform.kratix.io",
            "names": {"kind": "Promise", "plural": "promises", "singular": "promise"},
            "scope": "Cluster",
            "versions": [{
                "name": "v1alpha1", "served": true, "storage": true, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": open, "status": open}}},
            }],
        },
    })
}

fn manifest(name: &str, status: &Value) -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object", "properties": {
        "spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
        "status": status,
    }}});
    json!({
        "apiVersion": "platform.kratix.io/v1alpha1",
        "kind": "Promise",
        "metadata": {"name": name},
        "spec": {"api": {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{name}s.{GROUP}")},
            "spec": {
                "group": GROUP,
                "names": {"kind": name, "plural": format!("{name}s"), "singular": name},
                "scope": "Namespaced",
                "versions": [{"name": VERSION, "served": true, "storage": true, "schema": schema}],
            },
        }},
    })
}

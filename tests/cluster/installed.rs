//! One statusguard for the whole cluster, as a process that watches Promises and StatusSchemas.
use std::{fs, net::TcpListener, sync::OnceLock};

use hyper::Method;
use serde_json::{Value, json};

use crate::{
    control_plane::{ControlPlane, control_plane},
    guard::{STATUSGUARD, addresses, is_ready},
    http::Answer,
    promise::{GROUP, Promise, VERSION},
    tether::Tethered,
    until::until,
};

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const CONFIGURATIONS: &str =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const PROMISES: &str = "/apis/platform.kratix.io/v1alpha1/promises";
const SCHEMAS: &str = "/apis/statusguard.dev/v1alpha1/statusschemas";

/// What somebody has installed once.
pub struct Installed {
    pub plane: &'static ControlPlane,
    _process: Tethered,
}

/// The installation that all tests share; none where there is no control plane.
pub fn installed() -> Option<&'static Installed> {
    static STARTED: OnceLock<Option<Installed>> = OnceLock::new();
    STARTED.get_or_init(Installed::start).as_ref()
}

impl Installed {
    fn start() -> Option<Self> {
        let plane = control_plane()?;
        let directory = plane.directory.join("installed");
        fs::create_dir(&directory).expect("it is made once");
        prepare(plane);
        for name in ["statusguard", "statusguard-schemas"] {
            let configuration = json!({
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "ValidatingWebhookConfiguration",
                "metadata": {"name": name},
            });
            create(plane, CONFIGURATIONS, &configuration);
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let listen = port.expect("there is a free port").to_string();
        let mut command = Tethered::wrap(STATUSGUARD);
        command.args([
            "serve",
            "--cluster",
            "--admin",
            "127.0.0.1:0",
            "--listen",
            &listen,
        ]);
        command.args([
            "--certificates",
            "files",
            "--url",
            &format!("https://{listen}"),
        ]);
        command.arg("--certs").arg(directory.join("certs"));
        command.env("STATUSGUARD_LOG_FORMAT", "json");
        command.env("KUBECONFIG", plane.directory.join("kubeconfig"));
        let log = directory.join("log");
        let process = Tethered::start(command, &log);
        let addresses = until("statusguard serves", || {
            let text = fs::read_to_string(&log).map_err(|error| error.to_string())?;
            text.lines().find_map(addresses).ok_or(text)
        });
        until("statusguard is ready", || {
            is_ready(&addresses.admin).map_err(|error| error.to_string())
        });
        Some(Self {
            plane,
            _process: process,
        })
    }

    /// Installs a Promise whose author wrote `status` as the schema of its status, and its CRD as Kratix leaves it.
    pub fn promise(&self, name: &'static str, status: &Value) -> Promise {
        let promise = Promise::install(name).expect("there is a control plane");
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

    fn apply(&self, path: &str, object: &Value) -> Answer {
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

/// The kinds that everything is about.
fn prepare(plane: &ControlPlane) {
    create(plane, DEFINITIONS, &promise_definition());
    create(
        plane,
        DEFINITIONS,
        &statusguard::cluster::api::crd::definition(),
    );
    for path in [PROMISES, SCHEMAS] {
        until("the kinds are served", || {
            let answer = plane.api.get(path)?;
            (answer.code == 200)
                .then_some(())
                .ok_or_else(|| answer.body.to_string())
        });
    }
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

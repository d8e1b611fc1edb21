//! A Promise as Kratix leaves it in a cluster, its resource requests, and all ways of writing their status.
use std::{fs, path::PathBuf, process::Command};

use hyper::Method;
use serde_json::{Value, json};

use crate::{
    control_plane::{ControlPlane, control_plane, skipping_fails},
    http::Answer,
    tools::{controlplane, say},
    until::until,
};

pub const GROUP: &str = "workshop.kratix.io";
pub const VERSION: &str = "v1alpha1";

/// The CRD of a Promise, and a namespace for its resource requests, both named after the Promise.
pub struct Promise {
    pub plane: &'static ControlPlane,
    pub name: &'static str,
    /// Files of this test.
    pub directory: PathBuf,
}

/// A way of writing a status.
#[derive(Debug, Clone, Copy)]
pub enum Writer {
    /// As Kratix does.
    Put,
    MergePatch,
    JsonPatch,
    ServerSideApply,
}

/// What a command printed.
pub struct Output {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Promise {
    /// Installs a Promise whose name no other test has; none where there is no control plane.
    pub fn install(name: &'static str) -> Option<Self> {
        Self::install_with(name, &custom_resource_definition(name))
    }

    /// Installs a Promise with a CRD of another kind than Kratix makes.
    pub fn install_with(name: &'static str, definition: &Value) -> Option<Self> {
        Some(Self::install_in(control_plane()?, name, definition))
    }

    /// Installs a Promise in a cluster.
    pub fn install_in(
        plane: &'static ControlPlane,
        name: &'static str,
        definition: &Value,
    ) -> Self {
        let directory = plane.directory.join(name);
        fs::create_dir(&directory).expect("no other test has this name");
        let promise = Self {
            plane,
            name,
            directory,
        };
        promise.write_kubeconfig();
        promise.install_again(definition);
        until("kubectl knows the resource", || {
            match promise.kubectl(&["get", &promise.plural()]) {
                Output { code: 0, .. } => Ok(()),
                Output { stderr, .. } => Err(stderr),
            }
        });
        promise
    }

    /// Brings its namespace and its CRD into a cluster that has neither.
    pub fn install_again(&self, definition: &Value) {
        let metadata = json!({"name": self.namespace()});
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
        self.create("/api/v1/namespaces", &namespace);
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        self.create(definitions, definition);
        until("requests can be made", || {
            self.get("").map(Answer::accepted)
        });
    }

    /// The namespace of the team that makes the requests.
    fn namespace(&self) -> String {
        format!("team-{}", self.name)
    }

    pub fn plural(&self) -> String {
        format!("{}s", self.name)
    }

    /// Makes a resource request.
    pub fn request(&self, name: &str) {
        let object = json!({
            "apiVersion": format!("{GROUP}/{VERSION}"),
            "kind": self.name,
            "metadata": {"name": name, "labels": {"kratix.io/promise-name": self.name}},
            "spec": {"enableDataCollection": true},
        });
        self.create(&self.path(""), &object);
    }

    /// The resource request as it is stored.
    pub fn stored(&self, name: &str) -> Value {
        self.get(name).expect("the API server answers").accepted()
    }

    /// Replaces the whole status, as Kratix does.
    pub fn put(&self, name: &str, status: &Value) -> Answer {
        self.write(Writer::Put, name, status)
    }

    /// Writes a status; a patch replaces no more than the top-level keys in it.
    pub fn write(&self, writer: Writer, name: &str, status: &Value) -> Answer {
        self.write_with(writer, name, status, "fieldManager=test")
    }

    /// What a write would lead to.
    pub fn dry_run(&self, name: &str, status: &Value) -> Answer {
        self.write_with(Writer::MergePatch, name, status, "dryRun=All")
    }

    fn write_with(&self, writer: Writer, name: &str, status: &Value, query: &str) -> Answer {
        let mut object = json!({"status": status});
        let (method, content) = match writer {
            Writer::Put => {
                object = self.stored(name);
                object["status"] = status.clone();
                (Method::PUT, "application/json")
            }
            Writer::MergePatch => (Method::PATCH, "application/merge-patch+json"),
            Writer::JsonPatch => {
                object = json!([{"op": "add", "path": "/status", "value": status}]);
                (Method::PATCH, "application/json-patch+json")
            }
            Writer::ServerSideApply => {
                object["apiVersion"] = format!("{GROUP}/{VERSION}").into();
                object["kind"] = self.name.into();
                object["metadata"] = json!({"name": name});
                (Method::PATCH, "application/apply-patch+yaml")
            }
        };
        let force = if matches!(writer, Writer::ServerSideApply) {
            "&force=true"
        } else {
            ""
        };
        let path = self.path(&format!("/{name}/status?{query}{force}"));
        self.plane
            .api
            .call(method, &path, content, object.to_string().into_bytes())
            .expect("the API server answers")
    }

    /// Runs kubectl in the namespace of this Promise.
    pub fn kubectl(&self, arguments: &[&str]) -> Output {
        self.run(self.plane.tools.kubectl().args(arguments))
    }

    /// Writes a `status.yaml` into a request with client-go, as the last container of a pipeline does, `--last` among
    /// the arguments if that is the last pipeline; none where that program cannot be built.
    pub fn status_writer(&self, name: &str, yaml: &str, arguments: &[&str]) -> Option<Output> {
        let program = match controlplane() {
            Ok(program) => program,
            Err(reason) if skipping_fails() => panic!("no status-writer: {reason}"),
            Err(reason) => {
                say(&format!("SKIPPED, those of the status-writer: {reason}"));
                return None;
            }
        };
        let file = self.directory.join("status.yaml");
        fs::write(&file, yaml).expect("the directory can be written");
        let mut command = Command::new(program);
        command.args(["status-writer", "--group", GROUP, "--version", VERSION]);
        command.args([
            "--resource",
            &self.plural(),
            "--namespace",
            &self.namespace(),
            "--name",
            name,
        ]);
        Some(self.run(command.arg("--status").arg(file).args(arguments)))
    }

    /// Runs a command that finds the API server and the namespace of this Promise in its environment.
    pub fn run(&self, command: &mut Command) -> Output {
        let output = command
            .env("KUBECONFIG", self.directory.join("kubeconfig"))
            .env("KUBECACHEDIR", self.directory.join("cache"))
            .env("KUBERC", "off")
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
        Output {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// A kubeconfig with the namespace in it, so that commands are as short as a person's.
    fn write_kubeconfig(&self) {
        let mut kubeconfig = self.plane.kubeconfig.clone();
        for context in &mut kubeconfig.contexts {
            let context = context.context.as_mut().expect("a context is not empty");
            context.namespace = Some(self.namespace());
        }
        let text = serde_json::to_string(&kubeconfig).expect("a kubeconfig is JSON");
        let file = self.directory.join("kubeconfig");
        fs::write(file, text).expect("the directory can be written");
    }

    fn path(&self, rest: &str) -> String {
        format!(
            "/apis/{GROUP}/{VERSION}/namespaces/{}/{}{rest}",
            self.namespace(),
            self.plural()
        )
    }

    fn get(&self, name: &str) -> Result<Answer, String> {
        let rest = if name.is_empty() {
            String::new()
        } else {
            format!("/{name}")
        };
        let answer = self.plane.api.get(&self.path(&rest))?;
        if answer.code == 200 {
            Ok(answer)
        } else {
            Err(answer.body.to_string())
        }
    }

    fn create(&self, path: &str, object: &Value) {
        let body = object.to_string().into_bytes();
        let answer = self
            .plane
            .api
            .call(Method::POST, path, "application/json", body);
        answer.expect("the API server answers").accepted();
    }
}

impl Writer {
    pub const ALL: [Self; 4] = [
        Self::Put,
        Self::MergePatch,
        Self::JsonPatch,
        Self::ServerSideApply,
    ];
}

/// The CRD as Kratix installs it: whatever status the author described is gone, and Kratix's own keys have types.
pub fn custom_resource_definition(name: &str) -> Value {
    let plural = format!("{name}s");
    let text = json!({"type": "string"});
    let count = json!({"type": "integer", "format": "int64"});
    let time = json!({"type": "string", "format": "datetime"});
    let condition = json!({"type": "object", "properties": {
        "lastTransitionTime": time, "message": text, "reason": text, "status": text, "type": text,
    }});
    let pipeline = json!({"type": "object", "properties": {
        "name": text, "phase": text, "message": text, "nextRetryAt": text, "attempts": count,
        "lastTransitionTime": time,
    }});
    let workflows = json!({"type": "object", "properties": {
        "lastSuccessfulConfigureWorkflowTime": text, "suspendedGeneration": count,
        "pipelines": {"type": "array", "items": pipeline},
    }});
    let status = json!({
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": true,
        "properties": {
            "message": text, "observedGeneration": count,
            "workflows": count, "workflowsSucceeded": count, "workflowsFailed": count,
            "conditions": {"type": "array", "items": condition},
            "kratix": {"type": "object", "properties": {"workflows": workflows}},
        },
    });
    let spec =
        json!({"type": "object", "properties": {"enableDataCollection": {"type": "boolean"}}});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{GROUP}"), "labels": {"kratix.io/promise-name": name}},
        "spec": {
            "group": GROUP,
            "names": {"kind": name, "plural": plural, "singular": name},
            "scope": "Namespaced",
            "versions": [{
                "name": VERSION, "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {
                    "type": "object", "properties": {"spec": spec, "status": status},
                }},
                "subresources": {"status": {}},
                "additionalPrinterColumns": [
                    {"name": "status", "type": "string", "jsonPath": ".status.message"},
                ],
            }],
        },
    })
}

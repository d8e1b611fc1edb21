//! statusguard itself, as a process beside the API server, which calls it for one Promise.
use std::{
    ffi::OsString,
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    process::Command,
    thread,
};

use hyper::Method;
use k8s_openapi::ByteString;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};

use crate::{
    http::{Answer, Http},
    promise::{GROUP, Promise},
    tether::Tethered,
    until::until,
};

pub const STATUSGUARD: &str = env!("CARGO_BIN_EXE_statusguard");

/// A request that is there to be asked about, and that no test writes.
const PROBE: &str = "probe";

/// A running statusguard that guards one Promise.
pub struct Guard<'a> {
    promise: &'a Promise,
    process: Option<Tethered>,
    addresses: Addresses,
}

/// Where a process really listens.
pub struct Addresses {
    pub listen: String,
    pub admin: String,
}

impl<'a> Guard<'a> {
    /// Starts statusguard with the `spec` of one `StatusSchema`, and waits until the API server asks it.
    pub fn start(promise: &'a Promise, spec: &Value) -> Self {
        promise.request(PROBE);
        for part in ["schemas", "certs"] {
            fs::create_dir(promise.directory.join(part)).expect("a Promise has one guard");
        }
        write_schema(promise, spec);
        let (process, addresses) = run(promise, "127.0.0.1:0");
        let guard = Self {
            promise,
            process: Some(process),
            addresses,
        };
        guard.configure();
        // A healthStatus that is no object is refused under every policy.
        let bad = json!({"healthStatus": "probe"});
        until("the API server asks statusguard", || {
            refused(&promise.dry_run(PROBE, &bad))
        });
        guard
    }

    /// Replaces the `spec` of the `StatusSchema`, and waits until it is enforced: until it refuses `bad`, which the one
    /// before allows.
    pub fn replace_schema(&self, spec: &Value, bad: &Value) {
        self.promise.dry_run(PROBE, bad).accepted();
        write_schema(self.promise, spec);
        until("the new schema is enforced", || {
            refused(&self.promise.dry_run(PROBE, bad))
        });
    }

    /// Replaces the `spec` of the `StatusSchema` by one that will not be in force.
    pub fn break_schema(&self, spec: &Value) {
        write_schema(self.promise, spec);
    }

    /// Ends the process.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts the process again, where it was.
    pub fn start_again(&mut self) {
        let (process, addresses) = run(self.promise, &self.addresses.listen);
        self.process = Some(process);
        self.addresses = addresses;
    }

    /// The port that it listens at.
    pub fn port(&self) -> String {
        let (_, port) = self
            .addresses
            .listen
            .rsplit_once(':')
            .expect("an address has a port");
        port.to_owned()
    }

    /// Sends a review past the API server, and returns the response in the answer.
    pub fn review(&self, review: Vec<u8>) -> Value {
        let bundle = self.configuration()["webhooks"][0]["clientConfig"]["caBundle"].take();
        let bundle: ByteString = serde_json::from_value(bundle).expect("a caBundle is base64");
        let authorities = CertificateDer::pem_slice_iter(&bundle.0);
        let authorities = authorities
            .map(|one| one.expect("a caBundle is PEM").to_vec())
            .collect();
        let address = format!("https://{}", self.addresses.listen);
        let answer = Http::anonymous(&address, authorities).call(
            Method::POST,
            "/validate",
            "application/json",
            review,
        );
        answer.expect("statusguard answers").accepted()["response"].take()
    }

    /// The webhook configuration for this process, under a name of its own.
    fn configuration(&self) -> Value {
        let mut command = Command::new(STATUSGUARD);
        command.args(["serve", "--print-webhook"]);
        command.args(options(self.promise, &self.addresses.listen));
        let output = command.output().expect("statusguard runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "serve --print-webhook: {errors}");
        let file = self.promise.directory.join("webhook.yaml");
        fs::write(&file, &output.stdout).expect("the directory can be written");
        let file = file.to_string_lossy();
        let json = [
            "create",
            "--dry-run=client",
            "--output=json",
            "--filename",
            &file,
        ];
        let read = self.promise.kubectl(&json);
        let mut object: Value = serde_json::from_str(&read.stdout)
            .unwrap_or_else(|_| panic!("kubectl reads the configuration: {}", read.stderr));
        object["metadata"]["name"] = format!("statusguard-{}", self.promise.name).into();
        object
    }

    fn configure(&self) {
        let file = self.promise.directory.join("webhook.json");
        fs::write(&file, self.configuration().to_string()).expect("the directory can be written");
        let applied = self
            .promise
            .kubectl(&["apply", "--filename", &file.to_string_lossy()]);
        assert_eq!(applied.code, 0, "kubectl apply: {}", applied.stderr);
    }
}

impl Drop for Guard<'_> {
    #[expect(clippy::print_stderr, reason = "shown with the failure of the test")]
    fn drop(&mut self) {
        if thread::panicking() {
            let log = fs::read_to_string(self.promise.directory.join("log")).unwrap_or_default();
            eprintln!("the log of statusguard:\n{log}");
        }
    }
}

/// Starts the process, and waits until it is ready.
fn run(promise: &Promise, listen: &str) -> (Tethered, Addresses) {
    let log = promise.directory.join("log");
    let seen = fs::read(&log).map_or(0, |text| text.len());
    let mut command = Tethered::wrap(STATUSGUARD);
    command
        .args(["serve", "--admin", "127.0.0.1:0"])
        .args(options(promise, listen));
    command.env("STATUSGUARD_LOG_FORMAT", "json");
    let process = Tethered::start(command, &log);
    let addresses = until("statusguard serves", || {
        let text = fs::read(&log).map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&text[seen..]).into_owned();
        text.lines().find_map(addresses).ok_or(text)
    });
    until("statusguard is ready", || {
        is_ready(&addresses.admin).map_err(|error| error.to_string())
    });
    (process, addresses)
}

/// An error until it is.
pub fn is_ready(admin: &str) -> io::Result<()> {
    let mut connection = TcpStream::connect(admin)?;
    write!(
        connection,
        "GET /readyz HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200 ") {
        Ok(())
    } else {
        Err(io::Error::other(answer))
    }
}

fn options(promise: &Promise, listen: &str) -> Vec<OsString> {
    let mut options = Vec::new();
    for part in ["schemas", "certs"] {
        options.push(format!("--{part}").into());
        options.push(promise.directory.join(part).into());
    }
    options.extend(["--listen".into(), listen.into()]);
    options
}

/// The addresses in the line of the log that tells them.
pub fn addresses(line: &str) -> Option<Addresses> {
    let line: Value = serde_json::from_str(line).ok()?;
    let fields = line.get("fields").unwrap_or(&line);
    let field = |name: &str| fields[name].as_str().map(str::to_owned);
    (fields["message"] == "serving").then(|| {
        Some(Addresses {
            listen: field("listen")?,
            admin: field("admin")?,
        })
    })?
}

/// Replaces the file of the schema as an editor does: no reader ever sees half of it.
fn write_schema(promise: &Promise, spec: &Value) {
    let mut spec = spec.clone();
    spec["request"] = json!({"group": GROUP, "resource": promise.plural()});
    let manifest = json!({
        "apiVersion": "statusguard.dev/v1alpha1",
        "kind": "StatusSchema",
        "metadata": {"name": promise.name},
        "spec": spec,
    });
    let written = promise.directory.join("schema.yaml");
    fs::write(&written, manifest.to_string()).expect("the directory can be written");
    let file = promise
        .directory
        .join("schemas")
        .join(format!("{}.yaml", promise.name));
    fs::rename(written, file).expect("a file can be moved inside a directory");
}

/// Whether statusguard refused.
fn refused(answer: &Answer) -> Result<(), String> {
    let message = answer.body["message"].as_str().unwrap_or_default();
    if answer.code == 422 && message.contains("denied the request") {
        return Ok(());
    }
    Err(format!("it answers {} {message}", answer.code))
}

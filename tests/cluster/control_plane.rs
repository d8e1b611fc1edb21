//! The one control plane of a test process.
use std::{
    env,
    error::Error,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::OnceLock,
};

use kube::config::Kubeconfig;
use rcgen::KeyPair;

use crate::{
    http::Http,
    tether::Tethered,
    tools::{Tools, say},
    until::wait,
};

/// An API server that is ready.
pub struct ControlPlane {
    /// Everything that belongs to it; removed when it ends.
    pub directory: PathBuf,
    pub kubeconfig: Kubeconfig,
    pub tools: Tools,
    /// As an administrator.
    pub api: Http,
    _process: Tethered,
}

/// Why there is no control plane.
enum Absence {
    /// This machine has no programs for it.
    Skipped(String),
    /// They do not run.
    Failed(String),
}

/// The control plane, which the first call starts. Where there can be none, the tests are skipped with one line that
/// says why, unless `CI` is `true`: then each of them fails.
pub fn control_plane() -> Option<&'static ControlPlane> {
    static STARTED: OnceLock<Result<ControlPlane, Absence>> = OnceLock::new();
    let started = STARTED.get_or_init(|| {
        let tools = Tools::find().map_err(|reason| {
            say(&format!(
                "SKIPPED, all of them, for want of a control plane: {reason}"
            ));
            Absence::Skipped(reason)
        })?;
        ControlPlane::start(tools, "control-plane")
            .map_err(|error| Absence::Failed(error.to_string()))
    });
    match started {
        Ok(plane) => Some(plane),
        Err(Absence::Skipped(_)) if !skipping_fails() => None,
        Err(Absence::Skipped(reason) | Absence::Failed(reason)) => {
            panic!("no control plane: {reason}")
        }
    }
}

/// Whether a test that cannot run is a failure.
pub fn skipping_fails() -> bool {
    env::var("CI").is_ok_and(|ci| ci == "true")
}

impl ControlPlane {
    /// One that no other test has, for what changes a whole cluster; none where there is no control plane.
    pub fn another(name: &str) -> Option<&'static Self> {
        control_plane()?;
        let tools = Tools::find().expect("the first was found");
        let plane = Self::start(tools, name).expect("another control plane starts");
        // It ends with the process, as the first does.
        Some(Box::leak(Box::new(plane)))
    }

    fn start(tools: Tools, name: &str) -> Result<Self, Box<dyn Error>> {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let directory = scratch.join(format!("{name}-{}", process::id()));
        fs::create_dir_all(&directory)?;
        let command = match &tools {
            Tools::Together(controlplane) => together(controlplane, &directory),
            Tools::Separate {
                etcd,
                kube_apiserver,
                ..
            } => separate(etcd, kube_apiserver, &directory)?,
        };
        let log = directory.join("log");
        let mut process = Tethered::start(command, &log);
        wait("the control plane has started", || {
            if directory.join("ready").exists() || process.has_ended() {
                return Ok(());
            }
            Err(format!("see {}", log.display()))
        })?;
        let kubeconfig = Kubeconfig::read_from(directory.join("kubeconfig"))
            .map_err(|error| format!("{error}; see {}", log.display()))?;
        let api = Http::from_kubeconfig(kubeconfig.clone())?;
        wait("the API server is ready", || {
            match api.get("/readyz")?.code {
                200 => Ok(()),
                code => Err(format!("/readyz answers {code}; see {}", log.display())),
            }
        })?;
        Ok(Self {
            directory,
            kubeconfig,
            tools,
            api,
            _process: process,
        })
    }
}

fn together(controlplane: &Path, directory: &Path) -> Command {
    let mut command = Command::new(controlplane);
    command.args(["serve", "--dir"]).arg(directory);
    command
}

/// The usual programs, with a script around them that ends both.
fn separate(
    etcd: &Path,
    kube_apiserver: &Path,
    directory: &Path,
) -> Result<Command, Box<dyn Error>> {
    let key = KeyPair::generate()?;
    fs::write(directory.join("service-account.key"), key.serialize_pem())?;
    fs::write(directory.join("service-account.pub"), key.public_key_pem())?;
    let mut command = Command::new("sh");
    command.args(["-c", include_str!("control_plane.sh"), "sh"]);
    command.args([directory, etcd, kube_apiserver]);
    // All three are held until all three are known, so that they differ.
    let ports = [any_port()?, any_port()?, any_port()?];
    for listener in &ports {
        command.arg(listener.local_addr()?.port().to_string());
    }
    Ok(command)
}

fn any_port() -> std::io::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0")
}

//! The one control plane of a test process.
use std::{
    env,
    error::Error,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{Mutex, OnceLock, PoisonError},
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
    ports: [u16; 3],
    /// None while it is killed.
    process: Mutex<Option<Tethered>>,
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
        // All three are held until all three are known, so that they differ.
        let listeners = [any_port()?, any_port()?, any_port()?];
        let ports = listeners.map(|it| it.local_addr().map_or(0, |address| address.port()));
        let process = launch(&tools, &directory, ports)?;
        let log = directory.join("log");
        let kubeconfig = Kubeconfig::read_from(directory.join("kubeconfig"))
            .map_err(|error| format!("{error}; see {}", log.display()))?;
        let api = Http::from_kubeconfig(kubeconfig.clone())?;
        let plane = Self {
            directory,
            kubeconfig,
            tools,
            api,
            ports,
            process: Mutex::new(Some(process)),
        };
        plane.is_ready()?;
        Ok(plane)
    }

    fn is_ready(&self) -> Result<(), String> {
        let log = self.directory.join("log");
        wait("the API server is ready", || {
            match self.api.get("/readyz")?.code {
                200 => Ok(()),
                code => Err(format!("/readyz answers {code}; see {}", log.display())),
            }
        })
    }

    /// Ends it as SIGKILL does; what it has stored stays.
    pub fn kill(&self) {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        fs::remove_file(self.directory.join("ready")).expect("it has been ready");
        match &self.tools {
            Tools::Together(_) => process.as_mut().expect("it runs").kill(),
            Tools::Separate { .. } => {
                // The script kills both.
                fs::write(self.directory.join("keep"), "").expect("the directory can be written");
            }
        }
        *process = None;
    }

    /// Starts it again where it was, with nothing stored if that is to be forgotten.
    pub fn start_again(&self, forgets: bool) {
        if forgets {
            fs::remove_dir_all(self.directory.join("etcd")).expect("it has stored something");
        }
        let _ = fs::remove_file(self.directory.join("keep"));
        let process = launch(&self.tools, &self.directory, self.ports);
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(process.expect("the control plane starts again"));
        self.is_ready().expect("it is ready again");
    }
}

/// Starts etcd and API server, and waits until there is a kubeconfig.
pub fn launch(
    tools: &Tools,
    directory: &Path,
    ports: [u16; 3],
) -> Result<Tethered, Box<dyn Error>> {
    let command = match tools {
        Tools::Together(controlplane) => together(controlplane, directory),
        Tools::Separate {
            etcd,
            kube_apiserver,
            ..
        } => separate(etcd, kube_apiserver, directory, ports)?,
    };
    let log = directory.join("log");
    let mut process = Tethered::start(command, &log);
    wait("the control plane has started", || {
        if directory.join("ready").exists() || process.has_ended() {
            return Ok(());
        }
        Err(format!("see {}", log.display()))
    })?;
    Ok(process)
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
    ports: [u16; 3],
) -> Result<Command, Box<dyn Error>> {
    if !directory.join("service-account.pub").exists() {
        let key = KeyPair::generate()?;
        fs::write(directory.join("service-account.key"), key.serialize_pem())?;
        fs::write(directory.join("service-account.pub"), key.public_key_pem())?;
    }
    let mut command = Command::new("sh");
    command.args(["-c", include_str!("control_plane.sh"), "sh"]);
    command.args([directory, etcd, kube_apiserver]);
    command.args(ports.map(|port| port.to_string()));
    Ok(command)
}

fn any_port() -> std::io::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0")
}

//! Where the programs of a control plane come from.
use std::{
    collections::hash_map::DefaultHasher,
    env,
    fs::{self, File},
    hash::{Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Instant,
};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/controlplane");
/// Clients cannot parse the version of a server that was built without one.
const LINKER_FLAGS: &str = "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 \
                            -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 \
                            -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=36 \
                            -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1 \
                            -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=36";

const HELM_3: &str = "helm.sh/helm/v3/cmd/helm";

const PROMTOOL_VERSION: &str = "v0.316.0";

/// What runs a control plane.
pub enum Tools {
    /// The program under `tests/controlplane`, which is everything in one.
    Together(PathBuf),
    /// The usual programs.
    Separate {
        etcd: PathBuf,
        kube_apiserver: PathBuf,
        kubectl: PathBuf,
    },
}

impl Tools {
    /// Finds programs in `KUBEBUILDER_ASSETS` or on `PATH`, or else builds our own; the error says why there are none.
    pub fn find() -> Result<Self, String> {
        if let Some(assets) = env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from) {
            return Self::separate(|name| Some(assets.join(name)).filter(|path| path.is_file()))
                .ok_or_else(|| format!("{} lacks etcd or kube-apiserver", assets.display()));
        }
        Self::separate(on_path).map_or_else(|| controlplane().map(Self::Together), Ok)
    }

    fn separate(find: impl Fn(&str) -> Option<PathBuf>) -> Option<Self> {
        Some(Self::Separate {
            etcd: find("etcd")?,
            kube_apiserver: find("kube-apiserver")?,
            kubectl: find("kubectl").unwrap_or_else(|| "kubectl".into()),
        })
    }

    pub fn kubectl(&self) -> Command {
        match self {
            Self::Together(controlplane) => {
                let mut command = Command::new(controlplane);
                command.arg("kubectl");
                command
            }
            Self::Separate { kubectl, .. } => Command::new(kubectl),
        }
    }
}

/// The program under `tests/controlplane`, built once for each state of its sources.
pub fn controlplane() -> Result<PathBuf, String> {
    built().map(|directory| directory.join("controlplane"))
}

/// The helms that people have: 4, and 3, which merges in another way.
pub fn helms() -> Result<[Command; 2], String> {
    let directory = built()?;
    let mut four = Command::new(directory.join("controlplane"));
    four.arg("helm");
    Ok([four, Command::new(directory.join("helm"))])
}

/// What Prometheus has to check rules with: on `PATH`, or built once.
pub fn promtool() -> Result<PathBuf, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let build = || build_promtool().map_err(|error| format!("building promtool: {error}"));
    on_path("promtool").map_or_else(|| BUILT.get_or_init(build).clone(), Ok)
}

fn build_promtool() -> Result<PathBuf, String> {
    let directory = target().join("promtool").join(PROMTOOL_VERSION);
    let promtool = directory.join("promtool");
    if promtool.exists() {
        return Ok(promtool);
    }
    // go puts the program there whole, so tests of another process may build it at the same time.
    let package = format!("github.com/prometheus/prometheus/cmd/promtool@{PROMTOOL_VERSION}");
    // Without what finds targets in clouds, which takes minutes to build and checks no rule.
    let arguments = [
        "install",
        "-tags",
        "remove_all_sd",
        "-ldflags",
        "-s -w",
        &package,
    ];
    go(
        Command::new("go").args(arguments).env("GOBIN", &directory),
        "promtool",
    )?;
    Ok(promtool)
}

/// Where everything from `tests/controlplane` is.
fn built() -> Result<PathBuf, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BUILT
        .get_or_init(|| build().map_err(|error| format!("building tests/controlplane: {error}")))
        .clone()
}

/// Says a line to whoever runs the tests, past the capture of their output.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "cluster tests: {line}");
}

fn build() -> Result<PathBuf, String> {
    let say_io = |error: io::Error| error.to_string();
    let directory = target()
        .join("controlplane")
        .join(state_of_sources().map_err(say_io)?);
    fs::create_dir_all(&directory).map_err(say_io)?;
    let programs = directory.join("programs");
    let lock = File::create(directory.join("lock")).map_err(say_io)?;
    lock.lock().map_err(say_io)?;
    if !programs.exists() {
        let unfinished = directory.join("unfinished");
        fs::create_dir_all(&unfinished).map_err(say_io)?;
        go_build(&unfinished)?;
        fs::rename(&unfinished, &programs).map_err(say_io)?;
    }
    Ok(programs)
}

fn go_build(output: &Path) -> Result<(), String> {
    let mut build = Command::new("go");
    build
        .args(["build", "-buildvcs=false", "-ldflags", LINKER_FLAGS, "-o"])
        .arg(output)
        .args([".", HELM_3])
        .current_dir(SOURCES);
    go(&mut build, "the control plane")
}

/// Has Go build something, and tells people that it takes a while.
fn go(build: &mut Command, what: &str) -> Result<(), String> {
    if on_path("go").is_none() {
        return Err("there is no go on PATH".to_owned());
    }
    say(&format!(
        "building {what}, once; this takes some minutes where Go has built nothing of it before"
    ));
    let start = Instant::now();
    let output = build.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said.lines().last().unwrap_or("go build failed").to_owned());
    }
    say(&format!("built {what} in {} s", start.elapsed().as_secs()));
    Ok(())
}

fn state_of_sources() -> io::Result<String> {
    let mut files = fs::read_dir(SOURCES)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.retain(|path| {
        path.extension()
            .is_some_and(|end| ["go", "mod", "sum"].iter().any(|e| end == *e))
    });
    files.sort();
    let mut hasher = DefaultHasher::new();
    LINKER_FLAGS.hash(&mut hasher);
    for file in files {
        file.file_name().hash(&mut hasher);
        fs::read(file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The directory of everything that is built.
fn target() -> &'static Path {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    scratch.parent().unwrap_or(scratch)
}

fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
}

//! What these tests rest on: a control plane that is missing is never passed over in silence, and none outlives them.
use std::{
    env, fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::{
    control_plane::{control_plane, launch},
    tether::Tethered,
    tools::Tools,
    until::until,
};

/// Where the tests that run in a process of their own find their control plane.
const PLANE: &str = "STATUSGUARD_TEST_PLANE";

/// A command that runs one ignored test of this program, with `assets` as the only place to look for programs in.
fn alone(test: &str, assets: &Path) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program has a path"));
    command
        .args(["--ignored", "--exact", "--nocapture", test])
        .env("KUBEBUILDER_ASSETS", assets)
        .env_remove("CI");
    command
}

/// Run by the next test, where there is no control plane.
#[test]
#[ignore = "the next test runs it in processes of its own"]
fn wants_a_control_plane() {
    assert!(control_plane().is_none());
    assert!(control_plane().is_none());
}

#[test]
fn a_skip_is_told_in_one_line_and_fails_in_ci() {
    let nothing = TempDir::new().expect("a directory");
    let run = |ci: &str| {
        let mut command = alone("harness::wants_a_control_plane", nothing.path());
        command.env("CI", ci).output().expect("the test runs")
    };
    let skipped = |output: &Output| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let told: Vec<String> = said
            .lines()
            .filter(|line| line.contains("SKIPPED"))
            .map(str::to_owned)
            .collect();
        assert_eq!(told.len(), 1, "{said}");
        let reason = format!("{} lacks etcd or kube-apiserver", nothing.path().display());
        assert!(told[0].contains(&reason), "{}", told[0]);
    };
    let at_home = run("");
    assert!(at_home.status.success());
    skipped(&at_home);
    let in_ci = run("true");
    assert!(!in_ci.status.success(), "a skip is a failure there");
    skipped(&in_ci);
}

/// Programs that stand in for etcd and kube-apiserver, and the directory of their control plane.
struct StandIns(TempDir);

impl StandIns {
    fn new() -> Self {
        let directory = TempDir::new().expect("a directory");
        let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/stand_in.sh");
        for name in ["etcd", "kube-apiserver"] {
            symlink(&stand_in, directory.path().join(name)).expect("a link can be made");
        }
        fs::create_dir(directory.path().join("plane")).expect("a directory can be made");
        Self(directory)
    }

    fn plane(&self) -> PathBuf {
        self.0.path().join("plane")
    }

    fn launch(&self) -> Tethered {
        let program = |name: &str| self.0.path().join(name);
        let tools = Tools::Separate {
            etcd: program("etcd"),
            kube_apiserver: program("kube-apiserver"),
            kubectl: program("kubectl"),
        };
        launch(&tools, &self.plane(), [1, 2, 3]).expect("they start")
    }

    /// The processes of both, once they run.
    fn processes(&self) -> [u32; 2] {
        ["etcd.pid", "kube-apiserver.pid"].map(|name| {
            until("a stand-in says its process", || {
                let said = fs::read_to_string(self.0.path().join(name));
                let said = said.map_err(|error| error.to_string())?;
                said.trim().parse().map_err(|_| "not yet".to_owned())
            })
        })
    }

    fn are_gone(&self, processes: [u32; 2]) -> Result<(), String> {
        match processes.into_iter().find(|id| runs(*id)) {
            Some(id) => Err(format!("process {id} still runs")),
            None if self.plane().exists() => Err("its directory is still there".to_owned()),
            None => Ok(()),
        }
    }
}

fn runs(process: u32) -> bool {
    let ask = Command::new("sh")
        .args(["-c", &format!("kill -0 {process}")])
        .stderr(Stdio::null())
        .status();
    ask.expect("there is a shell").success()
}

#[test]
fn both_programs_and_their_directory_go_with_the_control_plane() {
    let stand_ins = StandIns::new();
    let control_plane = stand_ins.launch();
    let processes = stand_ins.processes();
    assert!(processes.into_iter().all(runs));
    assert!(stand_ins.plane().join("kubeconfig").exists());
    drop(control_plane);
    assert_eq!(stand_ins.are_gone(processes), Ok(()));
}

/// Run by the next tests, and killed.
#[test]
#[ignore = "the next tests run it in a process of its own, and kill it"]
fn holds_a_control_plane() {
    let plane = PathBuf::from(env::var_os(PLANE).expect("the next tests set it"));
    let tools = Tools::find().expect("there are programs");
    let held = launch(&tools, &plane, [1, 2, 3]).expect("they start");
    fs::write(plane.with_extension("pid"), held.id().to_string()).expect("a file");
    // Until the test that runs this kills it, or is gone itself.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
}

/// Kills what runs [`holds_a_control_plane`] once it holds one in `plane`, and returns the process that it held.
fn killed(mut holder: Child, plane: &Path) -> u32 {
    let held = until("the control plane runs", || {
        let said = fs::read_to_string(plane.with_extension("pid"));
        let said = said.map_err(|error| error.to_string())?;
        said.parse().map_err(|_| "not yet".to_owned())
    });
    assert!(runs(held));
    holder.kill().expect("it is a process of our own");
    holder.wait().expect("it ends");
    held
}

#[test]
fn both_programs_end_with_tests_that_are_killed() {
    let stand_ins = StandIns::new();
    let plane = stand_ins.plane();
    let mut holder = alone("harness::holds_a_control_plane", stand_ins.0.path());
    holder
        .env(PLANE, &plane)
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    killed(holder.spawn().expect("the test runs"), &plane);
    let processes = stand_ins.processes();
    until("nothing is left", || stand_ins.are_gone(processes));
}

#[test]
fn the_control_plane_ends_with_tests_that_are_killed() {
    if control_plane().is_none() {
        return;
    }
    let directory = TempDir::new().expect("a directory");
    let plane = directory.path().join("plane");
    fs::create_dir(&plane).expect("a directory can be made");
    let mut holder = Command::new(env::current_exe().expect("this program has a path"));
    holder.args(["--ignored", "--exact", "harness::holds_a_control_plane"]);
    holder
        .env(PLANE, &plane)
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let held = killed(holder.spawn().expect("the test runs"), &plane);
    until("it has ended", || {
        if runs(held) {
            return Err("it still runs".to_owned());
        }
        Ok(())
    });
}

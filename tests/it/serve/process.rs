//! The command `serve` as a process, and what it says.
use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::harness::PATIENCE;

/// A recorded review that is refused.
pub(super) const LEAK: &str = "tests/fixtures/reviews/09-status-writer-leaks-password.json";
/// A recorded review that is allowed.
pub(super) const COMPLETES: &str = "tests/fixtures/reviews/04-status-writer-completes.json";

/// Ports that are free.
pub(super) const ANY: [&str; 4] = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];

/// `statusguard serve` with certificates of its own.
pub(super) fn serve(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_statusguard"));
    command
        .args(["serve", "--certs"])
        .arg(directory.join("certs"))
        // What a person has set must not change what is tested.
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// How a command that ends by itself did.
pub(super) fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A server that runs, and what it has said.
pub(super) struct Running {
    pub(super) child: Child,
    lines: Receiver<String>,
    pub(super) said: Vec<String>,
    pub(super) listen: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) directory: TempDir,
}

impl Running {
    pub(super) fn start(arguments: &[&str], format: &str) -> Self {
        let mut running = Self::begin(arguments, format, &[]);
        running.serves(format == "json");
        running
    }

    /// The next one with the same certificates, after this one has ended.
    pub(super) fn again(mut self, arguments: &[&str]) -> Self {
        let directory = std::mem::replace(&mut self.directory, TempDir::new().unwrap());
        let mut next = Self::begin_in(directory, arguments, "json", &[]);
        next.serves(true);
        next
    }

    /// One that serves later, or never.
    pub(super) fn begin(arguments: &[&str], format: &str, variables: &[(&str, &str)]) -> Self {
        Self::begin_in(TempDir::new().unwrap(), arguments, format, variables)
    }

    fn begin_in(
        directory: TempDir,
        arguments: &[&str],
        format: &str,
        variables: &[(&str, &str)],
    ) -> Self {
        let mut child = serve(directory.path())
            .args(ANY)
            .args(arguments)
            .env("STATUSGUARD_LOG_FORMAT", format)
            .envs(variables.iter().copied())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            lines,
            said: Vec::new(),
            listen: SocketAddr::from(([0; 4], 0)),
            admin: SocketAddr::from(([0; 4], 0)),
            directory,
        }
    }

    /// Waits until it serves, and learns where.
    pub(super) fn serves(&mut self, is_json: bool) {
        let serving = self.wait_for("serving");
        // `"listen":"…"` and `listen="…"`
        let between = if is_json { "\":\"" } else { "=\"" };
        let address = |name: &str| {
            let (_, rest) = serving.split_once(&format!("{name}{between}")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        (self.listen, self.admin) = (address("listen"), address("admin"));
    }

    /// What it has said until now.
    pub(super) fn log(&mut self) -> String {
        self.said.extend(self.lines.try_iter());
        self.said.join("\n")
    }

    /// The next line that holds `word`.
    pub(super) fn wait_for(&mut self, word: &str) -> String {
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("no line holds {word}: {:#?}", self.said));
            self.said.push(line.clone());
            if line.contains(word) {
                return line;
            }
        }
    }

    pub(super) fn signal(&self, name: &str) {
        self.signals(name, 1);
    }

    pub(super) fn signal_twice(&self, name: &str) {
        self.signals(name, 2);
    }

    fn signals(&self, name: &str, times: usize) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name])
            .args(vec![id; times])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// How the process ends, and what it said until then.
    pub(super) fn end(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.child.wait().unwrap();
        self.said.extend(self.lines.iter());
        (status, std::mem::take(&mut self.said))
    }

    /// What curl prints about a request to the listener.
    pub(super) fn post(&self, file: &str) -> Value {
        let output = Command::new("curl")
            .args(["-sS", "--cacert"])
            .arg(self.directory.path().join("certs/ca.crt"))
            .args(["-H", "Content-Type: application/json", "--data-binary"])
            .arg(format!("@{file}"))
            .arg(format!("https://{}/validate", self.listen))
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Sends the listener a request with curl, and asks for nothing but that it is answered.
    pub(super) fn request(&self, path: &str, arguments: &[&str]) {
        let answered = Command::new("curl")
            .args(["-sS", "--http1.1", "-o", "/dev/null", "--cacert"])
            .arg(self.directory.path().join("certs/ca.crt"))
            .args(arguments)
            .arg(format!("https://{}{path}", self.listen))
            .status()
            .unwrap();
        assert!(answered.success());
    }

    /// Status and text of a page of the admin port.
    pub(super) fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.admin);
        let output = Command::new("curl")
            .args(["-sS", "-w", "%{http_code}", &url])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (page, status) = text.split_at(text.len() - 3);
        (status.parse().unwrap(), page.to_owned())
    }

    /// The value of a series, named with its labels.
    #[track_caller]
    pub(super) fn series(&self, named: &str) -> f64 {
        let (_, written) = self.get("/metrics");
        let mut lines = written.lines();
        let value = lines.find_map(|line| line.strip_prefix(named)?.strip_prefix(' '));
        let value = value.unwrap_or_else(|| panic!("no {named}: {written}"));
        value.parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

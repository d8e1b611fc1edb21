//! The processes that answer: the server as it ships, and the null webhook beside it.
use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::process::Memory;

/// How long a process may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// Becomes its arguments, and leaves somebody behind who ends them when standard input ends.
const UNTIL_INPUT_ENDS: &str =
    r#"exec 3<&0; { cat <&3; kill -KILL $$; } >/dev/null 2>&1 & exec 3<&-; exec "$@" </dev/null"#;

/// A process that answers reviews. It ends when this is dropped, and when this program is gone, even by SIGKILL.
pub(crate) struct Target {
    child: Child,
    input: Option<ChildStdin>,
    pub(crate) address: SocketAddr,
    /// From its start to the first moment at which it would take a review.
    pub(crate) ready_millis: f64,
}

impl Target {
    /// Starts the server with the schemas and certificates of two directories.
    pub(crate) fn server(schemas: &Path, certs: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new("sh");
        command
            .args(["-c", UNTIL_INPUT_ENDS, "sh"])
            .arg(env!("CARGO_BIN_EXE_statusguard"))
            .args(["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
            .args(["--log-format", "json", "--schemas"])
            .arg(schemas)
            .arg("--certs")
            .arg(certs);
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let told = child.stderr.take().context("stderr is piped")?;
        let line = find_line(told, |line| line.contains("\"listen\""))?;
        let line: Value = serde_json::from_str(&line)?;
        let address = |key: &str| -> anyhow::Result<SocketAddr> {
            Ok(line[key].as_str().unwrap_or_default().parse()?)
        };
        wait_until_ready(address("admin")?)?;
        Ok(Self {
            input: child.stdin.take(),
            child,
            address: address("listen")?,
            ready_millis: started.elapsed().as_secs_f64() * 1e3,
        })
    }

    /// Starts the null webhook, which is this program with other arguments.
    pub(crate) fn null(certs: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        let started = Instant::now();
        let mut child = command
            .arg("--null")
            .arg(certs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let told = child.stdout.take().context("stdout is piped")?;
        let address = find_line(told, |line| !line.is_empty())?.parse()?;
        TcpStream::connect(address)?;
        Ok(Self {
            input: child.stdin.take(),
            child,
            address,
            ready_millis: started.elapsed().as_secs_f64() * 1e3,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        Memory::of(&self.id().to_string())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        drop(self.input.take());
        // An error means that it has ended already.
        let _ = self.child.wait();
    }
}

/// The first line that `is_it`; what follows is read and thrown away, so that the process never waits for a reader.
fn find_line(
    output: impl Read + Send + 'static,
    is_it: impl Fn(&str) -> bool,
) -> anyhow::Result<String> {
    let mut lines = BufReader::new(output).lines();
    let mut told = String::new();
    for line in lines.by_ref() {
        let line = line?;
        if is_it(&line) {
            thread::spawn(move || lines.for_each(drop));
            return Ok(line);
        }
        told += &line;
    }
    anyhow::bail!("a process ended before it was ready; it said: {told}")
}

fn wait_until_ready(admin: SocketAddr) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let mut answer = String::new();
        let mut stream = TcpStream::connect(admin)?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        stream.read_to_string(&mut answer)?;
        if answer.starts_with("HTTP/1.1 200") {
            return Ok(());
        }
        ensure!(
            started.elapsed() < PATIENCE,
            "the server never became ready: {answer}"
        );
    }
}

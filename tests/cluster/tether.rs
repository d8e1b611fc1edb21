//! Processes that end with the test process, however that ends.
use std::{
    fs::File,
    io::Write as _,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

/// Runs its arguments until standard input ends, and sends them the signals that are named there. An interrupt from a terminal reaches the test process as well, and
/// so ends the input.
const UNTIL_INPUT_ENDS: &str = r#"trap '' INT HUP; "$@" & while read -r signal; do kill -s "$signal" $!; done; kill -KILL $! 2>/dev/null; wait"#;

/// A process that ends when its standard input does: when this value is dropped, or when the test process is gone, even
/// by SIGKILL. A static is never dropped, and the system closes the pipe all the same.
pub struct Tethered {
    child: Child,
    input: Option<ChildStdin>,
}

impl Tethered {
    /// Starts a program that watches its standard input itself; what it prints goes to the file `log`.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log);
        let log = log.expect("the log file can be written");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a file has more than one handle"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("cannot start {}: {error}", command.get_program().display())
            });
        let input = child.stdin.take();
        Self { child, input }
    }

    /// A command for [`Tethered::start`] that runs any program.
    pub fn wrap(program: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", UNTIL_INPUT_ENDS, "sh", program]);
        command
    }

    /// Sends a signal to a program that was wrapped.
    pub fn signal(&mut self, name: &str) {
        let input = self
            .input
            .as_mut()
            .expect("it is taken when this is dropped");
        writeln!(input, "{name}").expect("the shell around it runs");
    }

    /// Kills a program that was not wrapped.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is a process of our own");
    }

    /// The process; the shell, if the program was wrapped.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

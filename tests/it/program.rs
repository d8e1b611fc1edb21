//! The real program, run as people run it.
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// A folder to run the program in.
pub(crate) struct Folder {
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    /// The same folder with the shipped schemas in it.
    pub(crate) fn with_schemas(self) -> Self {
        for entry in fs::read_dir("schemas").unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = Path::new("schemas").join(path.file_name().unwrap());
                self.write(name.to_str().unwrap(), fs::read(&path).unwrap());
            }
        }
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Runs the program with the words of `arguments`.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        self.pipe(arguments, "")
    }

    /// What a shell prints of a command, in which the program is called by its name.
    #[track_caller]
    pub(crate) fn type_in(&self, command: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_statusguard"));
        let mut path = program.parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let output = Command::new("sh")
            .args(["-c", &format!("{{ {command}; }} 2>&1")])
            .current_dir(self.path())
            .env("PATH", path)
            .env_remove("STATUSGUARD_SCHEMAS")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{command}: {text}");
        text
    }

    /// Runs the program with `input` piped in.
    pub(crate) fn pipe(&self, arguments: &str, input: impl AsRef<[u8]>) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_statusguard"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.path())
            .env_remove("STATUSGUARD_SCHEMAS")
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who refuses its input has closed it.
        let _ = child.stdin.take().unwrap().write_all(input.as_ref());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| {
            let folder = self.path().to_str().unwrap();
            String::from_utf8(bytes).unwrap().replace(folder, "FOLDER")
        };
        Ran {
            code: output.status.code().expect("it ended by itself"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Ran {
    /// Everything at once, to be looked at.
    pub(crate) fn shown(&self) -> String {
        format!(
            "exit code {}\n-- stdout\n{}-- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }

    /// What is said of input that cannot be used, which is all that is said.
    #[track_caller]
    pub(crate) fn refusal(&self, name: &str) -> &str {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (2, ""),
            "{name}: {}",
            self.shown()
        );
        &self.stderr
    }

    /// The result as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{}", self.shown()))
    }
}

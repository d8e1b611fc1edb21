//! The command `serve`, as a process: how it starts, what it says, and how it stops.
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::harness::PATIENCE;

const LEAK: &str = "tests/fixtures/reviews/09-status-writer-leaks-password.json";
const COMPLETES: &str = "tests/fixtures/reviews/04-status-writer-completes.json";

/// Ports that are free.
const ANY: [&str; 4] = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];

/// `statusguard serve` with certificates of its own.
fn serve(directory: &Path) -> Command {
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
fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A server that runs, and what it has said.
struct Running {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
    listen: SocketAddr,
    admin: SocketAddr,
    directory: TempDir,
}

impl Running {
    fn start(arguments: &[&str], format: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let mut child = serve(directory.path())
            .args(ANY)
            .args(arguments)
            .env("STATUSGUARD_LOG_FORMAT", format)
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
        let mut running = Self {
            child,
            lines,
            said: Vec::new(),
            listen: SocketAddr::from(([0; 4], 0)),
            admin: SocketAddr::from(([0; 4], 0)),
            directory,
        };
        let serving = running.wait_for("serving");
        if format == "json" {
            let line: Value = serde_json::from_str(&serving).unwrap();
            running.listen = line["listen"].as_str().unwrap().parse().unwrap();
            running.admin = line["admin"].as_str().unwrap().parse().unwrap();
        }
        running
    }

    /// The next line that holds `word`.
    fn wait_for(&mut self, word: &str) -> String {
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

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// How the process ends, and what it said until then.
    fn end(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.child.wait().unwrap();
        self.said.extend(self.lines.iter());
        (status, std::mem::take(&mut self.said))
    }

    /// What curl prints about a request to the listener.
    fn post(&self, file: &str) -> Value {
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
    fn request(&self, path: &str, arguments: &[&str]) {
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
    fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.admin);
        let output = Command::new("curl")
            .args(["-sS", "-w", "%{http_code}", &url])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let (page, status) = text.split_at(text.len() - 3);
        (status.parse().unwrap(), page.to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_leaking_status_is_refused_logged_and_counted_without_its_value() {
    let mut server = Running::start(&[], "json");
    let reply = server.post(LEAK);
    assert_eq!(
        reply["response"]["uid"],
        "7279a4b3-67ea-4972-83b7-5fe93bbc5ebb"
    );
    assert_eq!(reply["response"]["allowed"], false);
    assert_eq!(server.post(COMPLETES)["response"]["allowed"], true);

    let mut line: Value = serde_json::from_str(&server.wait_for("refused")).unwrap();
    let fields = line.as_object_mut().unwrap();
    assert!(fields.remove("timestamp").is_some());
    assert!(fields.remove("ms").unwrap().is_f64());
    insta::assert_snapshot!(serde_json::to_string_pretty(fields).unwrap());

    let (_, metrics) = server.get("/metrics");
    for count in [
        "{outcome=\"denied\"} 1\n",
        "{outcome=\"allowed\"} 1\n",
        "_policies 4\n",
    ] {
        assert!(metrics.contains(count), "{metrics}");
    }
    server.signal("INT");
    let (status, said) = server.end();
    assert_eq!(status.code(), Some(0));
    let said = said.join("\n");
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!(said.matches("\"refused\"").count(), 1, "{said}");
    assert!(
        !said.contains("cb41b759"),
        "nothing is said about what is allowed: {said}"
    );
}

#[test]
fn a_refused_request_is_logged_once_a_kind_and_its_repeats_are_counted() {
    let mut server = Running::start(&[], "json");
    let refused = |server: &mut Running, path: &str, arguments: &[&str]| -> Value {
        server.request(path, arguments);
        let mut line: Value =
            serde_json::from_str(&server.wait_for("a request was refused")).unwrap();
        let fields = line.as_object_mut().unwrap();
        let peer = fields.remove("peer").unwrap();
        assert!(peer.as_str().unwrap().starts_with("127.0.0.1:"), "{peer}");
        fields.remove("timestamp");
        line
    };
    let big = server.directory.path().join("big");
    fs::write(&big, vec![b' '; 9 << 20]).unwrap();
    let big = format!("@{}", big.display());
    let json = ["-H", "Content-Type: application/json", "--data-binary"];
    let post = |body| [json[0], json[1], json[2], body];
    let said = [
        refused(&mut server, "/admit?token=hunter2", &post("{}")),
        refused(&mut server, "/validate", &post("hunter2")),
        refused(&mut server, "/validate", &["--data-binary", "{}"]),
        refused(&mut server, "/validate", &post(&big)),
    ];
    insta::assert_snapshot!(said.map(|line| line.to_string()).join("\n"));
    server.request("/admit[1-30]", &post("{}"));
    // A scanner is told what it wants to know, and nobody else is.
    server.request("/wp-login.php[1-30]", &[]);
    let mut plain = TcpStream::connect(server.listen).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    plain.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("this port speaks HTTPS"), "{answer}");
    let (_, metrics) = server.get("/metrics");
    assert!(metrics.contains("{reason=\"malformed\"} 64\n"), "{metrics}");
    server.signal("INT");
    let (_, said) = server.end();
    let said = said.join("\n");
    assert_eq!(said.matches("a request was refused").count(), 4, "{said}");
    assert!(said.contains("\"more\":30"), "{said}");
    assert_eq!(said.matches("\"more\"").count(), 1, "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn the_admin_port_says_how_everything_stands() {
    let schemas = TempDir::new().unwrap();
    fs::copy(
        "schemas/elastic-cloud.yaml",
        schemas.path().join("good.yaml"),
    )
    .unwrap();
    fs::write(schemas.path().join("bad.yaml"), "kind: StatusSchema\n").unwrap();
    // Keywords that do nothing, and more of them than a page names.
    let unknown = (0..30).fold(String::new(), |all, key| format!("{all}, x{key}: 1"));
    let noted = format!(
        "apiVersion: statusguard.dev/v1alpha1\nkind: StatusSchema\nmetadata: {{name: noted}}\nspec:\n  \
         request: {{group: example.org, resource: notes}}\n  schema: {{properties: {{a: {{format: money}}}}{unknown}}}\n"
    );
    fs::write(schemas.path().join("noted.yaml"), noted).unwrap();
    let server = Running::start(&["--schemas", schemas.path().to_str().unwrap()], "json");
    assert_eq!(server.get("/livez"), (200, "ok\n".to_owned()));
    assert_eq!(server.get("/readyz"), (200, "ready\n".to_owned()));
    assert_eq!(server.get("/nothing").0, 404);
    let (status, page) = server.get("/readyz?verbose");
    assert_eq!(status, 200);
    let page = page.replace(schemas.path().to_str().unwrap(), "schemas");
    insta::assert_snapshot!(without_times(&page));
}

/// `text` with `TIME` for each moment.
fn without_times(text: &str) -> String {
    let parts: Vec<&str> = text.split("20").collect();
    let is_time = |part: &str| part.get(..18).is_some_and(|it| it.ends_with('Z'));
    let rest = parts[1..].iter().map(|part| match part {
        part if is_time(part) => ["TIME", &part[18..]].concat(),
        part => ["20", part].concat(),
    });
    parts[0].to_owned() + &rest.collect::<String>()
}

#[test]
fn a_schema_that_breaks_leaves_its_last_good_state_which_readyz_tells() {
    let schemas = TempDir::new().unwrap();
    let file = schemas.path().join("elastic-cloud.yaml");
    fs::copy("schemas/elastic-cloud.yaml", &file).unwrap();
    let mut server = Running::start(&["--schemas", schemas.path().to_str().unwrap()], "json");
    fs::write(&file, "kind: StatusSchema\n").unwrap();
    server.wait_for("\"ERROR\"");
    let (status, page) = server.get("/readyz?verbose");
    assert_eq!(status, 200);
    assert!(
        page.contains("last good in force, refused since 20"),
        "{page}"
    );
    assert_eq!(server.post(LEAK)["response"]["allowed"], false);
}

#[test]
fn a_bad_certificate_leaves_the_last_good_one_which_readyz_tells() {
    let mut server = Running::start(&[], "json");
    fs::write(server.directory.path().join("certs/tls.crt"), "nothing").unwrap();
    server.wait_for("the last good certificate stays in force");
    let (status, page) = server.get("/readyz?verbose");
    assert_eq!(status, 200);
    assert!(page.contains("[!] certificate files: "), "{page}");
    assert!(
        page.contains("tls.crt holds no readable certificate in PEM"),
        "{page}"
    );
    assert_eq!(server.post(LEAK)["response"]["allowed"], false);
}

#[test]
fn sigterm_ends_it_well_while_clients_are_silent() {
    let mut server = Running::start(&[], "json");
    let silent = TcpStream::connect(server.listen).unwrap();
    let at_the_admin_port = TcpStream::connect(server.admin).unwrap();
    server.signal("TERM");
    server.wait_for("stopping");
    let (status, page) = server.get("/readyz?verbose");
    assert_eq!(
        (status, page.ends_with("not ready\n")),
        (503, true),
        "{page}"
    );
    let stopping = Instant::now();
    let (status, said) = server.end();
    assert_eq!(status.code(), Some(0), "{said:#?}");
    assert!(stopping.elapsed() < Duration::from_secs(8), "{said:#?}");
    assert!(said.last().unwrap().contains("\"stopped\""), "{said:#?}");
    drop((silent, at_the_admin_port));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut server = Running::start(&[], "json");
    server.signal("TERM");
    server.wait_for("stopping");
    server.signal("INT");
    let (status, said) = server.end();
    assert_eq!(status.code(), Some(0));
    assert!(said.last().unwrap().contains("second signal"), "{said:#?}");
}

#[test]
fn the_curl_line_that_it_prints_works_as_pasted() {
    let mut server = Running::start(&[], "text");
    let line = server
        .said
        .iter()
        .find(|line| line.trim().starts_with("curl "));
    let output = Command::new("sh")
        .args(["-c", line.unwrap()])
        .output()
        .unwrap();
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reply["response"]["allowed"], false);
    let certs = server.directory.path().join("certs");
    let mut words = server
        .said
        .join("\n")
        .replace(certs.to_str().unwrap(), "certs");
    for (word, stand_in) in ports(&words) {
        words = words.replace(&word, &stand_in);
    }
    let greeting = words.split_once("Guarding").unwrap().1;
    let greeting = greeting.rsplit_once("\n\n").unwrap().0;
    let program = env!("CARGO_BIN_EXE_statusguard");
    insta::assert_snapshot!(format!(
        "Guarding{}",
        greeting.replace(program, "statusguard")
    ));
    server.signal("INT");
    server.wait_for("stopped");
}

#[test]
fn without_its_recorded_reviews_the_curl_line_works_too() {
    let elsewhere = TempDir::new().unwrap();
    let schemas = fs::canonicalize("schemas").unwrap();
    let mut child = serve(elsewhere.path())
        .args(ANY)
        .current_dir(elsewhere.path())
        .arg("--schemas")
        .arg(schemas)
        .args(["--log-format", "text"])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let line = lines.find(|line| line.trim().starts_with("curl ")).unwrap();
    lines.find(|line| line.contains("serving")).unwrap();
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(reply["response"]["uid"], "try");
    assert_eq!(reply["response"]["allowed"], false);
}

/// The addresses in `text`, and what stands for them in a snapshot.
fn ports(text: &str) -> Vec<(String, String)> {
    let addresses = text.split("127.0.0.1:").skip(1).map(|rest| {
        let end = rest.find(|it: char| !it.is_ascii_digit());
        format!("127.0.0.1:{}", &rest[..end.unwrap_or(rest.len())])
    });
    addresses
        .map(|address| (address, "127.0.0.1:PORT".to_owned()))
        .collect()
}

#[test]
fn a_port_in_use_is_said_with_its_flag_and_a_way_out() {
    let directory = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, port) = (
        taken.local_addr().unwrap().to_string(),
        taken.local_addr().unwrap().port(),
    );
    for (arguments, flag, variable) in [
        (
            ["--listen", &address, "--admin", "127.0.0.1:0"],
            "--listen",
            "STATUSGUARD_LISTEN",
        ),
        (
            ["--listen", "127.0.0.1:0", "--admin", &address],
            "--admin",
            "STATUSGUARD_ADMIN",
        ),
    ] {
        let (code, stdout, stderr) = ended(serve(directory.path()).args(arguments));
        assert_eq!((code, &*stdout), (Some(1), ""));
        let said = stderr.lines().last().unwrap();
        assert!(
            said.starts_with(&format!("error: port {port} of {flag} is in use; ")),
            "{said}"
        );
        assert!(said.contains(variable), "{said}");
    }
}

#[test]
fn wrong_usage_and_unreadable_input_end_with_2_before_anything_is_bound() {
    let directory = TempDir::new().unwrap();
    let missing = directory.path().join("missing");
    fs::create_dir(directory.path().join("certs")).unwrap();
    fs::write(directory.path().join("certs/tls.crt"), "nothing").unwrap();
    for (arguments, said) in [
        (
            vec!["--mode", "Strict"],
            "possible values: Enforce, Warn, Audit",
        ),
        (vec!["--listen", "localhost:1"], "such as 127.0.0.1:8443"),
        (vec!["--frob"], "unexpected argument '--frob'"),
        (vec!["--log", "a=b=c"], "the log filter is not readable"),
        (vec!["--log", "warning"], "did you mean warn?"),
        (
            vec!["--schemas", missing.to_str().unwrap()],
            "name another with --schemas",
        ),
        (vec![], "tls.crt is there, but"),
    ] {
        let (code, stdout, stderr) = ended(serve(directory.path()).args(arguments));
        assert_eq!((code, &*stdout), (Some(2), ""), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn the_webhook_configuration_is_all_that_stdout_gets() {
    let directory = TempDir::new().unwrap();
    let print = |arguments: &[&str]| {
        ended(
            serve(directory.path())
                .arg("--print-webhook")
                .args(arguments),
        )
    };
    let (code, stdout, stderr) = print(&["--listen", "0.0.0.0:9443"]);
    assert_eq!(code, Some(0), "{stderr}");
    let bundle = stdout
        .lines()
        .find_map(|line| line.trim().strip_prefix("caBundle: "))
        .unwrap();
    insta::assert_snapshot!(stdout.replace(bundle, "BUNDLE"));
    assert!(directory.path().join("certs/ca.crt").is_file());

    let (_, watched, _) = print(&["--mode", "Warn"]);
    assert!(watched.contains("observe.statusguard.dev"), "{watched}");
    assert!(!watched.contains("enforce.statusguard.dev"), "{watched}");
    assert!(
        watched.contains(bundle),
        "the same authority is printed each time"
    );
    let (code, stdout, stderr) = print(&["--listen", "127.0.0.1:0"]);
    assert_eq!((code, &*stdout), (Some(2), ""), "{stderr}");
}

#[test]
fn a_client_that_does_not_trust_the_certificate_is_told_and_counted() {
    let mut server = Running::start(&[], "json");
    let refused = Command::new("curl")
        .args(["-sS", &format!("https://{}/validate", server.listen)])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = server.said.join("\n");
    assert!(said.contains("made a throw-away CA and certificate in /"));
    assert!(said.contains("serve --print-webhook --certs"), "{said}");
    server.wait_for("a client does not trust our certificate");
    let (_, metrics) = server.get("/metrics");
    assert!(
        metrics.contains("\nstatusguard_tls_failures_total 1\n"),
        "{metrics}"
    );
}

#[test]
fn a_configuration_that_guards_nothing_is_printed_with_a_warning() {
    let directory = TempDir::new().unwrap();
    let schemas = TempDir::new().unwrap();
    let (code, stdout, stderr) = ended(
        serve(directory.path())
            .args(["--print-webhook", "--schemas"])
            .arg(schemas.path()),
    );
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("webhooks"), "{stdout}");
    assert!(stderr.contains("un-guards"), "{stderr}");
    assert!(!stderr.contains("INFO"), "{stderr}");
}

#[test]
fn variables_stand_for_flags() {
    let directory = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_statusguard"));
    let (code, stdout, stderr) = ended(
        command
            .env_clear()
            .args(["serve", "--print-webhook"])
            .env("STATUSGUARD_CERTS", directory.path())
            .env("STATUSGUARD_SCHEMAS", "schemas")
            .env("STATUSGUARD_LISTEN", "127.0.0.1:9443")
            .env("STATUSGUARD_ADMIN", "127.0.0.1:9080")
            .env("STATUSGUARD_MODE", "audit")
            .env("STATUSGUARD_LOG", "off"),
    );
    assert_eq!((code, &*stderr), (Some(0), ""));
    assert!(
        stdout.contains("https://127.0.0.1:9443/validate"),
        "{stdout}"
    );
    assert!(stdout.contains("failurePolicy: Ignore"), "{stdout}");
}

#[test]
fn the_help_has_an_example() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_statusguard"));
    let (code, stdout, _) = ended(command.args(["serve", "--help"]));
    assert_eq!(code, Some(0));
    assert!(
        stdout.contains("Example:\n  statusguard serve "),
        "{stdout}"
    );
}

#[test]
fn own_certificates_that_the_api_server_would_not_trust_are_told() {
    let directory = TempDir::new().unwrap();
    let certs = directory.path().join("certs");
    fs::create_dir(&certs).unwrap();
    let pair = |name: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        (parameters.self_signed(&key).unwrap().pem(), key)
    };
    let (certificate, key) = pair("10.9.9.9");
    fs::write(certs.join("tls.crt"), certificate).unwrap();
    fs::write(certs.join("tls.key"), key.serialize_pem()).unwrap();
    fs::write(certs.join("ca.crt"), pair("another").0).unwrap();
    let (code, _, stderr) = ended(serve(directory.path()).arg("--print-webhook"));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("is not valid for the address"), "{stderr}");
    assert!(stderr.contains("is not signed by ca.crt"), "{stderr}");
}

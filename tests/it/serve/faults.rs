//! What befalls a process and its files: killed at any moment, a disk that is full or cannot be written to.
use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::Ipv4Addr,
    path::Path,
    process::Command,
    thread,
    time::Duration,
};

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use statusguard::{
    core::pki::{Names, Standing},
    server::certificates::{Certificates, now},
};
use tempfile::TempDir;

use super::process::{ANY, Running, ended, serve};
use crate::server::harness::{answer, client_config, connect, review};

const DAY: Duration = Duration::from_hours(24);

/// Throw-away certificates that were made so many days ago.
fn certificates_of(days: u32, directory: &Path) {
    let names = Names::of_server(Ipv4Addr::LOCALHOST.into());
    let certs = directory.join("certs");
    Certificates::open(&certs, names, now().saturating_sub(DAY * days)).unwrap();
}

#[test]
fn whoever_is_killed_while_certificates_are_renewed_leaves_what_the_next_one_serves_with() {
    for moment in 0..16 {
        let directory = TempDir::new().unwrap();
        certificates_of(1_000, directory.path());
        let mut server = serve(directory.path()).args(ANY).spawn().unwrap();
        // It is about another moment each time, and some of them are in the middle of it.
        thread::sleep(Duration::from_millis(8 * moment));
        server.kill().unwrap();
        server.wait().unwrap();
        let names = Names::of_server(Ipv4Addr::LOCALHOST.into());
        let certs = directory.path().join("certs");
        let certificates = Certificates::open(&certs, names, now()).unwrap();
        let state = certificates.state();
        assert_eq!(state.validity.standing(now()), Standing::Valid, "{moment}");
        assert_eq!(state.problem, None, "{moment}");
        assert_eq!(certificates.doubts("127.0.0.1", now()), [""; 0], "{moment}");
    }
}

/// StatusSchemas whose statuses hold one number each, which can be replaced by others.
struct Numbered {
    directory: TempDir,
    numbers: Vec<usize>,
}

const FILES: usize = 200;

impl Numbered {
    fn new() -> Self {
        let mut numbered = Self {
            directory: TempDir::new().unwrap(),
            numbers: vec![0; FILES],
        };
        (0..FILES).for_each(|file| numbered.replace(file, 0));
        numbered
    }

    /// Replaces one file whole, as whoever delivers files does.
    fn replace(&mut self, file: usize, number: usize) {
        let manifest = json!({
            "apiVersion": "statusguard.dev/v1alpha1", "kind": "StatusSchema",
            "metadata": {"name": format!("numbered{file}")},
            "spec": {
                "request": {"group": "example.org", "resource": format!("numbered{file}s")},
                "schema": {"properties": {"number": {"const": number}}},
            },
        });
        let path = |name: String| self.directory.path().join(name);
        let next = path(format!(".next{file}"));
        fs::write(&next, manifest.to_string()).unwrap();
        fs::rename(next, path(format!("numbered{file}.json"))).unwrap();
        self.numbers[file] = number;
    }

    /// Whether the server judges by each file as it stands: it allows its number, and no other.
    async fn are_in_force(&self, server: &Running) {
        let certs = server.directory.path().join("certs");
        let config = client_config(&certs, rustls::ALL_VERSIONS, "http/1.1");
        let stream = connect(server.listen, config).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        for (file, present) in self.numbers.iter().enumerate() {
            for number in [*present, present + 1] {
                let body = json!({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {
                    "uid": "u", "operation": "UPDATE", "subResource": "status",
                    "resource": {"group": "example.org", "version": "v1", "resource": format!("numbered{file}s")},
                    "object": {"status": {"number": number}}, "oldObject": {},
                }});
                sender.ready().await.unwrap();
                let response = sender.send_request(review(body.to_string())).await.unwrap();
                let reply: Value = serde_json::from_str(&answer(response).await.body).unwrap();
                let is_allowed = &reply["response"]["allowed"];
                assert_eq!(*is_allowed, number == *present, "{file}: {number}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_while_schemas_are_replaced_leaves_what_the_next_one_judges_by() {
    let mut schemas = Numbered::new();
    let directory = schemas.directory.path().to_owned();
    let arguments = ["--schemas", directory.to_str().unwrap()];
    let mut server = Running::start(&arguments, "json");
    for round in 1..=3 {
        let swaps = server.series("statusguard_catalog_swaps_total");
        // Until it is in the middle of it: some are in force, and others are replaced meanwhile.
        let mut replaced = 0;
        while replaced < FILES || server.series("statusguard_catalog_swaps_total") < swaps + 0.5 {
            for _ in 0..FILES / 4 {
                schemas.replace(replaced % FILES, round);
                replaced += 1;
            }
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        server = server.again(&arguments);
        schemas.are_in_force(&server).await;
    }
}

/// The same command where no file can grow, as on a disk that is full.
fn on_a_full_disk(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    // Otherwise the signal for a file that is too large would end it.
    let script = r#"trap '' XFSZ; ulimit -f 0; exec "$@""#;
    shell.args(["-c", script, "sh"]).arg(command.get_program());
    shell.args(command.get_args());
    shell
}

#[test]
fn a_full_disk_is_told_and_stops_nobody_who_has_a_certificate() {
    let directory = TempDir::new().unwrap();
    let mut print = serve(directory.path());
    print.arg("--print-webhook");
    let (code, printed, said) = ended(&mut on_a_full_disk(&print));
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
    assert!(
        said.contains("cannot write ") && said.contains("File too large"),
        "{said}"
    );
    // Two thirds of its life are over, so it is to be renewed.
    std::fs::remove_dir_all(directory.path().join("certs")).unwrap();
    certificates_of(70, directory.path());
    let (code, printed, said) = ended(&mut on_a_full_disk(&print));
    assert_eq!(code, Some(0), "{said}");
    assert!(printed.contains("caBundle"), "{printed}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_written_to_is_told() {
    // Not even root can make a file there.
    let mut command = serve(Path::new("/sys"));
    let (code, printed, said) = ended(command.arg("--print-webhook"));
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
    assert!(
        said.contains(
            "cannot write /sys/certs; name a directory with --certs that can be written to"
        ),
        "{said}"
    );
}

#[test]
fn certificates_on_a_full_disk_serve_on_while_the_server_runs() {
    let directory = TempDir::new().unwrap();
    // Two thirds of its life are over: it would be made anew, could anything be written.
    certificates_of(70, directory.path());
    let mut command = on_a_full_disk(serve(directory.path()).args(ANY));
    command.stderr(std::process::Stdio::piped());
    let mut server = command.spawn().unwrap();
    let lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let lines: Vec<String> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.contains("\"serving\""))
        .collect();
    server.kill().unwrap();
    server.wait().unwrap();
    let said = lines.join("\n");
    assert!(
        said.contains("File too large") && said.contains("serves until"),
        "{said}"
    );
}

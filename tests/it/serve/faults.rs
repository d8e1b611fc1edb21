//! What befalls a process and its files: killed at any moment, a disk that is full or cannot be written to.
use std::{
    io::{BufRead as _, BufReader},
    net::Ipv4Addr,
    path::Path,
    process::Command,
    thread,
    time::Duration,
};

use statusguard::{
    core::pki::{Names, Standing},
    server::certificates::{Certificates, now},
};
use tempfile::TempDir;

use super::process::{ANY, ended, serve};

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

//! How `serve` starts: what it reads, prints and refuses.
use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use super::process::{ANY, Running, ended, serve};

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
        let certs = directory.path().join("certs");
        assert!(!certs.exists(), "a start that fails leaves no new CA");
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
        (
            vec!["--log", "statusguard=b=c"],
            "the log filter is not readable",
        ),
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
    assert!(
        stderr.contains("0.0.0.0 is every address of this machine")
            && stderr.contains("https://127.0.0.1:9443"),
        "{stderr}"
    );

    let (_, watched, _) = print(&["--mode", "Warn"]);
    assert!(watched.contains("observe.statusguard.dev"), "{watched}");
    assert!(!watched.contains("enforce.statusguard.dev"), "{watched}");
    assert!(
        watched.contains(bundle),
        "the same authority is printed each time"
    );
    let (code, stdout, stderr) = print(&["--listen", "127.0.0.1:0"]);
    assert_eq!((code, &*stdout), (Some(2), ""), "{stderr}");

    let (_, _, stderr) = print(&["--listen", "127.0.0.1:9444"]);
    assert_eq!(stderr, "", "nothing is new");
    let (_, _, stderr) = print(&["--listen", "10.9.8.7:9443"]);
    assert!(
        stderr.contains("made a new certificate") && stderr.contains("did not name the address"),
        "{stderr}"
    );
}

#[test]
fn a_filter_that_is_none_is_told_once() {
    let directory = TempDir::new().unwrap();
    let (_, _, stderr) = ended(serve(directory.path()).args(["--log", "statusguard=b=c"]));
    assert_eq!(stderr.matches("level").count(), 1, "{stderr}");
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

/// What the help says of one flag.
fn about<'h>(help: &'h str, flag: &str) -> &'h str {
    let (_, said) = help
        .split_once(&format!("      {flag}\n"))
        .or_else(|| help.split_once(&format!("      {flag} <")))
        .unwrap_or_else(|| panic!("the help says nothing of {flag}"));
    said.split("\n      --").next().unwrap()
}

#[test]
fn the_readme_names_the_flags_with_their_variables_and_defaults() {
    let directory = TempDir::new().unwrap();
    let (_, help, _) = ended(serve(directory.path()).arg("--help"));
    let readme = fs::read_to_string("README.md").unwrap();
    let rows = readme.lines().filter(|line| line.starts_with("| `--"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [flag, variable, default] = [cells[1], cells[2], cells[3]];
        let flag = flag.trim_matches('`').split(' ').next().unwrap();
        let said = about(&help, flag);
        let variable = variable.trim_matches('`');
        let has_variable = said.contains(&format!("[env: {variable}="));
        assert_eq!(has_variable, !variable.is_empty(), "{row}\n{said}");
        let default = default.replace('`', "");
        let has_default = said.contains(&format!("[default: {default}]"));
        assert_eq!(has_default, !default.is_empty(), "{row}\n{said}");
        count += 1;
    }
    assert!(count > 5, "the README has a table of flags");
}

#[test]
fn every_command_has_an_example_in_its_help() {
    let help = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_statusguard"));
        let (code, stdout, _) = ended(command.args(arguments).arg("--help"));
        assert_eq!(code, Some(0));
        stdout
    };
    let all = help(&[]);
    assert!(all.contains("\nExamples:\n  statusguard serve\n"), "{all}");
    let commands = all.split_once("Commands:\n").unwrap().1;
    let commands = commands.split("\n\n").next().unwrap().lines();
    // What goes on from the line above stands further to the right.
    let commands = commands.filter(|line| !line.starts_with("   "));
    let mut count = 0;
    for name in commands.filter_map(|line| line.split_whitespace().next()) {
        if name != "help" {
            let page = help(&[name]);
            let example = format!("\n  statusguard {name}");
            assert!(
                page.contains("\nExample") && page.contains(&example),
                "{page}"
            );
            count += 1;
        }
    }
    assert!(count >= 2, "{all}");
}

#[test]
fn an_address_that_cannot_be_listened_on_is_said_with_a_way_out() {
    let directory = TempDir::new().unwrap();
    for (listen, admin, code, words) in [
        (
            "127.0.0.1:19443",
            "127.0.0.1:19443",
            2,
            "give each a port of its own",
        ),
        (
            "192.0.2.1:19443",
            "127.0.0.1:0",
            1,
            "this machine has no address 192.0.2.1; choose another with --listen",
        ),
    ] {
        let arguments = ["--listen", listen, "--admin", admin];
        let (ended_with, stdout, stderr) = ended(serve(directory.path()).args(arguments));
        assert_eq!((ended_with, &*stdout), (Some(code), ""), "{stderr}");
        assert!(stderr.lines().last().unwrap().contains(words), "{stderr}");
    }
}

#[test]
fn without_a_schema_in_force_it_says_what_to_do_next() {
    let schemas = TempDir::new().unwrap();
    let arguments = ["--schemas", schemas.path().to_str().unwrap()];
    let greeting = |format| Running::start(&arguments, format).said.join("\n");
    let empty = greeting("text");
    let put = format!(
        "Guarding nothing yet, so nothing is refused. Put a StatusSchema into {}: ",
        schemas.path().display()
    );
    assert!(empty.contains(&put), "{empty}");
    assert!(!empty.contains("Have the API server"), "{empty}");
    assert!(!empty.contains("was refused"), "{empty}");
    fs::write(schemas.path().join("bad.yaml"), "a: [").unwrap();
    let refused = greeting("text");
    assert!(
        refused.contains("1 file was refused, as the lines above say"),
        "{refused}"
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

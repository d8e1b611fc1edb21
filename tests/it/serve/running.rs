//! What `serve` says while it runs: in its log, and on its admin port.
use std::{
    borrow::Cow,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

use super::process::{COMPLETES, LEAK, Running};
use crate::server::harness::PATIENCE;

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
        "{promise=\"elastic-cloud\",verdict=\"Denied\",phase=\"complete\",dry_run=\"false\"} 1\n",
        "{promise=\"elastic-cloud\",verdict=\"Allowed\",phase=\"complete\",dry_run=\"false\"} 1\n",
        "_policies{source=\"StatusSchema\",enforcement=\"Enforce\"} 4\n",
    ] {
        assert!(metrics.contains(count), "{metrics}");
    }
    // The same again is counted, and told once a minute, or at the end.
    server.post(LEAK);
    server.post(LEAK);
    server.signal("INT");
    let (status, said) = server.end();
    assert_eq!(status.code(), Some(0));
    let said = said.join("\n");
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!(said.matches("\"refused\"").count(), 1, "{said}");
    let again = said.lines().find(|line| line.contains("refused again"));
    let again: Value = serde_json::from_str(again.unwrap()).unwrap();
    assert_eq!(again["more"], 2);
    assert_eq!(again["paths"], "status.password");
    assert!(
        !said.contains("cb41b759"),
        "nothing is said about what is allowed: {said}"
    );
}

#[test]
fn a_mode_that_only_records_does_so_and_says_that_it_is_in_force() {
    let mut server = Running::start(&["--mode", "Audit"], "json");
    assert_eq!(server.post(LEAK)["response"]["allowed"], true);
    let line: Value = serde_json::from_str(&server.wait_for("recorded")).unwrap();
    assert_eq!(line["paths"], "status.password");
    let (_, page) = server.get("/readyz?verbose");
    assert!(
        page.contains("policies: 4 in force; mode Audit: everything is only recorded"),
        "{page}"
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
    assert!(metrics.contains("{reason=\"path\"} 61\n"), "{metrics}");
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
fn without_times(text: &str) -> Cow<'_, str> {
    let moment = Regex::new("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z").unwrap();
    moment.replace_all(text, "TIME")
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
    for named in [
        "statusguard_manifests{kind=\"file\",state=\"refused\"}",
        "statusguard_manifests{kind=\"directory\",state=\"accepted\"}",
        "statusguard_manifest_refusals_total",
    ] {
        assert!(server.series(named) > 0.5, "{named}");
    }
    assert_eq!(server.post(LEAK)["response"]["allowed"], false);
    let swaps = server.series("statusguard_catalog_swaps_total");
    let mended = fs::read_to_string("schemas/elastic-cloud.yaml").unwrap();
    fs::write(
        &file,
        mended.replace("\nspec:\n", "\nspec:\n  enforcement: Warn\n"),
    )
    .unwrap();
    let began = Instant::now();
    let is_counted = || {
        let (_, metrics) = server.get("/metrics");
        metrics.contains("_manifests{kind=\"file\",state=\"accepted\"} 1\n")
            && server.series("statusguard_catalog_swaps_total") > swaps
    };
    while !is_counted() {
        assert!(began.elapsed() < PATIENCE, "{}", server.get("/metrics").1);
    }
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
    assert!(server.series("statusguard_certificate_refused") > 0.5);
    let ends = server.series("statusguard_certificate_not_after_timestamp_seconds");
    let ends = UNIX_EPOCH + Duration::from_secs_f64(ends);
    let left = ends.duration_since(SystemTime::now()).unwrap();
    assert!(left < Duration::from_hours(91 * 24), "{left:?}");
    assert_eq!(server.post(LEAK)["response"]["allowed"], false);
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
    let line = server.wait_for("a client does not trust our certificate");
    let listen = format!("--listen {} | kubectl apply -f -", server.listen);
    assert!(line.contains(&listen), "{line}");
    let (_, metrics) = server.get("/metrics");
    assert!(
        metrics.contains("\nstatusguard_tls_failures_total{reason=\"distrust\"} 1\n"),
        "{metrics}"
    );
}

#[test]
fn what_is_logged_can_be_changed_as_the_readme_says() {
    let mut server = Running::start(&["--mode", "Warn"], "json");
    assert_eq!(server.get("/log"), (200, "info\n".to_owned()));
    let readme = fs::read_to_string("README.md").unwrap();
    let typed = readme.lines().find(|line| line.ends_with("8080/log"));
    let typed = typed
        .unwrap()
        .replace("127.0.0.1:8080", &server.admin.to_string());
    let put = |filter: &str| {
        let command = typed.replace("info,statusguard=debug", filter);
        let output = Command::new("sh").args(["-c", &command]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(put("error"), "error\n");
    // Whoever reads the log must hear of it, before there is nothing more to read.
    server.wait_for("what is logged is changed to this filter");
    server.request("/admit", &["--data-binary", "{}"]);
    assert_eq!(put("info,statusguard=debug"), "info,statusguard=debug\n");
    let page = server.get("/log");
    assert_eq!(page, (200, "info,statusguard=debug\n".to_owned()));
    assert!(put("loud").contains("names no level with \"loud\""));
    assert!(put("info,statusguard[=").contains("not readable"));
    assert!(put("statusgard=debug").contains("did you mean statusguard?"));
    assert!(put(&"x".repeat(2_000)).contains("more than 1024 bytes"));
    assert_eq!(server.get("/log"), page);
    server.post(LEAK);
    let line: Value = serde_json::from_str(&server.wait_for("\"warned\"")).unwrap();
    assert_eq!(line["held_back_by"], "mode");
    let said = server.log();
    assert_eq!(
        said.matches("what is logged is changed").count(),
        2,
        "{said}"
    );
    assert_eq!(said.matches("\"warned\"").count(), 1, "{said}");
    assert!(!said.contains("a request was refused"), "{said}");
}

#[test]
fn a_certificate_that_an_api_server_would_not_trust_is_told_by_readyz() {
    let mut server = Running::start(&[], "json");
    let certs = server.directory.path().join("certs");
    assert!(!server.get("/readyz?verbose").1.contains("[!]"));
    let other = TempDir::new().unwrap();
    let elsewhere = super::process::serve(other.path())
        .args(["--print-webhook"])
        .output()
        .unwrap();
    assert!(elsewhere.status.success());
    fs::copy(other.path().join("certs/ca.crt"), certs.join("ca.crt")).unwrap();
    server.wait_for("is not signed by ca.crt");
    let (status, page) = server.get("/readyz?verbose");
    assert_eq!(status, 200);
    assert!(
        page.contains("[!] certificate: tls.crt is not signed by ca.crt, so the API server will not trust it at https://127.0.0.1"),
        "{page}"
    );
    let untrusting = Command::new("curl")
        .args(["-sS", &format!("https://{}/validate", server.listen)])
        .output()
        .unwrap();
    assert!(!untrusting.status.success());
    let page = server.get("/readyz?verbose").1;
    assert!(
        page.contains("[i] certificate: a client did not trust it, last at 20"),
        "{page}"
    );
}

//! How `serve` stops.
use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use super::process::Running;

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
fn a_signal_to_the_process_and_to_its_group_is_one() {
    let mut server = Running::start(&[], "json");
    server.signal_twice("TERM");
    server.wait_for("stopping");
    let (status, said) = server.end();
    assert_eq!(status.code(), Some(0));
    assert!(said.last().unwrap().contains("\"stopped\""), "{said:#?}");
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
fn a_terminal_that_is_closed_ends_it_well() {
    let server = Running::start(&[], "json");
    server.signal("HUP");
    let (status, said) = server.end();
    assert_eq!(status.code(), Some(0));
    assert!(said.last().unwrap().contains("\"stopped\""), "{said:#?}");
}

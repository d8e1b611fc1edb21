//! A rolling update, as far as it goes without kubelet: the Service leads to another process, and the one before is told to
//! end at the same moment, which is sooner than a preStop hook lets it.
use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

use serde_json::json;

use crate::{
    certificates::issue, installed::Installed, plain::holds, promise::Promise, until::until,
};

/// Addresses of this machine, which stand for Pods.
const PODS: [&str; 3] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];

pub fn an_update_loses_no_write(cluster: &Installed, promise: &Promise) {
    let directory = cluster.directory.join("files");
    issue(&directory);
    let (certs, port) = (directory.to_str().expect("it is text"), cluster.port());
    let start = |pod: &str| {
        let listen = format!("{pod}:{port}");
        let flags = [
            ("--certificates", "files"),
            ("--certs", certs),
            ("--listen", listen.as_str()),
        ];
        cluster.replica(&format!("pod-{pod}"), port, &flags)
    };
    let mut pod = start(PODS[0]);
    cluster.lead_to(PODS[0]);
    until("writes are judged", || {
        holds(promise.dry_run("example", &json!({"url": 1})).code == 422)
    });
    let (is_over, count) = (AtomicBool::new(false), AtomicU32::new(0));
    let faults = thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| write_until(promise, &is_over, &count)))
            .collect();
        let ends = Ends(&is_over);
        for next in PODS.iter().skip(1).chain(&PODS) {
            let new = start(next);
            cluster.lead_to(next);
            pod.signal("TERM");
            until("the one before has ended", || {
                holds(has_stopped(cluster, next))
            });
            pod = new;
        }
        drop(ends);
        let faults = writers
            .into_iter()
            .map(|it| it.join().expect("it does not panic"));
        faults.flatten().collect::<Vec<String>>()
    });
    let writes = count.load(Ordering::Relaxed);
    assert_eq!(faults, [""; 0], "of {writes} writes");
    assert!(writes > 100, "{writes}");
    drop(pod);
    cluster.lead_to("localhost");
}

/// Whether a process that was told to has ended, by its log: the shell around it goes on.
fn has_stopped(cluster: &Installed, next: &str) -> bool {
    let position = PODS.iter().position(|pod| *pod == next).unwrap_or_default();
    let before = PODS[(position + PODS.len() - 1) % PODS.len()];
    let log = fs::read_to_string(cluster.directory.join(format!("pod-{before}")));
    let log = log.unwrap_or_default();
    log.matches("\"stopped\"").count() == log.matches("\"serving\"").count()
}

/// Says that it is over, also when a test fails in between.
pub struct Ends<'a>(pub &'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Writes that must be refused and writes that must not, and what was answered otherwise.
pub fn write_until(promise: &Promise, is_over: &AtomicBool, writes: &AtomicU32) -> Vec<String> {
    let mut faults = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        for (status, expected) in [(json!({"url": 1}), 422), (json!({"url": "x"}), 200)] {
            let answer = promise.dry_run("example", &status);
            writes.fetch_add(1, Ordering::Relaxed);
            if answer.code != expected {
                faults.push(format!(
                    "{} instead of {expected}: {}",
                    answer.code, answer.body["message"]
                ));
            }
        }
    }
    faults
}

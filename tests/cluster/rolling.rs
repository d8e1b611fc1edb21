//! A rolling update, as far as it goes without kubelet: the Service leads to another process, and the one before is told to
//! end at the same moment, which is sooner than a preStop hook lets it.
use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

use serde_json::json;

use crate::{
    certificates::issue, installed::Installed, plain::holds, promise::Promise, tether::Tethered,
    until::until,
};

/// Addresses of this machine, which stand for Pods; the Service leads to one after the other.
pub const PODS: [&str; 3] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];

pub fn an_update_loses_no_write(cluster: &Installed, promise: &Promise) {
    let directory = cluster.directory.join("files");
    issue(&directory);
    let certs = directory.to_str().expect("it is text");
    let flags = [("--certificates", "files"), ("--certs", certs)];
    let mut pod = begin(cluster, promise, &flags);
    let (is_over, count) = (AtomicBool::new(false), AtomicU32::new(0));
    let faults = thread::scope(|scope| {
        let writers =
            WRITERS.map(|name| scope.spawn(|| write_until(promise, name, &is_over, &count)));
        let ends = Ends(&is_over);
        for next in PODS.iter().skip(1).chain(&PODS) {
            hand_over(cluster, &mut pod, next, &flags);
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

/// Starts the first Pod, and leads the Service to it.
pub fn begin(cluster: &Installed, promise: &Promise, flags: &[(&str, &str)]) -> Tethered {
    let pod = start(cluster, PODS[0], flags);
    cluster.lead_to(PODS[0]);
    until("writes are judged", || {
        holds(promise.dry_run("example", &json!({"url": 1})).code == 422)
    });
    pod
}

fn start(cluster: &Installed, pod: &str, flags: &[(&str, &str)]) -> Tethered {
    let port = cluster.port();
    let listen = format!("{pod}:{port}");
    let flags = [flags, &[("--listen", listen.as_str())]].concat();
    cluster.replica(&format!("pod-{pod}"), port, &flags)
}

/// Leads the Service to the `next` Pod, and has the one before end.
pub fn hand_over(cluster: &Installed, pod: &mut Tethered, next: &str, flags: &[(&str, &str)]) {
    let new = start(cluster, next, flags);
    cluster.lead_to(next);
    pod.signal("TERM");
    until("the one before has ended", || {
        holds(has_stopped(cluster, next))
    });
    *pod = new;
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

/// Requests, each of which one writer writes to.
pub const WRITERS: [&str; 3] = ["first-writer", "second-writer", "third-writer"];

/// Writes that must be refused and writes that must not, and what was answered otherwise, or stored.
pub fn write_until(
    promise: &Promise,
    request: &str,
    is_over: &AtomicBool,
    writes: &AtomicU32,
) -> Vec<String> {
    promise.request(request);
    let mut faults = Vec::new();
    let mut turn = 0;
    while !is_over.load(Ordering::Relaxed) {
        turn += 1;
        let (bad, good) = (
            json!({"url": 1, "turn": turn}),
            json!({"url": "x", "turn": turn}),
        );
        for (answer, expected) in [
            (promise.dry_run(request, &bad), 422),
            (promise.dry_run(request, &good), 200),
            (promise.put(request, &bad), 422),
            (promise.put(request, &good), 200),
        ] {
            writes.fetch_add(1, Ordering::Relaxed);
            if answer.code != expected {
                faults.push(format!(
                    "{} instead of {expected}: {}",
                    answer.code, answer.body["message"]
                ));
            }
        }
        let stored = promise.stored(request)["status"].take();
        if stored != good {
            faults.push(format!("{stored} is stored instead of {good}"));
        }
    }
    faults
}

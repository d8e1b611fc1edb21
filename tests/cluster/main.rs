//! What only a real API server can show: status writes as Kratix sends them, and what people read when one is refused.
//!
//! All tests share one control plane, which starts with the first of them and ends with the process. Each has a
//! Promise and a namespace of its own, so they run side by side.
#![expect(
    unreachable_pub,
    reason = "nothing outside a test binary can reach what is in it"
)]

mod agreement;
mod audit;
mod certificates;
mod chart;
mod control_plane;
mod elastic_cloud;
#[path = "../it/generate.rs"]
mod generate;
mod guard;
mod harness;
mod http;
mod installed;
mod lifetime;
mod monitoring;
mod numbers;
mod outage;
mod phases;
mod plain;
#[path = "../it/planted.rs"]
mod planted;
mod platform;
mod promise;
mod readme;
mod refusals;
mod restart;
mod reviews;
mod rolling;
mod schemas;
mod secrets;
mod tether;
mod tools;
mod tutorial;
mod until;
mod walkthrough;
mod words;

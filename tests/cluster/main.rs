//! What only a real API server can show: status writes as Kratix sends them, and what people read when one is refused.
//!
//! All tests share one control plane, which starts with the first of them and ends with the process. Each has a
//! Promise and a namespace of its own, so they run side by side.
#![expect(
    dead_code,
    reason = "the server that the guard starts is still to come"
)]
#![expect(
    unreachable_pub,
    reason = "nothing outside a test binary can reach what is in it"
)]

mod control_plane;
mod guard;
mod http;
mod platform;
mod promise;
mod tether;
mod tools;
mod until;

//! statusguard checks every status write of a Kratix resource request against the JSON Schema of its Promise.
//!
//! The one rule of the crate: `core` decides, and is pure: no async, no I/O, no clock, no logging.
//! Everything else is an edge, which turns foreign objects into `core`'s own at the door. Which part may use which
//! is held by a test:
//!
//! | part | is | may use |
//! |---|---|---|
//! | [`core`] | the engine: paths, findings, schemas, policies, catalog, review, ratchet, gate, denial | `core` |
//! | [`disk`] | reading a directory of schemas | `core` |
//! | `registry` | joining all sources, publishing the present catalog | `core`, `disk` |
//! | `telemetry` | logs | `core` |
//! | `cluster` | watches, webhook configuration, certificates in a Secret, Events, status of `StatusSchema` | `core`, `registry`, `telemetry` |
//! | `server` | TLS listener, `/validate`, limits, drain; admin port | `core`, `registry`, `telemetry` |
//! | [`cli`] | commands | all |
pub mod cli;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod core;
pub mod disk;
#[cfg(feature = "cluster")]
pub mod registry;
#[cfg(feature = "cluster")]
pub mod server;
#[cfg(feature = "cluster")]
pub mod telemetry;

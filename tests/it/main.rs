//! The one integration binary: what can only be seen from outside the crate, or across its parts.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "cluster")]
#[cfg(feature = "cluster")]
#[cfg(feature = "cluster")]
#[cfg(feature = "cluster")]

mod certificates;
mod directories;
mod gate;
mod generate;
mod layers;
mod properties;
mod registry;
mod schemas;
mod serve;
mod server;
mod words;

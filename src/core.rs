//! The engine: pure functions and values that decide about a status write, and the words for what they decide.
pub mod catalog;
pub mod denial;
pub mod explain;
pub mod finding;
pub mod gate;
pub mod kratix;
pub mod path;
pub mod phase;
pub mod policy;
pub mod ratchet;
pub mod redacted;
pub mod review;
pub mod schema;
pub mod secret;
pub mod status;
pub mod view;
pub mod yaml;

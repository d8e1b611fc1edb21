//! Holds the layers: which part of the crate may use which, and what the engine must never touch.

//! Joins all sources of policies and publishes the present catalog.

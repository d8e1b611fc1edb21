//! The one integration binary: what can only be seen from outside the crate, or across its parts.
mod gate;
mod generate;
mod layers;
mod properties;

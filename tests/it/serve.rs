//! The command `serve`, as a process: how it starts, what it says, and how it stops.
mod canaries;
mod changing;
mod monitoring;
mod process;
mod running;
mod starting;
mod stopping;

//! The command `serve`, as a process: how it starts, what it says, and how it stops.
mod api_server;
mod canaries;
mod changing;
mod faults;
mod in_cluster;
mod monitoring;
mod overload;
mod process;
mod running;
mod starting;
mod stopping;

//! Shared by all tests: an HTTP client that states the expected status, a clinic with a node, and the program as a process.

mod client;
mod clinic;
mod contract;
mod server;

pub use client::{Call, Client, Reply, http};
pub use clinic::{Clinic, OtherNode, all_read, eventually, eventually_within, now, slot};
pub use server::Server;

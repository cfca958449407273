//! What the HTTP tests share: a client that says which status it expects, and a clinic to visit.

mod client;
mod clinic;
mod contract;
mod server;

pub use client::{Call, Client, Reply};
pub use clinic::{Clinic, all_read, eventually, eventually_within, now, slot};
pub use server::Server;

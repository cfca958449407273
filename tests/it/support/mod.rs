//! What the HTTP tests share: a client that says which status it expects, and a clinic to visit.

mod client;
mod clinic;

pub use client::{Call, Client, Reply};
pub use clinic::{Clinic, eventually, now, slot};

//! The program `caresync`: its command line, and the composition of everything else into a running node.
//!
//! - `cli`: the commands of the binary. `settings`: everything that can be set, read once.
//! - `storage`, `secrets`, `master_keys`, `fingerprints`, `startup`: from settings to a running [`startup::Application`].
//! - `gateway`: Razorpay, or the sandbox inside the program. `mail`: a mail server, or a folder. `recipients`:
//!   of notices. `telemetry`: the log and traces.
//!
//! Tests and benches start the same [`startup::Application`] as the binary does. A new command is a file in `cli`
//! and a variant there.

pub mod cli;
mod erasable_data;
mod fingerprints;
pub mod gateway;
mod hex;
pub mod mail;
mod master_keys;
mod recipients;
mod secrets;
pub mod settings;
pub mod startup;
pub mod storage;
mod telemetry;

//! Write side: a command reads aggregates, lets the domain decide, and proposes what is written.
//!
//! One folder per aggregate, one file per command. One runner (`run.rs`) appends the proposal together
//! with the reply for a repeated request, and runs the command again after a conflict. What must follow
//! an event is never called here: it is a [`event_store::Subscriber`] with a checkpoint (`reactions/`).
//!
//! Everything outside is a trait in [`ports`]. This crate knows neither HTTP nor tokens nor how anything
//! is displayed. A new command: `docs/adding-a-command.md`.

pub mod accounts;
pub mod appointments;
pub mod authorization;
pub mod break_glass;
pub mod claims;
mod client_network;
pub mod clinics;
mod commands;
pub mod consents;
mod context;
pub mod doctors;
pub mod erasures;
mod error;
mod fault;
pub mod identity;
pub mod leaves;
pub mod patients;
pub mod payments;
pub mod ports;
mod proposal;
pub mod reactions;
pub mod records;
mod run;
mod slot_claims;
pub mod store_options;
mod target;

pub use client_network::ClientNetwork;
pub use commands::Commands;
pub use context::{Caller, Context, IdempotencyKey};
pub use error::CommandError;
pub use fault::Fault;
pub use run::Done;
pub use target::Target;

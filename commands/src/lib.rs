//! Write side: runs one command end to end.
//!
//! One folder per aggregate, one file per command: it looks up what the decision needs, lets the
//! domain decide, and appends with the reply for whoever asks again. What must happen afterwards is
//! never called here: it is a [`event_store::Subscriber`] with a checkpoint (`reactions/`).
//!
//! Everything outside is a trait in [`ports`]. This crate refuses to know HTTP, tokens, and how
//! anything is shown. A new command: `docs/adding-a-command.md`.

mod access;
pub mod accounts;
pub mod appointments;
mod basis;
pub mod claims;
pub mod clinics;
mod context;
pub mod doctors;
mod error;
mod execute;
mod fault;
pub mod identity;
pub mod leaves;
pub mod log;
pub mod patients;
pub mod payments;
mod place;
pub mod ports;
pub mod reactions;

pub use access::{
    keeps_books_of, keeps_books_somewhere, may_see_appointment, may_see_day_of, may_see_patient,
    may_see_payment,
};
pub use context::{Caller, Context, IdempotencyKey};
pub use error::CommandError;
pub use execute::{Commands, Done};
pub use fault::Fault;

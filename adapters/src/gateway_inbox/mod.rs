//! Inbox of the payment gateway's webhooks, sealed in `PostgreSQL`.
//!
//! A delivery and the timer of its processing are written in one statement. Bodies hold data of
//! payers, so they are sealed under one subject per day, whose key is destroyed after the retention
//! time (`docs/decisions/0021-webhook-inbox.md`). The inbox does not read the webhooks.
//!
//! - `store`: the port. `body_sealing`: sealing of a day's bodies. `operator`: queries and commands
//!   of operators.
//! - `prune`: removal of old bodies.

mod body_sealing;
mod operator;
mod prune;
mod store;

pub use operator::{Listed, Wanted};
pub use store::PgGatewayInbox;

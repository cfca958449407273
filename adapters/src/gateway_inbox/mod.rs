//! The payment gateway's news, kept sealed in `PostgreSQL`.
//!
//! A delivery and the timer of the work on it are one statement. Bodies tell of payers, so they are sealed:
//! under a subject of its own per day, whose key is destroyed once the day is old
//! (`docs/decisions/0021-webhook-inbox.md`). It refuses to know what news say.
//!
//! - `store`: the port. `day`: what a day's bodies are sealed under. `operator`: what people ask of it.
//! - `prune`: how bodies go.

mod day;
mod operator;
mod prune;
mod store;

pub use operator::{Listed, Wanted};
pub use store::PgGatewayInbox;

//! What every endpoint shares: who asks, what was sent, how it is answered.
//!
//! A handler's signature is its policy: [`access`] has one extractor per access level,
//! [`submission::Submission`] takes a body with its idempotency key, [`position::Position`] waits for
//! the caller's own writes. Errors leave as [`problem::Problem`] and no other way. [`observe`] is
//! around all of it: ids, log lines, counts and traces.

pub mod access;
pub mod answer;
pub mod calendar_day;
pub mod client;
pub mod ids;
pub mod in_flight;
pub mod observe;
pub mod outcome;
pub mod page;
pub mod position;
pub mod precondition;
pub mod problem;
pub mod query;
pub mod request;
pub mod security;
pub mod submission;
pub mod trace_context;

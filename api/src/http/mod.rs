//! Mechanisms that endpoints share: access, requests, responses, problems, and their description.
//!
//! A handler's signature is its policy: [`access`] has one extractor per access level,
//! [`command_request::CommandRequest`] takes a body with its idempotency key, [`position::Position`] waits for
//! the caller's own writes, [`disclosure::Disclosure`] opens a patient's data once the access is recorded. An extractor describes its own header; [`schemas`] describes values and
//! [`problem_responses`] problems. Errors leave as [`problem::Problem`] and no other way. [`observe`] is
//! around all of it: ids, log lines, counts and traces.

pub mod access;
pub mod calendar_day;
pub mod client;
pub mod command_request;
pub mod disclosure;
pub mod ids;
pub mod in_flight;
pub mod input;
pub mod instant;
pub mod observe;
pub mod outcome;
pub mod page;
pub mod position;
pub mod precondition;
pub mod problem;
pub mod problem_responses;
pub mod problem_type;
pub mod query;
pub mod request;
pub mod response;
pub mod same_fields;
pub mod schemas;
pub mod security;
pub mod trace_context;

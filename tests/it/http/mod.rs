//! The API as its clients see it.

mod access;
mod body;
mod booking;
mod cors;
mod holds;
mod idempotency;
mod lists;
mod position;
mod precondition;

mod sessions;

mod throttle;
mod tokens;

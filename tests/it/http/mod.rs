//! The API as its clients see it.

mod access;
mod accounts;
mod body;
mod booking;
mod clinics;
mod cors;
mod crash;
mod demo;
mod holds;
mod idempotency;
mod keys;
mod lists;
mod parallel_refresh;
mod patients;
mod position;
mod precondition;
pub mod privacy;
mod race;
mod sessions;
mod sweep;
mod throttle;
mod tokens;
mod visits;

//! The API as its clients see it.

mod access;
mod accounts;
mod body;
mod booking;
mod clinics;
mod contests;
mod cors;
mod crash;
mod holds;
mod idempotency;
mod keys;
mod leaves;
mod lists;
mod patients;
mod position;
mod precondition;
pub mod privacy;
mod race;
mod reschedule;
mod series;
mod sessions;
mod sweep;
mod throttle;
mod tokens;
mod visits;

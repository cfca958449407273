//! The API as its clients see it.

mod access;
mod accounts;
mod body;
mod booking;
mod clinics;
mod clock_changes;
mod cors;
mod crash;
mod date_hours;
mod explain;
mod holds;
mod holidays;
mod idempotency;
mod keys;
mod lists;
mod patients;
mod position;
mod precondition;
pub mod privacy;
mod race;
mod schedule;
mod sessions;
mod sweep;
mod throttle;
mod tokens;
mod visits;

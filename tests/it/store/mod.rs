//! The log against a real database: verdicts, order, lost connections.

mod append;
mod confidence;
mod dead_letters;
mod faults;
mod fixture;
mod import;
mod interleavings;
mod keyring;
mod metadata;
mod moves;
mod old_plans;
mod order;
mod picky;
mod seal;
mod sealed_log;
mod snapshots;
mod takeover;
mod unopened;
mod upcasting;

//! The event store with a real database.

mod append;
mod confidence;
mod dead_letters;
mod failing_subscriber;
mod faults;
mod fixture;
mod gaps;
mod growth;
mod import;
mod interleavings;
mod keyring;
mod lost_connections;
mod metadata;
mod moves;
mod neighbours;
mod old_plans;
mod order;
mod panics;
mod proxy;
mod seal;
mod sealed_log;
mod snapshots;
mod takeover;
mod unopened;
mod upcasting;

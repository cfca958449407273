//! The log against a real database: verdicts, order, lost connections.

mod append;
mod confidence;
mod fixture;
mod keyring;
mod order;
mod seal;
mod sealed_log;

//! The log against a real database: verdicts, order, lost connections.

mod append;
mod confidence;
mod fixture;
mod order;
mod seal;

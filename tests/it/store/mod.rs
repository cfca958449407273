//! The log against a real database: verdicts, order, lost connections.

mod append;
mod fixture;
mod interleavings;
mod order;

//! Black-box tests of the whole product; they live in `it/`, one binary.
//!
//! This library holds what tests and benches share: a database of one's own.

pub mod database;

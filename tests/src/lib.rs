//! Code shared by black-box tests and benches; the tests themselves are in `it/`, one binary.
//!
//! [`database`]: a database per test. [`app`]: a running node on it, and access tokens.
//! [`sealing`]: the keys that tests seal with. [`world`]: a small clinic to work in.

pub mod app;
pub mod database;
pub mod sealing;
pub mod world;

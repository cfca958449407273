//! What black-box tests and benches share; the tests themselves live in `it/`, one binary.
//!
//! [`database`]: a database of one's own. [`app`]: a running node on it, and tokens for anyone.
//! [`sealing`]: the keys that tests seal with. [`world`]: a small clinic to work in.

pub mod app;
pub mod database;
pub mod sealing;
pub mod world;

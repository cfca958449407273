//! Write side: runs one command end to end.

mod fault;
pub mod ports;

pub use fault::Fault;

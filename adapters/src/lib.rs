//! Adapters: one folder per outside system, each implementing a port of `commands`.
//!
//! It contains no business rules. A new outside system gets a folder here and a trait in
//! `commands::ports`.

pub mod access_log;
pub mod argon2;
pub mod backup;
pub mod embedded_postgres;
pub mod gateway_inbox;
pub mod identity;
pub mod jwt;
pub mod mail;
pub mod note_drafts;
pub mod otlp;
pub mod private_file;
pub mod rate_limits;
pub mod razorpay;
pub mod receipt_pdf;
pub mod system;

//! Mail, and what it is needed for.

mod sending;
mod server;
mod sign_up;

//! Mail, and what it is needed for.

mod address;
mod forgotten_password;
mod invitations;
mod sending;
pub mod server;
mod sign_up;

//! An account: who may sign in, in which roles and at which clinics.
//!
//! ```text
//! Unregistered ──Register──▶ Enabled ──Disable──▶ Disabled
//!                               ▲                    │
//!                               └──────Enable────────┘
//! ```
//!
//! Passwords and sessions are not history; they live elsewhere and can be forgotten.

mod aggregate;
mod command;
mod decide;
mod error;
mod event;
mod person;
mod state;

#[cfg(test)]
mod tests;

pub use command::{AccountCommand, DisableAccount, EnableAccount, RegisterAccount};
pub use decide::decide;
pub use error::AccountRefusal;
pub use event::{
    AccountDisabled, AccountDisabledPhi, AccountEnabled, AccountEvent, AccountRegistered,
    AccountRegisteredPhi,
};
pub use person::Person;
pub use state::{Account, RegisteredAccount, evolve};

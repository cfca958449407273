//! An account: a person who may sign in, with roles and clinics.
//!
//! ```text
//! Unregistered ──Register──▶ Enabled ──Disable──▶ Disabled
//!                               ▲                    │
//!                               └──────Enable────────┘
//! Enabled, Disabled ──Erase──▶ Erased
//! ```
//!
//! `ChangeAddress` leaves an account in its state.
//!
//! Passwords and sessions are not events: they are stored elsewhere and can be deleted.

mod command;
mod decide;
mod error;
mod event;
mod person;
mod state;

#[cfg(test)]
mod tests;

pub use command::{
    AccountCommand, ChangeAddress, DisableAccount, EnableAccount, EraseAccount, RegisterAccount,
};
pub use decide::decide;
pub use error::AccountRefusal;
pub use event::{
    AccountAddressChanged, AccountDisabled, AccountDisabledPhi, AccountEnabled, AccountErased,
    AccountEvent, AccountRegistered, AccountRegisteredPhi,
};
pub use person::Person;
pub use state::{Account, RegisteredAccount, evolve};

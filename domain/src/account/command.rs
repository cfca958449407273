//! Commands of an account.

use chrono::{DateTime, Utc};

use super::person::Person;
use crate::values::{AccountId, Actor, ClinicScope, EmailAddress, Reason, Roles};

/// A command to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountCommand {
    /// Register an account.
    Register(RegisterAccount),
    /// Block sign-in.
    Disable(DisableAccount),
    /// Allow sign-in again.
    Enable(EnableAccount),
    /// Sign in with another address.
    ChangeAddress(ChangeAddress),
    /// End the account of a person who is erased.
    Erase(EraseAccount),
}

/// Registers an account, which allows a person to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterAccount {
    /// Id of the new account.
    pub account: AccountId,
    /// Address to sign in with. The store checks that no other account uses it.
    pub email: EmailAddress,
    /// Roles of the account; at least one.
    pub roles: Roles,
    /// Clinics at which it may act.
    pub clinics: ClinicScope,
    /// The person whom the account belongs to.
    pub person: Person,
    /// True if the person is to be invited by mail to set a password.
    pub invited: bool,
    /// The actor who registers.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Disables an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisableAccount {
    /// The reason.
    pub reason: Reason,
    /// The actor who disables it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Enables a disabled account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnableAccount {
    /// The actor who enables it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Changes the address to sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeAddress {
    /// The address from now on. The store checks that no other account uses it.
    pub email: EmailAddress,
    /// The actor who changes it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Ends the account of a person who is erased, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EraseAccount {
    /// The actor who erases the person.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

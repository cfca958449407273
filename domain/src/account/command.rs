//! What can be asked of an account.

use chrono::{DateTime, Utc};

use super::person::Person;
use crate::values::{AccountId, Actor, ClinicScope, EmailAddress, Reason, Roles};

/// A request to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountCommand {
    /// Let somebody sign in.
    Register(RegisterAccount),
    /// Let them sign in no longer.
    Disable(DisableAccount),
    /// Let them sign in again.
    Enable(EnableAccount),
}

/// Lets somebody sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterAccount {
    /// The id that the account will have.
    pub account: AccountId,
    /// The address to sign in with; that no other account has it is for the store to know.
    pub email: EmailAddress,
    /// What they may act as; at least one.
    pub roles: Roles,
    /// Where they may act.
    pub clinics: ClinicScope,
    /// Whose account it is.
    pub person: Person,
    /// Who registers.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Shuts an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisableAccount {
    /// Why.
    pub reason: Reason,
    /// Who shuts it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Opens an account again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnableAccount {
    /// Who opens it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

//! What can happen to an account.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::person::Person;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{AccountId, Actor, ClinicScope, EmailAddress, Reason, Roles, SubjectId};

/// A fact about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AccountEvent {
    /// Somebody may sign in.
    #[serde(rename = "account.registered")]
    Registered(AccountRegistered),
    /// They may no longer.
    #[serde(rename = "account.disabled")]
    Disabled(AccountDisabled),
    /// They may again.
    #[serde(rename = "account.enabled")]
    Enabled(AccountEnabled),
}

event_types!(AccountEvent {
    Registered => "account.registered",
    Disabled => "account.disabled",
    Enabled => "account.enabled",
});

/// Somebody may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountRegistered {
    /// Which account.
    pub account: AccountId,
    /// What they may act as.
    pub roles: Roles,
    /// Where they may act.
    pub clinics: ClinicScope,
    /// Whose account it is.
    pub person: Person,
    /// Who registered it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient or the doctor, or else the account's holder.
    pub subject: SubjectId,
    /// What they sign in with.
    pub phi: Phi<AccountRegisteredPhi>,
}

/// What somebody signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountRegisteredPhi {
    /// The address to sign in with.
    pub email: EmailAddress,
}

/// The account was shut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountDisabled {
    /// Which account.
    pub account: AccountId,
    /// Who shut it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient or the doctor, or else the account's holder.
    pub subject: SubjectId,
    /// What was said about it.
    pub phi: Phi<AccountDisabledPhi>,
}

/// What was said when an account was shut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountDisabledPhi {
    /// Why.
    pub reason: Reason,
}

/// The account was opened again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountEnabled {
    /// Which account.
    pub account: AccountId,
    /// Who opened it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

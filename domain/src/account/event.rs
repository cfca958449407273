//! Events of an account.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::person::Person;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{AccountId, Actor, ClinicScope, EmailAddress, Reason, Roles, SubjectId};

/// An event of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AccountEvent {
    /// The account was registered and may sign in.
    #[serde(rename = "account.registered")]
    Registered(AccountRegistered),
    /// Sign-in was blocked.
    #[serde(rename = "account.disabled")]
    Disabled(AccountDisabled),
    /// Sign-in was allowed again.
    #[serde(rename = "account.enabled")]
    Enabled(AccountEnabled),
    /// It has another address to sign in with.
    #[serde(rename = "account.address_changed")]
    AddressChanged(AccountAddressChanged),
    /// The person of the account was erased, and it ended for good.
    #[serde(rename = "account.erased")]
    Erased(AccountErased),
}

event_types!(AccountEvent {
    Registered => "account.registered",
    Disabled => "account.disabled",
    Enabled => "account.enabled",
    AddressChanged => "account.address_changed",
    Erased => "account.erased",
});

/// The account was registered and may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountRegistered {
    /// The account.
    pub account: AccountId,
    /// Roles of the account.
    pub roles: Roles,
    /// Clinics at which it may act.
    pub clinics: ClinicScope,
    /// The person whom the account belongs to.
    pub person: Person,
    /// True if the person is to be invited by mail to set a password. Otherwise it has one, or needs none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invited: bool,
    /// The actor who registered it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient or the doctor whom the account belongs to, otherwise the account itself.
    pub subject: SubjectId,
    /// Personal data of the event.
    pub phi: Phi<AccountRegisteredPhi>,
}

/// Personal data of [`AccountRegistered`] and [`AccountAddressChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountRegisteredPhi {
    /// Address to sign in with.
    pub email: EmailAddress,
}

/// The account was disabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountDisabled {
    /// The account.
    pub account: AccountId,
    /// The actor who disabled it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient or the doctor whom the account belongs to, otherwise the account itself.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AccountDisabledPhi>,
}

/// Personal data of [`AccountDisabled`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountDisabledPhi {
    /// The reason.
    pub reason: Reason,
}

/// The account was enabled again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountEnabled {
    /// The account.
    pub account: AccountId,
    /// The actor who enabled it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The account has another address to sign in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountAddressChanged {
    /// The account.
    pub account: AccountId,
    /// The actor who changed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient or the doctor whom the account belongs to, otherwise the account itself.
    pub subject: SubjectId,
    /// Personal data of the event.
    pub phi: Phi<AccountRegisteredPhi>,
}

/// The person of the account was erased, and it ended for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountErased {
    /// The account.
    pub account: AccountId,
    /// The actor who erased the person.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

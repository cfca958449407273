//! Commands of a patient.

use chrono::{DateTime, Utc};

use super::evidence::ProxyEvidence;
use super::profile::ProfileChange;
use crate::values::{
    AccountId, Actor, BirthDate, EmailAddress, KnownIllnesses, PatientId, PersonName, PhoneNumber,
};

/// A command to a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatientCommand {
    /// Register a patient.
    Register(RegisterPatient),
    /// Change the contact details.
    ChangeContact(ChangeContact),
    /// Change some fields of the profile.
    ChangeProfile(ChangeProfile),
    /// Record the known illnesses.
    RecordIllnesses(RecordIllnesses),
    /// Allow an account to act for the patient, such as a parent's or a carer's.
    AddProxy(AddProxy),
    /// Withdraw that permission.
    RemoveProxy(RemoveProxy),
}

/// Registers a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterPatient {
    /// Id of the new patient.
    pub patient: PatientId,
    /// Name.
    pub name: PersonName,
    /// Birth date.
    pub birth_date: BirthDate,
    /// Phone number.
    pub phone: Option<PhoneNumber>,
    /// Email address.
    pub email: Option<EmailAddress>,
    /// The actor who registers.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Replaces the contact details as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeContact {
    /// New phone number.
    pub phone: Option<PhoneNumber>,
    /// New email address.
    pub email: Option<EmailAddress>,
    /// The actor who changes them.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Changes some fields of the profile; the others stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeProfile {
    /// The change.
    pub change: ProfileChange,
    /// The actor who changes it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records the known illnesses as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordIllnesses {
    /// All of them; none if none is known.
    pub illnesses: KnownIllnesses,
    /// The actor who records them.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Allows an account to act for the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddProxy {
    /// The account.
    pub account: AccountId,
    /// True if the account is a patient's.
    pub is_patient: bool,
    /// Evidence that the staff has seen.
    pub evidence: Option<ProxyEvidence>,
    /// The actor who allows it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Withdraws the permission of an account to act for the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveProxy {
    /// The account.
    pub account: AccountId,
    /// The actor who withdraws it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

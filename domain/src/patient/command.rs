//! What can be asked of a patient's record.

use chrono::{DateTime, Utc};

use crate::values::{
    AccountId, Actor, BirthDate, EmailAddress, PatientId, PersonName, PhoneNumber,
};

/// A request to a patient's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatientCommand {
    /// Take a patient on.
    Register(RegisterPatient),
    /// Note where the patient is reached from now on.
    ChangeContact(ChangeContact),
    /// Let somebody act for the patient: a parent, a carer.
    AddProxy(AddProxy),
    /// Let somebody act for the patient no longer.
    RemoveProxy(RemoveProxy),
}

/// Takes a patient on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterPatient {
    /// The id that the patient will have.
    pub patient: PatientId,
    /// What the patient is called.
    pub name: PersonName,
    /// When the patient was born.
    pub birth_date: BirthDate,
    /// Where calls reach the patient.
    pub phone: Option<PhoneNumber>,
    /// Where mail reaches the patient.
    pub email: Option<EmailAddress>,
    /// Who registers.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Replaces the contact details as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeContact {
    /// Where calls reach the patient from now on.
    pub phone: Option<PhoneNumber>,
    /// Where mail reaches the patient from now on.
    pub email: Option<EmailAddress>,
    /// Who changes them.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Lets an account act for the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddProxy {
    /// Whose sign-in.
    pub account: AccountId,
    /// Who allows it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Lets an account act for the patient no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveProxy {
    /// Whose sign-in.
    pub account: AccountId,
    /// Who withdraws it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

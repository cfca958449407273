//! Commands on the consents of a patient.

use chrono::{DateTime, Utc};

use super::purpose::{ConsentGiver, ConsentPurpose};
use crate::values::{Actor, ConsentId, PatientId};

/// A command on the consents of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentCommand {
    /// Grant a consent.
    Grant(GrantConsent),
    /// Withdraw it.
    Withdraw(WithdrawConsent),
}

/// Grants a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantConsent {
    /// Id of the new consent.
    pub consent: ConsentId,
    /// The patient.
    pub patient: PatientId,
    /// The purpose.
    pub purpose: ConsentPurpose,
    /// End of the consent; `None` if it counts until it is withdrawn.
    pub until: Option<DateTime<Utc>>,
    /// The person who gives it.
    pub given_by: ConsentGiver,
    /// The actor who grants it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Withdraws a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawConsent {
    /// The consent.
    pub consent: ConsentId,
    /// The actor who withdraws it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

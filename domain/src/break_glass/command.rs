//! Commands of an emergency access.

use chrono::{DateTime, Utc};

use super::verdict::Verdict;
use crate::values::{AccountId, Actor, BreakGlassId, ClinicId, DoctorId, PatientId, Reason};

/// A command to an emergency access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreakGlassCommand {
    /// Open the record.
    Open(OpenBreakGlass),
    /// Review the access.
    Review(ReviewBreakGlass),
}

/// Opens a patient's record in an emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBreakGlass {
    /// Id of the new access.
    pub break_glass: BreakGlassId,
    /// The patient.
    pub patient: PatientId,
    /// The account that gets access.
    pub account: AccountId,
    /// The doctor, if the account is one.
    pub doctor: Option<DoctorId>,
    /// The clinic whose admins review it.
    pub clinic: ClinicId,
    /// The reason.
    pub reason: Reason,
    /// End of the access.
    pub until: DateTime<Utc>,
    /// The actor who opens it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Reviews an emergency access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewBreakGlass {
    /// The verdict.
    pub verdict: Verdict,
    /// A note of the reviewer.
    pub note: Option<Reason>,
    /// The actor who reviews it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

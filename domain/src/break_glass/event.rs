//! Events of an emergency access.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::verdict::Verdict;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{
    AccountId, Actor, BreakGlassId, ClinicId, DoctorId, PatientId, Reason, SubjectId,
};

/// An event of an emergency access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum BreakGlassEvent {
    /// The record was opened.
    #[serde(rename = "break_glass.opened")]
    Opened(BreakGlassOpened),
    /// The access was reviewed.
    #[serde(rename = "break_glass.reviewed")]
    Reviewed(BreakGlassReviewed),
}

event_types!(BreakGlassEvent {
    Opened => "break_glass.opened",
    Reviewed => "break_glass.reviewed",
});

/// A patient's record was opened in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakGlassOpened {
    /// The access.
    pub break_glass: BreakGlassId,
    /// The patient.
    pub patient: PatientId,
    /// The account that has access.
    pub account: AccountId,
    /// The doctor, if the account is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<DoctorId>,
    /// The clinic whose admins review it.
    pub clinic: ClinicId,
    /// End of the access.
    pub until: DateTime<Utc>,
    /// The actor who opened it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<BreakGlassOpenedPhi>,
}

/// Protected health information of [`BreakGlassOpened`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakGlassOpenedPhi {
    /// The reason.
    pub reason: Reason,
}

/// An emergency access was reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakGlassReviewed {
    /// The access.
    pub break_glass: BreakGlassId,
    /// The patient.
    pub patient: PatientId,
    /// The verdict.
    pub verdict: Verdict,
    /// The actor who reviewed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<BreakGlassReviewedPhi>,
}

/// Protected health information of [`BreakGlassReviewed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakGlassReviewedPhi {
    /// A note of the reviewer.
    pub note: Option<Reason>,
}

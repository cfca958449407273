//! Events of a prescription.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::line::PrescriptionLines;
use super::warning::OverriddenWarnings;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::record::{EnteredInErrorPhi, Sensitivity};
use crate::values::{
    Actor, AppointmentId, ClinicId, DoctorId, PatientId, PrescriptionId, Reason, SensitiveCategory,
    SubjectId,
};

/// An event of a prescription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PrescriptionEvent {
    /// A doctor issued the prescription.
    #[serde(rename = "prescription.issued")]
    Issued(PrescriptionIssued),
    /// A doctor replaced its lines.
    #[serde(rename = "prescription.amended")]
    Amended(PrescriptionAmended),
    /// A doctor cancelled it: the patient takes its drugs no longer.
    #[serde(rename = "prescription.cancelled")]
    Cancelled(PrescriptionCancelled),
    /// A doctor marked it as entered in error.
    #[serde(rename = "prescription.entered_in_error")]
    EnteredInError(PrescriptionEnteredInError),
}

event_types!(PrescriptionEvent {
    Issued => "prescription.issued",
    Amended => "prescription.amended",
    Cancelled => "prescription.cancelled",
    EnteredInError => "prescription.entered_in_error",
});

impl PrescriptionEvent {
    /// Returns the time of the event.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Issued(event) => event.at,
            Self::Amended(event) => event.at,
            Self::Cancelled(event) => event.at,
            Self::EnteredInError(event) => event.at,
        }
    }
}

/// A doctor issued the prescription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionIssued {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The appointment, if it was issued at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentId>,
    /// The actor who issued it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<PrescriptionIssuedPhi>,
}

/// Protected health information of [`PrescriptionIssued`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionIssuedPhi {
    /// The drugs.
    pub lines: PrescriptionLines,
    /// Warnings that the doctor has overridden, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<OverriddenWarnings>,
    /// Sensitive categories that it belongs to; nothing is derived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

impl PrescriptionIssuedPhi {
    /// Returns the content after an amendment. Sensitive categories of which the amendment says nothing stay.
    #[must_use]
    pub fn amended(self, amendment: PrescriptionAmendedPhi) -> Self {
        let PrescriptionAmendedPhi {
            lines,
            reason: _,
            overridden,
            sensitivity,
        } = amendment;
        Self {
            lines,
            overridden,
            sensitivity: sensitivity.or(self.sensitivity),
        }
    }

    /// Returns the sensitive categories that it belongs to.
    pub fn categories(&self) -> BTreeSet<SensitiveCategory> {
        Sensitivity::categories(self.sensitivity.as_ref(), [])
    }
}

/// A doctor replaced the lines of the prescription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionAmended {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The revision that it replaces: 1 is the prescription as it was issued.
    pub amends: u32,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who amended it.
    pub doctor: DoctorId,
    /// The actor who amended it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<PrescriptionAmendedPhi>,
}

/// Protected health information of [`PrescriptionAmended`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionAmendedPhi {
    /// The drugs, all of them.
    pub lines: PrescriptionLines,
    /// The reason.
    pub reason: Reason,
    /// Warnings that the doctor has overridden, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<OverriddenWarnings>,
    /// Sensitive categories that it belongs to; nothing is derived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// A doctor cancelled the prescription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionCancelled {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The patient.
    pub patient: PatientId,
    /// The actor who cancelled it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<PrescriptionCancelledPhi>,
}

/// Protected health information of [`PrescriptionCancelled`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionCancelledPhi {
    /// The reason.
    pub reason: Reason,
}

/// A doctor marked the prescription as entered in error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionEnteredInError {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The patient.
    pub patient: PatientId,
    /// The actor who marked it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<EnteredInErrorPhi>,
}

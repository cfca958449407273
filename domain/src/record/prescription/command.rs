//! Commands of a prescription.

use chrono::{DateTime, Utc};

use super::line::PrescriptionLines;
use super::warning::{OverriddenWarnings, Warning};
use crate::record::Sensitivity;
use crate::values::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, PrescriptionId, Reason};

/// A command to a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrescriptionCommand {
    /// Issue it.
    Issue(IssuePrescription),
    /// Replace its lines.
    Amend(AmendPrescription),
    /// Cancel it.
    Cancel(CancelPrescription),
    /// Mark it as entered in error.
    MarkEnteredInError(MarkPrescriptionEnteredInError),
}

/// Drugs to prescribe, with the warnings about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prescribed {
    /// The drugs.
    pub lines: PrescriptionLines,
    /// The warnings about them, by what the patient takes and is allergic to.
    pub warnings: Vec<Warning>,
    /// The warnings that the doctor overrides.
    pub overridden: Option<OverriddenWarnings>,
    /// Sensitive categories that it belongs to; of an amendment, none if they stay.
    pub sensitivity: Option<Sensitivity>,
}

/// Issues a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuePrescription {
    /// Id of the new prescription.
    pub prescription: PrescriptionId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The appointment, if it is issued at one.
    pub appointment: Option<AppointmentId>,
    /// The drugs.
    pub prescribed: Prescribed,
    /// The actor who issues it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Replaces the lines of a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendPrescription {
    /// The doctor.
    pub doctor: DoctorId,
    /// The drugs, all of them.
    pub prescribed: Prescribed,
    /// The reason.
    pub reason: Reason,
    /// The actor who amends it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Cancels a prescription: the patient takes its drugs no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelPrescription {
    /// The reason.
    pub reason: Reason,
    /// The actor who cancels it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Marks a prescription as entered in error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkPrescriptionEnteredInError {
    /// The reason.
    pub reason: Reason,
    /// The actor who marks it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

//! State of a prescription.

use serde::{Deserialize, Serialize};

use super::event::{PrescriptionEvent, PrescriptionIssued};
use crate::values::{ClinicId, DoctorId, PatientId, PrescriptionId};

/// A prescription, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prescription {
    /// Nothing has happened yet.
    #[default]
    Unissued,
    /// A doctor has issued it.
    Issued(IssuedPrescription),
}

/// A prescription after it was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedPrescription {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who issued it.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// Number of its revisions: 1 as it was issued.
    pub revision: u32,
    /// The status.
    pub status: PrescriptionStatus,
}

/// The status of a prescription. Whether its courses are over follows from time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PrescriptionStatus {
    /// In force.
    Active,
    /// Cancelled.
    Cancelled,
    /// Entered in error: hidden from the chart.
    EnteredInError,
}

impl Prescription {
    /// Returns the prescription, once it was issued.
    pub const fn issued(&self) -> Option<&IssuedPrescription> {
        match self {
            Self::Unissued => None,
            Self::Issued(prescription) => Some(prescription),
        }
    }
}

impl From<&PrescriptionIssued> for IssuedPrescription {
    fn from(issued: &PrescriptionIssued) -> Self {
        Self {
            prescription: issued.prescription,
            patient: issued.patient,
            doctor: issued.doctor,
            clinic: issued.clinic,
            revision: 1,
            status: PrescriptionStatus::Active,
        }
    }
}

/// Returns the prescription after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(state: Prescription, event: &PrescriptionEvent) -> Prescription {
    match (state, event) {
        (Prescription::Unissued, PrescriptionEvent::Issued(issued)) => {
            Prescription::Issued(issued.into())
        }
        (Prescription::Issued(prescription), event) => {
            Prescription::Issued(prescription.evolve(event))
        }
        (
            Prescription::Unissued,
            PrescriptionEvent::Amended(_)
            | PrescriptionEvent::Cancelled(_)
            | PrescriptionEvent::EnteredInError(_),
        ) => Prescription::Unissued,
    }
}

impl IssuedPrescription {
    fn evolve(mut self, event: &PrescriptionEvent) -> Self {
        match event {
            PrescriptionEvent::Issued(_) => {}
            PrescriptionEvent::Amended(amended) => self.revision = amended.amends + 1,
            PrescriptionEvent::Cancelled(_) => self.status = PrescriptionStatus::Cancelled,
            PrescriptionEvent::EnteredInError(_) => {
                self.status = PrescriptionStatus::EnteredInError;
            }
        }
        self
    }
}

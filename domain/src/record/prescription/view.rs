//! A prescription as it is read: its present lines, from its events.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::event::{PrescriptionEvent, PrescriptionIssued, PrescriptionIssuedPhi};
use super::line::PrescriptionLine;
use super::state::PrescriptionStatus;
use super::warning::CurrentDrug;
use crate::phi::Phi;
use crate::values::{
    Actor, AppointmentId, ClinicId, DoctorId, PatientId, PrescriptionId, Reason, SensitiveCategory,
};

/// A prescription, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrescriptionView {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who issued it.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The appointment, if it was issued at one.
    pub appointment: Option<AppointmentId>,
    /// The actor who issued it.
    pub issued_by: Actor,
    /// The time at which it was issued.
    pub issued_at: DateTime<Utc>,
    /// The time of its last amendment.
    pub amended_at: Option<DateTime<Utc>>,
    /// The present lines, with the warnings that were overridden for them.
    pub content: Phi<PrescriptionIssuedPhi>,
    /// Version in which its lines changed last.
    pub content_version: i64,
    /// Its end, by a cancellation or the mark *entered in error*.
    pub ending: Option<Ending>,
    /// Number of its revisions.
    pub revision: u32,
    /// Number of its events.
    pub version: i64,
}

/// The end of a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The status since.
    pub status: PrescriptionStatus,
    /// The time.
    pub at: DateTime<Utc>,
    /// The reason.
    pub reason: Phi<Reason>,
    /// Version in which it ended.
    pub version: i64,
}

impl PrescriptionView {
    /// Returns the prescription after its events; none if it was never issued.
    pub fn from_events(events: impl IntoIterator<Item = PrescriptionEvent>) -> Option<Self> {
        events
            .into_iter()
            .fold(None, |view: Option<Self>, event| match view {
                None => Self::from_first(event),
                Some(view) => Some(view.after(event)),
            })
    }

    /// Returns the status.
    pub fn status(&self) -> PrescriptionStatus {
        let ending = self.ending.as_ref();
        ending.map_or(PrescriptionStatus::Active, |ending| ending.status)
    }

    /// Returns the sensitive categories that it belongs to; none once erased.
    pub fn categories(&self) -> BTreeSet<SensitiveCategory> {
        let content = self.content.clear();
        content
            .map(PrescriptionIssuedPhi::categories)
            .unwrap_or_default()
    }

    /// Returns the fields that changed after a version.
    pub fn changed_since(&self, version: i64) -> Vec<&'static str> {
        let ended = self.ending.as_ref().map_or(0, |ending| ending.version);
        let changed = [("lines", self.content_version), ("status", ended)];
        let later = changed
            .into_iter()
            .filter(|(_, changed)| *changed > version);
        later.map(|(field, _)| field).collect()
    }

    /// Returns the drugs that the patient takes by it at `now`.
    pub fn current_drugs(&self, now: DateTime<Utc>) -> Vec<CurrentDrug> {
        if self.status() != PrescriptionStatus::Active {
            return Vec::new();
        }
        let start = self.amended_at.unwrap_or(self.issued_at);
        let lines = self.content.clear().map(|content| content.lines.as_slice());
        let current = lines.unwrap_or_default().iter();
        let current = current.filter(|line| !line.is_over(start, now));
        let drug = |line: &PrescriptionLine| CurrentDrug {
            prescription: self.prescription,
            line: line.clone(),
        };
        current.map(drug).collect()
    }

    fn from_first(event: PrescriptionEvent) -> Option<Self> {
        match event {
            PrescriptionEvent::Issued(issued) => Some(issued.into()),
            PrescriptionEvent::Amended(_)
            | PrescriptionEvent::Cancelled(_)
            | PrescriptionEvent::EnteredInError(_) => None,
        }
    }

    fn after(mut self, event: PrescriptionEvent) -> Self {
        let version = self.version + 1;
        match event {
            PrescriptionEvent::Issued(_) => return self,
            PrescriptionEvent::Amended(amended) => {
                self.content_version = version;
                self.amended_at = Some(amended.at);
                self.revision = amended.amends + 1;
                self.content = self
                    .content
                    .merge(amended.phi, PrescriptionIssuedPhi::amended);
            }
            PrescriptionEvent::Cancelled(cancelled) => {
                self.ending = Some(Ending {
                    status: PrescriptionStatus::Cancelled,
                    at: cancelled.at,
                    reason: cancelled.phi.map(|phi| phi.reason),
                    version,
                });
            }
            PrescriptionEvent::EnteredInError(marked) => {
                self.ending = Some(Ending {
                    status: PrescriptionStatus::EnteredInError,
                    at: marked.at,
                    reason: marked.phi.map(|phi| phi.reason),
                    version,
                });
            }
        }
        self.version = version;
        self
    }
}

impl From<PrescriptionIssued> for PrescriptionView {
    fn from(issued: PrescriptionIssued) -> Self {
        let PrescriptionIssued {
            prescription,
            patient,
            doctor,
            clinic,
            appointment,
            by,
            at,
            subject: _,
            phi,
        } = issued;
        Self {
            prescription,
            patient,
            doctor,
            clinic,
            appointment,
            issued_by: by,
            issued_at: at,
            amended_at: None,
            content: phi,
            content_version: 1,
            ending: None,
            revision: 1,
            version: 1,
        }
    }
}

//! Commands on the clinical record: notes and their drafts, prescriptions, allergies, vital signs, health summaries.
//!
//! A draft is a row that its author overwrites ([`NoteDraftStore`]); everything else is an event. Who may write is one
//! row of the permission table per action, and `chart` is the patient as a resource, with the caller's relations to the
//! chart, as the read models know them: they may be behind, and then hide a patient.

mod allergies;
mod drafts;
mod health_summary;
mod medication;
mod notes;
mod prescriptions;
mod views;
mod vitals;
mod writer;

use std::sync::Arc;

use domain::note::{Note, NoteRefusal, NoteStatus};
use domain::prescription::{Prescription, PrescriptionStatus};
use domain::{AllergyId, NoteId, PatientId, PrescriptionId};
use event_store::Decided;
use serde::{Deserialize, Serialize};

pub use allergies::AllergyChange;
pub use health_summary::{HealthSummaryReply, NewItem, SummaryChange, SummaryTarget};
pub use prescriptions::{NewDrugs, NewPrescription, NewRevision};
pub use vitals::{NewVitals, VitalsChange, VitalsReply};

use crate::ports::NoteDraftStore;
use crate::{CommandError, Commands, Done};

/// Everything that the clinical record needs.
#[derive(Clone)]
pub struct Records {
    pub(crate) commands: Commands,
    pub(crate) drafts: Arc<dyn NoteDraftStore>,
}

impl Records {
    /// The clinical record over the write side.
    #[must_use]
    pub fn new(commands: Commands, drafts: Arc<dyn NoteDraftStore>) -> Self {
        Self { commands, drafts }
    }
}

/// The refusal of a command on the clinical record. `R` is the aggregate's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordRefusal<R> {
    /// A rule of the aggregate forbids it.
    #[error("refused")]
    Rule(R),
    /// The patient was erased.
    #[error("the patient was erased")]
    PatientErased,
    /// The doctor does not work at the clinic.
    #[error("the doctor does not work at this clinic")]
    DoctorNotAtClinic,
    /// The appointment is not one of this patient at this clinic.
    #[error("the appointment is of another patient or at another clinic")]
    OtherAppointment,
}

type Refused<R> = CommandError<RecordRefusal<R>>;

/// The reply of a command on a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftReply {
    /// The note that it becomes.
    pub note: NoteId,
    /// The draft's version.
    pub version: i64,
}

/// The reply of a command on a note: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteReply {
    /// The note.
    pub note: NoteId,
    /// The patient.
    pub patient: PatientId,
    /// The status.
    pub status: NoteStatus,
    /// Its version.
    pub version: i64,
}

/// The reply of a command on a prescription: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrescriptionReply {
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The patient.
    pub patient: PatientId,
    /// The status.
    pub status: PrescriptionStatus,
    /// Its version.
    pub version: i64,
}

/// The reply of a command on a patient's allergies: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllergyReply {
    /// The patient.
    pub patient: PatientId,
    /// The allergy.
    pub allergy: AllergyId,
    /// The version of the list.
    pub version: i64,
}

type DraftAnswer = Result<Done<DraftReply>, Refused<NoteRefusal>>;
type NoteAnswer = Result<Done<NoteReply>, Refused<NoteRefusal>>;

/// The reply for a note. `None` for one that is not signed, which no successful command leaves behind.
fn note_reply(decided: &Decided<Note>) -> Option<NoteReply> {
    let note = decided.aggregate.signed()?;
    Some(NoteReply {
        note: note.note,
        patient: note.patient,
        status: note.status,
        version: decided.version(),
    })
}

/// The same for a prescription.
fn prescription_reply(decided: &Decided<Prescription>) -> Option<PrescriptionReply> {
    let prescription = decided.aggregate.issued()?;
    Some(PrescriptionReply {
        prescription: prescription.prescription,
        patient: prescription.patient,
        status: prescription.status,
        version: decided.version(),
    })
}

//! A note as it is read: its content with all addenda, from its events.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::content::{AddendumContent, NoteContent};
use super::event::{NoteEvent, NoteSigned};
use super::state::NoteStatus;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;
use crate::values::{
    Actor, AppointmentId, ClinicId, DoctorId, NoteId, PatientId, SensitiveCategory,
};

/// A signed note, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteView {
    /// The note.
    pub note: NoteId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who wrote it.
    pub doctor: DoctorId,
    /// The clinic of the visit.
    pub clinic: ClinicId,
    /// The appointment, if the visit had one.
    pub appointment: Option<AppointmentId>,
    /// The time of the visit.
    pub visited_at: DateTime<Utc>,
    /// The actor who signed it.
    pub author: Actor,
    /// The time of the signature.
    pub signed_at: DateTime<Utc>,
    /// The content; empty once the patient was erased.
    pub content: Phi<NoteContent>,
    /// The addenda, in their order.
    pub addenda: Vec<Addendum>,
    /// The mark *entered in error*, with its reason.
    pub entered_in_error: Option<Phi<EnteredInErrorPhi>>,
    /// Number of its events.
    pub version: i64,
}

/// An addendum of a note, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addendum {
    /// Its number, from 1.
    pub number: u32,
    /// The doctor who wrote it.
    pub doctor: DoctorId,
    /// The time of the signature.
    pub signed_at: DateTime<Utc>,
    /// The content.
    pub content: Phi<AddendumContent>,
}

impl NoteView {
    /// Returns the note after its events; none if it was never signed.
    pub fn from_events(events: impl IntoIterator<Item = NoteEvent>) -> Option<Self> {
        events
            .into_iter()
            .fold(None, |view: Option<Self>, event| match view {
                None => Self::from_first(event),
                Some(view) => Some(view.after(event)),
            })
    }

    /// Returns the status.
    pub fn status(&self) -> NoteStatus {
        match (&self.entered_in_error, self.addenda.is_empty()) {
            (Some(_), _) => NoteStatus::EnteredInError,
            (None, true) => NoteStatus::Signed,
            (None, false) => NoteStatus::Amended,
        }
    }

    /// Returns the sensitive categories that it belongs to: those of the note and of each addendum.
    pub fn categories(&self) -> BTreeSet<SensitiveCategory> {
        let content = self.content.clear().map(NoteContent::categories);
        let addenda = self.addenda.iter();
        let added = addenda.filter_map(|addendum| addendum.content.clear());
        let added = added.map(AddendumContent::categories);
        content.into_iter().chain(added).flatten().collect()
    }

    fn from_first(event: NoteEvent) -> Option<Self> {
        match event {
            NoteEvent::Signed(signed) => Some(signed.into()),
            NoteEvent::AddendumSigned(_) | NoteEvent::EnteredInError(_) => None,
        }
    }

    fn after(mut self, event: NoteEvent) -> Self {
        match event {
            NoteEvent::Signed(_) => return self,
            NoteEvent::AddendumSigned(added) => self.addenda.push(Addendum {
                number: added.addendum,
                doctor: added.doctor,
                signed_at: added.at,
                content: added.phi,
            }),
            NoteEvent::EnteredInError(marked) => self.entered_in_error = Some(marked.phi),
        }
        self.version += 1;
        self
    }
}

impl From<NoteSigned> for NoteView {
    fn from(signed: NoteSigned) -> Self {
        let NoteSigned {
            note,
            patient,
            doctor,
            clinic,
            appointment,
            visited_at,
            draft_version: _,
            by,
            at,
            subject: _,
            phi,
        } = signed;
        Self {
            note,
            patient,
            doctor,
            clinic,
            appointment,
            visited_at,
            author: by,
            signed_at: at,
            content: phi,
            addenda: Vec::new(),
            entered_in_error: None,
            version: 1,
        }
    }
}

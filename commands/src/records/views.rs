//! Notes, prescriptions and allergies as they are read, and the events of other entries, from the log: now, or as of an
//! earlier time.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::allergy_list::{AllergyList, AllergyListEvent, AllergyListView};
use domain::health_summary::{HealthSummary, HealthSummaryEvent};
use domain::note::{Note, NoteEvent, NoteView};
use domain::prescription::{Prescription, PrescriptionEvent, PrescriptionView};
use domain::vitals::{Vitals, VitalsEvent};
use domain::{NoteId, PatientId, PrescriptionId, VitalsId};

use super::Records;
use crate::Fault;

impl Records {
    /// Returns a signed note with its addenda; `None` if there is none.
    pub async fn note(
        &self,
        note: NoteId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Option<NoteView>, Fault> {
        let events = self.note_events(note, as_of).await?;
        Ok(NoteView::from_events(events))
    }

    /// Returns the events of a note.
    pub async fn note_events(
        &self,
        note: NoteId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Vec<NoteEvent>, Fault> {
        self.events_until::<Note>(note, as_of, NoteEvent::at).await
    }

    /// Returns a prescription; `None` if there is none.
    pub async fn prescription(
        &self,
        prescription: PrescriptionId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Option<PrescriptionView>, Fault> {
        let events = self.prescription_events(prescription, as_of).await?;
        Ok(PrescriptionView::from_events(events))
    }

    /// Returns the events of a prescription.
    pub async fn prescription_events(
        &self,
        prescription: PrescriptionId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Vec<PrescriptionEvent>, Fault> {
        self.events_until::<Prescription>(prescription, as_of, PrescriptionEvent::at)
            .await
    }

    /// Returns all allergies that were ever recorded of a patient.
    pub async fn allergies(
        &self,
        patient: PatientId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<AllergyListView, Fault> {
        let events = self.allergy_events(patient, as_of).await?;
        Ok(AllergyListView::from_events(events))
    }

    /// Returns the events of a patient's allergies.
    pub async fn allergy_events(
        &self,
        patient: PatientId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Vec<AllergyListEvent>, Fault> {
        self.events_until::<AllergyList>(patient, as_of, AllergyListEvent::at)
            .await
    }

    /// Returns the events of a set of vital signs.
    pub async fn vitals_events(
        &self,
        vitals: VitalsId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Vec<VitalsEvent>, Fault> {
        self.events_until::<Vitals>(vitals, as_of, VitalsEvent::at)
            .await
    }

    /// Returns the events of a patient's health summary.
    pub async fn health_summary_events(
        &self,
        patient: PatientId,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<Vec<HealthSummaryEvent>, Fault> {
        self.events_until::<HealthSummary>(patient, as_of, HealthSummaryEvent::at)
            .await
    }

    async fn events_until<A: Aggregate>(
        &self,
        id: impl ToString,
        as_of: Option<DateTime<Utc>>,
        at: impl Fn(&A::Event) -> DateTime<Utc>,
    ) -> Result<Vec<A::Event>, Fault> {
        let events = self.commands.store.read_events::<A>(&id.to_string()).await;
        let mut events = events.map_err(Fault::doing("reading the events of a record"))?;
        if let Some(as_of) = as_of {
            events.retain(|event| at(event) <= as_of);
        }
        Ok(events)
    }
}

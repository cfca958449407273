//! The steps of a chart as histories of the aggregates that record them. Their rules decide, as they do for commands.

mod allergies;
mod medication;
mod notes;
mod summary;
mod vitals;

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use domain::{Actor, AppointmentId, ClinicId, DoctorId, PatientId};
use event_store::History;
use uuid::Uuid;

use super::step::{By, Entry, Occasion, Step, What};
use crate::chance::Chance;
use crate::doctors::DemoDoctor;
use crate::tale::{Act, Tale};
use crate::visits::Booked;
use allergies::Allergies;
use medication::Medication;
use notes::Notes;
use summary::Summary;
use vitals::AllVitals;

/// The people of a chart, and the appointments of its visits.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) patient: PatientId,
    /// The patient as an actor, if they have an account.
    pub(super) actor: Option<Actor>,
    pub(super) doctors: &'a [DemoDoctor],
    pub(super) booked: &'a Booked,
}

impl Names<'_> {
    fn appointment(&self, occasion: Occasion) -> Option<AppointmentId> {
        self.booked.get(&occasion.visit?).copied()
    }

    fn author(&self, step: &Step, id: Uuid) -> anyhow::Result<Author> {
        let (patient, at) = (self.patient, step.at);
        Ok(match step.by {
            By::Doctor(doctor) => {
                let doctor = &self.doctors[doctor];
                Author {
                    patient,
                    by: doctor.actor(),
                    doctor: Some(doctor.doctor),
                    clinic: Some(doctor.clinic.clinic),
                    at,
                    id,
                }
            }
            By::Patient => Author {
                patient,
                by: self
                    .actor
                    .context("a patient without an account writes nothing")?,
                doctor: None,
                clinic: None,
                at,
                id,
            },
        })
    }
}

/// The author of a step, its time, and an id for what is new.
#[derive(Clone, Copy)]
struct Author {
    patient: PatientId,
    by: Actor,
    doctor: Option<DoctorId>,
    clinic: Option<ClinicId>,
    at: DateTime<Utc>,
    id: Uuid,
}

impl Author {
    fn act(self) -> Act {
        let Self { by, clinic, at, .. } = self;
        Act { by, at, clinic }
    }

    fn doctor(self) -> anyhow::Result<DoctorId> {
        self.doctor.context("a doctor has to do this")
    }

    fn clinic(self) -> anyhow::Result<ClinicId> {
        self.clinic.context("a doctor of a clinic has to do this")
    }
}

/// Returns the histories of a chart.
pub(super) async fn tell(names: Names<'_>, steps: &[Step]) -> anyhow::Result<Vec<History>> {
    let patient = names.patient;
    let mut ids = Chance::new(patient.as_uuid().as_u64_pair().1);
    let mut notes = Notes::default();
    let mut vitals = AllVitals::default();
    let mut allergies = Allergies::new(patient, ids.id(0));
    let mut summary = Summary::new(patient, ids.id(0));
    let mut medication = Medication::new(patient, ids.id(0));
    for step in steps {
        let id = ids.id(u64::try_from(step.at.timestamp_millis()).unwrap_or_default());
        let (author, entry) = (names.author(step, id)?, step.entry);
        match step.what.clone() {
            What::Note(what) => notes.tell(entry, what, &names, author).await,
            What::Vitals(what) => vitals.tell(entry, what, &names, author).await,
            What::Allergy(what) => allergies.tell(entry, what, author).await,
            What::Item(what) => summary.tell(entry, what, &names, author).await,
            What::Prescription(what) => {
                let known = allergies.known();
                medication.tell(entry, what, known, &names, author).await
            }
        }
        .with_context(|| format!("writing the chart of {patient}"))?;
    }
    let mut histories = notes.told();
    histories.extend(vitals.told());
    histories.extend(allergies.told());
    histories.extend(summary.told());
    histories.extend(medication.told());
    Ok(histories)
}

/// Takes what was told of an entry so far.
fn taken<A>(tales: &mut BTreeMap<Entry, Tale<A>>, entry: Entry) -> anyhow::Result<Tale<A>> {
    tales.remove(&entry).context("looking for an entry")
}

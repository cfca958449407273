//! Vital signs.

use std::collections::BTreeMap;

use domain::vitals::{CorrectVitals, EnterVitalsInError, RecordVitals, Vitals, VitalsCommand};
use domain::{Reason, VitalsId};
use event_store::History;

use super::{Author, Entry, Names, taken};
use crate::charts::step::VitalsStep;
use crate::tale::Tale;

/// All sets of vital signs of a patient.
#[derive(Default)]
pub(super) struct AllVitals(BTreeMap<Entry, Tale<Vitals>>);

impl AllVitals {
    pub(super) async fn tell(
        &mut self,
        entry: Entry,
        what: VitalsStep,
        names: &Names<'_>,
        author: Author,
    ) -> anyhow::Result<()> {
        let Author {
            by, doctor, at, id, ..
        } = author;
        let (tale, command) = match what {
            VitalsStep::Record {
                taken_at,
                occasion,
                measurements,
            } => {
                let appointment = occasion.and_then(|occasion| names.appointment(occasion));
                let record = RecordVitals {
                    vitals: VitalsId::from_uuid(id),
                    patient: author.patient,
                    taken_at,
                    appointment,
                    clinic: author.clinic.filter(|_| doctor.is_some()),
                    measurements,
                    sensitivity: None,
                    doctor,
                    by,
                    at,
                };
                (Tale::new(id), VitalsCommand::Record(record))
            }
            VitalsStep::Correct {
                taken_at,
                measurements,
                reason,
            } => {
                let correct = CorrectVitals {
                    taken_at,
                    measurements,
                    sensitivity: None,
                    reason: Reason::parse(reason)?,
                    doctor,
                    by,
                    at,
                };
                let tale = taken(&mut self.0, entry)?;
                (tale, VitalsCommand::Correct(correct))
            }
            VitalsStep::MarkInError(reason) => {
                let mark = EnterVitalsInError {
                    reason: Reason::parse(reason)?,
                    doctor,
                    by,
                    at,
                };
                let tale = taken(&mut self.0, entry)?;
                (tale, VitalsCommand::EnterInError(mark))
            }
        };
        self.0
            .insert(entry, tale.then(author.act(), command).await?);
        Ok(())
    }

    pub(super) fn told(self) -> Vec<History> {
        self.0.into_values().map(Tale::told).collect()
    }
}

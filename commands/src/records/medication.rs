//! What a patient takes and is allergic to, for the warnings about a prescription.

use chrono::{DateTime, Utc};
use domain::allergy_list::{AllergyList, AllergyListView};
use domain::medication_list::{
    ListPrescription, MedicationList, MedicationListCommand, MedicationListRefusal,
};
use domain::prescription::{
    CurrentDrug, KnownAllergy, Prescription, PrescriptionLines, PrescriptionRefusal,
    PrescriptionView, Warning, warnings,
};
use domain::{Actor, PatientId, PrescriptionId};
use event_store::{Decided, Loaded, ReadSet};

use super::{RecordRefusal, Refused};
use crate::{CommandError, Commands};

/// What a patient takes and is allergic to.
pub(super) struct Medication {
    patient: PatientId,
    list: Loaded<MedicationList>,
    current: Vec<CurrentDrug>,
    /// Listed prescriptions whose courses are over.
    over: Vec<PrescriptionId>,
    allergies: Vec<KnownAllergy>,
}

impl Commands {
    /// Reads what a patient takes at `now` and is allergic to, from the log.
    ///
    /// The list of current prescriptions is written by each command that issues, amends or ends one, and the allergies
    /// are in the read set. So of two commands at the same moment one runs again, and sees what the other has written.
    pub(super) async fn medication<R>(
        &self,
        read: &ReadSet,
        patient: PatientId,
        now: DateTime<Utc>,
    ) -> Result<Medication, CommandError<R>> {
        // Not the pending state: the contents of a pending prescription can't be read yet.
        let list = read.load_from_log::<MedicationList>(patient).await?;
        read.require::<AllergyList>(patient).await?;
        let events = self
            .store
            .read_events::<AllergyList>(&patient.to_string())
            .await?;
        let allergies = AllergyListView::from_events(events).known();
        let (mut current, mut over) = (Vec::new(), Vec::new());
        for prescription in &list.aggregate().current {
            let id = prescription.to_string();
            let events = self.store.read_events::<Prescription>(&id).await?;
            let view = PrescriptionView::from_events(events);
            let drugs = view.map_or(Vec::new(), |view| view.current_drugs(now));
            if drugs.is_empty() {
                over.push(*prescription);
            }
            current.extend(drugs);
        }
        Ok(Medication {
            patient,
            list,
            current,
            over,
            allergies,
        })
    }
}

impl Medication {
    /// The same without a prescription, for the warnings about its amendment.
    pub(super) fn without(mut self, prescription: PrescriptionId) -> Self {
        self.current
            .retain(|drug| drug.prescription != prescription);
        self
    }

    /// Returns the warnings about new lines.
    pub(super) fn warnings(&self, lines: &PrescriptionLines) -> Vec<Warning> {
        warnings(lines.as_slice(), &self.current, &self.allergies)
    }

    /// Lists a prescription that is issued or amended.
    pub(super) async fn list(
        self,
        prescription: PrescriptionId,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<Decided<MedicationList>, Refused<PrescriptionRefusal>> {
        let command = MedicationListCommand::List(ListPrescription {
            patient: self.patient,
            prescription,
            over: self.over,
            by,
            at,
        });
        let listed = self.list.decide(command).await;
        Ok(listed.map_err(|error| error.map(of_list))?)
    }
}

/// A refusal of the list, as one of the prescription.
pub(super) fn of_list(refusal: MedicationListRefusal) -> RecordRefusal<PrescriptionRefusal> {
    let MedicationListRefusal::TooManyCurrent { max } = refusal;
    RecordRefusal::Rule(PrescriptionRefusal::TooManyCurrent { max })
}

//! The content of an entry.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::allergy_list::AllergyContent;
use domain::health_summary::SummaryContent;
use domain::note::{AddendumContent, NoteContent};
use domain::prescription::{PrescriptionAmendedPhi, PrescriptionIssuedPhi};
use domain::record::{Diagnosis, PartialDate, Sensitivity};
use domain::vitals::Measurements;
use domain::{DoctorId, Reason, SensitiveCategory};
use serde::{Deserialize, Serialize};

/// The content of an entry, with what is sealed beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartPhi {
    /// The content.
    pub content: EntryContent,
    /// Date of its end, if it has ended and the date is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<PartialDate>,
    /// Reason of its status, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Changes to its derived sensitive categories, of vital signs and of items of a health summary. Other contents have
    /// their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// Content of an entry, by the aggregate that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EntryContent {
    /// A signed note.
    Note(SignedNote),
    /// A prescription.
    Prescription(PrescriptionIssuedPhi),
    /// An allergy or an intolerance.
    Allergy(AllergyContent),
    /// Vital signs.
    Vitals(Measurements),
    /// An item of the health summary.
    Summary(SummaryContent),
}

/// A signed note with its addenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedNote {
    /// The note.
    pub content: NoteContent,
    /// Its addenda, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addenda: Vec<NoteAddendum>,
}

/// An addendum of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoteAddendum {
    /// Its number, from 1.
    pub number: u32,
    /// The doctor who wrote it.
    pub doctor: DoctorId,
    /// The time of the signature.
    pub signed_at: DateTime<Utc>,
    /// The addendum.
    pub content: AddendumContent,
}

impl SignedNote {
    /// Returns all diagnoses, also those that an addendum added.
    pub(super) fn diagnoses(&self) -> impl Iterator<Item = &Diagnosis> {
        let addenda = self.addenda.iter();
        let added = addenda.flat_map(|addendum| addendum.content.diagnoses.as_slice());
        self.content.diagnoses.as_slice().iter().chain(added)
    }
}

impl ChartPhi {
    /// The same after a new revision of the content. Sensitive categories of which it says nothing stay.
    pub(super) fn revised(self, content: EntryContent, sensitivity: Option<Sensitivity>) -> Self {
        Self {
            content,
            sensitivity: sensitivity.or(self.sensitivity),
            ..self
        }
    }

    /// Returns the sensitive categories that the entry belongs to.
    pub(super) fn categories(&self) -> BTreeSet<SensitiveCategory> {
        let own = self.sensitivity.as_ref();
        match &self.content {
            EntryContent::Note(note) => {
                let addenda = note.addenda.iter();
                let added = addenda.map(|addendum| addendum.content.categories());
                [note.content.categories()]
                    .into_iter()
                    .chain(added)
                    .flatten()
                    .collect()
            }
            EntryContent::Prescription(prescription) => prescription.categories(),
            EntryContent::Allergy(allergy) => allergy.categories(),
            EntryContent::Vitals(_) => Sensitivity::categories(own, []),
            EntryContent::Summary(content) => Sensitivity::categories(own, content.diagnosis()),
        }
    }

    /// The same after a correction of an allergy.
    pub(super) fn correct_allergy(mut self, correction: AllergyContent) -> Self {
        if let EntryContent::Allergy(allergy) = self.content {
            self.content = EntryContent::Allergy(allergy.corrected(correction));
        }
        self
    }

    /// The same after an amendment of a prescription.
    pub(super) fn amend_prescription(mut self, amendment: PrescriptionAmendedPhi) -> Self {
        if let EntryContent::Prescription(issued) = self.content {
            self.content = EntryContent::Prescription(issued.amended(amendment));
        }
        self
    }

    /// The same with one more addendum, of a note.
    pub(super) fn with_addendum(mut self, addendum: NoteAddendum) -> Self {
        if let EntryContent::Note(note) = &mut self.content {
            note.addenda.push(addendum);
        }
        self
    }
}

impl From<EntryContent> for ChartPhi {
    fn from(content: EntryContent) -> Self {
        Self {
            content,
            ended_on: None,
            reason: None,
            sensitivity: None,
        }
    }
}

//! An entry of a chart.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::allergy_list::AllergyContent;
use domain::health_summary::{SummaryContent, SummaryKind};
use domain::note::{AddendumContent, NoteContent};
use domain::prescription::{PrescriptionAmendedPhi, PrescriptionIssuedPhi};
use domain::record::{Diagnosis, Icd10Code, PartialDate, Sensitivity};
use domain::vitals::Measurements;
use domain::{
    AccountId, Actor, AppointmentId, ClinicId, DoctorId, PatientId, Phi, Reason, Role,
    SensitiveCategory, SubjectId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An entry of a patient's chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartEntry {
    /// Id of the set of vital signs or of the item.
    pub entry: Uuid,
    /// The patient.
    pub patient: PatientId,
    /// Its kind.
    pub kind: EntryKind,
    /// Its status.
    pub status: EntryStatus,
    /// Time that it is about: of a measurement, else the time at which it was recorded.
    pub occurred_at: DateTime<Utc>,
    /// Time at which it was first recorded.
    pub recorded_at: DateTime<Utc>,
    /// Its revision; the first one is 1.
    pub revision: u32,
    /// The author of the first revision.
    pub author: EntryAuthor,
    /// The clinic of its visit.
    pub clinic: Option<ClinicId>,
    /// Its visit, if it was recorded at one.
    pub appointment: Option<AppointmentId>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What it says. Once erased, an entry says no more than that there was one.
    pub phi: Phi<ChartPhi>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// The author of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryAuthor {
    /// The account; none if the program did it by itself.
    pub account: Option<AccountId>,
    /// The role in which it acted.
    pub role: Option<Role>,
    /// The doctor, if one acted.
    pub doctor: Option<DoctorId>,
}

impl EntryAuthor {
    pub(super) fn new(by: Actor, doctor: Option<DoctorId>) -> Self {
        Self {
            account: by.account_id(),
            role: by.role(),
            doctor,
        }
    }
}

macro_rules! words {
    ($(#[doc = $doc:literal] $name:ident { $(#[doc = $variant_doc:literal] $variant:ident = $word:literal,)+ })+) => {$(
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $variant_doc] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the word in the table and in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    )+};
}

words! {
    /// Kind of an entry.
    EntryKind {
        /// A signed note about a visit.
        Note = "NOTE",
        /// A prescription.
        Prescription = "PRESCRIPTION",
        /// An allergy or an intolerance.
        Allergy = "ALLERGY",
        /// A set of vital signs.
        Vitals = "VITALS",
        /// A condition of the patient.
        Problem = "PROBLEM",
        /// A vaccination.
        Immunisation = "IMMUNISATION",
        /// A condition of a relative.
        FamilyHistory = "FAMILY_HISTORY",
        /// A habit or a circumstance that bears on health.
        SocialHistory = "SOCIAL_HISTORY",
    }
    /// Kind of a change of an entry.
    ChangeKind {
        /// It was recorded.
        Recorded = "RECORDED",
        /// It was corrected.
        Corrected = "CORRECTED",
        /// A note got an addendum, or a prescription new lines.
        Amended = "AMENDED",
        /// The prescription was cancelled.
        Cancelled = "CANCELLED",
        /// It is over.
        Ended = "ENDED",
        /// It should never have been there.
        EnteredInError = "ENTERED_IN_ERROR",
    }
    /// Status of an entry.
    EntryStatus {
        /// It holds.
        Active = "ACTIVE",
        /// It is over.
        Ended = "ENDED",
        /// The prescription was cancelled.
        Cancelled = "CANCELLED",
        /// It should never have been there.
        EnteredInError = "ENTERED_IN_ERROR",
    }
}

impl From<SummaryKind> for EntryKind {
    fn from(kind: SummaryKind) -> Self {
        match kind {
            SummaryKind::Problem => Self::Problem,
            SummaryKind::Immunisation => Self::Immunisation,
            SummaryKind::FamilyHistory => Self::FamilyHistory,
            SummaryKind::SocialHistory => Self::SocialHistory,
        }
    }
}

impl EntryKind {
    /// Returns whether entries of the kind are items of an aggregate that has the patient's id.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        match self {
            Self::Allergy
            | Self::Problem
            | Self::Immunisation
            | Self::FamilyHistory
            | Self::SocialHistory => true,
            Self::Note | Self::Prescription | Self::Vitals => false,
        }
    }

    /// Returns whether an entry of the kind may have diagnoses of the patient.
    #[must_use]
    pub const fn has_diagnoses(self) -> bool {
        match self {
            Self::Note | Self::Problem => true,
            Self::Prescription
            | Self::Allergy
            | Self::Vitals
            | Self::Immunisation
            | Self::FamilyHistory
            | Self::SocialHistory => false,
        }
    }
}

/// What an event did to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryChange {
    /// Kind of the change.
    pub kind: ChangeKind,
    /// Time of the change.
    pub at: DateTime<Utc>,
    /// Its author.
    pub author: EntryAuthor,
    /// Its reason, if one was given; nothing once erased.
    pub reason: Option<Reason>,
}

impl EntryChange {
    pub(super) fn new(
        kind: ChangeKind,
        at: DateTime<Utc>,
        author: EntryAuthor,
        reason: Option<&Reason>,
    ) -> Self {
        Self {
            kind,
            at,
            author,
            reason: reason.cloned(),
        }
    }
}

/// What an entry says.
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
    fn diagnoses(&self) -> impl Iterator<Item = &Diagnosis> {
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
    fn categories(&self) -> BTreeSet<SensitiveCategory> {
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

impl ChartEntry {
    /// Returns what the entry says; nothing once erased.
    #[must_use]
    pub fn content(&self) -> Option<&EntryContent> {
        self.phi.clear().map(|phi| &phi.content)
    }

    /// Returns the sensitive categories that it belongs to; none once erased.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<SensitiveCategory> {
        self.phi
            .clear()
            .map(ChartPhi::categories)
            .unwrap_or_default()
    }

    /// Returns the vital signs, if it has any.
    #[must_use]
    pub fn measurements(&self) -> Option<&Measurements> {
        match self.content()? {
            EntryContent::Vitals(measurements) => Some(measurements),
            EntryContent::Note(_)
            | EntryContent::Prescription(_)
            | EntryContent::Allergy(_)
            | EntryContent::Summary(_) => None,
        }
    }

    /// Returns whether it has a diagnosis with this code, or with a finer one below it.
    #[must_use]
    pub fn has_diagnosis(&self, code: &Icd10Code) -> bool {
        let is_within = |diagnosis: &Diagnosis| {
            let own = diagnosis.icd10.as_ref();
            own.is_some_and(|own| own.as_str().starts_with(code.as_str()))
        };
        match self.content() {
            Some(EntryContent::Summary(content)) => content.diagnosis().is_some_and(is_within),
            Some(EntryContent::Note(note)) => note.diagnoses().any(is_within),
            Some(
                EntryContent::Prescription(_) | EntryContent::Allergy(_) | EntryContent::Vitals(_),
            )
            | None => false,
        }
    }

    /// The entry after one more revision.
    pub(super) fn revised(self) -> Self {
        Self {
            revision: self.revision.saturating_add(1),
            ..self
        }
    }

    /// The entry after a revision that gives it another status.
    pub(super) fn with_status(self, status: EntryStatus) -> Self {
        Self {
            status,
            ..self.revised()
        }
    }

    /// The entry after a change of what it says.
    pub(super) fn with_phi<T>(
        self,
        change: Phi<T>,
        changed: impl FnOnce(ChartPhi, T) -> ChartPhi,
    ) -> Self {
        let phi = self.phi.merge(change, changed);
        Self { phi, ..self }
    }
}

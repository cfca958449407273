//! An entry of a chart.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::health_summary::SummaryKind;
use domain::record::{Diagnosis, Icd10Code};
use domain::vitals::Measurements;
use domain::{
    AccountId, Actor, AppointmentId, ClinicId, DoctorId, PatientId, Phi, Reason, Role,
    SensitiveCategory, SubjectId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::content::{ChartPhi, EntryContent};

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

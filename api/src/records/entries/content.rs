//! What an entry of a chart says, as answers show it: in the form in which the requests of its kind bring it.

use chrono::{DateTime, Utc};
use domain::DoctorId;
use domain::allergy_list::AllergyContent;
use domain::health_summary::{FamilyHistory, Immunisation, Problem, SocialHistory, SummaryContent};
use domain::note::{AddendumContent, NoteContent};
use domain::prescription::{PrescriptionIssuedPhi, PrescriptionLine};
use projections::chart::{EntryContent, NoteAddendum, SignedNote};
use serde::Serialize;
use utoipa::ToSchema;

use crate::records::{
    AddendumContentBody, AllergyRequest, FamilyHistoryBody, ImmunisationBody, LineBody,
    NoteContentBody, OverrideBody, ProblemBody, SocialHistoryBody, VitalsBody,
};

/// What an entry says: one field, by its kind.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum EntryContentBody {
    /// A signed note.
    Note {
        /// The note.
        note: NoteEntryBody,
    },
    /// A prescription.
    Prescription {
        /// The prescription.
        prescription: PrescriptionEntryBody,
    },
    /// An allergy or an intolerance.
    Allergy {
        /// The allergy.
        #[schema(value_type = AllergyRequest)]
        allergy: AllergyContent,
    },
    /// Vital signs.
    Vitals {
        /// The vital signs.
        vitals: Box<VitalsBody>,
    },
    /// A condition of the patient.
    Problem {
        /// The problem.
        #[schema(value_type = ProblemBody)]
        problem: Problem,
    },
    /// A vaccination.
    Immunisation {
        /// The vaccination.
        #[schema(value_type = ImmunisationBody)]
        immunisation: Immunisation,
    },
    /// A condition of a relative.
    #[serde(rename_all = "camelCase")]
    FamilyHistory {
        /// The condition.
        #[schema(value_type = FamilyHistoryBody)]
        family_history: FamilyHistory,
    },
    /// A habit or a circumstance that bears on health.
    #[serde(rename_all = "camelCase")]
    SocialHistory {
        /// The habit or circumstance.
        #[schema(value_type = SocialHistoryBody)]
        social_history: SocialHistory,
    },
}

/// A signed note with its addenda.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteEntryBody {
    /// The note.
    #[schema(value_type = NoteContentBody)]
    content: NoteContent,
    /// Its addenda, in their order.
    addenda: Vec<AddendumEntryBody>,
}

/// An addendum to a note in a chart.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddendumEntryBody {
    /// Its number, from 1.
    number: u32,
    /// The doctor who wrote it.
    #[schema(value_type = Uuid)]
    doctor_id: DoctorId,
    /// The time of the signature.
    signed_at: DateTime<Utc>,
    /// The addendum.
    #[schema(value_type = AddendumContentBody)]
    content: AddendumContent,
}

/// The drugs of a prescription.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionEntryBody {
    /// The drugs.
    #[schema(value_type = Vec<LineBody>)]
    lines: Vec<PrescriptionLine>,
    /// The warnings that were overridden for these lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden: Option<OverrideBody>,
}

impl From<EntryContent> for EntryContentBody {
    fn from(content: EntryContent) -> Self {
        match content {
            EntryContent::Note(note) => Self::Note { note: note.into() },
            EntryContent::Prescription(phi) => Self::Prescription {
                prescription: phi.into(),
            },
            EntryContent::Allergy(allergy) => Self::Allergy { allergy },
            EntryContent::Vitals(measurements) => Self::Vitals {
                vitals: Box::new((&measurements).into()),
            },
            EntryContent::Summary(content) => content.into(),
        }
    }
}

impl From<SummaryContent> for EntryContentBody {
    fn from(content: SummaryContent) -> Self {
        match content {
            SummaryContent::Problem(problem) => Self::Problem { problem },
            SummaryContent::Immunisation(immunisation) => Self::Immunisation { immunisation },
            SummaryContent::FamilyHistory(family_history) => Self::FamilyHistory { family_history },
            SummaryContent::SocialHistory(social_history) => Self::SocialHistory { social_history },
        }
    }
}

impl From<SignedNote> for NoteEntryBody {
    fn from(note: SignedNote) -> Self {
        let SignedNote { content, addenda } = note;
        Self {
            content,
            addenda: addenda.into_iter().map(AddendumEntryBody::from).collect(),
        }
    }
}

impl From<NoteAddendum> for AddendumEntryBody {
    fn from(addendum: NoteAddendum) -> Self {
        let NoteAddendum {
            number,
            doctor,
            signed_at,
            content,
        } = addendum;
        Self {
            number,
            doctor_id: doctor,
            signed_at,
            content,
        }
    }
}

impl From<PrescriptionIssuedPhi> for PrescriptionEntryBody {
    fn from(phi: PrescriptionIssuedPhi) -> Self {
        let PrescriptionIssuedPhi {
            lines,
            overridden,
            sensitivity: _,
        } = phi;
        Self {
            lines: lines.into(),
            overridden: overridden.map(OverrideBody::from),
        }
    }
}

//! What an item of a health summary says, as requests bring it. Answers show it in the same form.

use domain::health_summary::{
    DoseNumber, FamilyHistory, FamilyMember, Immunisation, OnsetAge, Problem, SocialHistory,
    SocialTopic, SummaryContent,
};
use domain::record::{ClinicalText, LotNumber, PartialDate, VaccineName};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::schemas;
use crate::records::DiagnosisBody;

/// An item of a health summary, by its kind.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SummaryContentBody {
    /// A condition of the patient.
    Problem(ProblemBody),
    /// A vaccination.
    Immunisation(ImmunisationBody),
    /// A condition of a relative.
    FamilyHistory(FamilyHistoryBody),
    /// A habit or a circumstance that bears on health.
    SocialHistory(SocialHistoryBody),
}

/// A condition of the patient.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProblemBody {
    /// The condition.
    diagnosis: DiagnosisBody,
    /// The date of its onset.
    #[schema(value_type = Option<schemas::PartialDate>)]
    onset: Option<PartialDate>,
    /// Free text.
    #[schema(value_type = Option<schemas::ClinicalText>)]
    remark: Option<ClinicalText>,
}

/// A vaccination.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImmunisationBody {
    /// The vaccine.
    #[schema(value_type = schemas::VaccineName)]
    vaccine: VaccineName,
    /// The date on which it was given.
    #[schema(value_type = schemas::PartialDate)]
    given_on: PartialDate,
    /// The number of the dose in its series.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 99)]
    dose_number: Option<DoseNumber>,
    /// The lot of the vaccine.
    #[schema(value_type = Option<schemas::LotNumber>)]
    lot: Option<LotNumber>,
    /// Free text.
    #[schema(value_type = Option<schemas::ClinicalText>)]
    remark: Option<ClinicalText>,
}

/// A condition of a relative.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FamilyHistoryBody {
    /// The relative.
    #[schema(value_type = schemas::FamilyMember)]
    relative: FamilyMember,
    /// The condition.
    diagnosis: DiagnosisBody,
    /// The age of the relative at its onset, in years.
    #[schema(value_type = Option<u8>, maximum = 120)]
    onset_age: Option<OnsetAge>,
    /// Free text.
    #[schema(value_type = Option<schemas::ClinicalText>)]
    remark: Option<ClinicalText>,
}

/// A habit or a circumstance that bears on health.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SocialHistoryBody {
    /// What it is about.
    #[schema(value_type = schemas::SocialTopic)]
    topic: SocialTopic,
    /// What is known.
    #[schema(value_type = schemas::ClinicalText)]
    statement: ClinicalText,
    /// The date from which on it is so.
    #[schema(value_type = Option<schemas::PartialDate>)]
    since: Option<PartialDate>,
}

/// Conversions of a body to the domain's type with the same fields.
macro_rules! same_fields {
    ($($body:ident => $domain:ident { $($field:ident),+ };)+) => {$(
        impl From<$body> for $domain {
            fn from(body: $body) -> Self {
                Self { $($field: body.$field.into()),+ }
            }
        }
    )+};
}

same_fields! {
    ProblemBody => Problem { diagnosis, onset, remark };
    ImmunisationBody => Immunisation { vaccine, given_on, dose_number, lot, remark };
    FamilyHistoryBody => FamilyHistory { relative, diagnosis, onset_age, remark };
    SocialHistoryBody => SocialHistory { topic, statement, since };
}

impl From<SummaryContentBody> for SummaryContent {
    fn from(body: SummaryContentBody) -> Self {
        match body {
            SummaryContentBody::Problem(body) => Self::Problem(body.into()),
            SummaryContentBody::Immunisation(body) => Self::Immunisation(body.into()),
            SummaryContentBody::FamilyHistory(body) => Self::FamilyHistory(body.into()),
            SummaryContentBody::SocialHistory(body) => Self::SocialHistory(body.into()),
        }
    }
}

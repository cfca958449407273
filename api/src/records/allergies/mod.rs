//! A patient's allergies: read, recorded, corrected, ended.

mod correct;
mod end;
mod list;
mod mark_in_error;
mod path;
mod record;

use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, NaiveDate, Utc};
use commands::records::{AllergyReply, RecordRefusal};
use commands::{CommandError, Target};
use domain::allergy_list::{
    AllergyContent, AllergyListRefusal, AllergyListView, AllergyStatus, AllergyView, Severity,
};
use domain::record::{ReactionText, SubstanceName};
use domain::{AllergyId, DoctorId, PatientId, Reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chart::ChartReader;
use super::difference::Difference;
use super::refusal::of_allergy;
use crate::app::App;
use crate::http::calendar_day::calendar_day_if_any;
use crate::http::problem::{Problem, of_command};
use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {correct::*, end::*, list::*, mark_in_error::*, record::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    const ONE: &str = "/patients/{id}/allergies/{allergyId}";
    config
        .route("/patients/{id}/allergies", web::get().to(list_allergies))
        .route("/patients/{id}/allergies", web::post().to(record_allergy))
        .route(ONE, web::put().to(correct_allergy))
        .route(&format!("{ONE}/end"), web::post().to(end_allergy))
        .route(
            &format!("{ONE}/entered-in-error"),
            web::post().to(mark_allergy_in_error),
        );
}

/// What is recorded of an allergy or an intolerance, all of it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllergyRequest {
    /// The substance that causes it.
    #[schema(value_type = schemas::SubstanceName)]
    substance: SubstanceName,
    /// The reaction, if it is known.
    #[schema(value_type = Option<schemas::ReactionText>)]
    reaction: Option<ReactionText>,
    /// The severity of the reaction, if it is known.
    #[schema(value_type = Option<schemas::Severity>)]
    severity: Option<Severity>,
    /// The date on which the reaction was first noted, if it is known.
    #[serde(default, deserialize_with = "calendar_day_if_any")]
    noted_on: Option<NaiveDate>,
}

/// A patient's allergies after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllergyState {
    /// The allergy.
    #[schema(value_type = Uuid)]
    id: AllergyId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The version of the patient's list, as in the `ETag`.
    version: i64,
}

/// The allergies that were ever recorded of a patient. Those that were entered in error are shown to doctors only.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllergyListBody {
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The allergies, in the order in which they were recorded.
    allergies: Vec<AllergyBody>,
    /// The version of the list, as in the `ETag`; 0 if nothing was ever recorded.
    version: i64,
}

/// An allergy. Once the patient was erased, its content is absent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllergyBody {
    /// The allergy.
    #[schema(value_type = Uuid)]
    id: AllergyId,
    /// The status.
    #[schema(value_type = schemas::AllergyStatus)]
    status: AllergyStatus,
    /// The doctor who recorded it.
    #[schema(value_type = Uuid)]
    recorded_by: DoctorId,
    /// The time at which it was recorded.
    recorded_at: DateTime<Utc>,
    /// The time of its last correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected_at: Option<DateTime<Utc>>,
    /// What is recorded of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AllergyRequest>)]
    content: Option<AllergyContent>,
    /// The time at which it was ended or marked as entered in error.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
    /// The reason of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    ending_reason: Option<Reason>,
}

impl Versioned for AllergyState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for AllergyListBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<AllergyReply> for AllergyState {
    fn from(reply: AllergyReply) -> Self {
        Self {
            id: reply.allergy,
            patient_id: reply.patient,
            version: reply.version,
        }
    }
}

impl From<AllergyRequest> for AllergyContent {
    fn from(request: AllergyRequest) -> Self {
        let AllergyRequest {
            substance,
            reaction,
            severity,
            noted_on,
        } = request;
        Self {
            substance,
            reaction,
            severity,
            noted_on,
        }
    }
}

impl AllergyListBody {
    /// The allergies, as this reader sees them.
    pub fn new(patient: PatientId, view: AllergyListView, reader: ChartReader) -> Self {
        let allergies = view.allergies.into_iter();
        let shown = allergies.filter(|allergy| {
            reader.sees_errors || allergy.status() != AllergyStatus::EnteredInError
        });
        Self {
            patient_id: patient,
            allergies: shown.map(AllergyBody::from).collect(),
            version: view.version,
        }
    }
}

impl From<AllergyView> for AllergyBody {
    fn from(view: AllergyView) -> Self {
        Self {
            id: view.allergy,
            status: view.status(),
            recorded_by: view.recorded_by,
            recorded_at: view.recorded_at,
            corrected_at: view.corrected_at,
            ended_at: view.ending.as_ref().map(|ending| ending.at),
            ending_reason: view.ending.and_then(|ending| ending.reason.into_clear()),
            content: view.content.into_clear(),
        }
    }
}

/// The problem of a change of allergies. A stale one shows the present list to the doctor who changes it, and which
/// allergies changed since.
async fn problem(
    app: &App,
    target: Target<PatientId>,
    error: CommandError<RecordRefusal<AllergyListRefusal>>,
) -> Problem {
    let is_stale = matches!(error, CommandError::Stale);
    let problem = of_command(error, of_allergy);
    let Some(seen) = target.expected_version.filter(|_| is_stale) else {
        return problem;
    };
    match app.records.allergies(target.id, None).await {
        Ok(view) => {
            let changed = view.changed_since(seen);
            let reader = ChartReader { sees_errors: true };
            let current = AllergyListBody::new(target.id, view, reader);
            problem.differing(Difference::new(&current, changed))
        }
        Err(fault) => fault.into(),
    }
}

//! A patient's allergies: read, recorded, corrected, ended.

mod change;
mod correct;
mod end;
mod list;
mod mark_in_error;
mod path;
mod record;

use std::collections::BTreeSet;

use actix_web::web::{self, Data, ServiceConfig};
use chrono::{DateTime, NaiveDate, Utc};
use commands::authorization::permit;
use commands::records::{AllergyReply, RecordRefusal};
use commands::{CommandError, Target};
use domain::allergy_list::{
    AllergyContent, AllergyListRefusal, AllergyListView, AllergyStatus, AllergyView, Severity,
};
use domain::record::{ReactionText, Sensitivity, SubstanceName};
use domain::{AllergyId, DoctorId, PatientId, Reason, SensitiveCategory};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chart::{ReadableChart, read_chart};
use super::difference::Difference;
use super::refusal::of_allergy;
use super::sensitivity::SensitivityBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::calendar_day::calendar_day_if_any;
use crate::http::position::Position;
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
    /// Sensitive categories that it belongs to; in a correction without it, those of before stay.
    sensitivity: Option<SensitivityBody>,
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
    /// Number of allergies that are withheld from you: they belong to a sensitive category.
    withheld: usize,
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
    /// The sensitive categories that it belongs to. Absent if none.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(value_type = Vec<schemas::SensitiveCategory>, required = false)]
    sensitive_categories: BTreeSet<SensitiveCategory>,
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
            sensitivity,
        } = request;
        Self {
            substance,
            reaction,
            severity,
            noted_on,
            sensitivity: sensitivity.map(Sensitivity::from),
        }
    }
}

impl AllergyListBody {
    /// The allergies, as this reader sees them.
    pub fn new(patient: PatientId, view: AllergyListView, chart: &ReadableChart<'_>) -> Self {
        let allergies = view.allergies.into_iter().filter(|allergy| {
            chart.reader.sees_errors || allergy.status() != AllergyStatus::EnteredInError
        });
        let (shown, withheld): (Vec<_>, Vec<_>) =
            allergies.partition(|allergy| chart.shows(allergy));
        Self {
            patient_id: patient,
            allergies: shown.into_iter().map(AllergyBody::from).collect(),
            withheld: withheld.len(),
            version: view.version,
        }
    }
}

impl AllergyListBody {
    fn has(&self, allergy: AllergyId) -> bool {
        let mut shown = self.allergies.iter();
        shown.any(|shown| shown.id == allergy)
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
            sensitive_categories: view.categories(),
            ended_at: view.ending.as_ref().map(|ending| ending.at),
            ending_reason: view.ending.and_then(|ending| ending.reason.into_clear()),
            content: view.content.into_clear(),
        }
    }
}

/// The problem of a change of allergies. A stale one shows the present list to the doctor who changes it, and which
/// allergies changed since.
async fn problem(
    app: &Data<App>,
    caller: &Access<permit::RecordAllergies>,
    target: Target<PatientId>,
    error: CommandError<RecordRefusal<AllergyListRefusal>>,
) -> Problem {
    let is_stale = matches!(error, CommandError::Stale);
    let problem = of_command(error, of_allergy);
    let Some(seen) = target.expected_version.filter(|_| is_stale) else {
        return problem;
    };
    let (patient, position) = (target.id, Position::any());
    let chart = match read_chart(app, caller, patient, patient.as_uuid(), &position).await {
        Ok(chart) => chart,
        Err(problem) => return problem,
    };
    match app.records.allergies(patient, None).await {
        Ok(view) => {
            let mut changed = view.changed_since(seen);
            let current = AllergyListBody::new(patient, view, &chart);
            changed.retain(|allergy| current.has(*allergy));
            problem.differing(Difference::new(&current, changed))
        }
        Err(fault) => fault.into(),
    }
}

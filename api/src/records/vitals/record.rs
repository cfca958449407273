//! `POST /api/v1/patients/{id}/vitals`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::records::NewVitals;
use domain::record::Sensitivity;
use domain::{AppointmentId, PatientId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::measurements::MeasurementsRequest;
use super::refusal::of_vitals;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::instant::instant_if_any;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::records::chart::chart_of;
use crate::records::{EntryState, SensitivityBody};

/// A set of vital signs.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VitalsRequest {
    /// The time of the measurement, not in the future; now if it is not given.
    #[serde(default, deserialize_with = "instant_if_any")]
    taken_at: Option<DateTime<Utc>>,
    /// The patient's visit at which it was measured, if it was at one.
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
    /// The vital signs.
    measurements: MeasurementsRequest,
    /// Sensitive categories that it belongs to.
    sensitivity: Option<SensitivityBody>,
}

problems!(Forbidden, NotFound, PatientErased, OtherAppointment);

/// Record vital signs: doctors who treat the patient may, and the patient and proxies, whose values are
/// marked as theirs by the role of the author.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/vitals",
    tag = "records",
    operation_id = "recordVitals",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = VitalsRequest,
    responses(
        (status = 201, description = "Recorded", body = EntryState),
        Problems,
    ),
)]
pub async fn record_vitals(
    app: Data<App>,
    caller: Access<permit::RecordVitals>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<VitalsRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let VitalsRequest {
        taken_at,
        appointment_id,
        measurements,
        sensitivity,
    } = request.body;
    let new = NewVitals {
        patient,
        taken_at,
        appointment: appointment_id,
        measurements: measurements.measurements()?,
        sensitivity: sensitivity.map(Sensitivity::from),
    };
    let chart = chart_of(&app, &caller, patient).await?;
    let done = app
        .records
        .record_vitals(&caller, new, &chart, &context)
        .await
        .map_err(|error| of_command(error, of_vitals))?;
    let location = format!("/api/v1/patients/{patient}/chart/{}", done.reply.vitals);
    Ok(created(&done.map(EntryState::from), &location))
}

//! `PUT /api/v1/patients/{id}/vitals/{entryId}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::records::VitalsChange;
use domain::record::Sensitivity;
use domain::{Reason, VitalsId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::change;
use super::measurements::MeasurementsRequest;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::instant::instant;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::schemas;
use crate::records::{EntryPath, EntryState, SensitivityBody};

/// A correction of vital signs. It replaces the set as a whole; what was there before stays in the record.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VitalsCorrection {
    /// The time of the measurement, not in the future.
    #[serde(deserialize_with = "instant")]
    taken_at: DateTime<Utc>,
    /// The vital signs, all of them.
    measurements: MeasurementsRequest,
    /// Sensitive categories that it belongs to; without it, those of before stay.
    sensitivity: Option<SensitivityBody>,
    /// The reason of the correction.
    #[schema(value_type = schemas::Reason)]
    reason: Reason,
}

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    EnteredInError,
    AccessLogUnavailable
);

/// Correct vital signs: doctors who treat the patient may; the patient and proxies may correct what one
/// of them recorded. If the set has changed since you read it, the answer is 412 with the `difference`.
#[utoipa::path(
    put,
    path = "/api/v1/patients/{id}/vitals/{entryId}",
    tag = "records",
    operation_id = "correctVitals",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("entryId" = Uuid, Path, description = "The set of vital signs"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = VitalsCorrection,
    responses(
        (status = 200, description = "Corrected", body = EntryState),
        Problems,
    ),
)]
pub async fn correct_vitals(
    app: Data<App>,
    caller: Access<permit::RecordVitals>,
    path: EntryPath<VitalsId>,
    IfMatch(seen): IfMatch,
    request: CommandRequest<VitalsCorrection>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let VitalsCorrection {
        taken_at,
        measurements,
        sensitivity,
        reason,
    } = request.body;
    let correction = VitalsChange::Correct {
        taken_at,
        measurements: measurements.measurements()?,
        sensitivity: sensitivity.map(Sensitivity::from),
        reason,
    };
    change(&app, &caller, path, seen, correction, &context).await
}

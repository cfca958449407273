//! `PUT /api/v1/patients/{id}/vitals/{entryId}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::Target;
use commands::authorization::permit;
use commands::records::VitalsChange;
use domain::vitals::Vitals;
use domain::{Reason, VitalsId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::measurements::MeasurementsRequest;
use super::refusal::of_vitals;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::instant::instant;
use crate::http::position::Position;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;
use crate::records::chart::{chart_of, read_chart};
use crate::records::{EntryHistory, EntryPath, EntryState, problem};

/// A correction of vital signs. It replaces the set as a whole; what was there before stays in the record.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VitalsCorrection {
    /// The time of the measurement, not in the future.
    #[serde(deserialize_with = "instant")]
    taken_at: DateTime<Utc>,
    /// The vital signs, all of them.
    measurements: MeasurementsRequest,
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
        reason,
    } = request.body;
    let change = VitalsChange::Correct {
        taken_at,
        measurements: measurements.measurements()?,
        reason,
    };
    let EntryPath {
        patient,
        entry: vitals,
    } = path;
    let chart = chart_of(&app, &caller, patient).await?;
    let (records, target) = (&app.records, Target::new(vitals, Some(seen)));
    let done = records.change_vitals(&caller, patient, target, change, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(EntryState::from))),
        Err(error) => {
            let position = Position::any();
            let reader = async {
                let item = vitals.as_uuid();
                let chart = read_chart(&app, &caller, patient, item, &position).await?;
                Ok(chart.reader)
            };
            let history = async {
                let events = records.vitals_events(vitals, None).await?;
                Ok(EntryHistory::from_events::<Vitals>(
                    events,
                    vitals.as_uuid(),
                ))
            };
            Err(problem(error, of_vitals, seen, reader, history).await)
        }
    }
}

//! `POST /api/v1/patients/{id}/allergies`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::PatientId;

use super::{AllergyRequest, AllergyState, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::records::chart::chart_of;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    TooManyAllergies,
    NotedInFuture,
    AccessLogUnavailable
);

/// Record an allergy of a patient: a doctor who treats the patient may. Prescriptions are checked against it from then
/// on.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/allergies",
    tag = "records",
    operation_id = "recordAllergy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = AllergyRequest,
    responses(
        (status = 201, description = "Recorded", body = AllergyState),
        Problems,
    ),
)]
pub async fn record_allergy(
    app: Data<App>,
    caller: Access<permit::RecordAllergies>,
    Id(patient): Id<PatientId>,
    MaybeIfMatch(seen): MaybeIfMatch,
    request: CommandRequest<AllergyRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let chart = chart_of(&app, &caller, patient).await?;
    let (target, allergy) = (Target::new(patient, seen), request.body.into());
    let records = &app.records;
    let done = records.record_allergy(&caller, target, allergy, &chart, &context);
    match done.await {
        Ok(done) => {
            let location = format!("/api/v1/patients/{patient}/allergies");
            Ok(created(&done.map(AllergyState::from), &location))
        }
        Err(error) => Err(problem(&app, &caller, target, error).await),
    }
}

//! `PUT /api/v1/patients/{id}/allergies/{allergyId}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use commands::records::AllergyChange;

use super::path::AllergyPath;
use super::{AllergyRequest, AllergyState, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::records::chart::chart_of;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    AllergyEnded,
    AllergyEnteredInError,
    NotedInFuture
);

/// Correct what is recorded of an allergy: a doctor who treats the patient may. If the list has changed since you read
/// it, the answer is 412 with the `difference`.
#[utoipa::path(
    put,
    path = "/api/v1/patients/{id}/allergies/{allergyId}",
    tag = "records",
    operation_id = "correctAllergy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("allergyId" = Uuid, Path, description = "The allergy"),
        IdempotencyHeader,
        IfMatch,
    ),
    request_body = AllergyRequest,
    responses(
        (status = 200, description = "Corrected", body = AllergyState),
        Problems,
    ),
)]
pub async fn correct_allergy(
    app: Data<App>,
    caller: Access<permit::RecordAllergies>,
    path: AllergyPath,
    IfMatch(seen): IfMatch,
    request: CommandRequest<AllergyRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let AllergyPath { patient, allergy } = path;
    let chart = chart_of(&app, &caller, patient).await?;
    let target = Target::new(patient, Some(seen));
    let (records, change) = (&app.records, AllergyChange::Correct(request.body.into()));
    let done = records.change_allergy(&caller, target, allergy, change, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(AllergyState::from))),
        Err(error) => Err(problem(&app, target, error).await),
    }
}

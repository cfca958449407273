//! `PUT /api/v1/patients/{id}/allergies/{allergyId}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::AllergyChange;

use super::change::change;
use super::path::AllergyPath;
use super::{AllergyRequest, AllergyState};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    AllergyEnded,
    AllergyEnteredInError,
    NotedInFuture,
    AccessLogUnavailable
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
    let correction = AllergyChange::Correct(request.body.into());
    change(&app, &caller, path, seen, correction, &context).await
}

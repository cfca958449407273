//! `POST /api/v1/patients/{id}/allergies/{allergyId}/end`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::AllergyChange;

use super::AllergyState;
use super::change::change;
use super::path::AllergyPath;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::records::ReasonRequest;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    AllergyEnteredInError,
    AccessLogUnavailable
);

/// End an allergy: the patient has it no longer. A doctor who treats the patient may. If the list has changed
/// since you read it, the answer is 412 with the `difference`.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/allergies/{allergyId}/end",
    tag = "records",
    operation_id = "endAllergy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("allergyId" = Uuid, Path, description = "The allergy"),
        IdempotencyHeader,
        IfMatch,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Ended, now or before", body = AllergyState),
        Problems,
    ),
)]
pub async fn end_allergy(
    app: Data<App>,
    caller: Access<permit::RecordAllergies>,
    path: AllergyPath,
    IfMatch(seen): IfMatch,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let end = AllergyChange::End(request.body.reason);
    change(&app, &caller, path, seen, end, &context).await
}

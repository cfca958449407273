//! `POST /api/v1/patients/{id}/allergies/{allergyId}/entered-in-error`

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

problems!(Forbidden, NotFound, PatientErased, AccessLogUnavailable);

/// Mark an allergy as entered in error: a doctor who treats the patient may. It is hidden from the chart, and stays in the log. If
/// the list has changed since you read it, the answer is 412 with the `difference`.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/allergies/{allergyId}/entered-in-error",
    tag = "records",
    operation_id = "markAllergyInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("allergyId" = Uuid, Path, description = "The allergy"),
        IdempotencyHeader,
        IfMatch,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Marked, now or before", body = AllergyState),
        Problems,
    ),
)]
pub async fn mark_allergy_in_error(
    app: Data<App>,
    caller: Access<permit::RecordAllergies>,
    path: AllergyPath,
    IfMatch(seen): IfMatch,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let in_error = AllergyChange::MarkInError(request.body.reason);
    change(&app, &caller, path, seen, in_error, &context).await
}

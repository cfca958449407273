//! `POST /api/v1/patients/{id}/vitals/{entryId}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::VitalsChange;
use domain::VitalsId;

use super::change::change;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::records::{EntryPath, EntryState, ReasonRequest};

problems!(Forbidden, NotFound, PatientErased, AccessLogUnavailable);

/// Mark vital signs as entered in error, as when they were another patient's: they are hidden and stay in the record. Who
/// may correct them may. If the set has changed since you read it, the answer is 412 with the `difference`.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/vitals/{entryId}/entered-in-error",
    tag = "records",
    operation_id = "markVitalsInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("entryId" = Uuid, Path, description = "The set of vital signs"),
        IdempotencyHeader,
        IfMatch,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "They are, from now on or as before", body = EntryState),
        Problems,
    ),
)]
pub async fn mark_vitals_in_error(
    app: Data<App>,
    caller: Access<permit::RecordVitals>,
    path: EntryPath<VitalsId>,
    IfMatch(seen): IfMatch,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let in_error = VitalsChange::MarkInError(request.body.reason);
    change(&app, &caller, path, seen, in_error, &context).await
}

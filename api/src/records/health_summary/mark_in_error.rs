//! `POST /api/v1/patients/{id}/health-summary/{entryId}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::SummaryChange;
use domain::SummaryItemId;

use super::change::change;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::records::{EntryPath, EntryState, ReasonRequest};

problems!(Forbidden, NotFound, PatientErased, AccessLogUnavailable);

/// Mark an item of a health summary as entered in error, as when it was another patient's: it is hidden and stays in the
/// record. Doctors who treat the patient may. If it has changed since you read it, the answer is 412 with the
/// `difference`.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/health-summary/{entryId}/entered-in-error",
    tag = "records",
    operation_id = "markSummaryItemInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("entryId" = Uuid, Path, description = "The item"),
        IdempotencyHeader,
        IfMatch,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "It is, from now on or as before", body = EntryState),
        Problems,
    ),
)]
pub async fn mark_summary_item_in_error(
    app: Data<App>,
    caller: Access<permit::ChangeHealthSummary>,
    path: EntryPath<SummaryItemId>,
    IfMatch(seen): IfMatch,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let in_error = SummaryChange::MarkInError(request.body.reason);
    change(&app, &caller, path, seen, in_error, &context).await
}

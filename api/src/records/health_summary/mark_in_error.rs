//! `POST /api/v1/patients/{id}/health-summary/{entryId}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::{SummaryChange, SummaryTarget};
use domain::SummaryItemId;

use super::refusal::of_summary;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::records::chart::chart_of;
use crate::records::{EntryPath, EntryState, ReasonRequest};

problems!(Forbidden, NotFound, PatientErased);

/// Mark an item of a health summary as entered in error, as when it was another patient's: it is hidden and stays in
/// the record. Doctors who treat the patient may.
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
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let chart = chart_of(&app, &caller, path.patient).await?;
    let target = SummaryTarget::latest(path.patient, path.entry);
    let change = SummaryChange::MarkInError(request.body.reason);
    let done = app
        .records
        .change_summary_item(&caller, target, change, &chart, &context)
        .await
        .map_err(|error| of_command(error, of_summary))?;
    Ok(changed(&done.map(EntryState::from)))
}

//! `POST /api/v1/patients/{id}/health-summary/{entryId}/end`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::{SummaryChange, SummaryTarget};
use domain::record::PartialDate;
use domain::{Reason, SummaryItemId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::of_summary;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;
use crate::records::chart::chart_of;
use crate::records::{EntryPath, EntryState};

/// The end of an item.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SummaryItemEnd {
    /// The date of its end, as far as it is known; not in the future.
    #[schema(value_type = Option<schemas::PartialDate>)]
    ended_on: Option<PartialDate>,
    /// The reason.
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
}

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    EnteredInError,
    SummaryItemEnded,
    SummaryItemDoesNotEnd
);

/// Say that an item of a health summary is over: a problem is resolved, a habit was given up. Doctors who treat the
/// patient may. It stays in the summary, as the patient's past.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/health-summary/{entryId}/end",
    tag = "records",
    operation_id = "endSummaryItem",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("entryId" = Uuid, Path, description = "The item"),
        IdempotencyHeader,
    ),
    request_body = SummaryItemEnd,
    responses(
        (status = 200, description = "It is over", body = EntryState),
        Problems,
    ),
)]
pub async fn end_summary_item(
    app: Data<App>,
    caller: Access<permit::ChangeHealthSummary>,
    path: EntryPath<SummaryItemId>,
    request: CommandRequest<SummaryItemEnd>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let SummaryItemEnd { ended_on, reason } = request.body;
    let chart = chart_of(&app, &caller, path.patient).await?;
    let target = SummaryTarget::latest(path.patient, path.entry);
    let change = SummaryChange::End { ended_on, reason };
    let done = app
        .records
        .change_summary_item(&caller, target, change, &chart, &context)
        .await
        .map_err(|error| of_command(error, of_summary))?;
    Ok(changed(&done.map(EntryState::from)))
}

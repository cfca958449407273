//! `POST /api/v1/patients/{id}/health-summary/{entryId}/end`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::SummaryChange;
use domain::record::PartialDate;
use domain::{Reason, SummaryItemId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::change;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::schemas;
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
    SummaryItemDoesNotEnd,
    AccessLogUnavailable
);

/// Say that an item of a health summary is over: a problem is resolved, a habit was given up. Doctors who treat the
/// patient may. It stays in the summary, as the patient's past. If it has
/// changed since you read it, the answer is 412 with the `difference`.
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
        IfMatch,
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
    IfMatch(seen): IfMatch,
    request: CommandRequest<SummaryItemEnd>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let SummaryItemEnd { ended_on, reason } = request.body;
    let end = SummaryChange::End { ended_on, reason };
    change(&app, &caller, path, seen, end, &context).await
}

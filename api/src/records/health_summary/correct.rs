//! `PUT /api/v1/patients/{id}/health-summary/{entryId}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::SummaryChange;
use domain::record::Sensitivity;
use domain::{Reason, SummaryItemId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::change;
use super::content::SummaryContentBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::schemas;
use crate::records::{EntryPath, EntryState, SensitivityBody};

/// A correction of an item. It replaces the item as a whole; what was there before stays in the record.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SummaryItemCorrection {
    /// The item, of the same kind.
    content: SummaryContentBody,
    /// Changes to its derived sensitive categories; without it, those of before stay.
    sensitivity: Option<SensitivityBody>,
    /// The reason of the correction.
    #[schema(value_type = schemas::Reason)]
    reason: Reason,
}

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    EnteredInError,
    AccessLogUnavailable
);

/// Correct an item of a health summary: doctors who treat the patient may. If it has changed since you read
/// it, the answer is 412 with the `difference`.
#[utoipa::path(
    put,
    path = "/api/v1/patients/{id}/health-summary/{entryId}",
    tag = "records",
    operation_id = "correctSummaryItem",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("entryId" = Uuid, Path, description = "The item"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = SummaryItemCorrection,
    responses(
        (status = 200, description = "Corrected", body = EntryState),
        Problems,
    ),
)]
pub async fn correct_summary_item(
    app: Data<App>,
    caller: Access<permit::ChangeHealthSummary>,
    path: EntryPath<SummaryItemId>,
    IfMatch(seen): IfMatch,
    request: CommandRequest<SummaryItemCorrection>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let SummaryItemCorrection {
        content,
        sensitivity,
        reason,
    } = request.body;
    let correction = SummaryChange::Correct {
        content: content.into(),
        sensitivity: sensitivity.map(Sensitivity::from),
        reason,
    };
    change(&app, &caller, path, seen, correction, &context).await
}

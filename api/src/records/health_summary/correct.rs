//! `PUT /api/v1/patients/{id}/health-summary/{entryId}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::{SummaryChange, SummaryTarget};
use domain::health_summary::HealthSummary;
use domain::{Reason, SummaryItemId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::content::SummaryContentBody;
use super::refusal::of_summary;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::position::Position;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;
use crate::records::chart::{chart_of, read_chart};
use crate::records::{EntryHistory, EntryPath, EntryState, problem};

/// A correction of an item. It replaces the item as a whole; what was there before stays in the record.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SummaryItemCorrection {
    /// The item, of the same kind.
    content: SummaryContentBody,
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
    let EntryPath {
        patient,
        entry: item,
    } = path;
    let SummaryItemCorrection { content, reason } = request.body;
    let change = SummaryChange::Correct {
        content: content.into(),
        reason,
    };
    let target = SummaryTarget {
        patient,
        item,
        expected_revision: Some(seen),
    };
    let chart = chart_of(&app, &caller, patient).await?;
    let records = &app.records;
    let done = records.change_summary_item(&caller, target, change, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(EntryState::from))),
        Err(error) => {
            let position = Position::any();
            let reader = async {
                let item = item.as_uuid();
                let chart = read_chart(&app, &caller, patient, item, &position).await?;
                Ok(chart.reader)
            };
            let history = async {
                let events = records.health_summary_events(patient, None).await?;
                let item = item.as_uuid();
                Ok(EntryHistory::from_events::<HealthSummary>(events, item))
            };
            Err(problem(error, of_summary, seen, reader, history).await)
        }
    }
}

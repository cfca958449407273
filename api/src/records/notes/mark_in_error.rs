//! `POST /api/v1/notes/{id}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::{NoteId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::NoteState;
use super::change::{chart_of_note, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// The reason of a change of the record.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReasonRequest {
    /// Up to 500 characters.
    #[schema(value_type = schemas::Reason)]
    pub reason: Reason,
}

problems!(Forbidden, NotFound, PatientErased, AccessLogUnavailable);

/// Mark a note as entered in error: its author may. It is hidden from the chart, and stays in the log. If it
/// has changed since you read it, the answer is 412 with the `difference`.
#[utoipa::path(
    post,
    path = "/api/v1/notes/{id}/entered-in-error",
    tag = "records",
    operation_id = "markNoteInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
        IdempotencyHeader,
        IfMatch,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Marked, now or before", body = NoteState),
        Problems,
    ),
)]
pub async fn mark_note_in_error(
    app: Data<App>,
    caller: Access<permit::MarkNoteInError>,
    Id(note): Id<NoteId>,
    IfMatch(seen): IfMatch,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let chart = chart_of_note(&app, &caller, note).await?;
    let (target, reason) = (Target::new(note, Some(seen)), request.body.reason);
    let records = &app.records;
    let done = records.mark_note_in_error(&caller, target, reason, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(NoteState::from))),
        Err(error) => Err(problem(&app, &caller, &chart, note, Some(seen), error).await),
    }
}

//! `POST /api/v1/notes/{id}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::{NoteId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::NoteState;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;
use crate::records::chart::chart_of;
use crate::records::refusal::of_note;

/// The reason of a change of the record.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReasonRequest {
    /// Up to 500 characters.
    #[schema(value_type = schemas::Reason)]
    pub reason: Reason,
}

problems!(Forbidden, NotFound, PatientErased);

/// Mark a note as entered in error: its author may. It is hidden from the chart, and stays in the log.
#[utoipa::path(
    post,
    path = "/api/v1/notes/{id}/entered-in-error",
    tag = "records",
    operation_id = "markNoteInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
        IdempotencyHeader,
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
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let patient = app.records.patient_of_note(note).await?;
    let patient = patient.ok_or_else(Problem::not_found)?;
    let chart = chart_of(&app, &caller, patient).await?;
    let (target, reason) = (Target::latest(note), request.body.reason);
    let done = app
        .records
        .mark_note_in_error(&caller, target, reason, &chart, &context)
        .await
        .map_err(|error| of_command(error, of_note))?;
    Ok(changed(&done.map(NoteState::from)))
}

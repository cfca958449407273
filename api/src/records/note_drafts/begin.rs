//! `POST /api/v1/patients/{id}/note-drafts`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::PatientId;

use super::{DraftRequest, DraftState};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::records::chart::chart_of;
use crate::records::refusal::of_note;

problems!(Forbidden, NotFound, PatientErased, NoteAlreadySigned);

/// Begin a note about a visit: a doctor who treats the patient may. It is a draft until its author signs it.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/note-drafts",
    tag = "records",
    operation_id = "beginNote",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = DraftRequest,
    responses(
        (status = 201, description = "Begun; only its author sees it", body = DraftState),
        Problems,
    ),
)]
pub async fn begin_note(
    app: Data<App>,
    caller: Access<permit::BeginNote>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<DraftRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let chart = chart_of(&app, &caller, patient).await?;
    let done = app
        .records
        .begin_note(&caller, patient, request.body.into(), &chart, &context)
        .await
        .map_err(|error| of_command(error, of_note))?;
    let location = format!("/api/v1/note-drafts/{}", done.reply.note);
    Ok(created(&done.map(DraftState::from), &location))
}

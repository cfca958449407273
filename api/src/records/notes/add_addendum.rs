//! `POST /api/v1/notes/{id}/addenda`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::NoteId;

use super::{AddendumContentBody, NoteState};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::records::chart::chart_of;
use crate::records::refusal::of_note;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    NoteEnteredInError,
    TooManyAddenda
);

/// Sign an addendum to a note: a doctor who treats the patient may. Nothing that was signed is changed.
#[utoipa::path(
    post,
    path = "/api/v1/notes/{id}/addenda",
    tag = "records",
    operation_id = "addAddendum",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
        IdempotencyHeader,
    ),
    request_body = AddendumContentBody,
    responses(
        (status = 201, description = "Signed", body = NoteState),
        Problems,
    ),
)]
pub async fn add_addendum(
    app: Data<App>,
    caller: Access<permit::AddToNote>,
    Id(note): Id<NoteId>,
    request: CommandRequest<AddendumContentBody>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let patient = app.records.patient_of_note(note).await?;
    let patient = patient.ok_or_else(Problem::not_found)?;
    let chart = chart_of(&app, &caller, patient).await?;
    let (target, addendum) = (Target::latest(note), request.body.into());
    let done = app
        .records
        .sign_addendum(&caller, target, addendum, &chart, &context)
        .await
        .map_err(|error| of_command(error, of_note))?;
    let location = format!("/api/v1/notes/{note}");
    Ok(created(&done.map(NoteState::from), &location))
}

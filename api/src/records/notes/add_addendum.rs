//! `POST /api/v1/notes/{id}/addenda`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::NoteId;

use super::change::{chart_of_note, problem};
use super::{AddendumContentBody, NoteState};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::created;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    NoteEnteredInError,
    TooManyAddenda,
    AccessLogUnavailable
);

/// Sign an addendum to a note: a doctor who treats the patient may. Nothing that was signed is changed. With
/// `If-Match`, the answer is 412 with the `difference` if the note has changed since.
#[utoipa::path(
    post,
    path = "/api/v1/notes/{id}/addenda",
    tag = "records",
    operation_id = "addAddendum",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
        IdempotencyHeader,
        MaybeIfMatch,
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
    MaybeIfMatch(seen): MaybeIfMatch,
    request: CommandRequest<AddendumContentBody>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let chart = chart_of_note(&app, &caller, note).await?;
    let (target, addendum) = (Target::new(note, seen), request.body.into());
    let records = &app.records;
    let done = records.sign_addendum(&caller, target, addendum, &chart, &context);
    match done.await {
        Ok(done) => {
            let location = format!("/api/v1/notes/{note}");
            Ok(created(&done.map(NoteState::from), &location))
        }
        Err(error) => Err(problem(&app, &caller, &chart, note, seen, error).await),
    }
}

//! `POST /api/v1/note-drafts/{id}/sign`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::NoteId;

use super::problem;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::records::NoteState;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    NoteAlreadySigned,
    NoteEmpty,
    VisitInFuture,
    DoctorNotAtClinic,
    OtherAppointment,
    AccessLogUnavailable
);

/// Sign your draft in the version that you have read: from then on it is a note, which changes by addenda only. The same
/// version is signed once, however often it is sent.
#[utoipa::path(
    post,
    path = "/api/v1/note-drafts/{id}/sign",
    tag = "records",
    operation_id = "signNote",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
        IdempotencyHeader,
        IfMatch,
    ),
    responses(
        (status = 201, description = "Signed; the draft is gone", body = NoteState),
        Problems,
    ),
)]
pub async fn sign_note(
    app: Data<App>,
    caller: Access<permit::SignNote>,
    Id(note): Id<NoteId>,
    IfMatch(seen): IfMatch,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let target = Target::new(note, Some(seen));
    match app.records.sign_note(&caller, target, &context).await {
        Ok(done) => {
            let location = format!("/api/v1/notes/{note}");
            Ok(created(&done.map(NoteState::from), &location))
        }
        Err(error) => Err(problem(&app, &caller, target, error).await),
    }
}

//! `DELETE /api/v1/note-drafts/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::NoteId;

use super::problem;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

problems!(Forbidden, NotFound, NoteAlreadySigned, AccessLogUnavailable);

/// Discard your draft. What was never signed leaves no trace.
#[utoipa::path(
    delete,
    path = "/api/v1/note-drafts/{id}",
    tag = "records",
    operation_id = "discardNoteDraft",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
        IfMatch,
    ),
    responses(
        (status = 204, description = "Discarded"),
        Problems,
    ),
)]
pub async fn discard_draft(
    app: Data<App>,
    caller: Access<permit::SignNote>,
    Id(note): Id<NoteId>,
    IfMatch(seen): IfMatch,
) -> Result<HttpResponse, Problem> {
    let target = Target::new(note, Some(seen));
    match app.records.discard_draft(&caller, target).await {
        Ok(_) => Ok(HttpResponse::NoContent().finish()),
        Err(error) => Err(problem(&app, &caller, target, error).await),
    }
}

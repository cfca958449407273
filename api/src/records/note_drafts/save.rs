//! `PUT /api/v1/note-drafts/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::NoteId;

use super::{DraftRequest, DraftState, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::CommandRequest;
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(Forbidden, NotFound, NoteAlreadySigned, AccessLogUnavailable);

/// Save your draft as a whole. If it has changed since you read it, the answer is 412 and shows in `difference` what it is
/// now and which fields changed.
#[utoipa::path(
    put,
    path = "/api/v1/note-drafts/{id}",
    tag = "records",
    operation_id = "saveNoteDraft",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
        IfMatch,
    ),
    request_body = DraftRequest,
    responses(
        (status = 200, description = "Saved", body = DraftState),
        Problems,
    ),
)]
pub async fn save_draft(
    app: Data<App>,
    caller: Access<permit::SignNote>,
    Id(note): Id<NoteId>,
    IfMatch(seen): IfMatch,
    request: CommandRequest<DraftRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let target = Target::new(note, Some(seen));
    let draft = request.body.into();
    match app
        .records
        .save_draft(&caller, target, draft, &context)
        .await
    {
        Ok(done) => Ok(changed(&done.map(DraftState::from))),
        Err(error) => Err(problem(&app, &caller, target, error).await),
    }
}

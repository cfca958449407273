//! `GET /api/v1/note-drafts/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::NoteId;

use super::{DraftBody, record_draft};
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::found;
use crate::records::refusal::of_note;

problems!(Forbidden, NotFound, NoteAlreadySigned, AccessLogUnavailable);

/// Your draft of a note. To anyone else there is none.
#[utoipa::path(
    get,
    path = "/api/v1/note-drafts/{id}",
    tag = "records",
    operation_id = "getNoteDraft",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
    ),
    responses(
        (status = 200, description = "The draft", body = DraftBody),
        Problems,
    ),
)]
pub async fn get_draft(
    app: Data<App>,
    caller: Access<permit::SignNote>,
    Id(note): Id<NoteId>,
) -> Result<HttpResponse, Problem> {
    let stored = app.records.draft(&caller, note).await;
    let stored = stored.map_err(|error| of_command(error, of_note))?;
    record_draft(&caller, &stored).await?;
    Ok(found(&DraftBody::from(stored)))
}

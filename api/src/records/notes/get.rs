//! `GET /api/v1/notes/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::NoteId;

use super::NoteBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::response::found;
use crate::records::as_of::AsOfParameters;
use crate::records::chart::read_chart;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// A signed note with its addenda: the patient, proxies and doctors who treat the patient see it. It is read from the
/// log, and so never behind.
#[utoipa::path(
    get,
    path = "/api/v1/notes/{id}",
    tag = "records",
    operation_id = "getNote",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The note"),
        AsOfParameters,
        Position,
    ),
    responses(
        (status = 200, description = "The note", body = NoteBody),
        Problems,
    ),
)]
pub async fn get_note(
    app: Data<App>,
    caller: Access<permit::ReadNote>,
    Id(note): Id<NoteId>,
    Query(parameters): Query<AsOfParameters>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let present = app.records.note(note, None).await?;
    let present = present.ok_or_else(Problem::not_found)?;
    let patient = present.patient;
    let chart = read_chart(&app, &caller, patient, note.as_uuid(), &position).await?;
    let view = match parameters.as_of {
        None => Some(present.clone()),
        as_of => app.records.note(note, as_of).await?,
    };
    // What became sensitive later was so before.
    let view = view.filter(|view| chart.shows(&present) && chart.shows(view));
    let view = view.ok_or_else(Problem::not_found)?;
    Ok(found(&NoteBody::new(view, chart.reader)))
}

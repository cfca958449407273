//! `POST /api/v1/patients/{id}/vitals/{entryId}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use commands::records::VitalsChange;
use domain::VitalsId;

use super::refusal::of_vitals;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::records::chart::chart_of;
use crate::records::{EntryPath, EntryState, ReasonRequest};

problems!(Forbidden, NotFound, PatientErased);

/// Mark vital signs as entered in error, as when they were another patient's: they are hidden and stay in the record. Who
/// may correct them may.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/vitals/{entryId}/entered-in-error",
    tag = "records",
    operation_id = "markVitalsInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("entryId" = Uuid, Path, description = "The set of vital signs"),
        IdempotencyHeader,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "They are, from now on or as before", body = EntryState),
        Problems,
    ),
)]
pub async fn mark_vitals_in_error(
    app: Data<App>,
    caller: Access<permit::RecordVitals>,
    path: EntryPath<VitalsId>,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let chart = chart_of(&app, &caller, path.patient).await?;
    let target = Target::latest(path.entry);
    let change = VitalsChange::MarkInError(request.body.reason);
    let done = app
        .records
        .change_vitals(&caller, path.patient, target, change, &chart, &context)
        .await
        .map_err(|error| of_command(error, of_vitals))?;
    Ok(changed(&done.map(EntryState::from)))
}

//! `POST /api/v1/patients/{id}/allergies/{allergyId}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use commands::records::AllergyChange;

use super::path::AllergyPath;
use super::{AllergyState, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::records::ReasonRequest;
use crate::records::chart::chart_of;

problems!(Forbidden, NotFound, PatientErased);

/// Mark an allergy as entered in error: a doctor who treats the patient may. It is hidden from the chart, and stays in
/// the log.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/allergies/{allergyId}/entered-in-error",
    tag = "records",
    operation_id = "markAllergyInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("allergyId" = Uuid, Path, description = "The allergy"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Marked, now or before", body = AllergyState),
        Problems,
    ),
)]
pub async fn mark_allergy_in_error(
    app: Data<App>,
    caller: Access<permit::RecordAllergies>,
    path: AllergyPath,
    MaybeIfMatch(seen): MaybeIfMatch,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let AllergyPath { patient, allergy } = path;
    let chart = chart_of(&app, &caller, patient).await?;
    let target = Target::new(patient, seen);
    let (records, change) = (
        &app.records,
        AllergyChange::MarkInError(request.body.reason),
    );
    let done = records.change_allergy(&caller, target, allergy, change, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(AllergyState::from))),
        Err(error) => Err(problem(&app, target, error).await),
    }
}

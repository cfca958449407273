//! `POST /api/v1/patients/{id}/allergies/{allergyId}/end`

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

problems!(Forbidden, NotFound, PatientErased, AllergyEnteredInError);

/// End an allergy: the patient has it no longer. A doctor who treats the patient may.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/allergies/{allergyId}/end",
    tag = "records",
    operation_id = "endAllergy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("allergyId" = Uuid, Path, description = "The allergy"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Ended, now or before", body = AllergyState),
        Problems,
    ),
)]
pub async fn end_allergy(
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
    let (records, change) = (&app.records, AllergyChange::End(request.body.reason));
    let done = records.change_allergy(&caller, target, allergy, change, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(AllergyState::from))),
        Err(error) => Err(problem(&app, target, error).await),
    }
}

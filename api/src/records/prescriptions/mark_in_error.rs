//! `POST /api/v1/prescriptions/{id}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::PrescriptionId;

use super::{PrescriptionState, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::records::ReasonRequest;
use crate::records::chart::chart_of;

problems!(Forbidden, NotFound, PatientErased);

/// Mark a prescription as entered in error: a doctor who treats the patient may. It is hidden from the chart, and stays
/// in the log.
#[utoipa::path(
    post,
    path = "/api/v1/prescriptions/{id}/entered-in-error",
    tag = "records",
    operation_id = "markPrescriptionInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The prescription"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Marked, now or before", body = PrescriptionState),
        Problems,
    ),
)]
pub async fn mark_prescription_in_error(
    app: Data<App>,
    caller: Access<permit::Prescribe>,
    Id(prescription): Id<PrescriptionId>,
    MaybeIfMatch(seen): MaybeIfMatch,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let patient = app.records.patient_of_prescription(prescription).await?;
    let patient = patient.ok_or_else(Problem::not_found)?;
    let chart = chart_of(&app, &caller, patient).await?;
    let target = Target::new(prescription, seen);
    let (records, reason) = (&app.records, request.body.reason);
    let done = records.mark_prescription_in_error(&caller, target, reason, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(PrescriptionState::from))),
        Err(error) => Err(problem(&app, &caller, patient, target, error).await),
    }
}

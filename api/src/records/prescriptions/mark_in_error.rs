//! `POST /api/v1/prescriptions/{id}/entered-in-error`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::PrescriptionId;

use super::{PrescriptionState, chart_of_prescription, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::records::ReasonRequest;

problems!(Forbidden, NotFound, PatientErased, AccessLogUnavailable);

/// Mark a prescription as entered in error: a doctor who treats the patient may. It is hidden from the chart, and stays in the log.
/// If it has changed since you read it, the answer is 412 with the `difference`.
#[utoipa::path(
    post,
    path = "/api/v1/prescriptions/{id}/entered-in-error",
    tag = "records",
    operation_id = "markPrescriptionInError",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The prescription"),
        IdempotencyHeader,
        IfMatch,
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
    IfMatch(seen): IfMatch,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let (patient, chart) = chart_of_prescription(&app, &caller, prescription).await?;
    let target = Target::new(prescription, Some(seen));
    let (records, reason) = (&app.records, request.body.reason);
    let done = records.mark_prescription_in_error(&caller, target, reason, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(PrescriptionState::from))),
        Err(error) => Err(problem(&app, &caller, patient, target, error).await),
    }
}

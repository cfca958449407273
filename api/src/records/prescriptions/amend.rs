//! `POST /api/v1/prescriptions/{id}/amend`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use commands::records::NewRevision;
use domain::prescription::{OverriddenWarnings, PrescriptionLines};
use domain::{PrescriptionId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LineBody, OverrideBody, PrescriptionState, lines, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;
use crate::records::chart::chart_of;

/// New lines of a prescription.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AmendRequest {
    /// The drugs, all of them.
    #[serde(deserialize_with = "lines")]
    #[schema(value_type = Vec<LineBody>, min_items = 1, max_items = 20)]
    lines: PrescriptionLines,
    /// The reason.
    #[schema(value_type = schemas::Reason)]
    reason: Reason,
    /// The warnings that you override.
    #[serde(rename = "override")]
    overridden: Option<OverrideBody>,
}

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    PrescriptionWarnings,
    PrescriptionCancelled,
    PrescriptionEnteredInError,
    TooManyPrescriptions,
    AccessLogUnavailable
);

/// Replace the lines of a prescription: a doctor who treats the patient may. Its courses begin anew. Warnings are as
/// for a new one; if it has changed since you read it, the answer is 412 with the `difference`.
#[utoipa::path(
    post,
    path = "/api/v1/prescriptions/{id}/amend",
    tag = "records",
    operation_id = "amendPrescription",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The prescription"),
        IdempotencyHeader,
        IfMatch,
    ),
    request_body = AmendRequest,
    responses(
        (status = 200, description = "Amended", body = PrescriptionState),
        Problems,
    ),
)]
pub async fn amend_prescription(
    app: Data<App>,
    caller: Access<permit::Prescribe>,
    Id(prescription): Id<PrescriptionId>,
    IfMatch(seen): IfMatch,
    request: CommandRequest<AmendRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let patient = app.records.patient_of_prescription(prescription).await?;
    let patient = patient.ok_or_else(Problem::not_found)?;
    let chart = chart_of(&app, &caller, patient).await?;
    let target = Target::new(prescription, Some(seen));
    let new = NewRevision {
        lines: request.body.lines,
        reason: request.body.reason,
        overridden: request.body.overridden.map(OverriddenWarnings::from),
    };
    let records = &app.records;
    let done = records.amend_prescription(&caller, target, new, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(PrescriptionState::from))),
        Err(error) => Err(problem(&app, &caller, patient, target, error).await),
    }
}

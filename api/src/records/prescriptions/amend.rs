//! `POST /api/v1/prescriptions/{id}/amend`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use commands::records::{NewDrugs, NewRevision};
use domain::prescription::{OverriddenWarnings, PrescriptionLines};
use domain::record::Sensitivity;
use domain::{PrescriptionId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LineBody, OverrideBody, PrescriptionState, chart_of_prescription, lines, problem};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;
use crate::records::SensitivityBody;

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
    /// Sensitive categories that it belongs to; without it, those of before stay.
    sensitivity: Option<SensitivityBody>,
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
    let (patient, chart) = chart_of_prescription(&app, &caller, prescription).await?;
    let target = Target::new(prescription, Some(seen));
    let new = NewRevision {
        drugs: NewDrugs {
            lines: request.body.lines,
            overridden: request.body.overridden.map(OverriddenWarnings::from),
            sensitivity: request.body.sensitivity.map(Sensitivity::from),
        },
        reason: request.body.reason,
    };
    let records = &app.records;
    let done = records.amend_prescription(&caller, target, new, &chart, &context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(PrescriptionState::from))),
        Err(error) => Err(problem(&app, &caller, patient, target, error).await),
    }
}

//! `POST /api/v1/patients/{id}/prescriptions`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::{NewDrugs, NewPrescription};
use domain::prescription::{OverriddenWarnings, PrescriptionLines};
use domain::record::Sensitivity;
use domain::{AppointmentId, ClinicId, PatientId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LineBody, OverrideBody, PrescriptionState, lines, warning};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::records::SensitivityBody;
use crate::records::chart::chart_of;

/// A prescription.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrescriptionRequest {
    /// The clinic.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The appointment, if it is issued at one.
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
    /// The drugs.
    #[serde(deserialize_with = "lines")]
    #[schema(value_type = Vec<LineBody>, min_items = 1, max_items = 20)]
    lines: PrescriptionLines,
    /// The warnings that you override.
    #[serde(rename = "override")]
    overridden: Option<OverrideBody>,
    /// Sensitive categories that it belongs to.
    sensitivity: Option<SensitivityBody>,
}

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    PrescriptionWarnings,
    TooManyPrescriptions,
    DoctorNotAtClinic,
    OtherAppointment,
    AccessLogUnavailable
);

/// Issue a prescription: a doctor who treats the patient may. If the patient is allergic to a drug or takes it already,
/// the answer is 409 with the `warnings`; send it again with `override` to issue it nevertheless.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/prescriptions",
    tag = "records",
    operation_id = "issuePrescription",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = PrescriptionRequest,
    responses(
        (status = 201, description = "Issued", body = PrescriptionState),
        Problems,
    ),
)]
pub async fn issue_prescription(
    app: Data<App>,
    caller: Access<permit::Prescribe>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<PrescriptionRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let chart = chart_of(&app, &caller, patient).await?;
    let new = new_prescription(patient, request.body);
    let done = app
        .records
        .issue_prescription(&caller, new, &chart, &context);
    let done = match done.await {
        Ok(done) => done,
        Err(error) => return Err(warning(&app, &caller, patient, error).await),
    };
    let location = format!("/api/v1/prescriptions/{}", done.reply.prescription);
    Ok(created(&done.map(PrescriptionState::from), &location))
}

fn new_prescription(patient: PatientId, request: PrescriptionRequest) -> NewPrescription {
    NewPrescription {
        patient,
        clinic: request.clinic_id,
        appointment: request.appointment_id,
        drugs: NewDrugs {
            lines: request.lines,
            overridden: request.overridden.map(OverriddenWarnings::from),
            sensitivity: request.sensitivity.map(Sensitivity::from),
        },
    }
}

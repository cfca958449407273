//! `POST /api/v1/patients/{id}/break-glass`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::break_glass::NewBreakGlass;
use domain::{ClinicId, PatientId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{BreakGlassState, refusal::refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::http::schemas;

/// An emergency.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BreakGlassRequest {
    /// The clinic where it is, which reviews the access: a doctor is affiliated with it, an auditor works there.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The reason.
    #[schema(value_type = schemas::Reason)]
    reason: Reason,
    /// The minutes for which the chart is opened; the most that the installation allows if not given.
    #[schema(minimum = 1, maximum = 1440, example = 60)]
    minutes: Option<u16>,
}

problems!(Forbidden, NotFound, BreakGlassAlreadyExists);

/// Open a patient's chart in an emergency: doctors and auditors may, for a reason and a limited time. The patient and the
/// clinic's admins are told by mail at once, and the admins review it.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/break-glass",
    tag = "patients",
    operation_id = "breakGlass",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = BreakGlassRequest,
    responses(
        (status = 201, description = "Opened until `until`", body = BreakGlassState),
        Problems,
    ),
)]
pub async fn break_glass(
    app: Data<App>,
    caller: Access<permit::OpenBreakGlass>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<BreakGlassRequest>,
) -> Result<HttpResponse, Problem> {
    let clinic = request.body.clinic_id;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let new = NewBreakGlass {
        patient,
        clinic,
        reason: request.body.reason,
        minutes: request.body.minutes,
        max_minutes: app.clinical_policy.break_glass_minutes,
    };
    let done = app
        .commands
        .open_break_glass(&caller, new, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/break-glass/{}", done.reply.break_glass);
    Ok(created(&done.map(BreakGlassState::from), &location))
}

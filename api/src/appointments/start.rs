//! `POST /api/v1/appointments/{id}/start`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::AppointmentId;
use domain::Reason;
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppointmentSummary;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// The reason for which another than the doctor says so.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartRequest {
    /// Up to 500 characters; the doctor need not give one, anybody else must.
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
}

problems!(
    Forbidden,
    NotFound,
    AppointmentAlreadyEnded,
    PatientNotArrived,
    OverrideNeedsReason
);

/// Begin the visit: its doctor does, or the clinic's front desk with a reason.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/start",
    tag = "appointments",
    operation_id = "startVisit",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = StartRequest,
    responses(
        (status = 200, description = "In progress; the same if it was started before", body = AppointmentSummary),
        Problems,
    ),
)]
pub async fn start_visit(
    app: Data<App>,
    caller: Access<permit::StartAppointment>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    request: CommandRequest<StartRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .start_visit(&caller, target, request.body.reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentSummary::from)))
}

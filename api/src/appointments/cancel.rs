//! `POST /api/v1/appointments/{id}/cancel`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::{AppointmentId, Reason, Role};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppointmentState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, Attendants};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// Why it does not take place.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelRequest {
    /// Up to 500 characters.
    #[schema(value_type = Option<String>, example = "I am travelling that day")]
    reason: Option<Reason>,
}

/// Cancel an appointment: its patient, its doctor or its clinic may.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/cancel",
    tag = "appointments",
    operation_id = "cancelAppointment",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
        ("If-Match" = Option<String>, Header, description = "The version that you have seen"),
    ),
    request_body = CancelRequest,
    responses(
        (status = 200, description = "Cancelled; the slot is free again", body = AppointmentState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Only patients, doctors and the front desk", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such appointment, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`appointment-already-ended`, `appointment-already-started`, `hold-ended`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn cancel_appointment(
    app: Data<App>,
    caller: Access<Attendants>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    submission: Submission<CancelRequest>,
) -> Result<HttpResponse, Problem> {
    let actor = caller.acting_as(&[Role::Patient, Role::Doctor, Role::Receptionist, Role::Admin]);
    let (context, _flight) = submission.context(&app, caller.account, actor, None)?;
    let reason = submission.body.reason;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .cancel_appointment(&caller, target, reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentState::from)))
}

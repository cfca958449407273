//! `POST /api/v1/appointments/{id}/confirm`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::{AppointmentId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::AppointmentState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, FrontDesk};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// Why it is confirmed without a payment.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmRequest {
    /// Up to 500 characters; it stands in the history.
    #[schema(value_type = String, example = "Pays in cash at the desk")]
    reason: Reason,
}

/// Confirm an unpaid appointment: the clinic's front desk vouches for it.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/confirm",
    tag = "appointments",
    operation_id = "confirmAppointment",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
        ("If-Match" = Option<String>, Header, description = "The version that you have seen"),
    ),
    request_body = ConfirmRequest,
    responses(
        (status = 200, description = "Confirmed", body = AppointmentState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the front desk", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such appointment at your clinics", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`not-awaiting-payment`, `hold-ended`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn confirm_appointment(
    app: Data<App>,
    caller: Access<FrontDesk>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    submission: Submission<ConfirmRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let reason = submission.body.reason;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .confirm_by_override(&caller, target, reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentState::from)))
}

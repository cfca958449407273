//! `POST /api/v1/appointments/{id}/no-show`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::AppointmentId;
use domain::Reason;
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

/// What is known about it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoShowRequest {
    /// Up to 500 characters.
    #[schema(value_type = Option<String>, example = "Did not answer the phone")]
    reason: Option<Reason>,
}

/// Note that the patient did not come: the clinic's front desk does, once the slot has begun.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/no-show",
    tag = "appointments",
    operation_id = "markNoShow",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
        ("If-Match" = Option<String>, Header, description = "The version that you have seen"),
    ),
    request_body = NoShowRequest,
    responses(
        (status = 200, description = "Noted, and the slot is free again; the same if it was before", body = AppointmentState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the front desk", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such appointment, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`appointment-not-confirmed`, `slot-not-begun`, `patient-already-arrived`, `appointment-already-started`, `appointment-already-ended`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn mark_no_show(
    app: Data<App>,
    caller: Access<FrontDesk>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    submission: Submission<NoShowRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .mark_no_show(&caller, target, submission.body.reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentState::from)))
}

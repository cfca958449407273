//! `POST /api/v1/appointments/{id}/start`

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
use crate::http::access::{Access, ClinicStaff};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// Why it is not the doctor who says so.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartRequest {
    /// Up to 500 characters; the doctor need not give one, anybody else must.
    #[schema(value_type = Option<String>, example = "The doctor has no hand free")]
    reason: Option<Reason>,
}

/// Begin the visit: its doctor does, or the clinic's front desk with a reason.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/start",
    tag = "appointments",
    operation_id = "startVisit",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
        ("If-Match" = Option<String>, Header, description = "The version that you have seen"),
    ),
    request_body = StartRequest,
    responses(
        (status = 200, description = "In progress; the same if it was started before", body = AppointmentState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Only doctors and the front desk", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such appointment, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`patient-not-arrived`, `appointment-already-ended`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`override-needs-reason`, or a value breaks a rule", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn start_visit(
    app: Data<App>,
    caller: Access<ClinicStaff>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    submission: Submission<StartRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .start_visit(&caller, target, submission.body.reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentState::from)))
}

//! `POST /api/v1/appointments/{id}/arrive`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::AppointmentId;

use super::AppointmentState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, FrontDesk};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::{Nothing, Submission};

/// Note that the patient is there: the clinic's front desk does, on the day of the visit.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/arrive",
    tag = "appointments",
    operation_id = "markArrived",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
        ("If-Match" = Option<String>, Header, description = "The version that you have seen"),
    ),
    responses(
        (status = 200, description = "Arrived; the same if that was noted before", body = AppointmentState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the front desk", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such appointment, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`appointment-not-confirmed`, `before-day-of-visit`, `appointment-already-started`, `appointment-already-ended`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn mark_arrived(
    app: Data<App>,
    caller: Access<FrontDesk>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    submission: Submission<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .mark_arrived(&caller, target, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentState::from)))
}

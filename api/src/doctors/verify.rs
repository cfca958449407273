//! `POST /api/v1/doctors/{id}/verify`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::DoctorId;

use super::DoctorState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::{Nothing, Submission};

/// State that a doctor's papers were checked: from now on they can be found and booked, at each of
/// their clinics. An admin of the whole group may.
#[utoipa::path(
    post,
    path = "/api/v1/doctors/{id}/verify",
    tag = "doctors",
    operation_id = "verifyDoctor",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    responses(
        (status = 200, description = "Verified, now or already before", body = DoctorState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin of the whole group", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such doctor", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`request-in-progress`, with Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn verify_doctor(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(doctor): Id<DoctorId>,
    submission: Submission<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller.require_group()?;
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let done = app
        .commands
        .verify_doctor(doctor, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}

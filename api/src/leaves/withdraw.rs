//! `POST /api/v1/leaves/{id}/withdraw`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::LeaveId;

use super::LeaveState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, DoctorOrAdmin};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::{Nothing, Submission};

/// Withdraw a leave: its time can be booked again. What was called off for it stays called off.
#[utoipa::path(
    post,
    path = "/api/v1/leaves/{id}/withdraw",
    tag = "leaves",
    operation_id = "withdrawLeave",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The leave"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
        ("If-Match" = Option<String>, Header, description = "The version that you have seen"),
    ),
    responses(
        (status = 200, description = "Withdrawn; the same if it was before", body = LeaveState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a doctor or an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such leave, as far as you may change it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`leave-over`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn withdraw_leave(
    app: Data<App>,
    caller: Access<DoctorOrAdmin>,
    Id(leave): Id<LeaveId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    submission: Submission<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let target = Target::new(leave, expected);
    let done = app
        .commands
        .withdraw_leave(&caller, target, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(LeaveState::from)))
}

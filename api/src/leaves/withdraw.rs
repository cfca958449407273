//! `POST /api/v1/leaves/{id}/withdraw`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::LeaveId;

use super::LeaveState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(Forbidden, NotFound, LeaveOver);

/// Withdraw a leave: its time can be booked again. What was called off for it stays called off.
#[utoipa::path(
    post,
    path = "/api/v1/leaves/{id}/withdraw",
    tag = "leaves",
    operation_id = "withdrawLeave",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The leave"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    responses(
        (status = 200, description = "Withdrawn; the same if it was before", body = LeaveState),
        Problems,
    ),
)]
pub async fn withdraw_leave(
    app: Data<App>,
    caller: Access<permit::PlanLeave>,
    Id(leave): Id<LeaveId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let target = Target::new(leave, expected);
    let done = app
        .commands
        .withdraw_leave(&caller, target, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(LeaveState::from)))
}

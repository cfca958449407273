//! `POST /api/v1/appointments/{id}/arrive`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::AppointmentId;

use super::AppointmentSummary;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(
    Forbidden,
    NotFound,
    AppointmentAlreadyEnded,
    AppointmentAlreadyStarted,
    AppointmentNotConfirmed,
    BeforeDayOfVisit
);

/// Note that the patient is there: the clinic's front desk does, on the day of the visit.
#[utoipa::path(
    post,
    path = "/api/v1/appointments/{id}/arrive",
    tag = "appointments",
    operation_id = "markArrived",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    responses(
        (status = 200, description = "Arrived; the same if that was noted before", body = AppointmentSummary),
        Problems,
    ),
)]
pub async fn mark_arrived(
    app: Data<App>,
    caller: Access<permit::ArriveAppointment>,
    Id(appointment): Id<AppointmentId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let target = Target::new(appointment, expected);
    let done = app
        .commands
        .mark_arrived(&caller, target, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AppointmentSummary::from)))
}

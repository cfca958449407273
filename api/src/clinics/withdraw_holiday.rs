//! `DELETE /api/v1/clinics/{id}/holidays/{date}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::ClinicId;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::calendar_day::Date;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(Forbidden, NotFound, DateInPast, DateTooFarAhead);

/// Let a clinic be open on a day after all: an admin of the clinic may.
#[utoipa::path(
    delete,
    path = "/api/v1/clinics/{id}/holidays/{date}",
    tag = "clinics",
    operation_id = "withdrawHoliday",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        ("date" = NaiveDate, Path, description = "The day, on the clinic's calendar"),
        IfMatch,
        IdempotencyHeader,
    ),
    responses(
        (status = 200, description = "It is no holiday, from now on or as before", body = ClinicState),
        Problems,
    ),
)]
pub async fn withdraw_holiday(
    app: Data<App>,
    caller: Access<permit::ChangeClinic>,
    Id(clinic): Id<ClinicId>,
    Date(date): Date,
    IfMatch(expected): IfMatch,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .withdraw_holiday(target, date, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}

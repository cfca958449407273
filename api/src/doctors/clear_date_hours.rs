//! `DELETE /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;

use super::refusal::refusal;
use super::{AffiliationPath, DoctorState, schedule};
use crate::app::App;
use crate::http::access::Access;
use crate::http::calendar_day::Date;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(
    Forbidden,
    NotFound,
    HoursOverlapAtOtherClinic,
    DateInPast,
    DateTooFarAhead
);

/// Let the week hold on a day at a clinic again: the doctor may, and an admin of the clinic.
#[utoipa::path(
    delete,
    path = "/api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}",
    tag = "doctors",
    operation_id = "clearDateHours",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("clinicId" = Uuid, Path, description = "The clinic"),
        ("date" = NaiveDate, Path, description = "The day, on the clinic's calendar"),
        IfMatch,
        IdempotencyHeader,
    ),
    responses(
        (status = 200, description = "The week holds, from now on or as before", body = DoctorState),
        Problems,
    ),
)]
pub async fn clear_date_hours(
    app: Data<App>,
    caller: Access<permit::SetHours>,
    AffiliationPath { doctor, clinic }: AffiliationPath,
    Date(date): Date,
    IfMatch(expected): IfMatch,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller.require(&schedule(doctor, clinic))?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let target = Target::new(doctor, Some(expected));
    let done = app
        .commands
        .clear_date_hours(target, clinic, date, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}

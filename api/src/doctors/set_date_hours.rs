//! `PUT /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::DayHours;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use super::{AffiliationPath, DayOpeningBody, DoctorState, schedule};
use crate::app::App;
use crate::http::access::Access;
use crate::http::calendar_day::Date;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

/// The hours of a doctor at a clinic on one day.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DateHoursRequest {
    /// All openings of the day; at most 6, none overlapping another. None is a day off.
    #[schema(value_type = Vec<DayOpeningBody>, max_items = 6)]
    openings: DayHours,
}

problems!(
    Forbidden,
    NotFound,
    HoursOverlapAtOtherClinic,
    DateInPast,
    DateTooFarAhead
);

/// Say what holds on one day at a clinic instead of the week: the doctor may, and an admin of the
/// clinic. The day lies between today and 400 days ahead. What is booked stays.
#[utoipa::path(
    put,
    path = "/api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}",
    tag = "doctors",
    operation_id = "setDateHours",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("clinicId" = Uuid, Path, description = "The clinic"),
        ("date" = NaiveDate, Path, description = "The day, on the clinic's calendar"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = DateHoursRequest,
    responses(
        (status = 200, description = "It holds, from now on or as before", body = DoctorState),
        Problems,
    ),
)]
pub async fn set_date_hours(
    app: Data<App>,
    caller: Access<permit::SetHours>,
    AffiliationPath { doctor, clinic }: AffiliationPath,
    Date(date): Date,
    IfMatch(expected): IfMatch,
    request: CommandRequest<DateHoursRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require(&schedule(doctor, clinic))?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let hours = request.body.openings;
    let target = Target::new(doctor, Some(expected));
    let done = app
        .commands
        .set_date_hours(target, clinic, date, hours, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}

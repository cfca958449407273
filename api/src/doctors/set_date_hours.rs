//! `PUT /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::DayHours;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use super::set_hours::may_set_hours;
use super::{AffiliationPath, DayOpeningBody, DoctorState};
use crate::app::App;
use crate::http::access::{Access, DoctorOrAdmin};
use crate::http::answer::changed;
use crate::http::calendar_day::Date;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// When a doctor sees patients at a clinic on one day.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DateHoursRequest {
    /// All openings of the day; at most 6, none overlapping another. None is a day off.
    #[schema(value_type = Vec<DayOpeningBody>)]
    openings: DayHours,
}

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
        ("If-Match" = String, Header, description = "The ETag of the doctor that you have read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = DateHoursRequest,
    responses(
        (status = 200, description = "It holds, from now on or as before", body = DoctorState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a doctor or an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such doctor at that clinic, as far as you may change them", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`hours-overlap-at-other-clinic`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`date-in-past`, `date-too-far-ahead`, `idempotency-key-reused`, or a value breaks a rule", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`if-match-required`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn set_date_hours(
    app: Data<App>,
    caller: Access<DoctorOrAdmin>,
    AffiliationPath { doctor, clinic }: AffiliationPath,
    Date(date): Date,
    IfMatch(expected): IfMatch,
    submission: Submission<DateHoursRequest>,
) -> Result<HttpResponse, Problem> {
    if !may_set_hours(&caller, doctor, clinic) {
        return Err(Problem::not_found());
    }
    let actor = caller.actor();
    let (context, _flight) = submission.context(&app, caller.account, actor, Some(clinic))?;
    let hours = submission.body.openings;
    let target = Target::new(doctor, Some(expected));
    let done = app
        .commands
        .set_date_hours(target, clinic, date, hours, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}

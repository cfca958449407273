//! `DELETE /api/v1/doctors/{id}/affiliations/{clinicId}/hours/{date}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;

use super::refusal::refusal;
use super::set_hours::may_set_hours;
use super::{AffiliationPath, DoctorState};
use crate::app::App;
use crate::http::access::{Access, DoctorOrAdmin};
use crate::http::answer::changed;
use crate::http::calendar_day::Date;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::{Nothing, Submission};

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
        ("If-Match" = String, Header, description = "The ETag of the doctor that you have read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    responses(
        (status = 200, description = "The week holds, from now on or as before", body = DoctorState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a doctor or an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such doctor at that clinic, as far as you may change them", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`hours-overlap-at-other-clinic`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`date-in-past`, `date-too-far-ahead`, `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`if-match-required`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn clear_date_hours(
    app: Data<App>,
    caller: Access<DoctorOrAdmin>,
    AffiliationPath { doctor, clinic }: AffiliationPath,
    Date(date): Date,
    IfMatch(expected): IfMatch,
    submission: Submission<Nothing>,
) -> Result<HttpResponse, Problem> {
    if !may_set_hours(&caller, doctor, clinic) {
        return Err(Problem::not_found());
    }
    let actor = caller.actor();
    let (context, _flight) = submission.context(&app, caller.account, actor, Some(clinic))?;
    let target = Target::new(doctor, Some(expected));
    let done = app
        .commands
        .clear_date_hours(target, clinic, date, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}

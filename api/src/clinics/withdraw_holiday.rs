//! `DELETE /api/v1/clinics/{id}/holidays/{date}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::ClinicId;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::calendar_day::Date;
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::{Nothing, Submission};

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
        ("If-Match" = String, Header, description = "The ETag of the clinic that you have read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    responses(
        (status = 200, description = "It is no holiday, from now on or as before", body = ClinicState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such clinic among yours", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`request-in-progress`, with Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`date-in-past`, `date-too-far-ahead`, `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`if-match-required`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn withdraw_holiday(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(clinic): Id<ClinicId>,
    Date(date): Date,
    IfMatch(expected): IfMatch,
    submission: Submission<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let actor = caller.actor();
    let (context, _flight) = submission.context(&app, caller.account, actor, Some(clinic))?;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .withdraw_holiday(target, date, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}

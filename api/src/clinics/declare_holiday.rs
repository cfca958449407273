//! `PUT /api/v1/clinics/{id}/holidays/{date}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use domain::{ClinicId, HolidayName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::calendar_day::Date;
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// Why a clinic is closed on a day.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HolidayRequest {
    /// What is celebrated.
    #[schema(value_type = String, example = "Diwali")]
    name: HolidayName,
}

/// Close a clinic on a day: an admin of the clinic may. Nothing is offered on it, whatever the hours of
/// doctors say; what is booked stays. The day lies between today and 400 days ahead.
#[utoipa::path(
    put,
    path = "/api/v1/clinics/{id}/holidays/{date}",
    tag = "clinics",
    operation_id = "declareHoliday",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        ("date" = NaiveDate, Path, description = "The day, on the clinic's calendar"),
        ("If-Match" = String, Header, description = "The ETag of the clinic that you have read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = HolidayRequest,
    responses(
        (status = 200, description = "It is a holiday, from now on or as before", body = ClinicState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such clinic among yours", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`too-many-holidays`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`stale-version`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`date-in-past`, `date-too-far-ahead`, `idempotency-key-reused`, or a value breaks a rule", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`if-match-required`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn declare_holiday(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(clinic): Id<ClinicId>,
    Date(date): Date,
    IfMatch(expected): IfMatch,
    submission: Submission<HolidayRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let actor = caller.actor();
    let (context, _flight) = submission.context(&app, caller.account, actor, Some(clinic))?;
    let name = submission.body.name;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .declare_holiday(target, date, name, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}

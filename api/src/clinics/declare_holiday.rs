//! `PUT /api/v1/clinics/{id}/holidays/{date}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::{ClinicId, HolidayName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::calendar_day::Date;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::input;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// A holiday of a clinic.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HolidayRequest {
    /// The name of the holiday.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::HolidayName)]
    name: HolidayName,
}

problems!(
    Forbidden,
    NotFound,
    TooManyHolidays,
    DateInPast,
    DateTooFarAhead
);

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
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = HolidayRequest,
    responses(
        (status = 200, description = "It is a holiday, from now on or as before", body = ClinicState),
        Problems,
    ),
)]
pub async fn declare_holiday(
    app: Data<App>,
    caller: Access<permit::ChangeClinic>,
    Id(clinic): Id<ClinicId>,
    Date(date): Date,
    IfMatch(expected): IfMatch,
    request: CommandRequest<HolidayRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let name = request.body.name;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .declare_holiday(target, date, name, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}

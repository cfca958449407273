//! `PUT /api/v1/doctors/{id}/affiliations/{clinicId}/hours`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::WeeklyHours;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusal::refusal;
use super::{AffiliationPath, DoctorState, OpeningBody, schedule};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

/// The regular week of a doctor at a clinic.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoursRequest {
    /// The whole week; at most 42 openings, none overlapping another.
    #[schema(value_type = Vec<OpeningBody>, max_items = 42)]
    weekly_hours: WeeklyHours,
}

problems!(Forbidden, NotFound, HoursOverlapAtOtherClinic);

/// Replace a doctor's week at a clinic: the doctor may, and an admin of the clinic. What is booked
/// stays.
#[utoipa::path(
    put,
    path = "/api/v1/doctors/{id}/affiliations/{clinicId}/hours",
    tag = "doctors",
    operation_id = "setHours",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("clinicId" = Uuid, Path, description = "The clinic"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = HoursRequest,
    responses(
        (status = 200, description = "Replaced", body = DoctorState),
        Problems,
    ),
)]
pub async fn set_hours(
    app: Data<App>,
    caller: Access<permit::SetHours>,
    AffiliationPath { doctor, clinic }: AffiliationPath,
    IfMatch(expected): IfMatch,
    request: CommandRequest<HoursRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require(&schedule(doctor, clinic))?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let hours = request.body.weekly_hours;
    let target = Target::new(doctor, Some(expected));
    let done = app
        .commands
        .set_weekly_hours(target, clinic, hours, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}

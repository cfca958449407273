//! `PUT /api/v1/clinics/{id}/second-factor`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::ClinicId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

/// A clinic's setting for the second factor of its staff.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecondFactorSettingRequest {
    /// True if it is required, false if not; left out for the group's setting.
    #[schema(example = true)]
    required: Option<bool>,
}

problems!(Forbidden, NotFound);

/// Require a second factor of everyone who works at a clinic, or not: an admin of the clinic may. It counts within two
/// seconds, also for sessions that are open: without a second factor they can only set one up.
#[utoipa::path(
    put,
    path = "/api/v1/clinics/{id}/second-factor",
    tag = "clinics",
    operation_id = "setStaffSecondFactor",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = SecondFactorSettingRequest,
    responses(
        (status = 200, description = "It counts, from now on or as before", body = ClinicState),
        Problems,
    ),
)]
pub async fn set_staff_second_factor(
    app: Data<App>,
    caller: Access<permit::ChangeClinic>,
    Id(clinic): Id<ClinicId>,
    IfMatch(expected): IfMatch,
    request: CommandRequest<SecondFactorSettingRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .set_staff_second_factor(target, request.body.required, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}

//! `PUT /api/v1/clinics/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::{City, ClinicId, ClinicName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::input;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// A new name of a clinic.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenameClinicRequest {
    /// The name.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::ClinicName)]
    name: ClinicName,
    /// The city.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::City)]
    city: City,
}

problems!(Forbidden, NotFound);

/// Change a clinic's name and city. Its time zone and its currency stay.
#[utoipa::path(
    put,
    path = "/api/v1/clinics/{id}",
    tag = "clinics",
    operation_id = "renameClinic",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = RenameClinicRequest,
    responses(
        (status = 200, description = "Changed", body = ClinicState),
        Problems,
    ),
)]
pub async fn rename_clinic(
    app: Data<App>,
    caller: Access<permit::ChangeClinic>,
    Id(clinic): Id<ClinicId>,
    IfMatch(expected): IfMatch,
    request: CommandRequest<RenameClinicRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require_clinic(clinic)?;
    let (context, _flight) = request.context(&app, &caller, Some(clinic))?;
    let RenameClinicRequest { name, city } = request.body;
    let target = Target::new(clinic, Some(expected));
    let done = app
        .commands
        .rename_clinic(target, name, city, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ClinicState::from)))
}

//! `POST /api/v1/clinics`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Resource, permit};
use commands::clinics::NewClinic;
use domain::{City, ClinicName, ClinicZone, Currency};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ClinicState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::input;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::http::schemas;

/// A clinic to open.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenClinicRequest {
    /// The name.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::ClinicName)]
    name: ClinicName,
    /// The city.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::City)]
    city: City,
    /// The IANA time zone that its hours are in; it stays.
    #[schema(value_type = schemas::TimeZone)]
    time_zone: ClinicZone,
    /// The currency of its fees; it stays.
    #[schema(value_type = schemas::Currency)]
    currency: Currency,
}

problems!(Forbidden, ClinicAlreadyOpen);

/// Open a clinic: an admin of the whole group may.
#[utoipa::path(
    post,
    path = "/api/v1/clinics",
    tag = "clinics",
    operation_id = "openClinic",
    security(("bearer" = [])),
    params(
        IdempotencyHeader,
    ),
    request_body = OpenClinicRequest,
    responses(
        (status = 201, description = "Opened", body = ClinicState),
        Problems,
    ),
)]
pub async fn open_clinic(
    app: Data<App>,
    caller: Access<permit::OpenClinic>,
    request: CommandRequest<OpenClinicRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require(&Resource::default())?;
    let (context, _flight) = request.context(&app, &caller, None)?;
    let OpenClinicRequest {
        name,
        city,
        time_zone,
        currency,
    } = request.body;
    let new = NewClinic {
        name,
        city,
        zone: time_zone,
        currency,
    };
    let done = app
        .commands
        .open_clinic(new, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/clinics/{}", done.reply.clinic);
    Ok(created(&done.map(ClinicState::from), &location))
}

//! `POST /api/v1/patients`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::NaiveDate;
use commands::authorization::permit;
use commands::patients::NewPatient;
use domain::{EmailAddress, PersonName, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PatientState, birth_date, refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::input;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::http::schemas;

/// A patient who does not sign in: a walk-in, a child.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterPatientRequest {
    /// The full name.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::PersonName)]
    name: PersonName,
    /// The date of birth.
    #[schema(value_type = String, format = Date, example = "1990-04-17")]
    birth_date: NaiveDate,
    /// A telephone number, E.164.
    #[schema(value_type = Option<schemas::PhoneNumber>)]
    phone: Option<PhoneNumber>,
    /// An e-mail address.
    #[serde(default, deserialize_with = "input::parsed_if_any")]
    #[schema(value_type = Option<schemas::EmailAddress>)]
    email: Option<EmailAddress>,
}

problems!(Forbidden, PatientAlreadyRegistered);

/// Register a patient at the front desk, without an account.
#[utoipa::path(
    post,
    path = "/api/v1/patients",
    tag = "patients",
    operation_id = "registerPatient",
    security(("bearer" = [])),
    params(
        IdempotencyHeader,
    ),
    request_body = RegisterPatientRequest,
    responses(
        (status = 201, description = "Registered", body = PatientState),
        Problems,
    ),
)]
pub async fn register_patient(
    app: Data<App>,
    caller: Access<permit::RegisterPatient>,
    request: CommandRequest<RegisterPatientRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let new = new_patient(request.body, &app)?;
    let done = app
        .commands
        .register_patient(new, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/patients/{}", done.reply.patient);
    Ok(created(&done.map(PatientState::from), &location))
}

fn new_patient(request: RegisterPatientRequest, app: &App) -> Result<NewPatient, Problem> {
    let RegisterPatientRequest {
        name,
        birth_date: born,
        phone,
        email,
    } = request;
    Ok(NewPatient {
        name,
        birth_date: birth_date(born, app)?,
        phone,
        email,
    })
}

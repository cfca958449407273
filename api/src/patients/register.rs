//! `POST /api/v1/patients`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::NaiveDate;
use commands::patients::NewPatient;
use domain::{EmailAddress, PersonName, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PatientState, birth_date, refusal};
use crate::app::App;
use crate::http::access::{Access, FrontDesk};
use crate::http::answer::created;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// A patient who does not sign in: a walk-in, a child.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterPatientRequest {
    /// The full name.
    #[schema(value_type = String, example = "Asha Rao")]
    name: PersonName,
    /// The date of birth.
    #[schema(value_type = String, format = Date, example = "1990-04-17")]
    birth_date: NaiveDate,
    /// A telephone number, E.164.
    #[schema(value_type = Option<String>, example = "+919812345678")]
    phone: Option<PhoneNumber>,
    /// An e-mail address.
    #[schema(value_type = Option<String>, format = Email, example = "asha@example.org")]
    email: Option<EmailAddress>,
}

/// Register a patient at the front desk, without an account.
#[utoipa::path(
    post,
    path = "/api/v1/patients",
    tag = "patients",
    operation_id = "registerPatient",
    security(("bearer" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = RegisterPatientRequest,
    responses(
        (status = 201, description = "Registered", body = PatientState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not the front desk", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`patient-already-registered`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule, or `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn register_patient(
    app: Data<App>,
    caller: Access<FrontDesk>,
    submission: Submission<RegisterPatientRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let new = new_patient(submission.body, &app)?;
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

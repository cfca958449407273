//! `POST /api/v1/auth/register`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::identity::{NewPatientAccount, RegisterRefusal, RegisteredPatient};
use commands::patients::NewPatient;
use domain::{AccountId, BirthDate, EmailAddress, PatientId, PersonName, PhoneNumber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::new_password;
use crate::app::App;
use crate::http::command_request::CommandRequest;
use crate::http::input;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;
use crate::http::response::{Versioned, created};
use crate::http::schemas;
use crate::patients::{birth_date, refusal as patient_refusal};

/// A new patient with an account.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterRequest {
    /// The full name.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::PersonName)]
    name: PersonName,
    /// The date of birth.
    #[schema(value_type = String, format = Date, example = "1990-04-17")]
    birth_date: chrono::NaiveDate,
    /// A telephone number, E.164.
    #[schema(value_type = Option<schemas::PhoneNumber>)]
    phone: Option<PhoneNumber>,
    /// The address to sign in with.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
    /// 10 to 128 characters that are not easily guessed.
    #[schema(value_type = schemas::Password)]
    password: String,
}

/// A new patient with an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterReply {
    /// The account.
    #[schema(value_type = Uuid)]
    account_id: AccountId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The patient's version.
    version: i64,
}

impl Versioned for RegisterReply {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<RegisteredPatient> for RegisterReply {
    fn from(reply: RegisteredPatient) -> Self {
        let RegisteredPatient {
            account,
            patient,
            version,
        } = reply;
        Self {
            account_id: account,
            patient_id: patient,
            version,
        }
    }
}

problems!(LoginTaken, Contended, Overloaded);

/// Sign up as a patient.
#[utoipa::path(
    post,
    path = "/api/v1/auth/register",
    tag = "auth",
    operation_id = "register",
    request_body = RegisterRequest,
    responses(
        (
            status = 201, description = "Signed up", body = RegisterReply,
            headers(("CareSync-Position" = String, description = "A query sent with it sees at least this change")),
        ),
        Problems,
    ),
)]
pub async fn register(
    app: Data<App>,
    request: CommandRequest<RegisterRequest>,
) -> Result<HttpResponse, Problem> {
    let context = request.anonymous_context(&app);
    let new = parse(request.body, &app)?;
    let done = app
        .identity
        .register_patient_account(new, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/patients/{}", done.reply.patient);
    Ok(created(&done.map(RegisterReply::from), &location))
}

fn parse(request: RegisterRequest, app: &App) -> Result<NewPatientAccount, Problem> {
    let RegisterRequest {
        name,
        birth_date: born,
        phone,
        email,
        password,
    } = request;
    let birth_date: BirthDate = birth_date(born, app)?;
    let password = new_password(&password, &email)?;
    let patient = NewPatient {
        name,
        birth_date,
        phone,
        email: Some(email.clone()),
    };
    Ok(NewPatientAccount {
        patient,
        email,
        password,
    })
}

fn refusal(refusal: RegisterRefusal) -> Problem {
    match refusal {
        RegisterRefusal::Patient(refusal) => patient_refusal(refusal),
        RegisterRefusal::Account(refusal) => crate::accounts::refusal(refusal),
        RegisterRefusal::LoginTaken => ProblemType::LoginTaken.into(),
    }
}

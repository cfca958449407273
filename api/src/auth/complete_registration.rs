//! `POST /api/v1/auth/register/complete`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use commands::identity::{
    NewPatientAccount, PresentedMailedCode, RegisterRefusal, RegisteredPatient, SignUp, SignUpError,
};
use commands::patients::NewPatient;
use domain::{AccountId, BirthDate, EmailAddress, PatientId, PersonName, PhoneNumber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mailed_code_problem;
use crate::accounts::new_password;
use crate::app::App;
use crate::http::client;
use crate::http::command_request::CommandRequest;
use crate::http::input;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;
use crate::http::response::{Versioned, created};
use crate::http::schemas;
use crate::patients::{birth_date, refusal as patient_refusal};

/// A new patient with an account, and the code that the address was mailed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompleteRegistrationRequest {
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
    /// The code that it was mailed.
    #[schema(value_type = schemas::MailedCode)]
    code: String,
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

problems!(
    WrongCode,
    LoginTaken,
    TooManyAttempts,
    MailNotConfigured,
    Contended,
    Overloaded
);

/// Complete a sign-up with the code that the address was mailed.
#[utoipa::path(
    post,
    path = "/api/v1/auth/register/complete",
    tag = "auth",
    operation_id = "completeRegistration",
    request_body = CompleteRegistrationRequest,
    responses(
        (
            status = 201, description = "Signed up", body = RegisterReply,
            headers(("CareSync-Position" = String, description = "A query sent with it sees at least this change")),
        ),
        Problems,
    ),
)]
pub async fn complete_registration(
    app: Data<App>,
    http: HttpRequest,
    request: CommandRequest<CompleteRegistrationRequest>,
) -> Result<HttpResponse, Problem> {
    let context = request.anonymous_context(&app);
    let code = PresentedMailedCode::new(&request.body.code);
    let sign_up = SignUp {
        new: parse(request.body, &app)?,
        code,
        client: client::address(&http),
    };
    let done = app.identity.complete_sign_up(sign_up, &context).await;
    let done = done.map_err(problem)?;
    let location = format!("/api/v1/patients/{}", done.reply.patient);
    Ok(created(&done.map(RegisterReply::from), &location))
}

fn parse(request: CompleteRegistrationRequest, app: &App) -> Result<NewPatientAccount, Problem> {
    let CompleteRegistrationRequest {
        name,
        birth_date: born,
        phone,
        email,
        code: _,
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

fn problem(error: SignUpError) -> Problem {
    match error {
        SignUpError::Code(error) => mailed_code_problem(&error),
        SignUpError::Register(error) => of_command(error, refusal),
    }
}

fn refusal(refusal: RegisterRefusal) -> Problem {
    match refusal {
        RegisterRefusal::Patient(refusal) => patient_refusal(refusal),
        RegisterRefusal::Account(refusal) => crate::accounts::refusal(refusal),
        RegisterRefusal::LoginTaken => ProblemType::LoginTaken.into(),
    }
}

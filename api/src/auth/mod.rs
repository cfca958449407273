//! Signing up, signing in, staying signed in, signing out; one's own password and sessions.

mod accept_invitation;
mod begin_change_of_address;
mod begin_second_factor;
mod change_address;
mod change_password;
mod complete_registration;
mod confirm_second_factor;
mod end_other_sessions;
mod end_session;
mod forget_password;
mod list_sessions;
mod login;
mod logout;
mod me;
mod refresh;
mod register;
mod remove_second_factor;
mod reset_password;

use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use commands::Caller;
use commands::identity::{
    MailedCodeError, NewPassword, PasswordByCode, PresentedMailedCode, Session,
};
use domain::{AccountId, ClinicScope, DoctorId, EmailAddress, PatientId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::client;
use crate::http::input;
use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;
use crate::http::schemas;
use crate::tokens::LIFETIME;

pub(crate) use {accept_invitation::*, begin_change_of_address::*, change_address::*};
pub(crate) use {begin_second_factor::*, confirm_second_factor::*, remove_second_factor::*};
pub(crate) use {change_password::*, end_other_sessions::*, end_session::*, list_sessions::*};
pub(crate) use {complete_registration::*, forget_password::*, register::*, reset_password::*};
pub(crate) use {login::*, logout::*, me::*, refresh::*};

/// The time after which an installation without mail may have it.
const WITHOUT_MAIL: Duration = Duration::from_hours(1);

/// The time in which some of the mails that wait are sent.
const UNTIL_MAILS_ARE_SENT: Duration = Duration::from_secs(5);

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/auth/register", web::post().to(register))
        .route(
            "/auth/register/complete",
            web::post().to(complete_registration),
        )
        .route("/auth/login", web::post().to(login))
        .route("/auth/refresh", web::post().to(refresh))
        .route("/auth/logout", web::post().to(logout))
        .route("/auth/me", web::get().to(me))
        .route("/auth/password", web::post().to(change_password))
        .route("/auth/invitation/accept", web::post().to(accept_invitation))
        .route("/auth/address", web::post().to(begin_change_of_address))
        .route("/auth/address/confirm", web::post().to(change_address))
        .route("/auth/password/forgotten", web::post().to(forget_password))
        .route("/auth/password/reset", web::post().to(reset_password))
        .route("/auth/second-factor", web::post().to(begin_second_factor))
        .route(
            "/auth/second-factor/confirm",
            web::post().to(confirm_second_factor),
        )
        .route(
            "/auth/second-factor/remove",
            web::post().to(remove_second_factor),
        )
        .route("/auth/sessions", web::get().to(list_sessions))
        .route("/auth/sessions", web::delete().to(end_other_sessions))
        .route("/auth/sessions/{id}", web::delete().to(end_session));
}

/// An address that is to be mailed a code.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmailAddressRequest {
    /// The address to sign in with.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
}

/// Answers a request for a code: the same answer whether or not the address has an account.
fn code_is_mailed(asked: Result<(), MailedCodeError>) -> Result<HttpResponse, Problem> {
    asked.map_err(|error| mailed_code_problem(&error))?;
    Ok(HttpResponse::Accepted().finish())
}

/// A password to set, as a client sends it with the code that the address was mailed.
fn password_by_code(
    http: &HttpRequest,
    email: EmailAddress,
    code: &str,
    password: NewPassword,
) -> PasswordByCode {
    PasswordByCode {
        email,
        code: PresentedMailedCode::new(code),
        password,
        client: client::address(http),
    }
}

/// Tokens of a session (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokensReply {
    /// Send as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(value_type = schemas::TokenType)]
    pub token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// Exchange it for new tokens; always go on with the newest.
    pub refresh_token: String,
    /// Keep it, and send it with the next sign-in on this device. Absent if the device is known, and at a refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_token: Option<String>,
    /// The account of the session.
    pub account: AccountBody,
}

/// An account, as a session knows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountBody {
    /// The account.
    #[schema(value_type = Uuid)]
    pub id: AccountId,
    /// The roles that it may act in.
    #[schema(value_type = Vec<schemas::Role>)]
    pub roles: Vec<Role>,
    /// The clinics at which it may act as staff.
    #[schema(value_type = schemas::ClinicScopeBody)]
    pub clinics: ClinicScope,
    /// The patient that it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub patient_id: Option<PatientId>,
    /// The doctor that it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub doctor_id: Option<DoctorId>,
    /// Set if one of its clinics requires a second factor and the session has none: until one is set up and the session
    /// refreshed, other requests are answered 403 `second-factor-required`. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub second_factor_required: bool,
}

async fn tokens(app: &App, session: &Session) -> Result<TokensReply, Problem> {
    use domain::account::Person;
    let account = &session.account;
    let (patient_id, doctor_id) = match account.person {
        Person::None => (None, None),
        Person::Patient(patient) => (Some(patient), None),
        Person::Doctor(doctor) => (None, Some(doctor)),
    };
    let caller = Caller {
        account: account.account,
        roles: account.roles.clone(),
        clinics: account.clinics.clone(),
        patient: patient_id,
        doctor: doctor_id,
    };
    let lacks_one = app.lacks_second_factor(&caller, session.second_factor);
    let second_factor_required = lacks_one.await?;
    Ok(TokensReply {
        access_token: app.tokens.sign(session, app.clock.now())?,
        token_type: "Bearer",
        expires_in: LIFETIME.num_seconds(),
        refresh_token: session.refresh.expose().to_owned(),
        device_token: None,
        account: AccountBody {
            id: account.account,
            roles: account.roles.iter().copied().collect(),
            clinics: account.clinics.clone(),
            patient_id,
            doctor_id,
            second_factor_required,
        },
    })
}

/// Problems of a mailed code.
pub(crate) fn mailed_code_problem(error: &MailedCodeError) -> Problem {
    match error {
        MailedCodeError::NotConfigured => {
            Problem::from(ProblemType::MailNotConfigured).retry_after(WITHOUT_MAIL)
        }
        MailedCodeError::Wrong => ProblemType::WrongCode.into(),
        MailedCodeError::Overloaded => {
            Problem::from(ProblemType::Overloaded).retry_after(UNTIL_MAILS_ARE_SENT)
        }
        MailedCodeError::Throttled(wait) => {
            Problem::from(ProblemType::TooManyAttempts).retry_after(*wait)
        }
        MailedCodeError::Fault(fault) => Problem::fault(fault),
    }
}

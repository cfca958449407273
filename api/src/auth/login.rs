//! `POST /api/v1/auth/login`

use actix_web::http::header::USER_AGENT;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use commands::identity::{
    Credentials, DeviceToken, PresentedCode, PresentedPassword, SignInError, SignedIn,
};
use commands::ports::DeviceName;
use domain::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{TokensReply, tokens};
use crate::app::App;
use crate::http::client;
use crate::http::command_request::CommandRequest;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::problem_type::ProblemType;
use crate::http::schemas;

/// The address to sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginRequest {
    /// The login, in any spelling that leads to it.
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
    /// Its password.
    #[schema(format = Password, example = "correct horse battery")]
    password: String,
    /// The `deviceToken` of an earlier sign-in on this device, if there is one. Failed attempts of others do not
    /// slow such a sign-in down.
    #[serde(default)]
    device_token: Option<String>,
    /// A code of the authenticator app, or a recovery code, if the account has a second factor.
    #[serde(default)]
    #[schema(example = "287082")]
    code: Option<String>,
}

problems!(
    LoginFailed,
    CodeRequired,
    CodeFailed,
    AccountDisabled,
    TooManyAttempts,
    Overloaded
);

/// Sign in.
#[utoipa::path(
    post,
    path = "/api/v1/auth/login",
    tag = "auth",
    operation_id = "login",
    request_body = LoginRequest,
    responses(
        (status = 200, description = "Signed in", body = TokensReply),
        Problems,
    ),
)]
pub async fn login(
    app: Data<App>,
    http: HttpRequest,
    request: CommandRequest<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    let LoginRequest {
        email,
        password,
        device_token,
        code,
    } = request.body;
    let credentials = Credentials {
        email,
        password: PresentedPassword::new(password),
        client: client::address(&http),
        device: device_token.map(DeviceToken::presented),
        code: code.as_deref().map(PresentedCode::new),
        device_name: device_name(&http),
    };
    let signed_in = app.identity.sign_in(credentials).await;
    let SignedIn { session, device } = signed_in.map_err(|error| problem(&error))?;
    let reply = TokensReply {
        device_token: device.map(|device| device.expose().to_owned()),
        ..tokens(&app, &session).await?
    };
    Ok(HttpResponse::Ok().json(reply))
}

fn device_name(http: &HttpRequest) -> Option<DeviceName> {
    let header = http.headers().get(USER_AGENT)?;
    DeviceName::from_user_agent(&String::from_utf8_lossy(header.as_bytes()))
}

fn problem(error: &SignInError) -> Problem {
    match error {
        SignInError::NoMatch => ProblemType::LoginFailed.into(),
        SignInError::Disabled => ProblemType::AccountDisabled.into(),
        SignInError::CodeRequired => ProblemType::CodeRequired.into(),
        SignInError::WrongCode => ProblemType::CodeFailed.into(),
        SignInError::Throttled(wait) => {
            Problem::from(ProblemType::TooManyAttempts).retry_after(*wait)
        }
        SignInError::Fault(fault) => Problem::fault(fault),
    }
}

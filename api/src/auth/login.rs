//! `POST /api/v1/auth/login`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use commands::identity::{Credentials, PresentedPassword, SignInError};
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
}

problems!(LoginFailed, AccountDisabled, TooManyAttempts);

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
    let LoginRequest { email, password } = request.body;
    let client = client::address(&http);
    let credentials = Credentials {
        email,
        password: PresentedPassword::new(password),
        client,
    };
    let session = app
        .identity
        .sign_in(credentials, app.clock.now())
        .await
        .map_err(|error| problem(&error))?;
    Ok(HttpResponse::Ok().json(tokens(&app, &session)?))
}

fn problem(error: &SignInError) -> Problem {
    match error {
        SignInError::NoMatch => ProblemType::LoginFailed.into(),
        SignInError::Disabled => ProblemType::AccountDisabled.into(),
        SignInError::Throttled(wait) => {
            Problem::from(ProblemType::TooManyAttempts).retry_after(*wait)
        }
        SignInError::Fault(fault) => Problem::fault(fault),
    }
}

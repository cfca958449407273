//! `POST /api/v1/auth/login`

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use commands::identity::{Credentials, SignInError};
use domain::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{TokensReply, tokens};
use crate::app::App;
use crate::http::client;
use crate::http::problem::Problem;
use crate::http::submission::Submission;

/// What to sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginRequest {
    /// The login.
    #[schema(value_type = String, format = Email, example = "asha@example.org")]
    email: EmailAddress,
    /// Its password.
    #[schema(format = Password, example = "correct horse battery")]
    password: String,
}

/// Sign in.
#[utoipa::path(
    post,
    path = "/api/v1/auth/login",
    tag = "auth",
    operation_id = "login",
    request_body = LoginRequest,
    responses(
        (status = 200, description = "Signed in", body = TokensReply),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "`login-failed`: no such login, or not its password", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`account-disabled`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`too-many-attempts`, with Retry-After", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn login(
    app: Data<App>,
    request: HttpRequest,
    submission: Submission<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    let LoginRequest { email, password } = submission.body;
    let client = client::address(&request);
    let credentials = Credentials {
        email,
        password: password.into(),
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
        SignInError::NoMatch => Problem::new(
            StatusCode::UNAUTHORIZED,
            "login-failed",
            "Login and password do not match.",
        ),
        SignInError::Disabled => Problem::new(
            StatusCode::FORBIDDEN,
            "account-disabled",
            "This account is disabled.",
        ),
        SignInError::Throttled(wait) => Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-attempts",
            "Too many failed attempts; wait a little.",
        )
        .retry_after(*wait),
        SignInError::Fault(fault) => Problem::fault(fault),
    }
}

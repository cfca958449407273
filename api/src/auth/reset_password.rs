//! `POST /api/v1/auth/password/reset`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{mailed_code_problem, password_by_code};
use crate::accounts::new_password_at;
use crate::app::App;
use crate::http::command_request::CommandRequest;
use crate::http::input;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::schemas;

/// Another password, with the code that the address was mailed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetPasswordRequest {
    /// The login.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
    /// The code that it was mailed.
    #[schema(value_type = schemas::MailedCode)]
    code: String,
    /// The password from now on: 10 to 128 characters that are not easily guessed.
    #[schema(value_type = schemas::Password)]
    new_password: String,
}

problems!(WrongCode, TooManyAttempts, MailNotConfigured, Overloaded);

/// Set another password with the code that the address was mailed. All sessions end, devices are no longer known, and the
/// owner gets a mail that says so. A second factor stays.
#[utoipa::path(
    post,
    path = "/api/v1/auth/password/reset",
    tag = "auth",
    operation_id = "resetPassword",
    request_body = ResetPasswordRequest,
    responses(
        (status = 204, description = "Changed"),
        Problems,
    ),
)]
pub async fn reset_password(
    app: Data<App>,
    http: HttpRequest,
    request: CommandRequest<ResetPasswordRequest>,
) -> Result<HttpResponse, Problem> {
    let ResetPasswordRequest {
        email,
        code,
        new_password,
    } = request.body;
    let password = new_password_at("/newPassword", &new_password, &email)?;
    let reset = password_by_code(&http, email, &code, password);
    let ended = app.identity.reset_password(reset).await;
    for session in ended.map_err(|error| mailed_code_problem(&error))? {
        app.revoked.add(session);
    }
    Ok(HttpResponse::NoContent().finish())
}

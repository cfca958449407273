//! `POST /api/v1/auth/invitation/accept`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{mailed_code_problem, password_by_code};
use crate::accounts::new_password;
use crate::app::App;
use crate::http::command_request::CommandRequest;
use crate::http::input;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::schemas;

/// The first password of an account, with the code that its address was mailed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AcceptInvitationRequest {
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

problems!(WrongCode, TooManyAttempts, MailNotConfigured, Overloaded);

/// Accept an invitation: set the first password of an account that was made for you.
#[utoipa::path(
    post,
    path = "/api/v1/auth/invitation/accept",
    tag = "auth",
    operation_id = "acceptInvitation",
    request_body = AcceptInvitationRequest,
    responses(
        (status = 204, description = "Accepted: sign in"),
        Problems,
    ),
)]
pub async fn accept_invitation(
    app: Data<App>,
    http: HttpRequest,
    request: CommandRequest<AcceptInvitationRequest>,
) -> Result<HttpResponse, Problem> {
    let AcceptInvitationRequest {
        email,
        code,
        password,
    } = request.body;
    let password = new_password(&password, &email)?;
    let accept = password_by_code(&http, email, &code, password);
    let accepted = app.identity.accept_invitation(accept).await;
    accepted.map_err(|error| mailed_code_problem(&error))?;
    Ok(HttpResponse::NoContent().finish())
}

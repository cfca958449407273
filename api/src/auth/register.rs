//! `POST /api/v1/auth/register`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::EmailAddress;
use serde::Deserialize;
use utoipa::ToSchema;

use super::mailed_code_problem;
use crate::app::App;
use crate::http::command_request::CommandRequest;
use crate::http::input;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::schemas;

/// An address to sign up with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterRequest {
    /// The address to sign in with.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
}

problems!(MailNotConfigured);

/// Sign up as a patient: the address is mailed a code, with which `/auth/register/complete` makes the account. The answer
/// is the same if there is an account with this address; then the mail says so. Between two mails to one address there
/// is a pause of a minute and more; within it the code of the last mail stays valid, for a day.
#[utoipa::path(
    post,
    path = "/api/v1/auth/register",
    tag = "auth",
    operation_id = "register",
    request_body = RegisterRequest,
    responses(
        (status = 202, description = "A mail is on its way, or was sent a moment ago"),
        Problems,
    ),
)]
pub async fn register(
    app: Data<App>,
    request: CommandRequest<RegisterRequest>,
) -> Result<HttpResponse, Problem> {
    let begun = app.identity.begin_sign_up(&request.body.email).await;
    begun.map_err(|error| mailed_code_problem(&error))?;
    Ok(HttpResponse::Accepted().finish())
}

//! `POST /api/v1/auth/password/forgotten`

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

/// The address of an account whose password is forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForgetPasswordRequest {
    /// The login.
    #[serde(deserialize_with = "input::parsed")]
    #[schema(value_type = schemas::EmailAddress)]
    email: EmailAddress,
}

problems!(MailNotConfigured);

/// Ask for a code to set another password. The answer is the same if there is no account with this address; then the mail
/// says so. Between two mails to one address there is a pause of a minute and more; within it the code of the last mail
/// stays valid, for 15 minutes.
#[utoipa::path(
    post,
    path = "/api/v1/auth/password/forgotten",
    tag = "auth",
    operation_id = "forgetPassword",
    request_body = ForgetPasswordRequest,
    responses(
        (status = 202, description = "A mail is on its way, or was sent a moment ago"),
        Problems,
    ),
)]
pub async fn forget_password(
    app: Data<App>,
    request: CommandRequest<ForgetPasswordRequest>,
) -> Result<HttpResponse, Problem> {
    let asked = app.identity.forget_password(&request.body.email).await;
    asked.map_err(|error| mailed_code_problem(&error))?;
    Ok(HttpResponse::Accepted().finish())
}

//! `POST /api/v1/auth/password/forgotten`

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::{EmailAddressRequest, code_is_mailed};
use crate::app::App;
use crate::http::command_request::CommandRequest;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

problems!(MailNotConfigured, Overloaded);

/// Ask for a code to set another password. The answer is the same if there is no account with this address; then the mail
/// says so. Between two mails to one address there is a pause of a minute and more; within it the code of the last mail
/// stays valid, for 15 minutes.
#[utoipa::path(
    post,
    path = "/api/v1/auth/password/forgotten",
    tag = "auth",
    operation_id = "forgetPassword",
    request_body = EmailAddressRequest,
    responses(
        (status = 202, description = "A mail is on its way, or was sent a moment ago"),
        Problems,
    ),
)]
pub async fn forget_password(
    app: Data<App>,
    request: CommandRequest<EmailAddressRequest>,
) -> Result<HttpResponse, Problem> {
    code_is_mailed(app.identity.forget_password(&request.body.email).await)
}
